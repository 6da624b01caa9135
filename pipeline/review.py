"""The marking queue: what waits for a person, one response at a time, and what the person decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from core.answer_keys import shown
from core.errors import BadInput, Conflict, NotFound
from core.exams import Essay, Exam, Fill, Item, ShortAnswer
from core.marks import Award, Mark, MarkSource, MarkState
from core.pages import PageReading, PageState
from core.scores import format_steps
from core.store import UnitOfWork
from core.store.base import utc_now
from marking import rubric_digest
from pipeline.learning import owe_learning
from pipeline.licences import after_mark, as_licensed_now, owe_watch
from pipeline.results import OBJECTIVE, read_state, uncounted_responses
from pipeline.toolbox import Toolbox

#: How long a response on one marker's screen is kept from the others.
LOCK_S = 300
_MARKABLE = frozenset({PageState.PLACED, PageState.HELD, PageState.RECEIVED})


@dataclass(frozen=True)
class CriterionPad:
    """One thing to score: ``id`` is "" for the whole item."""

    id: str
    name: str
    full_steps: int


@dataclass(frozen=True)
class ReviewTask:
    """One response for a person: the item, the current mark, what was read, what to score."""

    exam_id: str
    page_id: str
    item: Item
    mark: Mark
    reading: PageReading
    pads: tuple[CriterionPad, ...]
    machine: Mark | None = None  #: what the machine last said of the response, whatever people gave since

    @property
    def rubric(self) -> str:
        """SHA-256 of the standard that is shown; the mark's own may be older."""
        return rubric_digest(self.item)


@dataclass(frozen=True)
class Seen:
    """What was on the screen when a person decided: the mark's revision and the standard's digest."""

    revision: int
    rubric: str = ""  #: as ``ReviewTask.rubric``; unchecked when ""


def pads_of(item: Item) -> tuple[CriterionPad, ...]:
    """What a person scores on the item: blanks, 给分点, traits, or the whole."""
    if isinstance(item, Fill):
        return tuple(
            CriterionPad(str(n), f"第{n}空: {_blank_key(item, n)}", blank.steps)
            for n, blank in enumerate(item.blanks, start=1)
        )
    if isinstance(item, ShortAnswer):
        return tuple(CriterionPad(c.id, c.statement, c.steps) for c in item.criteria)
    if isinstance(item, Essay) and item.traits:
        return tuple(CriterionPad(trait.id, trait.name, trait.full_steps) for trait in item.traits)
    return (CriterionPad("", "整题", item.full_steps),)


def _blank_key(item: Fill, number: int) -> str:
    blank = item.blanks[number - 1]
    keys = [shown(key) for key in (blank.numeric, blank.check) if key is not None]
    return " / ".join(filter(None, (*blank.accepted, *keys, blank.expression)))


Queue = Literal["waiting", "flagged"]


def waiting(uow: UnitOfWork, exam: Exam, queue: Queue) -> tuple[tuple[str, str], ...]:
    """Responses that wait, on pages that count, in an order that keeps one item together.

    Items of a 选做题 group that the candidate did not choose need no mark and are left out.
    """
    order = {item.number: n for n, item in enumerate(exam.items)}
    keys = [
        key for key in uow.marks.waiting(exam.id, _MARKABLE, flagged=queue == "flagged") if key[1] in order
    ]
    if exam.optional_groups:
        needless = uncounted_responses(read_state(uow, exam.id))
        keys = [key for key in keys if key not in needless]
    return tuple(sorted(keys, key=lambda key: order[key[1]]))


def queue_summary(tb: Toolbox, exam_id: str, queue: Queue = "waiting") -> dict[str, int]:
    """How many responses wait, by item number, in the exam's order."""
    with tb.store.read() as uow:
        exam = uow.exams.get(exam_id)
        return dict(Counter(item for _, item in waiting(uow, exam, queue)))


