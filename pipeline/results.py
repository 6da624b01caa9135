"""Gathering every candidate's counted marks, and what still stands in the way of a release."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from core.cards import Card
from core.errors import NotFound
from core.exams import Exam, Item, ItemKind
from core.ledger import PageEntry
from core.marks import Mark, MarkState
from core.pages import PageReading, PageState
from core.results import CandidateResult, CandidateStatus, ExamResults, ItemResult
from core.rosters import Candidate
from core.store import UnitOfWork
from marking import OptionalChoice, count_optional
from pipeline.ledgers import everybody, ledger_in
from pipeline.toolbox import Toolbox

#: The note of a reading that stands for a page which a person has placed: nothing was read on it.
BY_HAND = "人工放入"
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


def page_of_item(cards: Mapping[str, Card], pages: Mapping[int, PageEntry], item: str) -> PageEntry | None:
    """The page of a script on which the item begins; ``None`` when that page is missing."""
    for entry in pages.values():
        card = cards.get(entry.card_id)
        numbers = card.pages_of(item) if card is not None else ()
        if numbers:
            return pages.get(numbers[0])
    return None


def _item_result(state: ExamState, pages: Mapping[int, PageEntry], item: Item) -> ItemResult:
    entry = page_of_item(state.cards, pages, item.number)
    if entry is None:
        return ItemResult(item=item.number, steps=0, full_steps=item.full_steps, reason="缺页", blank=True)
    mark = state.marks.get((entry.page.id, item.number))
    answer = answer_of(state, entry.page.id, item)
    return ItemResult(
        item=item.number,
        steps=None if mark is None else mark.steps,
        full_steps=item.full_steps,
        awards=() if mark is None else mark.awards,
        answer=" ".join(answer) if item.kind is ItemKind.FILL else "\n".join(answer),
        answer_parts=answer,
        blank=not any(answer),
        by="" if mark is None else mark.by,
        reason="" if mark is None else mark.reason,
        flag="" if mark is None else mark.flag,
        page_id=entry.page.id,
        card_page=entry.card_page,
    )


def answer_of(state: ExamState, page_id: str, item: Item) -> tuple[str, ...]:
    """What was written or filled, a person's correction before the machine's reading."""
    corrected = state.corrections.get((page_id, item.number))
    if corrected is not None:
        return (corrected[0],)
    reading = state.readings.get(page_id)
    if reading is None:
        return ()
    if item.kind in OBJECTIVE:
        bubble = reading.bubble(item.number)
        return ("".join(bubble.marked),) if bubble is not None else ()
    texts = reading.texts_of(item.number)
    if item.kind is ItemKind.ESSAY:
        return tuple("" if t.blank else "(作文)" for t in texts[:1])
    return tuple(text.text for text in sorted(texts, key=lambda t: t.part))


def optional_choices(state: ExamState, pages: Mapping[int, PageEntry]) -> dict[str, OptionalChoice]:
    """For each 选做题 group of a script, the item that counts, by group id."""
    chosen: dict[str, OptionalChoice] = {}
    for group in state.exam.optional_groups:
        answered = {}
        bubble = None
        for number in group.items:
            entry = page_of_item(state.cards, pages, number)
            written = answer_of(state, entry.page.id, state.exam.item(number)) if entry else ()
            answered[number] = any(written)
        for entry in pages.values():
            decided = state.corrections.get((entry.page.id, f"optional:{group.id}"))
            if decided is not None:
                chosen[group.id] = OptionalChoice(
                    counted=decided[0] or None, doubtful=False, reason="人工确认"
                )
            reading = state.readings.get(entry.page.id)
            bubble = bubble or (reading.bubble(group.id) if reading else None)
        if group.id not in chosen:
            choice = count_optional(group, bubble, answered)
            unread = any(_by_hand(state, pages, number) for number in group.items)
            chosen[group.id] = choice.model_copy(update={"doubtful": choice.doubtful or unread})
    return chosen


def _by_hand(state: ExamState, pages: Mapping[int, PageEntry], item: str) -> bool:
    """Whether the item stands on a page of which nothing was read."""
    entry = page_of_item(state.cards, pages, item)
    reading = state.readings.get(entry.page.id) if entry is not None else None
    return reading is not None and BY_HAND in reading.notes


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
        return blockers_in(uow, read_state(uow, exam_id))


def blockers_in(uow: UnitOfWork, state: ExamState) -> tuple[str, ...]:
    """``release_blockers`` of a state that was read in the same transaction."""
    ledger = ledger_in(uow, state.exam.id)
    open_jobs = uow.jobs.open_of_exam(state.exam.id)
    unfinished = "、".join(stack.name for stack in ledger.unfinished)
    waiting = sum(m.state is MarkState.PROPOSED for m in counted_marks(state).values())
    doubtful = sum(
        choice.doubtful
        for candidate, pages in state.scripts.items()
        if _marked_at_all(state, candidate)
        for choice in optional_choices(state, pages).values()
    )
    unmarked = sum(i.steps is None for c in results_of(state).candidates for i in c.items if i.counted)
    away = {c for c, s in state.statuses.items() if s is CandidateStatus.ABSENT} & set(state.scripts)
    homeless = _items_without_place(state)
    checks = (
        (ledger.pages_in == 0, "还没有扫描任何页面"),
        (bool(open_jobs), f"还有 {len(open_jobs)} 项工作正在进行"),
        (bool(unfinished), f"{len(ledger.unfinished)} 个文件没有读完: {unfinished}"),
        (ledger.open_pages > 0, f"{ledger.open_pages} 页待处理"),
        (bool(ledger.incomplete), f"{len(ledger.incomplete)} 人缺页"),
        (bool(ledger.unseen), f"{len(ledger.unseen)} 人没有答卷, 也未登记缺考"),
        (not ledger.balanced and ledger.open_pages == 0 and not unfinished, "台账不平"),
        (waiting > 0, f"{waiting} 份作答待评"),
        (waiting == 0 and unmarked > 0, f"{unmarked} 份作答没有成绩"),
        (doubtful > 0, f"{doubtful} 处选做题待确认"),
        (bool(away), f"{len(away)} 人登记为缺考, 却有答卷"),
        (bool(homeless), f"第 {'、'.join(homeless)} 题不在答题卡上"),
    )
    return tuple(words for holds, words in checks if holds)


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
