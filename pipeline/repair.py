"""What a person settles in the ledger: whose page it is, what it is, who was absent."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from core.cards import Card
from core.errors import BadInput, Conflict, NotFound
from core.exams import Item
from core.identities import Identity
from core.jobs import JobKind
from core.ledger import PageEntry
from core.marks import Mark, MarkSource, MarkState
from core.pages import PageReading, PageState, Registration, RegistrationMethod
from core.results import CandidateStatus
from core.store import UnitOfWork
from core.store.base import utc_now
from marking import rubric_digest
from pipeline.proposals import items_beginning_on
from pipeline.results import BY_HAND
from pipeline.toolbox import Toolbox

#: As ``pipeline.claims`` words it, which the web process must not import (a test compares them).
ABSENT_CARD = "缺考卡"
#: Without a roster the 考号 itself names the candidate.
_TYPED_NUMBER = re.compile(r"[0-9A-Za-z]{1,20}")


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

    Only an item that goes on over several pages is looked at again by a job, since its writing may
    have come together now; marks given by people stay.

    Raises:
        NotFound: no such page or candidate.
        Conflict: the candidate already has this page of the card, or was declared absent.
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
            give(uow, other, candidate_id, by, why)
        job_id = owe_continued(uow, exam_id)
    if job_id:
        tb.wake(job_id)


def owe_continued(uow: UnitOfWork, exam_id: str) -> str:
    """Owe marking of the items that go on over several pages; "" when there are none."""
    cards = uow.cards.of_exam(exam_id)
    numbers = [item.number for item in uow.exams.get(exam_id).items]
    several = [n for n in numbers if any(len(card.pages_of(n)) > 1 for card in cards)]
    return uow.jobs.ask(JobKind.MARK, exam_id, {"items": several}) if several else ""


def place_page(tb: Toolbox, page_id: str, card_page: int, candidate_id: str, by: str, why: str = "") -> None:
    """Say which side of the card a page is and whose; for pages that registration could not place.

    A page that was never read keeps no answers: its items go to the office's queue, to be marked by
    hand from the scan.

    Raises:
        NotFound: no such page or candidate.
        BadInput: the card has no such side, the page has no picture, or was read as another side.
        Conflict: the candidate already has this side, or was declared absent.
    """
    with tb.store.write() as uow:
        entry = uow.pages.entry(page_id)
        exam_id = entry.page.exam_id
        _known(uow, exam_id, candidate_id)
        cards = uow.cards.of_exam(exam_id)
        card = next((c for c in cards if c.id == entry.card_id), cards[0] if cards else None)
        if card is None or card_page not in {page.number for page in card.pages}:
            raise BadInput(f"答题卡没有第 {card_page} 面。", "请选择已有的面。")
        reading = uow.pages.reading(page_id)
        if reading is None or BY_HAND in reading.notes:
            _keep_unread(uow, entry, card, card_page, by)
        elif reading.card_page != card_page:
            raise BadInput(f"这一页读出的是第 {reading.card_page} 面。", "请按读出的面放入, 或标为异页。")
        uow.pages.update(page_id, card_id=card.id, card_page=card_page)
        give(uow, uow.pages.entry(page_id), candidate_id, by, why)


def _keep_unread(uow: UnitOfWork, entry: PageEntry, card: Card, number: int, by: str) -> None:
    """The page as one on which nothing was read; every item that begins on it waits for the office.

    Its place is taken as the whole picture, near enough to write scores on.
    """
    page, side, exam = entry.page, card.page(number), uow.exams.get(card.exam_id)
    if not page.blob:
        raise BadInput(f"{page.source_name} 没有可用的图像。", "请重新扫描这一页。")
    scale = page.width_px / side.width_mm, page.height_px / side.height_mm
    place = Registration(
        image_from_card=(scale[0], 0, 0, 0, scale[1], 0, 0, 0, 1),
        residual_mm=0,
        method=RegistrationMethod.WHOLE_IMAGE,
    )
    reading = PageReading(
        page_id=page.id, card_id=card.id, card_page=number, code=None, registration=place, notes=(BY_HAND,)
    )
    uow.pages.add_reading(exam.id, reading)
    here = items_beginning_on(exam, card, number)
    for item in exam.items:
        mark = uow.marks.current(page.id, item.number)
        if item in here and (mark is None or mark.steps is None):
            uow.marks.add(_unmarked(exam.id, page.id, item, by))
        elif item not in here and mark is not None and mark.state is MarkState.PROPOSED:
            over = {"state": MarkState.FINAL, "flag": "", "reason": "不在这一面"}
            uow.marks.add(mark.model_copy(update=over))  # the page had been placed as another side


def _unmarked(exam_id: str, page_id: str, item: Item, by: str) -> Mark:
    return Mark(
        exam_id=exam_id,
        page_id=page_id,
        item=item.number,
        revision=1,
        steps=None,
        source=MarkSource.PERSON,
        state=MarkState.PROPOSED,
        by=by,
        rubric=rubric_digest(item),
        flag="人工放入的页面, 请看原图评分",
        at=utc_now(),
    )


def give(uow: UnitOfWork, entry: PageEntry, candidate_id: str, by: str, why: str) -> None:
    """Place a page with a candidate, as a person has said, and write it down.

    Raises:
        Conflict: the candidate already has this page of the card, or was declared absent.
    """
    exam_id, page_id = entry.page.exam_id, entry.page.id
    if uow.candidates.statuses(exam_id).get(candidate_id) is CandidateStatus.ABSENT:
        raise Conflict("该考生已登记为缺考。", "若其实到考, 请先在台账里改为到考。")
    for other in uow.pages.entries(exam_id, [PageState.PLACED], candidate_id):
        if other.card_page == entry.card_page and other.page.id != page_id:
            raise Conflict(
                f"该考生已有第 {entry.card_page} 面 ({other.page.source_name})。",
                "若是同一面重拍的, 请在“核对”里选“是这页的重复”; 若那一页归错了人, 请先改那一页。",
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
    if not candidate_id:
        raise BadInput("没有选择考生。", "请选择一名考生。")
    if candidate_id in roster.by_id():
        return
    if roster.candidates:
        raise NotFound(f"名单里没有考生 {candidate_id}。", "请先在名单中加入该考生。")
    if not _TYPED_NUMBER.fullmatch(candidate_id):
        raise BadInput(f"“{candidate_id[:40]}” 不是考号。", "没有名单时请输入考号: 最多 20 个数字或字母。")


def mark_duplicate(tb: Toolbox, page_id: str, of: str, by: str, why: str = "") -> None:
    """Set a page aside as a second scan of another."""
    with tb.store.write() as uow:
        uow.pages.entry(of)
        if of == page_id:
            raise BadInput("一页不能是它自己的重复。", "请选择另一页。")
        set_aside(uow, page_id, PageState.DUPLICATE, by, why or "人工标为重复", duplicate_of=of)


def mark_stray(tb: Toolbox, page_id: str, by: str, why: str = "") -> None:
    """Set a page aside as not belonging to this exam."""
    with tb.store.write() as uow:
        set_aside(uow, page_id, PageState.STRAY, by, why or "人工标为异页")


def mark_unreadable(tb: Toolbox, page_id: str, by: str, why: str = "") -> None:
    """Set a page aside as unusable (blank, torn); the paper has to be scanned again if it matters."""
    with tb.store.write() as uow:
        set_aside(uow, page_id, PageState.UNREADABLE, by, why or "人工标为无法辨认")


def hold_again(tb: Toolbox, page_id: str, by: str, why: str = "") -> None:
    """Take any decision on a page back: it waits again for a person."""
    with tb.store.write() as uow:
        entry = uow.pages.entry(page_id)
        held_for = "identity" if entry.card_page else "registration"
        before = uow.pages.identities(entry.page.exam_id).get(page_id)
        guesses = before.guesses if before else ()
        # by a person, so that settling anew leaves the page to a person
        waiting = Identity(page_id=page_id, guesses=guesses, by=by, reason=why or "重新处理")
        uow.pages.add_identity(entry.page.exam_id, waiting)
        set_aside(uow, page_id, PageState.HELD, by, why or "重新处理", held_for=held_for)


def set_aside(
    uow: UnitOfWork,
    page_id: str,
    state: PageState,
    by: str,
    why: str,
    duplicate_of: str = "",
    held_for: str = "",
) -> None:
    """Take a page from whoever has it, as a person has said, and write it down. Its marks stay with it."""
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


def take_back_status(tb: Toolbox, exam_id: str, candidate_id: str, by: str, why: str) -> None:
    """Take back what was declared of a candidate (缺考, 违纪, 缺页照此计分): nothing is declared any more.

    Where the card itself says 缺考 the candidate is declared present instead: that person says the card
    is wrong, and otherwise it would be declared again. The exam is settled again by a job, so that pages
    set aside as 缺考 come back.

    Raises:
        NotFound: nothing was declared of this candidate.
        BadInput: no reason is given.
    """
    if not why.strip():
        raise BadInput("没有写明原因。", "撤销登记会改动成绩, 请写一句原因。")
    with tb.store.write() as uow:
        before = uow.candidates.statuses(exam_id).get(candidate_id)
        if before is None:
            raise NotFound("这位考生没有登记过状态。", "请刷新页面后再试。")
        wrong_card = before is CandidateStatus.ABSENT and _absent_card(uow, exam_id, candidate_id)
        after = CandidateStatus.PRESENT if wrong_card else None
        uow.candidates.set_status(exam_id, candidate_id, after, by, why)
        uow.audit.write(
            by, "candidate.declare", exam_id, candidate_id, before=before.value, after=after or "", why=why
        )
        job_id = uow.jobs.ask(JobKind.SETTLE, exam_id, {}) if uow.pages.counts(exam_id) else ""
    if job_id:
        tb.wake(job_id)


def _absent_card(uow: UnitOfWork, exam_id: str, candidate_id: str) -> bool:
    """Whether a page of theirs was set aside because its 缺考 box is filled."""
    identities = uow.pages.identities(exam_id)
    aside = (e for e in uow.pages.entries(exam_id, [PageState.STRAY]) if e.reason == ABSENT_CARD)
    return any(
        identity.candidate_id == candidate_id
        for entry in aside
        if (identity := identities.get(entry.page.id)) is not None
    )
