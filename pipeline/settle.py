"""Settling whose pages they are: the whole exam at once, what people have settled as given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from core.blobs import BlobStore
from core.cards import Card
from core.errors import MachineProblem, NotFound
from core.identities import Identity, Proposal
from core.ledger import PageEntry
from core.pages import NumberReading, PageReading, PageState
from core.results import CandidateStatus
from core.rosters import Roster
from core.store import UnitOfWork
from ocr.identity import Assembled, PageTrace, SheetIdentity, assemble, propose, settle_identities
from ocr.intake import decode_grey
from ocr.rasters import PageRaster
from ocr.registration import SAME_PAGE_SIMILARITY, page_similarity
from pipeline.claims import ABSENT_CARD, Case, Verdict, absences, verdicts_of
from pipeline.judge_round import owe_judging
from pipeline.marking_again import mark_again
from pipeline.toolbox import Toolbox

MACHINE = "machine"
_ATTEMPTS = 5
#: What a number was read from, in the words of the audit log.
_SOURCES = {"bubbles": "填涂", "digits": "手写", "code": "页码二维码", "sticker": "条码贴"}
#: What the machine itself has set aside is looked at again each time, so that the order in which
#: pages came in, and how often this ran, change nothing.
_SETTLED_AGAIN = (
    PageState.RECEIVED,
    PageState.HELD,
    PageState.PLACED,
    PageState.DUPLICATE,
    PageState.STRAY,
)


@dataclass(frozen=True)
class Before:
    """The exam as it stood when settling began."""

    entries: tuple[PageEntry, ...]
    readings: Mapping[str, PageReading]
    identities: Mapping[str, Identity]
    roster: Roster
    statuses: Mapping[str, CandidateStatus]
    cards: Mapping[str, Card]

    def reopenable(self, entry: PageEntry) -> bool:
        """Whether the machine may say where the page goes."""
        read = entry.page.id in self.readings and entry.card_page > 0
        return read and entry.state in _SETTLED_AGAIN and not self._decided(entry)

    def _decided(self, entry: PageEntry) -> bool:
        """Whether a person has said where the page goes, or that it is to wait."""
        identity = self.identities.get(entry.page.id)
        kept_back = identity is not None and identity.by != MACHINE and entry.state is PageState.HELD
        return entry.settled_by not in ("", MACHINE) or kept_back

    def fixed(self) -> dict[str, str]:
        """Page → candidate, as people have settled it."""
        return {
            e.page.id: e.candidate_id
            for e in self.entries
            if e.state is PageState.PLACED and e.settled_by not in ("", MACHINE)
        }


def settle_exam(tb: Toolbox, exam_id: str) -> None:
    """Settle every page that a person has not settled. Running it again changes nothing by itself.

    Raises:
        MachineProblem: people kept changing the ledger all the while; the job is tried again later.
    """
    for _ in range(_ATTEMPTS):
        if _settled(tb, exam_id):
            break
    else:
        raise MachineProblem(f"考试 {exam_id} 的台账一直在变动, 考号归属稍后再试。", "无需处理, 会自动重试。")
    with tb.store.read() as uow:
        cards = uow.cards.of_exam(exam_id)
    several = sorted({item for card in cards for item in _items(card) if len(card.pages_of(item)) > 1})
    if several:
        mark_again(tb, exam_id, several, lambda _done, _total: None)  # continuation pages have found theirs
    _owe_judging(tb, exam_id)


def _owe_judging(tb: Toolbox, exam_id: str) -> None:
    """Where a language model is set, ask it about short answers of which it has not been asked."""
    with tb.store.write() as uow:
        job_id = owe_judging(uow, tb.settings, exam_id)
    if job_id is not None:
        tb.wake(job_id)


def _settled(tb: Toolbox, exam_id: str) -> bool:
    """Settle once; ``False`` when the ledger changed in the meantime and nothing was kept."""
    with tb.store.read() as uow:
        before = _read(uow, exam_id)
    traces = _traces(before)
    assembled = assemble(traces, before.roster)
    settled = settle_identities(assembled.evidence, before.roster, threshold=tb.settings.identity_threshold)
    proposals = propose(assembled.evidence, settled, traces, before.roster)
    entries = {entry.page.id: entry for entry in before.entries}
    same = partial(_same_paper, tb.blobs, before.readings)
    case = Case(entries, before.readings, before.fixed(), same)
    present = {c for c, status in before.statuses.items() if status is not CandidateStatus.ABSENT}
    verdicts = absences(case, verdicts_of(case, settled), present)
    with tb.store.write() as uow:
        if _changed(uow, exam_id, before):
            return False
        _keep(uow, exam_id, before, assembled, settled, proposals, verdicts)
    return True


def _items(card: Card) -> set[str]:
    return {region.item for page in card.pages for region in page.writing}


def _read(uow: UnitOfWork, exam_id: str) -> Before:
    return Before(
        entries=uow.pages.entries(exam_id),
        readings=uow.pages.readings(exam_id),
        identities=uow.pages.identities(exam_id),
        roster=uow.candidates.roster(exam_id),
        statuses=uow.candidates.statuses(exam_id),
        cards={card.id: card for card in uow.cards.of_exam(exam_id)},
    )


def _changed(uow: UnitOfWork, exam_id: str, before: Before) -> bool:
    """Whether a person was faster; pages that are only now being read are for the next time."""
    known = {entry.page.id for entry in before.entries if entry.card_page}
    now = tuple(entry for entry in uow.pages.entries(exam_id) if entry.page.id in known)
    return (
        now != tuple(entry for entry in before.entries if entry.card_page)
        or uow.pages.identities(exam_id) != before.identities
        or uow.candidates.statuses(exam_id) != before.statuses
        or uow.candidates.roster(exam_id) != before.roster
    )


def _traces(before: Before) -> list[PageTrace]:
    """Every page that lay in a stack, also those of which nothing is settled here."""
    entries = {entry.page.id: entry for entry in before.entries}
    numbers = {c.id: c.number for c in before.roster.candidates}
    fixed = before.fixed()
    traces = []
    for entry in before.entries:
        seen = entries.get(entry.duplicate_of, entry) if not entry.card_page else entry
        reading = before.readings.get(seen.page.id)
        owner = fixed.get(entry.page.id, "")
        card = before.cards.get(seen.card_id)
        trace = PageTrace(
            page_id=entry.page.id,
            stack_id=entry.page.stack_id,
            source_index=entry.page.source_index,
            card_page=seen.card_page if card is not None else 0,
            card_pages=len(card.pages) if card is not None else 1,
            numbers=reading.numbers if reading is not None else (),
            rotation_deg=reading.registration.rotation_deg if reading is not None and seen is entry else None,
            foreign=entry.state is PageState.STRAY and not before.reopenable(entry),
            aside=not owner and not before.reopenable(entry),
            known_id=owner,
        )
        traces.append(_as_told(trace, numbers.get(owner, owner)) if owner else trace)
    return traces


def _as_told(trace: PageTrace, number: str) -> PageTrace:
    """The page as the person sees it: what was read of its number no longer counts."""
    told = (NumberReading(source="person", text=number),) if number else ()
    return trace.model_copy(update={"numbers": told})


def _same_paper(blobs: BlobStore, readings: Mapping[str, PageReading], page: str, other: str) -> bool:
    try:
        pictures = [blobs.get(readings[each].raster_blob) for each in (page, other)]
        rasters = [PageRaster(decode_grey(picture)) for picture in pictures]
        return page_similarity(*rasters) >= SAME_PAGE_SIMILARITY
    except (NotFound, KeyError):
        return False  # e.g. a page that a person placed without its having been read
    except ValueError:
        return False  # two revisions of the card, on papers of different size


def _keep(
    uow: UnitOfWork,
    exam_id: str,
    before: Before,
    assembled: Assembled,
    settled: Sequence[SheetIdentity],
    proposals: Sequence[Proposal],
    verdicts: Sequence[Verdict],
) -> None:
    fixed = before.fixed()
    proposed = {proposal.moves[0].page_ids[0]: proposal for proposal in proposals}
    for entry in before.entries:
        sheet = assembled.sheet_of.get(entry.page.id, "")
        if entry.sheet != sheet:
            uow.pages.update(entry.page.id, sheet=sheet)
    for found in settled:
        for page in found.page_ids:
            identity = Identity(
                page_id=page,
                candidate_id=found.candidate_id,
                guesses=found.guesses,
                reason=found.reason,
                proposal=proposed.get(page),
            )
            if page not in fixed and before.identities.get(page) != identity:
                uow.pages.add_identity(exam_id, identity)
    _note_identities(uow, exam_id, before, settled, verdicts)
    for verdict in verdicts:
        _put(uow, verdict)
    _note_absences(uow, exam_id, before, verdicts)


def _put(uow: UnitOfWork, verdict: Verdict) -> None:
    placed = verdict.state is PageState.PLACED
    uow.pages.update(
        verdict.page_id,
        state=verdict.state,
        candidate_id=verdict.candidate_id if placed else "",
        reason=verdict.reason,
        held_for=verdict.held_for,
        duplicate_of=verdict.duplicate_of,
        settled_by=MACHINE if placed else "",
    )


def _note_identities(
    uow: UnitOfWork,
    exam_id: str,
    before: Before,
    settled: Sequence[SheetIdentity],
    verdicts: Sequence[Verdict],
) -> None:
    """A line in the audit log for each page whose candidate the machine settles anew, or takes back."""
    sheet_of = {page: sheet for sheet in settled for page in sheet.page_ids}
    owners = {entry.page.id: entry.candidate_id for entry in before.entries}
    for verdict in verdicts:
        page, owner = verdict.page_id, owners[verdict.page_id]
        after = verdict.candidate_id if verdict.state is PageState.PLACED else ""
        if after == owner:
            continue
        why = _grounds(sheet_of[page], before.readings) if after else verdict.reason
        uow.audit.write(MACHINE, "identity.settle", exam_id, page, before=owner, after=after, why=why)


def _grounds(sheet: SheetIdentity, readings: Mapping[str, PageReading]) -> str:
    """What the settling rests on, e.g. "考号 270102 (填涂、手写), 把握 99.7%"."""
    numbers = (number for page in sheet.page_ids for number in readings[page].numbers)
    sources = dict.fromkeys(n.source for n in numbers if n.source in _SOURCES)
    shown = "、".join(_SOURCES[source] for source in sources) or "同一张纸的另一面"
    best = max((g.probability for g in sheet.guesses if g.candidate_id == sheet.candidate_id), default=0.0)
    sure = f", 把握 {100 * best:.1f}%" if best else ""
    return f"考号 {sheet.number or '未读出'} ({shown}){sure}"


def _note_absences(uow: UnitOfWork, exam_id: str, before: Before, verdicts: Sequence[Verdict]) -> None:
    """Declare absent whose card says so, unless that has been said already."""
    absent = {v.candidate_id for v in verdicts if v.state is PageState.STRAY}
    for candidate in sorted(absent - set(before.statuses)):
        uow.candidates.set_status(exam_id, candidate, CandidateStatus.ABSENT, MACHINE, "缺考标记已填涂")
        uow.audit.write(MACHINE, "candidate.absent", exam_id, candidate, why=ABSENT_CARD)