def next_tasks(
    tb: Toolbox,
    exam_id: str,
    by: str,
    item: str | None = None,
    count: int = 2,
    queue: Queue = "waiting",
    skip: frozenset[tuple[str, str]] = frozenset(),
) -> tuple[ReviewTask, ...]:
    """The next responses for this person, kept from others for ``LOCK_S`` seconds.

    Args:
        item: only responses to this item; any when ``None``.
        count: at most so many (the page loads the following ones ahead).
        queue: "flagged" for the office's 异常 queue.
        skip: responses (page id, item) that the person has put off.
    """
    with tb.store.write() as uow:
        exam = uow.exams.get(exam_id)
        taken = uow.marks.locked_for_others(by)
        tasks: list[ReviewTask] = []
        for key in waiting(uow, exam, queue):
            if len(tasks) == count:
                break
            if key in taken or key in skip or (item is not None and key[1] != item):
                continue
            reading, mark = uow.pages.reading(key[0]), uow.marks.current(*key)
            if reading is None or mark is None:
                continue
            uow.marks.lock(*key, by, LOCK_S)
            tasks.append(_task(uow, exam, mark, reading))
    return tuple(tasks)


def keep_tasks(tb: Toolbox, keys: Sequence[tuple[str, str]], by: str) -> tuple[tuple[str, str], ...]:
    """Keep responses (page id, item) from others for another ``LOCK_S`` seconds.

    Returns:
        Those that are no longer this person's: somebody else has taken or marked them meanwhile.
    """
    with tb.store.write() as uow:
        return tuple(key for key in keys if not uow.marks.renew_lock(*key, by, LOCK_S))


def _task(uow: UnitOfWork, exam: Exam, mark: Mark, reading: PageReading) -> ReviewTask:
    item = _definition(exam, mark.item)
    machine = _machine_word(uow, mark)
    return ReviewTask(exam.id, mark.page_id, item, mark, reading, pads_of(item), machine)


def _machine_word(uow: UnitOfWork, mark: Mark) -> Mark | None:
    if mark.source is MarkSource.MACHINE:
        return mark
    said = (m for m in reversed(uow.marks.history(mark.page_id, mark.item)))
    return next((m for m in said if m.source is MarkSource.MACHINE), None)


def task(tb: Toolbox, page_id: str, item: str) -> ReviewTask:
    """One response, whether it waits or not (for 回评).

    Raises:
        NotFound: no such response.
    """
    with tb.store.read() as uow:
        mark = uow.marks.current(page_id, item)
        reading = uow.pages.reading(page_id)
        if mark is None or reading is None:
            raise NotFound(f"没有这份作答 (第 {item} 题)。", "它可能已被移走, 请返回队列。")
        return _task(uow, uow.exams.get(mark.exam_id), mark, reading)


def history(tb: Toolbox, page_id: str, item: str) -> tuple[Mark, ...]:
    """All marks of a response, oldest first."""
    with tb.store.read() as uow:
        return uow.marks.history(page_id, item)


def last_marked(tb: Toolbox, exam_id: str, by: str, limit: int = 20) -> tuple[Mark, ...]:
    """The person's latest marks, newest first (回评)."""
    with tb.store.read() as uow:
        return uow.marks.last_by(exam_id, by, limit)


def give_mark(
    tb: Toolbox,
    page_id: str,
    item: str,
    awards: Mapping[str, int],
    by: str,
    reason: str = "",
    *,
    why: str = "",
    seen: Seen | None = None,
) -> Mark:
    """A person's mark: steps for every pad of the item. It is final and a new revision.

    Args:
        awards: steps by criterion id, one for each of ``pads_of(item)``.
        reason: stands with the mark, for the student too.
        why: for the audit log alone: why a mark is changed.
        seen: what the person had on the screen; unchecked when ``None``.

    Raises:
        NotFound: no such response.
        BadInput: a criterion is missing, unknown, or its steps are out of range.
        Conflict: somebody else is at it, or it is no longer what the person saw.
    """
    with tb.store.write() as uow:
        return give_mark_in(uow, page_id, item, awards, by, reason, why=why, seen=seen)


def give_mark_in(
    uow: UnitOfWork,
    page_id: str,
    item: str,
    awards: Mapping[str, int],
    by: str,
    reason: str = "",
    *,
    why: str = "",
    seen: Seen | None = None,
) -> Mark:
    """As ``give_mark``, in a transaction that is open; nothing is written when it raises."""
    before = _current(uow, page_id, item)
    exam = uow.exams.get(before.exam_id)
    definition = _definition(exam, item)
    _check_free(uow, before, definition, by, seen)
    _check(exam, definition, awards)
    given = tuple(_award(pad, awards[pad.id], before) for pad in pads_of(definition))
    mark = _person_mark(before, definition, given, by, reason)
    kept = _keep(uow, before, mark, "mark.give", why or reason)
    owe_learning(uow, before.exam_id, definition)  # the sweep wakes a worker for it
    return kept


