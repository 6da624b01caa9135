"""The form of one item's standard: what was typed becomes the item in the shape of the exam file."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from core.exams import ItemKind

Tree = dict[str, Any]

#: Fields of an entry that hold one wording a line.
_LISTS = ("accepted", "must_not", "wrong")
_CRITERION = ("points", "statement", *_LISTS[:2])
_BLANK = ("points", "accepted", "wrong", "expression")
_NUMERIC = ("value", "unit", "tolerance")
_MOST_ENTRIES = 60


def standard_of(tree: Mapping[str, Any], form: Mapping[str, str]) -> Tree:
    """The item's tree with what the form says in place of what it said; fields not asked for stay.

    Args:
        tree: the item as it stands.
        form: ``key``, ``partial``, ``points`` of items with one key; ``blanks-N-field`` and
            ``criteria-N-field`` from 0, where a criterion without a statement is taken out; and
            ``add-part``, ``add-words`` for one more accepted wording of a blank (its number from 1) or a
            criterion (its id).
    """
    new = dict(tree)
    match tree["kind"]:
        case ItemKind.SHORT_ANSWER:
            new["criteria"] = _entries(tree.get("criteria") or [], form, "criteria", _CRITERION)
            new["criteria"] = [entry for entry in _with_ids(new["criteria"]) if entry.get("statement")]
            _add(new["criteria"], form)
        case ItemKind.FILL:
            new["blanks"] = _entries(tree.get("blanks") or [], form, "blanks", _BLANK)
            _numbers(new["blanks"], form)
            _add(new["blanks"], form)
        case _:
            for field in ("key", "partial", "points"):
                if field in form:
                    _put(new, field, form[field])
    parts = new.get("criteria") or new.get("blanks")
    if parts:
        new["points"] = _sum(parts, str(tree.get("points", "")))
    return new


def _entries(old: list[Tree], form: Mapping[str, str], name: str, fields: tuple[str, ...]) -> list[Tree]:
    """The entries as typed; one row more than there were is a new one."""
    entries = []
    for n in range(min(len(old) + 1, _MOST_ENTRIES)):
        entry = dict(old[n]) if n < len(old) else {}
        for field in fields:
            typed = form.get(f"{name}-{n}-{field}")
            if typed is not None:
                _put(entry, field, typed)
        if n < len(old) or entry.get("statement"):
            entries.append(entry)
    return entries


def _put(entry: Tree, field: str, typed: str) -> None:
    lines = [line.strip() for line in typed.replace("\r", "").split("\n") if line.strip()]
    value: object = lines if field in _LISTS else typed.strip()
    if value:
        entry[field] = value
    else:
        entry.pop(field, None)


def _numbers(blanks: list[Tree], form: Mapping[str, str]) -> None:
    """The number of a blank: taken out where its value is left empty."""
    for n, blank in enumerate(blanks):
        if f"blanks-{n}-value" not in form:
            continue
        numeric = dict(blank.get("numeric") or {})
        for field in _NUMERIC:
            _put(numeric, field, form.get(f"blanks-{n}-{field}", ""))
        if form.get(f"blanks-{n}-relative"):
            numeric["relative"] = "true"
        else:
            numeric.pop("relative", None)
        if numeric.get("value"):
            blank["numeric"] = numeric
        else:
            blank.pop("numeric", None)


def _with_ids(criteria: list[Tree]) -> list[Tree]:
    """Every criterion by its id, so that marks find theirs again when one before it is taken out."""
    used = {str(entry["id"]) for entry in criteria if entry.get("id")}
    for n, entry in enumerate(criteria, start=1):
        if not entry.get("id"):
            free = (str(k) for k in range(n, n + len(criteria) + len(used) + 1))
            entry["id"] = next(id_ for id_ in free if id_ not in used)
            used.add(entry["id"])
    return criteria


def _add(entries: list[Tree], form: Mapping[str, str]) -> None:
    """One more accepted wording, for the criterion (or blank) that it is offered for."""
    part, words = form.get("add-part", ""), form.get("add-words", "").strip()
    for n, entry in enumerate(entries, start=1):
        if words and part == str(entry.get("id") or n):
            entry["accepted"] = [*(entry.get("accepted") or []), words]


def _sum(parts: list[Tree], otherwise: str) -> str:
    """What the parts add up to; where one is no number, the exam's own check says which."""
    try:
        total = sum((Decimal(str(part.get("points", ""))) for part in parts), Decimal())
    except InvalidOperation:
        return otherwise
    return f"{total:f}"
