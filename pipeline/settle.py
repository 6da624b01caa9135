"""Settling whose pages they are: the whole exam as one assignment, then duplicates and collisions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.cards import Card
from core.errors import NotFound
from core.identities import Identity
from core.ledger import PageEntry
from core.pages import BubbleVerdict, PageReading, PageState
from core.results import CandidateStatus
from core.rosters import Roster
from core.store import UnitOfWork
from ocr.identity import PageTrace, SheetEvidence, SheetIdentity, group_sheets, settle_identities
from ocr.intake import decode_grey
from ocr.rasters import PageRaster
from ocr.registration import SAME_PAGE_SIMILARITY, page_similarity
from pipeline.marking_again import mark_again
from pipeline.toolbox import Toolbox

_REOPENABLE = (PageState.RECEIVED, PageState.HELD, PageState.PLACED)


@dataclass(frozen=True)
class Verdict:
    """Where one page goes."""

    page_id: str
    state: PageState
    candidate_id: str = ""
    reason: str = ""
    held_for: str = ""
    duplicate_of: str = ""


def settle_exam(tb: Toolbox, exam_id: str) -> None:
    """Settle every page that a person has not settled. Running it again changes nothing by itself."""
    with tb.store.read() as uow:
        cards = {card.id: card for card in uow.cards.of_exam(exam_id)}
        roster = uow.candidates.roster(exam_id)
        readings = uow.pages.readings(exam_id)
        entries = [
            e for e in uow.pages.entries(exam_id, _REOPENABLE) if e.page.id in readings and e.card_page
        ]
    sheets = _sheets(entries, readings, cards)
    fixed = _settled_by_people(entries)
    threshold = tb.settings.identity_threshold
    free = [s for s in sheets if not any(page in fixed for page in s.page_ids)]
    settled = settle_identities(free, _unclaimed(roster, fixed, entries), threshold=threshold)
    verdicts = _verdicts(tb, settled, entries, readings, fixed)
    with tb.store.write() as uow:
        _keep(uow, exam_id, sheets, settled, verdicts)
        _note_absences(uow, exam_id, readings)
    if any(len(card.pages_of(item)) > 1 for card in cards.values() for item in _items(card)):
        mark_again(tb, exam_id, [], lambda _done, _total: None)  # continuation pages have found theirs


def _items(card: Card) -> set[str]:
    return {region.item for page in card.pages for region in page.writing}


def _settled_by_people(entries: Sequence[PageEntry]) -> dict[str, str]:
    return {
        e.page.id: e.candidate_id
        for e in entries
        if e.state is PageState.PLACED and e.settled_by not in ("", "machine")
    }


def _sheets(
    entries: Sequence[PageEntry], readings: Mapping[str, PageReading], cards: Mapping[str, Card]
) -> tuple[SheetEvidence, ...]:
    traces = [
        PageTrace(
            page_id=e.page.id,
            stack_id=e.page.stack_id,
            source_index=e.page.source_index,
            card_page=e.card_page,
            card_pages=len(cards[e.card_id].pages),
            numbers=readings[e.page.id].numbers,
        )
        for e in entries
    ]
    by_id = {e.page.id: e for e in entries}
    return tuple(
        SheetEvidence(
            sheet_id=pages[0],
            page_ids=pages,
            card_pages=tuple(by_id[page].card_page for page in pages),
            numbers=tuple(number for page in pages for number in readings[page].numbers),
        )
        for pages in group_sheets(traces)
    )


def _unclaimed(roster: Roster, fixed: Mapping[str, str], entries: Sequence[PageEntry]) -> Roster:
    """The roster without candidates whose every page a person has settled."""
    settled: dict[str, set[int]] = defaultdict(set)
    for entry in entries:
        if entry.page.id in fixed:
            settled[entry.candidate_id].add(entry.card_page)
    sides = {entry.card_page for entry in entries}
    left = tuple(c for c in roster.candidates if not sides or settled.get(c.id, set()) != sides)
    return Roster(candidates=left)


def _verdicts(
    tb: Toolbox,
    settled: Sequence[SheetIdentity],
    entries: Sequence[PageEntry],
    readings: Mapping[str, PageReading],
    fixed: Mapping[str, str],
) -> list[Verdict]:
    """Place what is settled; of two pages for one place, tell a second scan from a collision."""
    by_id = {e.page.id: e for e in entries}
    order = {e.page.id: n for n, e in enumerate(entries)}
    taken = {(candidate, by_id[page].card_page): page for page, candidate in fixed.items()}
    claims: dict[str, list[SheetIdentity]] = defaultdict(list)
    verdicts = []
    for sheet in settled:
        claimed = sheet.candidate_id or sheet.claimed_id
        if claimed:
            claims[claimed].append(sheet)
        else:
            verdicts += [_held(page, sheet.reason, "identity") for page in sheet.page_ids]
    for candidate, sheets in claims.items():
        sheets.sort(key=lambda sheet: (-len(sheet.page_ids), order[sheet.page_ids[0]]))
        pages = [page for sheet in sheets for page in sheet.page_ids]
        verdicts += _one_candidate(tb, candidate, pages, by_id, readings, taken)
    return verdicts


def _one_candidate(
    tb: Toolbox,
    candidate: str,
    pages: Sequence[str],
    by_id: Mapping[str, PageEntry],
    readings: Mapping[str, PageReading],
    taken: Mapping[tuple[str, int], str],
) -> list[Verdict]:
    """All pages that claim one candidate: each side once, further scans of it set aside.

    When two of them differ, nobody can tell from the numbers whose they are, and all wait.
    """
    holders = {side: page for (owner, side), page in taken.items() if owner == candidate}
    verdicts = []
    for page in pages:
        holder = holders.setdefault(by_id[page].card_page, page)
        if holder == page:
            verdicts.append(Verdict(page, PageState.PLACED, candidate_id=candidate))
        elif _same_page(tb, readings[page], readings[holder]):
            words = f"与 {by_id[holder].page.source_name} 是同一面"
            verdicts.append(Verdict(page, PageState.DUPLICATE, reason=words, duplicate_of=holder))
        else:
            words = f"与 {by_id[holder].page.source_name} 填了同一考号"
            return [_held(other, words, "collision") for other in pages]
    return verdicts


def _held(page: str, reason: str, held_for: str) -> Verdict:
    return Verdict(page, PageState.HELD, reason=reason, held_for=held_for)


def _same_page(tb: Toolbox, a: PageReading, b: PageReading) -> bool:
    try:
        rasters = [PageRaster(decode_grey(tb.blobs.get(r.raster_blob))) for r in (a, b)]
    except NotFound:
        return False
    return page_similarity(*rasters) >= SAME_PAGE_SIMILARITY


def _keep(
    uow: UnitOfWork,
    exam_id: str,
    sheets: Sequence[SheetEvidence],
    settled: Sequence[SheetIdentity],
    verdicts: Sequence[Verdict],
) -> None:
    before = uow.pages.identities(exam_id)
    for sheet in sheets:
        for page in sheet.page_ids:
            uow.pages.update(page, sheet=sheet.sheet_id if len(sheet.page_ids) > 1 else "")
    for found in settled:
        for page in found.page_ids:
            identity = Identity(
                page_id=page, candidate_id=found.candidate_id, guesses=found.guesses, reason=found.reason
            )
            if before.get(page) != identity:
                uow.pages.add_identity(exam_id, identity)
    for verdict in verdicts:
        now = uow.pages.entry(verdict.page_id)
        if now.settled_by not in ("", "machine") or now.state not in _REOPENABLE:
            continue  # a person was faster
        uow.pages.update(
            verdict.page_id,
            state=verdict.state,
            candidate_id=verdict.candidate_id,
            reason=verdict.reason,
            held_for=verdict.held_for,
            duplicate_of=verdict.duplicate_of,
            settled_by="machine" if verdict.state is PageState.PLACED else "",
        )


def _note_absences(uow: UnitOfWork, exam_id: str, readings: Mapping[str, PageReading]) -> None:
    """A card whose 缺考 box the invigilator filled declares its candidate absent and is set aside."""
    for entry in uow.pages.entries(exam_id, [PageState.PLACED]):
        reading = readings.get(entry.page.id)
        absent = reading.absent if reading is not None else None
        if absent is None or absent.verdict is BubbleVerdict.BLANK:
            continue
        written = (
            any(b.marked for b in reading.bubbles) or any(not t.blank for t in reading.texts)
            if reading
            else True
        )
        if absent.verdict is BubbleVerdict.MARKED and not written:
            uow.candidates.set_status(
                exam_id, entry.candidate_id, CandidateStatus.ABSENT, "machine", "缺考标记已填涂"
            )
            words = "缺考卡"
            uow.pages.update(entry.page.id, state=PageState.STRAY, reason=words, candidate_id="")
            uow.audit.write("machine", "candidate.absent", exam_id, entry.candidate_id, why=words)
        else:
            uow.pages.update(
                entry.page.id,
                state=PageState.HELD,
                held_for="absent",
                reason="缺考标记不清, 或填了缺考却有作答",
            )
