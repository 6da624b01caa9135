"""The short printed words of the red ink: what they say, and how much room they take."""

from __future__ import annotations

import math

from core.exams import Essay, Exam, Item
from core.marks import Award
from core.results import ItemResult
from core.scores import format_steps
from feedback._items import awarded
from feedback._wording import criterion_names, why_less
from feedback.for_pupils import for_pupils

#: Sizes of letters, from the usual down to the least that is read.
NOTE_SIZES_MM = (2.6, 2.2)
#: A little more than a Chinese character's width, since lines seldom break where they are full.
_SPARE = 1.05


def note_text(exam: Exam, item: Item, got: ItemResult, page: int) -> str:
    """Points that no evidence on the page shows, and reasons for the lost ones; "" when all is shown."""
    if got.blank:
        return "未作答"
    parts = []
    for place, (key, name, full) in enumerate(criterion_names(item)):
        steps = awarded(got, key, place)
        award = next((a for a in got.awards if a.criterion == key), None)
        if steps is None:
            continue
        if isinstance(item, Essay):
            parts.append(f"{name} {format_steps(steps, exam.step)}")
        elif steps < full:
            why = why_less(item, place, steps, award.reason if award else "")
            parts.append(f"−{format_steps(full - steps, exam.step)} {why}")
        elif not _shown(award, page):
            parts.append(f"+{format_steps(steps, exam.step)} {name}")
    return "；".join(parts) or (for_pupils(got.reason) if (got.steps or 0) < got.full_steps else "")


def _shown(award: Award | None, page: int) -> bool:
    return award is not None and any(e.box is not None for e in award.evidence)


def shortened(text: str, most: int) -> str:
    """At most so many columns (a Chinese character takes two), cut with an ellipsis."""
    columns = 0.0
    for place, char in enumerate(text):
        columns += _columns(char)
        if columns > most:
            return text[:place] + "…"
    return text


def text_width_mm(text: str, size_mm: float) -> float:
    """About how wide the text stands on one line."""
    return sum(map(_columns, text)) * size_mm / 2 * _SPARE + size_mm


def lines_of(text: str, size_mm: float, width_mm: float) -> int:
    """About how many lines it takes in this width."""
    return math.ceil((text_width_mm(text, size_mm) - size_mm) / max(width_mm - size_mm, size_mm))


def _columns(char: str) -> float:
    """Half ems: typeset, capitals and digits are a little wider than half an em."""
    return 2.0 if ord(char) > 0x2E7F or char in "“”‘’…—①②③④⑤⑥⑦⑧⑨" else 1.15
