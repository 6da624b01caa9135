"""Tables of answers, marked or not: CSV (any usual encoding and delimiter), JSONL, a JSON list."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

from core.base import Record
from core.errors import BadInput
from core.roster_files.opening import decoded, delimiter_of

_NAMES = {
    "id": ("id", "answer_id", "response_id", "student_id", "序号", "编号", "考号"),
    "item": ("item", "qid", "q_id", "question_id", "题号"),
    "text": ("response", "text", "answer", "student_answer", "作答", "答案", "回答", "学生答案"),
    "score": ("score", "points", "mark", "marks", "grade", "score1", "得分", "分数", "给分"),
    "label": ("label", "verdict", "label_3way", "判定"),
}
#: A column ``points:c1`` holds the points of the criterion c1.
_BY_CRITERION = "points:"
_REMEDY = "表头要有 response（作答），可有 id、item（题号）；判过的还要有 score（得分）。见 docs/scoring.md。"
_MOST_CHARACTERS = 100_000


class AnswerRow(Record):
    """One answer. ``score`` and ``label`` are a person's, "" where there is none."""

    id: str
    item: str = ""
    text: str
    score: str = ""
    label: str = ""
    by_criterion: tuple[tuple[str, str], ...] = ()  #: points as written


def read_answers(content: bytes, name: str) -> tuple[AnswerRow, ...]:
    """The rows of the file, in order; rows without an id get their number, from 1.

    Raises:
        BadInput: no table of answers, a row without text field, too long a text; with file and row.
    """
    rows = [_row(entry, n, f"{name} 第 {n} 行") for n, entry in enumerate(_entries(content, name), start=1)]
    if not rows:
        raise BadInput(f"{name} 里没有作答。", _REMEDY)
    return tuple(rows)


def _entries(content: bytes, name: str) -> Iterator[Mapping[str, Any]]:
    text = decoded(content, name)
    head = text.lstrip("\ufeff \t\r\n")[:1]
    if head == "[":
        yield from _checked(_json(text, name), name)
    elif head == "{":
        lines = [line for line in text.splitlines() if line.strip()]
        yield from _checked([_json(line, f"{name} 第 {n} 行") for n, line in enumerate(lines, start=1)], name)
    else:
        try:
            yield from csv.DictReader(io.StringIO(text), delimiter=delimiter_of(text.partition("\n")[0]))
        except csv.Error as error:
            raise BadInput(f"{name} 无法读成表格：{error}。", _REMEDY) from error


def _json(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise BadInput(f"{where} 不是正确的 JSON：{error.msg}。", _REMEDY) from error


def _checked(entries: Any, name: str) -> Iterator[Mapping[str, Any]]:
    for n, entry in enumerate(entries, start=1):
        if not isinstance(entry, Mapping):
            raise BadInput(f"{name} 第 {n} 条应是“字段: 值”。", _REMEDY)
        yield entry


def _row(entry: Mapping[str, Any], number: int, where: str) -> AnswerRow:
    by_name = {str(key).strip().lower(): value for key, value in entry.items() if key is not None}
    found = {name: _first(by_name, aliases) for name, aliases in _NAMES.items()}
    if found["text"] is None:
        raise BadInput(f"{where} 没有作答一栏（有 {'、'.join(by_name) or '空行'}）。", _REMEDY)
    text = str(found["text"])
    if len(text) > _MOST_CHARACTERS:
        raise BadInput(
            f"{where} 的作答有 {len(text)} 个字符，太长。", f"每份最多 {_MOST_CHARACTERS} 个字符。"
        )
    parts = [
        (key.removeprefix(_BY_CRITERION), value)
        for key, value in by_name.items()
        if key.startswith(_BY_CRITERION)
    ]
    parts += list((by_name.get("by_criterion") or {}).items())
    return AnswerRow(
        id=_word(found["id"]) or str(number),
        item=_word(found["item"]),
        text=text,
        score=_word(found["score"]),
        label=_word(found["label"]),
        by_criterion=tuple((str(key), _word(value)) for key, value in parts if _word(value)),
    )


def _first(by_name: Mapping[str, Any], aliases: tuple[str, ...]) -> Any:
    return next((by_name[alias] for alias in aliases if by_name.get(alias) is not None), None)


def _word(value: Any) -> str:
    return "" if value is None else str(value).strip()
