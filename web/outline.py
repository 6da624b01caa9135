"""A new exam from an outline: how many of each kind, their points, and the keys as teachers list them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from core.errors import BadInput
from core.exam_files.words import TRUTHS, keys_of_run, letters_of
from core.exams import ItemKind
from core.scores import ScoreStep, to_steps

Tree = dict[str, Any]

_ORDINALS = "一二三四五六七八九十"
_HEADS = ("id", "title", "subject", "grade", "date", "language", "step", "total")
_REQUIRED = {"title": "名称", "subject": "科目", "id": "编号", "total": "满分"}
_CARDS = {"A4-1": ("A4", "1"), "A3-2": ("A3", "2"), "A3-3": ("A3", "3")}
_MOST_ITEMS = 120
_LETTERS = "ABCDEFGH"
#: The 给分点 of a 解答题 whose answers are written down later.
UNWRITTEN = "整题（给分点待补充）"
_EXPECTED = {
    ItemKind.SINGLE_CHOICE: ("个答案", "一题一个字母，连着写"),
    ItemKind.MULTIPLE_CHOICE: ("个答案", "一题一组字母，题与题之间留空格"),
    ItemKind.TRUE_FALSE: ("个答案", "一题一个 T 或 F（√ 或 ×），连着写"),
    ItemKind.FILL: ("行答案", "一题一行"),
    ItemKind.SHORT_ANSWER: ("行答案", "一题一行；也可以全部留空，以后再补"),
}


@dataclass(frozen=True)
class Row:
    """A row of the outline as written. ``title`` also names it in messages."""

    kind: str
    title: str
    count: str
    points: str
    partial: str
    keys: str


def outline_text(form: Mapping[str, str]) -> str:
    """The exam as YAML.

    Args:
        form: the head's fields, ``card``, and for rows ``r`` from 0: ``kind-r``, ``title-r``, ``count-r``,
            ``points-r``, ``partial-r``, ``keys-r`` (letters of choices; one line a fill or short answer,
            whose lines may all be left for later).

    Raises:
        BadInput: fields or rows cannot be understood; one line of the message for each of them.
    """
    rows = _rows(form)
    _refuse_wrong(form, rows)
    tree: Tree = {name: form[name].strip() for name in _HEADS if form.get(name, "").strip()}
    paper, columns = _CARDS.get(form.get("card", ""), _CARDS["A4-1"])
    layout = form.get("number_layout", "") or "bubbles"
    tree["card"] = {
        "paper": paper,
        "columns": columns,
        "number_layout": layout,
        "number_digits": form.get("number_digits", "").strip() or "8",
    }
    tree["sections"] = _sections(rows)
    return yaml.safe_dump(tree, allow_unicode=True, sort_keys=False)


def _rows(form: Mapping[str, str]) -> tuple[Row, ...]:
    """The rows in use, in their order."""
    numbers = sorted(int(name[5:]) for name in form if name.startswith("kind-") and name[5:].isdigit())
    rows = [
        Row(
            kind=form[f"kind-{r}"],
            title=form.get(f"title-{r}", "").strip() or "大题",
            count=form.get(f"count-{r}", "").strip(),
            points=form.get(f"points-{r}", "").strip(),
            partial=form.get(f"partial-{r}", ""),
            keys=form.get(f"keys-{r}", "").strip(),
        )
        for r in numbers
    ]
    return tuple(row for row in rows if row.count not in ("", "0"))


def _refuse_wrong(form: Mapping[str, str], rows: tuple[Row, ...]) -> None:
    wrong = [f"{words}还没有填。" for name, words in _REQUIRED.items() if not form.get(name, "").strip()]
    if not rows:
        wrong.append("提纲里还没有题目，请至少在一行里填上题数和每题分值。")
    step = ScoreStep.HALF if form.get("step") == ScoreStep.HALF.value else ScoreStep.ONE
    for row in rows:
        wrong += [f"“{row.title}”：{words}" for words in _wrong_of(row, step)]
    if wrong:
        raise BadInput("\n".join(wrong), "其余内容都还在，改好后再按一次。")


def _wrong_of(row: Row, step: ScoreStep) -> list[str]:
    wrong = []
    steps = _steps(row.points, step)
    if not steps:
        wrong.append(f"每题分值 “{row.points[:10]}” 不能用，请填 {step.value} 分的整数倍。")
    if not row.count.isascii() or not row.count.isdigit() or not 1 <= int(row.count[:6]) <= _MOST_ITEMS:
        wrong.append(f"题数 “{row.count[:10]}” 不能用，请填 1 到 {_MOST_ITEMS} 的整数。")
        return wrong
    keys = _keys(row)
    if len(keys) != int(row.count):
        what, how = _EXPECTED[ItemKind(row.kind)]
        wrong.append(f"写了 {row.count} 题，但有 {len(keys)} {what}（{how}）。")
        return wrong
    told = [_wrong_key(row.kind, key, steps) for key in keys]
    return wrong + [f"第 {n} 个答案 {words}" for n, words in enumerate(told, start=1) if words]


def _steps(points: str, step: ScoreStep) -> int:
    """The points in steps; 0 when they are none."""
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,2})?", points):
        return 0
    try:
        return to_steps(points, step)
    except BadInput:
        return 0


def _wrong_key(kind: str, key: str, steps: int) -> str:
    seen = f"“{key[:12]}”"
    if kind == ItemKind.TRUE_FALSE and key.lower() not in TRUTHS:
        return f"{seen} 不是 T 或 F。"
    if kind in (ItemKind.SINGLE_CHOICE, ItemKind.MULTIPLE_CHOICE):
        letters = letters_of(key)
        if not set(letters) <= set(_LETTERS) or len(set(letters)) != len(letters):
            return f"{seen} 不是选项字母（A 到 {_LETTERS[-1]}，各一次）。"
    if kind == ItemKind.FILL:
        blanks = len(_blanks(key))
        if not all(_words(part) for part in _blanks(key)):
            return f"{seen} 里有一个空没有答案。"
        if steps % blanks:
            return f"{seen} 有 {blanks} 个空，每题的分值不能平均分给它们。"
    return ""


def _sections(rows: tuple[Row, ...]) -> list[Tree]:
    sections: list[Tree] = []
    number = 1
    for n, row in enumerate(rows):
        items = [
            {"number": str(k), "kind": row.kind, "points": row.points}
            | _own(row.kind, key, row.points, row.partial)
            for k, key in enumerate(_keys(row), start=number)
        ]
        number += len(items)
        ordinal = _ORDINALS[n] if n < len(_ORDINALS) else str(n + 1)
        sections.append({"title": f"{ordinal}、{row.title}", "items": items})
    return sections


def _keys(row: Row) -> tuple[str, ...]:
    """One key an item, as far as they are written; ``count`` is a whole number."""
    count = int(row.count)
    if row.kind == ItemKind.ESSAY:
        return (row.keys,) * count
    if row.kind in (ItemKind.SINGLE_CHOICE, ItemKind.MULTIPLE_CHOICE, ItemKind.TRUE_FALSE):
        return keys_of_run(row.keys, count)
    if row.kind == ItemKind.SHORT_ANSWER and not row.keys:
        return ("",) * count
    return tuple(line.strip() for line in row.keys.splitlines() if line.strip())


def _own(kind: str, key: str, points: str, partial: str) -> Tree:
    if kind == ItemKind.MULTIPLE_CHOICE:
        return {"key": key, "partial": partial or "half"}
    if kind in (ItemKind.SINGLE_CHOICE, ItemKind.TRUE_FALSE):
        return {"key": key}
    if kind == ItemKind.FILL:
        return _fill(key)
    if kind == ItemKind.SHORT_ANSWER and not key:
        return {"criteria": [{"id": "1", "points": points, "statement": UNWRITTEN}]}
    if kind == ItemKind.SHORT_ANSWER:
        criterion = {"id": "1", "points": points, "statement": key, "accepted": [key]}
        return {"reference_answer": key, "criteria": [criterion]}
    return {"characters": key} if key else {}


def _fill(key: str) -> Tree:
    """One line a fill: blanks parted by ``；``, synonyms by ``/``; a number with a unit is numeric."""
    blanks: list[Tree] = []
    for part in _blanks(key):
        words = _words(part)
        if len(words) == 1 and words[0][:1].isdigit() and " " in words[0]:
            value, unit = words[0].split(" ", 1)
            blanks.append({"numeric": {"value": value, "unit": unit.strip()}})
        else:
            blanks.append({"accepted": words})
    return {"blanks": blanks}


def _blanks(key: str) -> list[str]:
    return key.replace("；", ";").split(";")


def _words(part: str) -> list[str]:
    return [word.strip() for word in part.split("/") if word.strip()]


#: Fields of the exam file as the form calls them.
_LABELS = _REQUIRED | {
    "grade": "年级",
    "date": "日期",
    "step": "最小给分",
    "card.number_digits": "考号位数",
    "card.number_layout": "考号方式",
}
_IN_SECTION = re.compile(r"^sections\[(?P<section>\d+)\](?:\.items\[(?P<item>\d+)\])?")


def outline_words(form: Mapping[str, str], path: str, words: str) -> str:
    """What the exam file's check says about a field (``path``), in the words of the form."""
    place = _IN_SECTION.match(path)
    if place is None:
        label = _LABELS.get(path, "")
        return f"{label}：{words}" if label else words
    rows = _rows(form)
    title = rows[int(place["section"]) - 1].title
    return f"“{title}”第 {place['item']} 题：{words}" if place["item"] else f"“{title}”：{words}"
