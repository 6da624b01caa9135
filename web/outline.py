"""A new exam from an outline: how many of each kind, their points, and the keys as teachers list them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from core.errors import BadInput
from core.exam_files.words import keys_of_run
from core.exams import ItemKind

Tree = dict[str, Any]

_ORDINALS = "一二三四五六七八九十"
_HEADS = ("id", "title", "subject", "grade", "date", "language", "step", "total")
_CARDS = {"A4-1": ("A4", "1"), "A3-2": ("A3", "2"), "A3-3": ("A3", "3")}
_MOST_ITEMS = 120


def outline_text(form: Mapping[str, str]) -> str:
    """The exam as YAML.

    Args:
        form: the head's fields, ``card``, and for rows ``r`` from 0: ``kind-r``, ``title-r``, ``count-r``,
            ``points-r``, ``partial-r``, ``keys-r`` (letters of choices; one line a fill or short answer).

    Raises:
        BadInput: a row cannot be understood; the message names it.
    """
    tree: Tree = {name: form[name].strip() for name in _HEADS if form.get(name, "").strip()}
    paper, columns = _CARDS.get(form.get("card", ""), _CARDS["A4-1"])
    layout = form.get("number_layout", "") or "bubbles"
    tree["card"] = {
        "paper": paper,
        "columns": columns,
        "number_layout": layout,
        "number_digits": form.get("number_digits", "").strip() or "8",
    }
    tree["sections"] = _sections(form)
    return yaml.safe_dump(tree, allow_unicode=True, sort_keys=False)


def _sections(form: Mapping[str, str]) -> list[Tree]:
    sections: list[Tree] = []
    number = 1
    rows = sorted(int(name[5:]) for name in form if name.startswith("kind-") and name[5:].isdigit())
    for row in rows:
        count = form.get(f"count-{row}", "").strip()
        if not count or count == "0":
            continue
        items = _items(form, row, number, _whole(count, row))
        number += len(items)
        title = form.get(f"title-{row}", "").strip() or "大题"
        ordinal = _ORDINALS[len(sections)] if len(sections) < len(_ORDINALS) else str(len(sections) + 1)
        sections.append({"title": f"{ordinal}、{title}", "items": items})
    if not sections:
        raise BadInput("提纲里还没有题目。", "请至少在一行里填上题数和每题分值。")
    return sections


def _whole(count: str, row: int) -> int:
    if not count.isascii() or not count.isdigit() or not 1 <= int(count[:6]) <= _MOST_ITEMS:
        raise BadInput(f"第 {row + 1} 行的题数 “{count[:10]}” 不能用。", f"请填 1 到 {_MOST_ITEMS} 的整数。")
    return int(count)


def _items(form: Mapping[str, str], row: int, first: int, count: int) -> list[Tree]:
    kind = form[f"kind-{row}"]
    written = form.get(f"keys-{row}", "")
    points = form.get(f"points-{row}", "").strip()
    keys = _keys(kind, written, count, row)
    items = []
    for n, key in enumerate(keys):
        item: Tree = {"number": str(first + n), "kind": kind, "points": points}
        items.append(item | _own(kind, key, points, form.get(f"partial-{row}", "")))
    return items


def _keys(kind: str, written: str, count: int, row: int) -> tuple[str, ...]:
    if kind == ItemKind.ESSAY:
        return (written.strip(),) * count
    if kind in (ItemKind.SINGLE_CHOICE, ItemKind.MULTIPLE_CHOICE, ItemKind.TRUE_FALSE):
        keys = keys_of_run(written, count)
        what = "个答案"
    else:
        keys = tuple(line.strip() for line in written.splitlines() if line.strip())
        what = "行答案"
    if len(keys) != count:
        raise BadInput(
            f"第 {row + 1} 行写了 {count} 题，但有 {len(keys)} {what}。",
            "选择题一题一组字母（多选题之间留空格），填空题和解答题一题一行。",
        )
    return keys


def _own(kind: str, key: str, points: str, partial: str) -> Tree:
    if kind == ItemKind.MULTIPLE_CHOICE:
        return {"key": key, "partial": partial or "half"}
    if kind in (ItemKind.SINGLE_CHOICE, ItemKind.TRUE_FALSE):
        return {"key": key}
    if kind == ItemKind.FILL:
        return _fill(key)
    if kind == ItemKind.SHORT_ANSWER:
        criterion = {"id": "1", "points": points, "statement": key, "accepted": [key]}
        return {"reference_answer": key, "criteria": [criterion]}
    return {"characters": key} if key else {}


def _fill(key: str) -> Tree:
    """One line a fill: blanks parted by ``；``, synonyms by ``/``; a number with a unit is numeric."""
    blanks: list[Tree] = []
    for part in key.replace("；", ";").split(";"):
        words = [word.strip() for word in part.split("/") if word.strip()]
        if len(words) == 1 and words[0][:1].isdigit() and " " in words[0]:
            value, unit = words[0].split(" ", 1)
            blanks.append({"numeric": {"value": value, "unit": unit.strip()}})
        else:
            blanks.append({"accepted": words})
    return {"blanks": blanks}
