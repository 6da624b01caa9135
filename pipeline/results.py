"""Gathering every candidate's counted marks, and what still stands in the way of a release."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.cards import Card
from core.errors import NotFound
from core.exams import Exam, Fill, Item, ItemKind, OptionalGroup
from core.jobs import Job, JobKind
from core.ledger import PageEntry
from core.marks import Mark, MarkState
from core.pages import PageReading, PageState, TextReading
from core.results import PAGE_MISSING, CandidateResult, CandidateStatus, ExamResults, ItemResult
from core.rosters import Candidate
from core.store import UnitOfWork
from marking import OptionalChoice, count_optional, rubric_digest
from pipeline.ledgers import everybody, ledger_in
from pipeline.toolbox import Toolbox

#: The note of a reading that stands for a page which a person has placed: nothing was read on it.
BY_HAND = "人工放入"
#: The reason of an item without an answer when the card of the candidate never had it.
NOT_ON_CARD = "答题卡上没有这一题"
#: In place of an answer that has ink but could not be read.
UNREAD = "（未识别）"
OBJECTIVE = frozenset({ItemKind.SINGLE_CHOICE, ItemKind.MULTIPLE_CHOICE, ItemKind.TRUE_FALSE})


@dataclass(frozen=True)
class ExamState:
    """All that results are made of, read in one transaction."""

    exam: Exam
    cards: Mapping[str, Card]
    candidates: tuple[Candidate, ...]
    statuses: Mapping[str, CandidateStatus]
    scripts: Mapping[str, Mapping[int, PageEntry]]  #: candidate id → card page → page
    readings: Mapping[str, PageReading]
    marks: Mapping[tuple[str, str], Mark]
    corrections: Mapping[tuple[str, str], tuple[str, str]]


def read_state(uow: UnitOfWork, exam_id: str) -> ExamState:
    """Read everything about an exam that its results depend on.

    Raises:
        NotFound: no such exam.
    """
    scripts: dict[str, dict[int, PageEntry]] = defaultdict(dict)
    for entry in uow.pages.entries(exam_id, [PageState.PLACED]):
        scripts[entry.candidate_id][entry.card_page] = entry
    return ExamState(
        exam=uow.exams.get(exam_id),
        cards={card.id: card for card in uow.cards.of_exam(exam_id)},
        candidates=everybody(uow.candidates.roster(exam_id).candidates, scripts),
        statuses=uow.candidates.statuses(exam_id),
        scripts=scripts,
        readings=uow.pages.readings(exam_id),
        marks=uow.marks.of_exam(exam_id),
        corrections=uow.pages.corrections(exam_id),
    )


def gather_results(tb: Toolbox, exam_id: str) -> ExamResults:
    """The results as they stand now.

    Raises:
        NotFound: no such exam.
    """
    with tb.store.read() as uow:
        state = read_state(uow, exam_id)
    return results_of(state)


def results_of(state: ExamState) -> ExamResults:
    """Results from a state already read."""
    candidates = tuple(_candidate_result(state, candidate) for candidate in state.candidates)
    return ExamResults(exam=state.exam, candidates=candidates)


def exam_results(tb: Toolbox, exam_id: str, release: int | None = None) -> ExamResults:
    """The results of a release as they were frozen (the last one by default; live if there is none).

    Raises:
        NotFound: no such exam or release.
    """
    with tb.store.read() as uow:
        releases = uow.outputs.releases(exam_id)
    chosen = next((r for r in releases if release in (None, r.revision)), None)
    if chosen is None and release is not None:
        raise NotFound(f"没有第 {release} 次发布。", "请从结果页打开。")
    if chosen is None:
        return gather_results(tb, exam_id)
    return ExamResults.model_validate_json(tb.blobs.get(chosen.results_blob))


def _candidate_result(state: ExamState, candidate: Candidate) -> CandidateResult:
    pages = state.scripts.get(candidate.id, {})
    declared = state.statuses.get(candidate.id)
    status = declared or (CandidateStatus.PRESENT if pages else CandidateStatus.ABSENT)
    if status is not CandidateStatus.PRESENT:
        return CandidateResult(candidate=candidate, status=status)
    uncounted = _uncounted(state, pages)
    items = tuple(
        _item_result(state, pages, item).model_copy(update={"counted": item.number not in uncounted})
        for item in state.exam.items
    )
    objective = {i.number for i in state.exam.items if i.kind in OBJECTIVE}
    counted = [i for i in items if i.counted]
    first = sum(i.steps or 0 for i in counted if i.item in objective)
    total = sum(i.steps or 0 for i in counted)
    return CandidateResult(
        candidate=candidate,
        status=status,
        items=items,
        total_steps=total,
        objective_steps=first,
        subjective_steps=total - first,
    )


def picture_notes(reading: PageReading) -> tuple[str, ...]:
    """What is said about the picture of a page that was read all the same, e.g. "请重拍: 右上角反光"."""
    return tuple(note for note in reading.notes if note != BY_HAND)


def page_of_item(cards: Mapping[str, Card], pages: Mapping[int, PageEntry], item: str) -> PageEntry | None:
    """The page of a script on which the item begins; ``None`` when that page is missing.

    Each page is asked by its own card: the pages of one script may be of two revisions.
    """
    return next(iter(_beginnings(cards, pages, item)), None)


def _beginnings(
    cards: Mapping[str, Card], pages: Mapping[int, PageEntry], item: str
) -> tuple[PageEntry, ...]:
    """Every page on which the item begins: more than one only where revisions are mixed."""
    return tuple(
        pages[number]
        for number in sorted(pages)
        if _pages_on(cards, pages[number], item)[:1] == (pages[number].card_page,)
    )


def _pages_on(cards: Mapping[str, Card], entry: PageEntry, item: str) -> tuple[int, ...]:
    card = cards.get(entry.card_id)
    return card.pages_of(item) if card is not None else ()


def _pages_with(
    cards: Mapping[str, Card], pages: Mapping[int, PageEntry], item: str
) -> tuple[PageEntry, ...]:
    """The page on which the item begins, then those of the same card on which it goes on."""
    first = page_of_item(cards, pages, item)
    if first is None:
        return ()
    here = (pages.get(number) for number in _pages_on(cards, first, item))
    return tuple(entry for entry in here if entry is not None and entry.card_id == first.card_id)


def _item_result(state: ExamState, pages: Mapping[int, PageEntry], item: Item) -> ItemResult:
    several = _pages_with(state.cards, pages, item.number)
    if not several:
        printed = any(_pages_on(state.cards, entry, item.number) for entry in pages.values())
        reason = PAGE_MISSING if printed else NOT_ON_CARD
        return ItemResult(item=item.number, steps=0, full_steps=item.full_steps, reason=reason, blank=True)
    entry = several[0]
    mark = state.marks.get((entry.page.id, item.number))
    answer = answer_of(state, entry.page.id, item, tuple(e.page.id for e in several[1:]))
    return ItemResult(
        item=item.number,
        steps=None if mark is None else mark.steps,
        full_steps=item.full_steps,
        awards=() if mark is None else mark.awards,
        answer=" ".join(answer) if item.kind is ItemKind.FILL else "\n".join(answer),
        answer_parts=answer,
        blank=not (_written(state, several, item) or _unread(state, several, item)),
        by="" if mark is None else mark.by,
        reason="" if mark is None else mark.reason,
        flag="" if mark is None else mark.flag,
        page_id=entry.page.id,
        card_page=entry.card_page,
    )


def answer_of(state: ExamState, page_id: str, item: Item, more: tuple[str, ...] = ()) -> tuple[str, ...]:
    """What was written or filled, a person's correction before the machine's reading.

    Ink that could not be read is ``UNREAD``, never "".

    Args:
        state: of the exam.
        page_id: the page on which the item begins.
        item: the item.
        more: the pages on which it goes on.
    """
    corrected = state.corrections.get((page_id, item.number))
    if corrected is not None and item.kind in OBJECTIVE:
        return (corrected[0],)
    readings = [state.readings[p] for p in (page_id, *more) if p in state.readings]
    if item.kind in OBJECTIVE:
        bubbles = [b for b in (reading.bubble(item.number) for reading in readings) if b is not None]
        return ("".join(bubbles[0].marked),) if bubbles else ()
    if any(BY_HAND in reading.notes for reading in readings):
        return (UNREAD,) * (len(item.blanks) if isinstance(item, Fill) else 1)
    texts = [text for reading in readings for text in reading.texts_of(item.number)]
    if item.kind is ItemKind.ESSAY:
        return ("" if all(text.blank for text in texts) else "(作文)",) if texts else ()
    return tuple(_words(text) for text in sorted(texts, key=lambda t: t.part))


def _words(text: TextReading) -> str:
    return text.text if text.blank or text.text.strip() else UNREAD


def _written(state: ExamState, several: Sequence[PageEntry], item: Item) -> bool:
    """Whether anything is filled or any ink was found, read or not, on any page of the item."""
    if item.kind in OBJECTIVE:
        return bool(several) and any(answer_of(state, several[0].page.id, item))
    readings = (state.readings.get(entry.page.id) for entry in several)
    return any(not t.blank for reading in readings if reading for t in reading.texts_of(item.number))


def _unread(state: ExamState, several: Sequence[PageEntry], item: Item) -> bool:
    """Whether a page of the item was never read, and nobody has said what is filled on it."""
    if item.kind in OBJECTIVE and several and (several[0].page.id, item.number) in state.corrections:
        return False
    readings = (state.readings.get(entry.page.id) for entry in several)
    return any(reading is None or BY_HAND in reading.notes for reading in readings)


def optional_choices(state: ExamState, pages: Mapping[int, PageEntry]) -> dict[str, OptionalChoice]:
    """For each 选做题 group of a script, the item that counts, by group id."""
    return {
        group.id: _decided(state, pages, group.id) or _as_answered(state, pages, group)
        for group in state.exam.optional_groups
    }


def _decided(state: ExamState, pages: Mapping[int, PageEntry], group_id: str) -> OptionalChoice | None:
    words = (state.corrections.get((entry.page.id, f"optional:{group_id}")) for entry in pages.values())
    said = [word[0] for word in words if word is not None]
    return OptionalChoice(counted=said[-1] or None, doubtful=False, reason="人工确认") if said else None


def _as_answered(state: ExamState, pages: Mapping[int, PageEntry], group: OptionalGroup) -> OptionalChoice:
    """By the box filled and by where there is ink; what was never read leaves it to a person."""
    readings = (state.readings.get(entry.page.id) for entry in pages.values())
    bubbles = (reading.bubble(group.id) for reading in readings if reading is not None)
    places = {number: _pages_with(state.cards, pages, number) for number in group.items}
    answered = {n: _written(state, places[n], state.exam.item(n)) for n in group.items}
    choice = count_optional(group, next(filter(None, bubbles), None), answered)
    if not choice.doubtful and any(_unread(state, places[n], state.exam.item(n)) for n in group.items):
        return choice.model_copy(update={"doubtful": True, "reason": "有页面没有识别, 请人工确定"})
    return choice


def _uncounted(state: ExamState, pages: Mapping[int, PageEntry]) -> set[str]:
    choices = optional_choices(state, pages)
    return {
        number
        for group in state.exam.optional_groups
        for number in group.items
        if number != choices[group.id].counted
    }


def uncounted_responses(state: ExamState) -> set[tuple[str, str]]:
    """(page id, item) of responses to items of a 选做题 group that were clearly not chosen."""
    needless = set()
    for pages in state.scripts.values():
        clear = {g for g, choice in optional_choices(state, pages).items() if not choice.doubtful}
        groups = {n: g.id for g in state.exam.optional_groups for n in g.items}
        items = {n for n in _uncounted(state, pages) if groups[n] in clear}
        needless |= {(entry.page.id, item) for entry in pages.values() for item in items}
    return needless


def release_blockers(tb: Toolbox, exam_id: str) -> tuple[str, ...]:
    """What must be done before the exam can be released, each as a short sentence."""
    with tb.store.read() as uow:
        return release_blockers_in(uow, exam_id)


def release_blockers_in(uow: UnitOfWork, exam_id: str, state: ExamState | None = None) -> tuple[str, ...]:
    """As ``release_blockers``, in a transaction that is open (``state``: as just read in it)."""
    ledger = ledger_in(uow, exam_id)
    state = state or read_state(uow, exam_id)
    open_jobs = [job for job in uow.jobs.open_of_exam(exam_id) if _can_move_marks(job)]
    unfinished = "、".join(stack.name for stack in ledger.unfinished)
    away = {c for c, s in state.statuses.items() if s is CandidateStatus.ABSENT} & set(state.scripts)
    checks = (
        (ledger.pages_in == 0, "还没有扫描任何页面"),
        (bool(open_jobs), f"还有 {len(open_jobs)} 项工作正在进行"),
        (bool(unfinished), f"{len(ledger.unfinished)} 个文件没有读完: {unfinished}"),
        (ledger.open_pages > 0, f"{ledger.open_pages} 页待处理"),
        (bool(ledger.incomplete), f"{len(ledger.incomplete)} 人缺页"),
        (bool(ledger.unseen), f"{len(ledger.unseen)} 人没有答卷, 也未登记缺考"),
        (not ledger.balanced and ledger.open_pages == 0 and not unfinished, "台账不平"),
        (bool(away), f"{len(away)} 人登记为缺考, 却有答卷"),
    )
    return (*(words for holds, words in checks if holds), *_mark_blockers(state), *_card_blockers(state))


def _can_move_marks(job: Job) -> bool:
    """Whether a final mark may still change by this work; what only proposes or tells stops no release."""
    return job.kind is not JobKind.ANALYSE or job.args.get("what") in ("patch", "licence")


def _mark_blockers(state: ExamState) -> tuple[str, ...]:
    """Marks that are not there, not final, or made by a standard that no longer holds."""
    marks = counted_marks(state)
    proposed = [mark for mark in marks.values() if mark.state is MarkState.PROPOSED]
    flagged = sum(bool(mark.flag) for mark in proposed)
    waiting = len(proposed) - flagged
    now = {item.number: rubric_digest(item) for item in state.exam.items}
    stale = sum(m.state is MarkState.FINAL and m.rubric != now[item] for (_, item), m in marks.items())
    unmarked = sum(i.steps is None for c in results_of(state).candidates for i in c.items if i.counted)
    doubtful = sum(
        choice.doubtful
        for candidate, pages in state.scripts.items()
        if _marked_at_all(state, candidate)
        for choice in optional_choices(state, pages).values()
    )
    checks = (
        (waiting > 0, f"{waiting} 份作答待评"),
        (flagged > 0, f"{flagged} 份异常卷待处理"),
        (stale > 0, f"{stale} 份作答不是按现在的标准评的, 请重新评分"),
        (not proposed and unmarked > 0, f"{unmarked} 份作答没有成绩"),
        (doubtful > 0, f"{doubtful} 处选做题待确认"),
    )
    return tuple(words for holds, words in checks if holds)


def _card_blockers(state: ExamState) -> tuple[str, ...]:
    """Items that would count 0 without a word because of the card, and items answered on two cards."""
    homeless = _items_without_place(state)
    lacking: dict[str, list[str]] = {}
    for result in results_of(state).candidates:
        for item in result.items:
            if item.counted and item.reason == NOT_ON_CARD and item.item not in homeless:
                lacking.setdefault(item.item, []).append(result.candidate.id)
    people = {candidate for several in lacking.values() for candidate in several}
    mixed = sum(_mixed(state, pages) for c, pages in state.scripts.items() if _marked_at_all(state, c))
    checks = (
        (bool(homeless), f"第 {'、'.join(homeless)} 题不在答题卡上"),
        (bool(lacking), f"{len(people)} 人的答题卡版本上没有第 {'、'.join(lacking)} 题"),
        (mixed > 0, f"{mixed} 人的答卷混有两个版本的答题卡, 同一题出现两次"),
    )
    return tuple(words for holds, words in checks if holds)


def _mixed(state: ExamState, pages: Mapping[int, PageEntry]) -> bool:
    return any(len(_beginnings(state.cards, pages, item.number)) > 1 for item in state.exam.items)


def _marked_at_all(state: ExamState, candidate: str) -> bool:
    return state.statuses.get(candidate, CandidateStatus.PRESENT) is CandidateStatus.PRESENT


def _items_without_place(state: ExamState) -> tuple[str, ...]:
    """Items that no card in use has room for: everybody would get 0 for them without a word."""
    used = {entry.card_id for pages in state.scripts.values() for entry in pages.values()}
    cards = [state.cards[card_id] for card_id in used if card_id in state.cards]
    numbers = [item.number for item in state.exam.items] if cards else []
    return tuple(number for number in numbers if not any(card.pages_of(number) for card in cards))


def counted_marks(state: ExamState) -> dict[tuple[str, str], Mark]:
    """Current marks of placed pages whose item counts (a 选做题 not chosen needs no mark)."""
    counted: dict[tuple[str, str], Mark] = {}
    for candidate, pages in state.scripts.items():
        if not _marked_at_all(state, candidate):
            continue
        uncounted = _uncounted(state, pages)
        for entry in pages.values():
            for item in state.exam.items:
                mark = state.marks.get((entry.page.id, item.number))
                here = page_of_item(state.cards, pages, item.number) is entry
                if mark is not None and here and item.number not in uncounted:
                    counted[entry.page.id, item.number] = mark
    return counted
