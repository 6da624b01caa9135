"""The pages behind released results: noted when the results are frozen, cut from when files are made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.cards import Card
from core.errors import NotFound
from core.exams import Exam
from core.results import CandidateStatus, ExamResults, FrozenPage
from pipeline.pictures import SheetPages, blank_item_picture, cut_item
from pipeline.results import ExamState
from pipeline.toolbox import Toolbox


def scripts_of(state: ExamState) -> dict[str, tuple[FrozenPage, ...]]:
    """The pages of each candidate as they lie and were read now, by card page."""
    return {
        candidate: tuple(
            FrozenPage(
                page_id=entry.page.id,
                card_id=entry.card_id,
                card_page=entry.card_page,
                blob=entry.page.blob,
                media_type=entry.page.media_type,
                width_px=entry.page.width_px,
                height_px=entry.page.height_px,
                registration=state.readings[entry.page.id].registration,
                raster_blob=state.readings[entry.page.id].raster_blob,
            )
            for _, entry in sorted(pages.items())
            if entry.page.id in state.readings
        )
        for candidate, pages in state.scripts.items()
        if state.statuses.get(candidate, CandidateStatus.PRESENT) is CandidateStatus.PRESENT
    }


@dataclass(frozen=True)
class ReleasePictures:
    """Pictures for documents, cut from the pages that a release froze."""

    tb: Toolbox
    exam: Exam
    cards: tuple[Card, ...]  #: on which to look for an item as printed, in this order
    sheets: Mapping[str, SheetPages]  #: by page id: the page and those of its script after it

    def answer(self, page_id: str, item: str) -> bytes | None:
        """The candidate's own writing, without name or number, and without the box's empty part."""
        sheet = self.sheets.get(page_id)
        try:
            return None if sheet is None else cut_item(self.tb.blobs, sheet, item, trimmed=True)
        except NotFound:
            return None

    def blank(self, item: str) -> bytes | None:
        """The item as printed on the first of the cards that has it."""
        card = next((card for card in self.cards if card.pages_of(item)), None)
        return None if card is None else blank_item_picture(self.tb, card, item)

    def figure(self, name: str) -> bytes | None:
        """A picture that a stem names."""
        for item in self.exam.items:
            for picture in item.pictures:
                if picture.name == name and picture.blob:
                    return self.tb.blobs.get(picture.blob)
        return None


def release_pictures(
    tb: Toolbox, results: ExamResults, cards: Mapping[str, Card], candidate_id: str = ""
) -> ReleasePictures:
    """Pictures of a release: of everybody, or of one candidate, whose own card then shows the items.

    Args:
        tb: where the pixels are.
        results: as the release froze them.
        cards: all cards of the exam by id.
        candidate_id: whose; "" for everybody, with the card that most pages are of first.
    """
    scripts = [results.scripts.get(candidate_id, ())] if candidate_id else list(results.scripts.values())
    used = [page.card_id for pages in scripts for page in pages]
    order = sorted(set(used) & set(cards), key=lambda card: (-used.count(card), card))
    sheets = {page.page_id: sheet for pages in scripts for page, sheet in _sheets(pages, cards)}
    return ReleasePictures(tb, results.exam, tuple(cards[card] for card in order), sheets)


def _sheets(
    pages: Sequence[FrozenPage], cards: Mapping[str, Card]
) -> Iterable[tuple[FrozenPage, SheetPages]]:
    for at, page in enumerate(pages):
        if page.card_id in cards and page.raster_blob:
            own = [p for p in pages[at:] if p.card_id == page.card_id and p.raster_blob]
            rasters = tuple((p.card_page, p.raster_blob) for p in own)
            yield page, SheetPages(cards[page.card_id], rasters)
