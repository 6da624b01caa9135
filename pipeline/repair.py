"""What a person settles in the ledger: whose page it is, what it is, who was absent."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from core.errors import BadInput, Conflict, NotFound
from core.identities import Identity
from core.ledger import PageEntry
from core.pages import PageState
from core.results import CandidateStatus
from core.store import UnitOfWork
from pipeline.toolbox import Toolbox


@dataclass(frozen=True)
class NamedGuess:
    """A candidate who may have written a sheet."""

    candidate_id: str
    name: str
    number: str
    class_name: str
    probability: float


@dataclass(frozen=True)
class IdentityTask:
    """A sheet that waits for a person to say whose it is."""

    sheet: str
    page_ids: tuple[str, ...]
    card_pages: tuple[int, ...]
    guesses: tuple[NamedGuess, ...]
    reason: str


def identity_queue(tb: Toolbox, exam_id: str) -> tuple[IdentityTask, ...]:
    """All sheets whose candidate a person must settle, in the order of scanning."""
    with tb.store.read() as uow:
        roster = uow.candidates.roster(exam_id).by_id()
        identities = uow.pages.identities(exam_id)
        held = uow.pages.entries(exam_id, [PageState.HELD])
    sheets: dict[str, list[PageEntry]] = defaultdict(list)
    for entry in held:
        if entry.held_for in ("identity", "collision"):
            sheets[entry.sheet or entry.page.id].append(entry)
    tasks = []
    for sheet, entries in sheets.items():
        identity = identities.get(entries[0].page.id)
        guesses = tuple(
            NamedGuess(c.id, c.name, c.number, c.class_name, guess.probability)
            for guess in (identity.guesses if identity else ())
            if (c := roster.get(guess.candidate_id)) is not None
        )
        ids = tuple(e.page.id for e in entries)
        tasks.append(
            IdentityTask(sheet, ids, tuple(e.card_page for e in entries), guesses, entries[0].reason)
        )
    return tuple(tasks)


def settle_identity(tb: Toolbox, page_id: str, candidate_id: str, by: str, why: str = "") -> None:
    """Give the page, and the pages fed with it as one sheet, to a candidate. Answers stay untouched.

    Raises:
        NotFound: no such page or candidate.
        Conflict: the candidate already has this page of the card.
    """
    with tb.store.write() as uow:
        entry = uow.pages.entry(page_id)
        exam_id = entry.page.exam_id
        _known(uow, exam_id, candidate_id)
        sheet = [
            other
            for other in uow.pages.entries(exam_id, [PageState.HELD, PageState.PLACED])
            if other.page.id == page_id or (entry.sheet and other.sheet == entry.sheet)
        ]
        for other in sheet:
            if other.card_page == 0:
                raise Conflict(
                    f"{other.page.source_name} 还没有认出是第几面。", "请先指定它是答题卡的第几面。"
                )
            _give(uow, other, candidate_id, by, why)


def place_page(tb: Toolbox, page_id: str, card_page: int, candidate_id: str, by: str, why: str = "") -> None:
    """Say which side of the card a page is and whose; for pages that registration could not place.

    A page that was never read keeps no answers: it is placed for the record and marked by hand.

    Raises:
        NotFound: no such page or candidate.
        BadInput: the card has no such side.
        Conflict: the candidate already has this side.
    """
    with tb.store.write() as uow:
        entry = uow.pages.entry(page_id)
        exam_id = entry.page.exam_id
        _known(uow, exam_id, candidate_id)
        cards = uow.cards.of_exam(exam_id)
        card = next((c for c in cards if c.id == entry.card_id), cards[0] if cards else None)
        if card is None or card_page not in {page.number for page in card.pages}:
            raise BadInput(f"答题卡没有第 {card_page} 面。", "请选择已有的面。")
        uow.pages.update(page_id, card_id=card.id, card_page=card_page)
        _give(uow, uow.pages.entry(page_id), candidate_id, by, why)


def _give(uow: UnitOfWork, entry: PageEntry, candidate_id: str, by: str, why: str) -> None:
    exam_id, page_id = entry.page.exam_id, entry.page.id
    for other in uow.pages.entries(exam_id, [PageState.PLACED], candidate_id):
        if other.card_page == entry.card_page and other.page.id != page_id:
            raise Conflict(
                f"该考生已有第 {entry.card_page} 面 ({other.page.source_name})。",
                "若是重复扫描请标为重复; 若那一页归错了人, 请先改那一页。",
            )
    before = uow.pages.identities(exam_id).get(page_id)
    guesses = before.guesses if before else ()
    identity = Identity(page_id=page_id, candidate_id=candidate_id, guesses=guesses, by=by, reason=why)
    uow.pages.add_identity(exam_id, identity)
    uow.pages.update(
        page_id,
        state=PageState.PLACED,
        reason="",
        held_for="",
        duplicate_of="",
        candidate_id=candidate_id,
        settled_by=by,
    )
    uow.audit.write(
        by, "identity.settle", exam_id, page_id, before=entry.candidate_id, after=candidate_id, why=why
    )


def _known(uow: UnitOfWork, exam_id: str, candidate_id: str) -> None:
    roster = uow.candidates.roster(exam_id)
    if roster.candidates and candidate_id not in roster.by_id():
        raise NotFound(f"名单里没有考生 {candidate_id}。", "请先在名单中加入该考生。")
    if not candidate_id:
        raise BadInput("没有选择考生。", "请选择一名考生。")


def mark_duplicate(tb: Toolbox, page_id: str, of: str, by: str, why: str = "") -> None:
    """Set a page aside as a second scan of another."""
    with tb.store.write() as uow:
        uow.pages.entry(of)
        if of == page_id:
            raise BadInput("一页不能是它自己的重复。", "请选择另一页。")
        _set_aside(uow, page_id, PageState.DUPLICATE, by, why or "人工标为重复", duplicate_of=of)


def mark_stray(tb: Toolbox, page_id: str, by: str, why: str = "") -> None:
    """Set a page aside as not belonging to this exam."""
    with tb.store.write() as uow:
        _set_aside(uow, page_id, PageState.STRAY, by, why or "人工标为异页")


def mark_unreadable(tb: Toolbox, page_id: str, by: str, why: str = "") -> None:
    """Set a page aside as unusable (blank, torn); the paper has to be scanned again if it matters."""
    with tb.store.write() as uow:
        _set_aside(uow, page_id, PageState.UNREADABLE, by, why or "人工标为无法辨认")


def hold_again(tb: Toolbox, page_id: str, by: str, why: str = "") -> None:
    """Take any decision on a page back: it waits again for a person."""
    with tb.store.write() as uow:
        entry = uow.pages.entry(page_id)
        held_for = "identity" if entry.card_page else "registration"
        _set_aside(uow, page_id, PageState.HELD, by, why or "重新处理", held_for=held_for)


def _set_aside(
    uow: UnitOfWork,
    page_id: str,
    state: PageState,
    by: str,
    why: str,
    duplicate_of: str = "",
    held_for: str = "",
) -> None:
    entry = uow.pages.entry(page_id)
    uow.pages.update(
        page_id,
        state=state,
        reason=why,
        held_for=held_for,
        duplicate_of=duplicate_of,
        candidate_id="",
        settled_by=by if state is not PageState.HELD else "",
    )
    before = f"{entry.state.value} {entry.candidate_id}".strip()
    uow.audit.write(by, f"page.{state.value}", entry.page.exam_id, page_id, before=before, after=why, why=why)


def declare(
    tb: Toolbox, exam_id: str, candidate_id: str, status: CandidateStatus, by: str, why: str = ""
) -> None:
    """Declare a candidate absent (缺考), void (违纪), or present although pages are missing.

    Raises:
        NotFound: the candidate is not on the roster.
        Conflict: pages of the candidate are there, so they were not absent.
    """
    with tb.store.write() as uow:
        _known(uow, exam_id, candidate_id)
        pages = uow.pages.entries(exam_id, [PageState.PLACED], candidate_id)
        if status is CandidateStatus.ABSENT and pages:
            raise Conflict(
                f"该考生有 {len(pages)} 页答卷, 不能登记为缺考。",
                "若答卷归错了人, 请先改正; 违纪请登记为违纪。",
            )
        before = uow.candidates.statuses(exam_id).get(candidate_id)
        uow.candidates.set_status(exam_id, candidate_id, status, by, why)
        uow.audit.write(
            by, "candidate.declare", exam_id, candidate_id, before=before or "", after=status.value, why=why
        )
