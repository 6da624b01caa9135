"""Sections of the file: full items, and compact runs of choices."""

from __future__ import annotations

from core.exam_files.fields import Fields
from core.exam_files.items import Frame, kind_of_item, read_item, read_numbered
from core.exam_files.options import read_options
from core.exam_files.tree import Text
from core.exam_files.words import KINDS, MAX_RUN, PARTIALS, keys_of_run, numbers_of_run
from core.exams import Item, ItemKind, PartialRule
from core.scores import ScoreStep

#: Kinds that a run may hold: their whole key is a letter or a few.
_RUN_KINDS = frozenset({ItemKind.SINGLE_CHOICE, ItemKind.MULTIPLE_CHOICE, ItemKind.TRUE_FALSE})

#: An item, where it stands, and its field path; the item is ``None`` where it was wrong.
Placed = tuple[Item | None, int, str]


def read_section_items(fields: Fields, step: ScoreStep) -> tuple[Placed, ...]:
    """The items of one section, in order."""
    if isinstance(fields.node("items"), Text):
        frame = Frame(step=step)
        return _run(fields, frame, "items")
    frame = _frame(fields, step)
    if "items" not in fields:
        fields.wrong("items", "这一大题没有题目")
        return ()
    placed: list[Placed] = []
    for entry in fields.children("items"):
        if "numbers" in entry:
            placed.extend(_run(entry, frame, "numbers"))
        else:
            placed.append((read_item(entry, frame), entry.line, entry.path))
    if not placed and not fields.problems.any:
        fields.wrong("items", "这一大题没有题目")
    return tuple(placed)


def _frame(fields: Fields, step: ScoreStep) -> Frame:
    kind = fields.choice("kind", {word: kind.value for word, kind in KINDS.items()}, "")
    return Frame(
        step=step,
        kind=ItemKind(kind) if kind else None,
        full_steps=fields.steps("points", step),
        options=read_options(fields, None) if "options" in fields else None,
        partial=PartialRule(fields.choice("partial", PARTIALS, PartialRule.NONE.value)),
        knowledge_points=fields.words("knowledge_points"),
        ability=fields.text("ability"),
    )


def _run(fields: Fields, frame: Frame, name: str) -> tuple[Placed, ...]:
    """Choices that differ in number and key only."""
    numbers = numbers_of_run(fields.text(name))
    if not numbers:
        fields.wrong(name, f"应是题号范围，如 1-20（最多 {MAX_RUN} 题），现在是“{fields.text(name)}”")
        return ()
    kind = kind_of_item(fields, frame)
    if kind not in _RUN_KINDS:
        fields.wrong("kind", "成批写法只用于 single_choice、multiple_choice、true_false")
        return ()
    keys = keys_of_run(fields.required("keys"), len(numbers))
    if not keys:
        return ()
    if len(keys) != len(numbers):
        fields.wrong(
            "keys", f"有 {len(numbers)} 道题（{numbers[0]} 到 {numbers[-1]}），但有 {len(keys)} 个答案"
        )
        return ()
    placed: list[Placed] = []
    for number, key in zip(numbers, keys, strict=True):
        before = fields.problems.count
        item = read_numbered(fields, frame, number, key)
        placed.append((item, fields.line_of(name), fields.path))
        if fields.problems.count > before:
            break  # the same words would be told for every item of the run
    return tuple(placed)
