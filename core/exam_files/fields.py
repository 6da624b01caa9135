"""Typed reading of one mapping of the file: each value is converted by the field that asks for it."""

from __future__ import annotations

import difflib
from collections.abc import Mapping as AbstractMapping
from decimal import Decimal, InvalidOperation

from core.errors import BadInput
from core.exam_files.problems import Problems, shortened
from core.exam_files.tree import Mapping, Node, Sequence, Text
from core.scores import ScoreStep, to_steps

_TRUE = frozenset({"true", "yes", "on", "是", "1"})
_FALSE = frozenset({"false", "no", "off", "否", "0"})


class Fields:
    """One mapping, its path in the file, and which of its fields were asked for."""

    def __init__(self, mapping: Mapping, path: str, problems: Problems) -> None:
        self.path = path
        self.problems = problems
        self.line = mapping.line
        self._entries = mapping.entries
        self._asked: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return self.node(name) is not None

    def node(self, name: str) -> Node | None:
        """The value as written; ``None`` when the field is absent or empty."""
        self._asked.add(name)
        entry = self._entries.get(name)
        if entry is None or (isinstance(entry[1], Text) and entry[1].is_null):
            return None
        return entry[1]

    def line_of(self, name: str) -> int:
        entry = self._entries.get(name)
        return entry[0] if entry else self.line

    def wrong(self, name: str, message: str) -> None:
        self.problems.add(self.line_of(name), self.sub(name), message)

    def sub(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def text(self, name: str, default: str = "") -> str:
        node = self.node(name)
        if node is None:
            return default
        if not isinstance(node, Text):
            self.wrong(name, f"应是文字，现在是{kind_of(node)}")
            return default
        return node.text

    def required(self, name: str) -> str:
        if name not in self:
            self.wrong(name, "缺少这个字段")
            return ""
        return self.text(name)

    def choice(self, name: str, allowed: AbstractMapping[str, str], default: str) -> str:
        """One of the words in ``allowed`` (word as written → value)."""
        text = self.text(name, "").strip()
        if not text:
            return default
        if text not in allowed:
            self.wrong(name, f"只能是 {'、'.join(allowed)}，现在是“{shortened(text)}”")
            return default
        return allowed[text]

    def whole(self, name: str, default: int, low: int, high: int) -> int:
        text = self.text(name, "").strip()
        if not text:
            return default
        if not text.isascii() or not text.isdigit() or not low <= int(text[:9]) <= high:
            self.wrong(name, f"应是 {low} 到 {high} 的整数，现在是“{shortened(text)}”")
            return default
        return int(text)

    def size_mm(self, name: str, default: float, low: float, high: float) -> float:
        """A length in millimetres, ``low < length <= high``."""
        text = self.text(name, "").strip()
        if not text:
            return default
        try:
            value = Decimal(text)
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite() or not low < value <= high:
            self.wrong(name, f"应是大于 {low:g}、不超过 {high:g} 的毫米数，现在是“{shortened(text)}”")
            return default
        return float(value)

    def truth(self, name: str, default: bool) -> bool:
        text = self.text(name, "").strip().lower()
        if not text:
            return default
        if text not in _TRUE | _FALSE:
            self.wrong(name, f"只能是 true 或 false，现在是“{shortened(text)}”")
        return text in _TRUE

    def steps(self, name: str, step: ScoreStep) -> int | None:
        """Points as whole steps; ``None`` when absent or wrong (then it has been told)."""
        text = self.text(name, "").strip()
        if not text:
            return None
        try:
            steps = to_steps(text, step)
        except BadInput:
            self.wrong(name, f"“{shortened(text)}”不是分值，或不是评分单位 {step.value} 分的整数倍")
            return None
        if not 0 <= steps <= 10_000:
            self.wrong(name, f"分值应在 0 到 10000 步之间，现在是“{shortened(text)}”")
            return None
        return steps

    def words(self, name: str) -> tuple[str, ...]:
        """A list of texts; one text alone is a list of one."""
        node = self.node(name)
        if node is None:
            return ()
        if isinstance(node, Text):
            return (node.text,)
        if isinstance(node, Sequence) and all(isinstance(entry, Text) for entry in node.nodes):
            return tuple(entry.text for entry in node.nodes if isinstance(entry, Text))
        self.wrong(name, f"应是一行文字或文字的列表，现在是{kind_of(node)}")
        return ()

    def children(self, name: str) -> tuple[Fields, ...]:
        """A list of mappings."""
        node = self.node(name)
        if node is None:
            return ()
        if not isinstance(node, Sequence):
            self.wrong(name, f"应是列表（每项以“- ”开头），现在是{kind_of(node)}")
            return ()
        path = self.sub(name)
        children = []
        for index, entry in enumerate(node.nodes):
            if isinstance(entry, Mapping):
                children.append(Fields(entry, f"{path}[{index + 1}]", self.problems))
            else:
                self.problems.add(
                    entry.line, f"{path}[{index + 1}]", f"应是“字段: 值”，现在是{kind_of(entry)}"
                )
        return tuple(children)

    def child(self, name: str) -> Fields | None:
        """One mapping."""
        node = self.node(name)
        if node is None:
            return None
        if not isinstance(node, Mapping):
            self.wrong(name, f"应是“字段: 值”，现在是{kind_of(node)}")
            return None
        return Fields(node, self.sub(name), self.problems)

    def close(self) -> None:
        """Tells the fields that nobody asked for."""
        known = sorted(self._asked)
        for name in self._entries.keys() - self._asked:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"，是不是 {near[0]}？" if near else f"；这里可用：{'、'.join(known)}"
            self.wrong(name, f"没有这个字段{hint}")
            self._asked.add(name)


def kind_of(node: Node) -> str:
    """What a node is, in words for a message."""
    if isinstance(node, Text):
        return f"文字“{shortened(node.text)}”"
    return f"{len(node.nodes)} 项的列表" if isinstance(node, Sequence) else "一组字段"
