"""Collects everything that is wrong with an exam file, so that one look finds all of it."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from core.errors import ExamInvalid

#: A file with more problems than this is told the first ones only.
MAX_TOLD = 10

_REMEDY = "请按提示修改后再试；格式说明见 docs/exam-format.md。"

#: Words for pydantic's error types; ``{ctx}`` names are pydantic's own.
_WORDS = {
    "string_pattern_mismatch": "格式不对，应符合 {pattern}",
    "string_too_long": "太长，最多 {max_length} 个字符",
    "string_too_short": "不能为空",
    "too_short": "至少要有 {min_length} 个",
    "greater_than": "必须大于 {gt}",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "literal_error": "只能是 {expected}",
    "enum": "只能是 {expected}",
}


class Problems:
    """What is wrong so far, each with its line (from 1) and field path."""

    def __init__(self, file_name: str) -> None:
        self.file_name = file_name
        self._told: list[tuple[int, str]] = []

    @property
    def any(self) -> bool:
        return bool(self._told)

    @property
    def count(self) -> int:
        return len(self._told)

    def add(self, line: int, path: str, message: str) -> None:
        where = f"{self.file_name} 第 {line} 行"
        self._told.append((line, f"{where} {path}：{message}" if path else f"{where}：{message}"))

    def add_invalid(self, line: int, path: str, error: ValidationError) -> None:
        """What a record's own validation says, in the file's words."""
        for detail in error.errors(include_url=False):
            field = ".".join(part for part in (path, *map(str, detail["loc"])) if part)
            self.add(line, field, _in_chinese(dict(detail)))

    def raise_if_any(self) -> None:
        """Raises:
        ExamInvalid: with all problems (the first ``MAX_TOLD``), in the order of their lines.
        """
        if not self._told:
            return
        told = [text for _, text in sorted(self._told, key=lambda entry: entry[0])]
        more = [f"……另有 {len(told) - MAX_TOLD} 处"] if len(told) > MAX_TOLD else []
        head = [] if len(told) == 1 else [f"{self.file_name} 有 {len(told)} 处错误："]
        raise ExamInvalid("\n".join([*head, *told[:MAX_TOLD], *more]), _REMEDY)


def _in_chinese(detail: dict[str, Any]) -> str:
    words = _WORDS.get(detail["type"])
    seen = shortened(str(detail.get("input", "")))
    if words is None:
        return f"{detail['msg']}（现在是 {seen}）"
    return f"{words.format(**detail.get('ctx', {}))}，现在是“{seen}”"


def shortened(text: str, limit: int = 40) -> str:
    """The value seen, short enough for a message."""
    return text if len(text) <= limit else text[: limit - 1] + "…"
