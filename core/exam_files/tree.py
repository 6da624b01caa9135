"""YAML as a tree of texts with lines.

Every scalar stays the text that was written: YAML's own guesses (``no`` is false, ``010`` is eight,
``2026-11-20`` is a date object) are the classic traps of such files, so each field converts its own
text. Aliases, tags and several documents in one file are refused: exams need none, bombs do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from core.errors import ExamInvalid
from core.exam_files.problems import Problems, shortened

MAX_CHARACTERS = 1_000_000
MAX_DEPTH = 24

#: libyaml is ten times faster; the pure Python parser gives the same events.
_LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_STRING_TAGS = frozenset({None, "!", "tag:yaml.org,2002:str"})

_SYNTAX = {
    "mapping values are not allowed": "冒号用错了位置；内容里有冒号时请用引号括起来，或检查上一行的缩进",
    "did not find expected key": "缩进没有对齐，或引号没有成对",
    "could not find expected ':'": "少了冒号，或缩进没有对齐",
    "did not find expected '-'": "列表的短横线没有对齐",
    "found unexpected end of stream": "引号没有成对",
    "did not find expected ',' or": "方括号或花括号没有成对，或少了逗号",
    "did not find expected node content": "方括号或花括号没有成对，或少了内容",
    "cannot start any token": "行首有不能用的字符（制表符、@、` 等），请改用空格或加引号",
    "control characters are not allowed": "有看不见的控制字符，请删除",
    "special characters are not allowed": "有看不见的控制字符，请删除",
}


@dataclass(frozen=True, slots=True)
class Text:
    line: int
    text: str
    plain: bool  #: written without quotes

    @property
    def is_null(self) -> bool:
        return self.plain and self.text in _NULLS


@dataclass(frozen=True, slots=True)
class Sequence:
    line: int
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Mapping:
    line: int
    entries: dict[str, tuple[int, Node]]  #: field → line of the field, its value


Node = Text | Sequence | Mapping


def parse_tree(text: str, problems: Problems) -> Node:
    """The file's one document.

    Raises:
        ExamInvalid: no YAML, too large, too deep, or with aliases, tags or several documents.
    """
    if len(text) > MAX_CHARACTERS:
        raise ExamInvalid(
            f"{problems.file_name} 有 {len(text)} 个字符，超过上限 {MAX_CHARACTERS}。",
            "试卷定义只含文字；图片请单独上传。",
        )
    try:
        return _Builder(yaml.parse(text, Loader=_LOADER), problems).document()
    except yaml.YAMLError as error:
        raise _syntax_error(error, text, problems.file_name) from error


class _Builder:
    def __init__(self, events: Iterator[yaml.Event], problems: Problems) -> None:
        self._events = events
        self._problems = problems

    def document(self) -> Node:
        event = self._next()
        while isinstance(event, yaml.StreamStartEvent | yaml.DocumentStartEvent):
            event = self._next()
        if isinstance(event, yaml.StreamEndEvent):
            raise ExamInvalid(f"{self._problems.file_name} 是空的。", "请写入试卷定义，可从示例复制。")
        node = self._node(event, 0)
        self._next()
        following = self._next()
        if not isinstance(following, yaml.StreamEndEvent):
            raise self._refused(following, "一个文件只能有一份试卷（多了“---”）")
        return node

    def _next(self) -> yaml.Event:
        return next(self._events)

    def _node(self, event: yaml.Event, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise self._refused(event, f"嵌套超过 {MAX_DEPTH} 层")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise self._refused(event, "不支持 YAML 的 & 和 * 引用；内容若以它们开头，请加引号")
        if getattr(event, "tag", None) not in _STRING_TAGS:
            raise self._refused(event, f"不支持 YAML 标签 {getattr(event, 'tag', '')}")
        if isinstance(event, yaml.ScalarEvent):
            return Text(_line(event), event.value, plain=event.style is None and event.tag is None)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(event, depth)
        return self._mapping(event, depth)

    def _sequence(self, start: yaml.Event, depth: int) -> Sequence:
        nodes = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            nodes.append(self._node(event, depth + 1))
        return Sequence(_line(start), tuple(nodes))

    def _mapping(self, start: yaml.Event, depth: int) -> Mapping:
        entries: dict[str, tuple[int, Node]] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._node(event, depth + 1)
            if not isinstance(key, Text):
                raise self._refused(event, "字段名必须是一个词（公式里的花括号请加引号）")
            value = self._node(self._next(), depth + 1)
            if key.text in entries:
                first = entries[key.text][0]
                self._problems.add(key.line, key.text, f"同一处写了两次，第一次在第 {first} 行")
                continue
            entries[key.text] = (key.line, value)
        return Mapping(_line(start), entries)

    def _refused(self, event: yaml.Event, why: str) -> ExamInvalid:
        return ExamInvalid(f"{self._problems.file_name} 第 {_line(event)} 行：{why}。", "请改正后再试。")


def _line(event: yaml.Event) -> int:
    mark = event.start_mark
    return int(mark.line) + 1 if mark is not None else 1


def _syntax_error(error: yaml.YAMLError, text: str, file_name: str) -> ExamInvalid:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line = mark.line + 1 if mark is not None else _line_of_position(error, text)
    lines = text.rstrip().split("\n")
    line = max(1, min(line, len(lines)))  # the end of the file is no line that anybody can look at
    written = lines[line - 1]
    problem = str(getattr(error, "problem", "") or getattr(error, "reason", "") or error)
    why = next(
        (words for start, words in _SYNTAX.items() if start in problem), f"不是合法的 YAML（{problem}）"
    )
    if "\t" in written[: len(written) - len(written.lstrip())]:
        why = "缩进用了制表符（Tab），YAML 只能用空格"
    return ExamInvalid(
        f"{file_name} 第 {line} 行：{why}。该行是“{shortened(written.strip())}”。",
        "请改正这一行或它的上一行。",
    )


def _line_of_position(error: yaml.YAMLError, text: str) -> int:
    position = getattr(error, "position", None)
    return text.count("\n", 0, position) + 1 if isinstance(position, int) else 1
