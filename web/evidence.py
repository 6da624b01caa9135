"""Where the words that earned points stand on the crop."""

from __future__ import annotations

from collections.abc import Iterable

from core.cards import Card
from core.errors import NotFound
from core.geometry import BoxMm
from core.marks import Award

# The crop's own margin, whatever it is: boxes drawn by another rule would miss the words.
from pipeline.pictures import crop_margin_mm, item_box
from pipeline.review import ReviewTask
from web.context import tools


def evidence_boxes(task: ReviewTask, awards: Iterable[Award]) -> list[dict[str, float | str]]:
    """Boxes as shares of the crop's width and height; none where the crop joins several pages."""
    evidence = [(award.criterion, e) for award in awards for e in award.evidence if e.box is not None]
    if not evidence:
        return []
    card = _card(task.reading.card_id)
    if card is None or len(card.pages_of(task.item.number)) != 1:
        return []
    page = card.page(task.reading.card_page)
    crop = item_box(page, task.item.number)
    if crop is None:
        return []
    shown = crop.grown(crop_margin_mm(page, task.item.number))
    return [
        {"text": e.text, "pad": criterion, **_share(e.box, shown)}
        for criterion, e in evidence
        if e.box is not None
    ]


def _card(card_id: str) -> Card | None:
    try:
        with tools().store.read() as uow:
            return uow.cards.get(card_id)
    except NotFound:
        return None


def _share(box: BoxMm, crop: BoxMm) -> dict[str, float]:
    return {
        "left": (box.x_mm - crop.x_mm) / crop.width_mm,
        "top": (box.y_mm - crop.y_mm) / crop.height_mm,
        "width": box.width_mm / crop.width_mm,
        "height": box.height_mm / crop.height_mm,
    }
