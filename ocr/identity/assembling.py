"""From pages as they lay in their stacks to what is known of each sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.rosters import Roster
from ocr.identity.evidence import PageTrace, PossiblePartner, SheetEvidence
from ocr.identity.sheets import divide_stacks


@dataclass(frozen=True)
class Assembled:
    """``evidence`` is for ``settle_identities``; ``sheet_of`` names for each page that was fed with
    another as one sheet the first page of that sheet."""

    evidence: tuple[SheetEvidence, ...]
    sheet_of: dict[str, str]


def assemble(pages: Sequence[PageTrace], roster: Roster) -> Assembled:
    """Gather the evidence for each sheet.

    A page given to a candidate by a person is evidence of its own, and for the other side of its
    sheet; pages that were set aside, strays and pages that could not be read are only looked past.

    Args:
        pages: all pages of the exam.
        roster: its candidates; may be empty.
    """
    by_id = {page.page_id: page for page in pages}
    division = divide_stacks(pages, roster)
    evidence: list[SheetEvidence] = []
    sheet_of = {}
    for ids in division.sheets:
        sheet = [by_id[page_id] for page_id in ids]
        if len(sheet) > 1:
            sheet_of.update(dict.fromkeys(ids, ids[0]))
        evidence += [_known(page) for page in sheet if page.known_id]
        open_ones = [p for p in sheet if p.card_page and not (p.known_id or p.aside or p.foreign)]
        if open_ones:
            evidence.append(_evidence(open_ones, sheet, _partners(ids, division.doubtful, by_id)))
    return Assembled(tuple(evidence), sheet_of)


def _known(page: PageTrace) -> SheetEvidence:
    return SheetEvidence(
        sheet_id=page.page_id,
        page_ids=(page.page_id,),
        card_pages=(page.card_page,),
        numbers=page.numbers,
        known_id=page.known_id,
    )


def _evidence(
    pages: Sequence[PageTrace], sheet: Sequence[PageTrace], partners: tuple[PossiblePartner, ...]
) -> SheetEvidence:
    return SheetEvidence(
        sheet_id=pages[0].page_id,
        page_ids=tuple(page.page_id for page in pages),
        card_pages=tuple(page.card_page for page in pages),
        numbers=tuple(number for page in sheet for number in page.numbers),
        partners=partners,
    )


def _partners(
    ids: tuple[str, ...],
    doubtful: Mapping[str, tuple[tuple[str, float], ...]],
    by_id: Mapping[str, PageTrace],
) -> tuple[PossiblePartner, ...]:
    others = doubtful.get(ids[0], ()) if len(ids) == 1 else ()
    return tuple(
        PossiblePartner(share=min(1.0, share), numbers=by_id[page].numbers) for page, share in others
    )
