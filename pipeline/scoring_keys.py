"""Maths, science and fills in tables of answers: keys are held against the answers, whoever scores the rest."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.errors import BadInput
from core.geometry import BoxMm
from core.marks import Proposal
from core.pages import TextLine, TextReading
from core.scoring_files import ScoringItem
from marking.fills import propose_fill
from marking.judge.quiet import QuietScorer, quiet
from marking.science.keys import blank_faults, criterion_faults
from marking.science.scorer import with_checks
from marking.scoring.protocol import Scorer

_NOWHERE = BoxMm(x_mm=0, y_mm=0, width_mm=1, height_mm=1)
_BETWEEN = re.compile("[;；]")


def refuse_unreadable_items(items: Sequence[ScoringItem]) -> None:
    """Looks at every key.

    Raises:
        BadInput: a key cannot be read, or is wrong in itself; with the item and the place.
    """
    for item in items:
        blanks = item.fill.blanks if item.fill is not None else ()
        faults = [*blank_faults(blanks), *criterion_faults(item.rubric.criteria)]
        if faults:
            name = f"题目 {item.id} " if item.id else "题目"
            raise BadInput(f"{name}的{faults[0]}。", "写法见 docs/exam-format.md，或把答案写进 accepted。")


def with_keys(scorer: Scorer, item: ScoringItem) -> Scorer:
    """The scorer, with the item's checks before it; answers that speak to their marker are quieted for them."""
    checked = with_checks(scorer, item.rubric.criteria)
    return scorer if checked is scorer else QuietScorer(checked)


def proposed_fill(item: ScoringItem, text: str) -> Proposal | None:
    """What a typed answer earns at the item's blanks; ``None`` for an item that is no fill.

    Answers to several blanks stand in lines of their own, or are parted by semicolons.
    """
    if item.fill is None:
        return None
    parts = answers_of(quiet(text), len(item.fill.blanks))
    readings = (_typed(item.fill.number, at, part) for at, part in enumerate(parts))
    return propose_fill(item.fill, tuple(readings))


def answers_of(text: str, count: int) -> list[str]:
    """The answers to so many blanks, empty where there are none; what is too much stays with the last."""
    if count == 1:
        return [text.strip()]
    lines = text.strip().splitlines()
    parts = lines if len(lines) > 1 else _BETWEEN.split(text)
    parts = [*parts[: count - 1], "\n".join(parts[count - 1 :])]
    return [part.strip() for part in parts] + [""] * (count - len(parts))


def _typed(item: str, part: int, text: str) -> TextReading:
    """Text that was typed, as a reading without places and without doubt."""
    lines = tuple(TextLine(text=line, box=_NOWHERE, probability=1.0) for line in text.splitlines())
    return TextReading(item=item, part=part, blank=not text, lines=lines, engine="typed")