def _check_free(uow: UnitOfWork, now: Mark, item: Item, by: str, seen: Seen | None) -> None:
    """Two people never mark one response unknown to each other, nor by a standard that was replaced."""
    if uow.marks.locked_by_another(now.page_id, now.item, by):
        raise Conflict(f"第 {now.item} 题的这份作答正由他人处理。", "请继续评下一份。")
    if seen is not None and seen.rubric not in ("", rubric_digest(item)):
        raise Conflict(f"第 {now.item} 题的评分标准刚刚修改过。", "请看新的标准后再给分。")
    if seen is not None and seen.revision != now.revision:
        raise Conflict("这份作答的分数在打开以后又变了。", "请看现在的分数后再给分。")


def _check(exam: Exam, item: Item, awards: Mapping[str, int]) -> None:
    pads = {pad.id: pad for pad in pads_of(item)}
    if set(awards) != set(pads):
        missing = [pads[k].name for k in pads if k not in awards] or sorted(set(awards) - set(pads))
        raise BadInput(
            f"第 {item.number} 题还有未给分的项: {', '.join(missing)}。", "每一项都要给分, 0 分也要输入。"
        )
    for key, steps in awards.items():
        full = pads[key].full_steps
        if not 0 <= steps <= full:
            seen, most = format_steps(steps, exam.step), format_steps(full, exam.step)
            raise BadInput(f"“{pads[key].name}”给了 {seen} 分, 应在 0 到 {most} 之间。", "请重新输入。")


def _award(pad: CriterionPad, steps: int, before: Mark) -> Award:
    """The machine's evidence stays with the award when the person agrees with it."""
    proposed = next((a for a in before.awards if a.criterion == pad.id), None)
    if proposed is not None and proposed.steps == steps:
        return proposed.model_copy(update={"confidence": 1.0, "full_steps": pad.full_steps})
    return Award(criterion=pad.id, steps=steps, full_steps=pad.full_steps)


def _person_mark(before: Mark, item: Item, awards: tuple[Award, ...], by: str, reason: str) -> Mark:
    return Mark(
        exam_id=before.exam_id,
        page_id=before.page_id,
        item=before.item,
        revision=1,
        steps=sum(award.steps for award in awards),
        awards=awards,
        source=MarkSource.PERSON,
        state=MarkState.FINAL,
        by=by,
        rubric=rubric_digest(item),
        reason=reason,
        seen_proposal=_was_shown(before),
        at=utc_now(),
    )


def _was_shown(before: Mark) -> bool | None:
    """Whether the desk showed the machine's steps before the person gave theirs; ``None``: there were none."""
    if before.source is MarkSource.PERSON:
        return before.seen_proposal
    return None if before.steps is None else not before.seed


def _keep(uow: UnitOfWork, before: Mark, mark: Mark, action: str, why: str) -> Mark:
    kept = uow.marks.add(mark)
    uow.marks.unlock(before.page_id, before.item)
    _log(uow, before, kept, kept.by, action, why)
    after_mark(uow, before, kept)
    return kept


def _log(uow: UnitOfWork, before: Mark, after: Mark, by: str, action: str, why: str) -> None:
    subject = f"{after.page_id}:{after.item}"
    uow.audit.write(
        by, action, after.exam_id, subject, before=_words(before), after=_words(after), why=why or after.flag
    )


def _words(mark: Mark) -> str:
    return f"{mark.steps} {mark.state.value} {mark.by}"


def _definition(exam: Exam, item: str) -> Item:
    try:
        return exam.item(item)
    except KeyError as error:
        raise NotFound(f"试卷里已经没有第 {item} 题。", "请返回队列。") from error


def _current(uow: UnitOfWork, page_id: str, item: str) -> Mark:
    mark = uow.marks.current(page_id, item)
    if mark is None:
        raise NotFound(f"没有这份作答 (第 {item} 题)。", "它可能已被移走, 请返回队列。")
    return mark


