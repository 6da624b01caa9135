"""Readings in parts of a page that are hard to see are not settled by the machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.cards import BubbleField, BubblePurpose, CardPage
from core.geometry import BoxMm
from core.pages import (
    BubbleReading,
    BubbleVerdict,
    DigitReading,
    NumberReading,
    PageReading,
    TextReading,
)
from ocr.photos.judging import overlap
from ocr.photos.records import Quality, Severity

UNCLEAR = "图像不清"  #: why a bubble field, a digit of the 考号, or a text, is doubtful
_MOST_SURE = 0.6


def with_doubts(reading: PageReading, quality: Quality, page: CardPage) -> PageReading:
    """The reading with the advice as notes; bubbles and texts at doubtful places go to a person.

    Digits of the 考号 at such places, filled or written, are trusted less, so that they settle nobody's
    identity alone; a number that a code says was read whole or not at all, and stays. A 缺考 bubble there
    is doubtful, but for one that is empty on a page that was written on: that pupil was there.
    """
    if quality.severity is Severity.READABLE:
        return reading
    fields = {(field.purpose.value, field.key): field for field in page.bubbles}
    absent = reading.absent
    if absent is not None and (absent.verdict is BubbleVerdict.MARKED or not _written(reading)):
        absent = _bubble(absent, quality, fields)
    return reading.model_copy(
        update={
            "notes": (*reading.notes, *quality.advice),
            "numbers": tuple(_number(number, quality, page) for number in reading.numbers),
            "absent": absent,
            "bubbles": tuple(_bubble(bubble, quality, fields) for bubble in reading.bubbles),
            "texts": tuple(_text(text, quality, page) for text in reading.texts),
        }
    )


def _bubble(
    reading: BubbleReading, quality: Quality, fields: Mapping[tuple[str, str], BubbleField]
) -> BubbleReading:
    field = fields.get((reading.purpose, reading.key))
    if field is None or reading.verdict is BubbleVerdict.DOUBTFUL:
        return reading
    if not _unclear([bubble.box for bubble in field.bubbles], quality):
        return reading
    return reading.model_copy(
        update={
            "verdict": BubbleVerdict.DOUBTFUL,
            "confidence": min(reading.confidence, _MOST_SURE),
            "reason": UNCLEAR,
        }
    )


def _text(reading: TextReading, quality: Quality, page: CardPage) -> TextReading:
    boxes = [r.box for r in page.writing if (r.item, r.part) == (reading.item, reading.part)]
    if not _unclear(boxes, quality):
        return reading
    return reading.model_copy(update={"note": reading.note or UNCLEAR})


def _number(reading: NumberReading, quality: Quality, page: CardPage) -> NumberReading:
    places = _places(reading.source, page)
    if len(places) != len(reading.digits):
        return reading  # a code has no digits by place
    digits = [
        _digit(digit) if _unclear(boxes, quality) else digit
        for digit, boxes in zip(reading.digits, places, strict=True)
    ]
    return reading.model_copy(update={"digits": tuple(digits)})


def _places(source: str, page: CardPage) -> list[list[BoxMm]]:
    """Where each digit of a number stands: a column of bubbles, or one box."""
    if source == "digits":
        return [[box] for box in page.number_boxes]
    if source != "bubbles":
        return []
    columns = [field for field in page.bubbles if field.purpose is BubblePurpose.NUMBER]
    return [[b.box for b in field.bubbles] for field in sorted(columns, key=lambda field: int(field.key))]


def _digit(reading: DigitReading) -> DigitReading:
    """Mixed with an even distribution, so that neither a digit nor an empty place is surer than 0.6."""
    top, even = max(reading.probabilities), 1 / len(reading.probabilities)
    kept = min(1.0, (_MOST_SURE - even) / (top - even)) if top > even else 1.0
    return reading.model_copy(
        update={
            "probabilities": tuple(kept * share + (1 - kept) * even for share in reading.probabilities),
            "blank": min(reading.blank, _MOST_SURE),
            "note": reading.note or UNCLEAR,
        }
    )


def _written(reading: PageReading) -> bool:
    return any(b.marked for b in reading.bubbles) or any(not text.blank for text in reading.texts)


def _unclear(boxes: Sequence[BoxMm], quality: Quality) -> bool:
    return any(overlap(box, bad) for box in boxes for bad in quality.doubtful)
