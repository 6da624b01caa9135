"""Keys of an item file in the words of an exam file: ``check``, ``follows``, and the blanks of a fill."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from core.answer_keys import Check, FollowThrough
from core.exam_files import tree
from core.exam_files.answers import read_blanks, shared_steps
from core.exam_files.fields import Fields
from core.exam_files.problems import Problems
from core.exam_files.science import read_check, read_follows
from core.exams import Criterion, Fill
from core.scores import ScoreStep

#: What makes an item a fill, under the names of the exam file.
FILL_FIELDS = (
    "blanks", "accepted", "wrong", "numeric", "expression", "check", "any_order", "case_sensitive", "width_mm",
)  # fmt: skip
_STEPS = {Decimal(step.value): step for step in ScoreStep}


def read_criterion_keys(
    body: Mapping[str, Any], steps: int, step: Decimal, before: list[Criterion], where: tuple[str, int]
) -> tuple[Check | None, FollowThrough | None]:
    """``check`` and ``follows`` of a criterion worth ``steps``; ``where`` is the file and the place from 1.

    Raises:
        ExamInvalid: with file, line and field.
    """
    if "check" not in body and "follows" not in body:
        return None, None
    problems = Problems(where[0])
    fields, unit = _fields(body, step, f"criteria[{where[1]}]", problems)
    check = read_check(fields, unit, steps)
    follows = read_follows(fields, unit, check, before)
    problems.raise_if_any()
    return check, follows


def read_fill(body: Mapping[str, Any], step: Decimal, name: str) -> Fill:
    """The fill that the item's own fields make, in whole steps.

    Raises:
        ExamInvalid: with file, line and field.
    """
    problems = Problems(name)
    fields, unit = _fields(body, step, "", problems)
    total = fields.steps("points", unit)
    blanks, share = read_blanks(fields, unit, total)
    any_order = fields.truth("any_order", False)
    steps = shared_steps(fields, unit, total, None, share) if share.whole else None
    fields.close()
    problems.raise_if_any()
    return Fill(number="1", full_steps=steps or share.steps, blanks=blanks, any_order=any_order)


def points_in(value: Any) -> list[Decimal]:
    """All points that a key speaks of, at any depth; what is no number is told by the key's own reader."""
    if isinstance(value, Mapping):
        own = [entry for name, entry in value.items() if _is_points(str(name))]
        numbers = [number for entry in own if (number := _number(entry)) is not None]
        return numbers + [found for entry in value.values() for found in points_in(entry)]
    return [found for entry in value for found in points_in(entry)] if isinstance(value, list) else []


def _fields(
    body: Mapping[str, Any], step: Decimal, path: str, problems: Problems
) -> tuple[Fields, ScoreStep]:
    """The fields as an exam's file would have them; points of odd steps are counted in steps before."""
    unit = _STEPS.get(step.normalize())
    node = _mapping(body, getattr(body, "line", 1), None if unit else step)
    return Fields(node, path, problems), unit or ScoreStep.ONE


def _mapping(value: Mapping[str, Any], line: int, step: Decimal | None) -> tree.Mapping:
    entries: dict[str, tuple[int, tree.Node]] = {}
    for name, entry in value.items():
        number = _number(entry) if step is not None and _is_points(str(name)) else None
        counted = entry if number is None or step is None else f"{(number / step).normalize():f}"
        entries[str(name)] = (line, _node(counted, line, step))
    return tree.Mapping(line, entries)


def _node(value: Any, line: int, step: Decimal | None) -> tree.Node:
    line = getattr(value, "line", line)
    if isinstance(value, Mapping):
        return _mapping(value, line, step)
    if isinstance(value, list):
        return tree.Sequence(line, tuple(_node(entry, line, step) for entry in value))
    return tree.Text(line, "" if value is None else str(value), plain=value is None)


def _is_points(name: str) -> bool:
    return name == "points" or name.endswith("_points")


def _number(value: Any) -> Decimal | None:
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
