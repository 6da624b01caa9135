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
    where: str = ""  #: file and row, for messages


def read_answers(content: bytes, name: str) -> tuple[AnswerRow, ...]:
    """The rows of the file, in order; rows without an id get their number, from 1.

    Raises:
        BadInput: no table of answers, a row without text field or with more cells than the head, too long
            a text, an id twice within an item; with file and row (of a table the head is row 1).
    """
    text = decoded(content, name)
    head = text.lstrip("\ufeff \t\r\n")[:1]
    before = 0 if head in ("[", "{") else 1
    entries = enumerate(_entries(text, head, name), start=1)
    rows = [_row(entry, n, f"{name} 第 {n + before} 行") for n, entry in entries]
    if not rows:
        raise BadInput(f"{name} 里没有作答。", _REMEDY)
    _check_ids(rows)
    return tuple(rows)


def _check_ids(rows: list[AnswerRow]) -> None:
    first: dict[tuple[str, str], AnswerRow] = {}
    for row in rows:
        other = first.setdefault((row.item, row.id), row)
        if other is not row:
            raise BadInput(
                f"{row.where} 的编号 {row.id} 与 {other.where} 重复。", "同一题里每份作答要有自己的 id。"
            )


def _entries(text: str, head: str, name: str) -> Iterator[Mapping[str, Any]]:
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
    _check_width(entry, where)
    by_name = {str(key).strip().lower(): value for key, value in entry.items() if key is not None}
    found = {name: _first(by_name, aliases) for name, aliases in _NAMES.items()}
    if found["text"] is None:
        raise BadInput(f"{where} 没有作答一栏（有 {'、'.join(by_name) or '空行'}）。", _REMEDY)
    written = found["text"]
    text = "\n".join(map(str, written)) if isinstance(written, list) else str(written)  # one entry a blank
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
        where=where,
    )


def _check_width(entry: Mapping[str, Any], where: str) -> None:
    """A comma in an answer without quotes would cut the answer off: ``DictReader`` keeps the rest under None."""
    more = [str(cell) for cell in entry.get(None, ())]  # type: ignore[call-overload]  # the reader's own key
    if any(cell.strip() for cell in more):
        raise BadInput(
            f"{where} 比表头多 {len(more)} 栏（多出 {more[0]!r:.40}）。",
            '作答里有逗号时，请用英文双引号把整段作答括起来："…"。',
        )


def _first(by_name: Mapping[str, Any], aliases: tuple[str, ...]) -> Any:
    return next((by_name[alias] for alias in aliases if by_name.get(alias) is not None), None)


def _word(value: Any) -> str:
    return "" if value is None else str(value).strip()