def undo(tb: Toolbox, page_id: str, item: str, by: str) -> Mark:
    """Take one's last mark of a response back: the mark before it holds again, as a new revision.

    What one had said about the filled bubbles is taken back with it. Undoing again goes further back.

    Raises:
        NotFound: no such response.
        Conflict: the current mark is another person's, there is none before it, or the rubric has
            changed since.
    """
    with tb.store.write() as uow:
        return undo_in(uow, page_id, item, by)


def undo_in(uow: UnitOfWork, page_id: str, item: str, by: str) -> Mark:
    """As ``undo``, in a transaction that is open; nothing is written when it raises."""
    now = _current(uow, page_id, item)
    earlier = _before(uow.marks.history(page_id, item))
    if earlier is None or now.by != by:
        raise Conflict("没有可以撤销的评分。", "只能撤销自己刚给出的分数。")
    if earlier.rubric != rubric_digest(_definition(uow.exams.get(now.exam_id), item)):
        raise Conflict("评分标准已经修改, 不能撤销到修改以前的分数。", "请按新的标准重新给分。")
    uow.pages.rewind_correction(now.exam_id, page_id, item, earlier.at)
    exam = uow.exams.get(now.exam_id)
    mark = uow.marks.add(as_licensed_now(uow, exam, earlier).model_copy(update={"undoes": now.revision}))
    if mark.state is MarkState.PROPOSED:  # it is on this person's screen again
        uow.marks.lock(page_id, item, by, LOCK_S)
    if earlier.seed or earlier.licence:
        owe_watch(uow, exam.id, item)
    _log(uow, now, mark, by, "mark.undo", "撤销")
    return mark


def _before(revisions: Sequence[Mark]) -> Mark | None:
    """The mark before the current one, when what was undone is left out."""
    steps: list[Mark] = []
    for mark in revisions:
        if steps and mark.undoes == mark.revision - 1 > 0:
            steps.pop()
        else:
            steps.append(mark)
    return steps[-2] if len(steps) > 1 else None


def flag(tb: Toolbox, page_id: str, item: str, reason: str, by: str, *, seen: Seen | None = None) -> Mark:
    """Put a response into the office's 异常 queue with a reason; its proposed score stays.

    Raises:
        NotFound: no such response.
        BadInput: no reason was given.
        Conflict: as in ``give_mark``.
    """
    if not reason.strip():
        raise BadInput("标为异常要写明原因。", "请选择或填写原因。")
    with tb.store.write() as uow:
        before = _current(uow, page_id, item)
        _check_free(uow, before, _definition(uow.exams.get(before.exam_id), item), by, seen)
        changed = {
            "state": MarkState.PROPOSED,
            "flag": reason.strip()[:200],
            "by": by,
            "source": MarkSource.PERSON,
            "undoes": 0,
        }
        mark = before.model_copy(update=changed)
        return _keep(uow, before, mark, "mark.flag", mark.flag)


def correct_choice(
    tb: Toolbox,
    page_id: str,
    item: str,
    labels: str,
    by: str,
    *,
    why: str = "",
    seen: Seen | None = None,
) -> Mark:
    """A person's word on which bubbles were meant ("" = none): the key then gives the mark.

    Raises:
        BadInput: a label is not among the item's options.
        NotFound: no such response.
        Conflict: as in ``give_mark``.
    """
    from pipeline.proposals import propose_choice  # noqa: PLC0415  (the rules load SymPy; only here)

    with tb.store.write() as uow:
        before = _current(uow, page_id, item)
        definition = _definition(uow.exams.get(before.exam_id), item)
        if definition.kind not in OBJECTIVE:
            raise BadInput(f"第 {item} 题不是选择或判断题。", "请直接给分。")
        _check_free(uow, before, definition, by, seen)
        chosen = "".join(sorted(set(labels.upper())))
        awards = propose_choice(definition, chosen).awards
        uow.pages.correct(before.exam_id, page_id, item, chosen, by)
        reason = f"人工确认填涂: {chosen or '未涂'}"
        mark = _person_mark(before, definition, awards, by, reason)
        return _keep(
            uow, before, mark.model_copy(update={"confirmed": True}), "choice.correct", why or reason
        )
