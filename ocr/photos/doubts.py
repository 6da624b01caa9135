"""Readings in parts of a page that are hard to see are not settled by the machine."""

from __future__ import annotations

from collections.abc import Mapping

from core.cards import BubbleField, CardPage
from core.pages import BubbleReading, BubbleVerdict, PageReading, TextReading
from ocr.photos.judging import overlap
from ocr.photos.records import Quality, Severity

UNCLEAR = "图像不清"  #: why a bubble field, or a text, is doubtful
_MOST_SURE = 0.6


def with_doubts(reading: PageReading, quality: Quality, page: CardPage) -> PageReading:
    """The reading with the advice as notes; bubbles and texts at doubtful places go to a person."""
    if quality.severity is Severity.READABLE:
        return reading
    fields = {(field.purpose.value, field.key): field for field in page.bubbles}
    return reading.model_copy(
        update={
            "notes": (*reading.notes, *quality.advice),
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
    if not any(overlap(bubble.box, bad) for bubble in field.bubbles for bad in quality.doubtful):
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
    if not any(overlap(box, bad) for box in boxes for bad in quality.doubtful):
        return reading
    return reading.model_copy(update={"note": reading.note or UNCLEAR})
