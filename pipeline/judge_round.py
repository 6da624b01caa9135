"""Asking the judge about short answers that the shipped scorer has marked: only those that are still open.

A job of its own beside reading and settling: it touches no mark of a person, none that is settled, flagged,
learnt from people's marks or on somebody's screen, and nothing of an exam that is released.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from core.exams import Exam, ShortAnswer
from core.jobs import JobKind
from core.marks import Mark, MarkSource, MarkState
from core.pages import PageReading, PageState
from core.scoring import Response, Rubric
from core.settings import Settings
from core.store import UnitOfWork
from marking import rubric_digest
from marking.proposing import propose_all
from marking.science.scorer import MODEL as CHECKED
from marking.scoring.worded import MODEL as WORDED
from pipeline.continued_pages import later_pages
from pipeline.engines import licence_of
from pipeline.judging import judge_of
from pipeline.learning import is_learnt
from pipeline.licences import under_licences
from pipeline.proposals import keep_proposal, machine_mark, pages_of_parts, question_of
from pipeline.scorers import ExamScorer
from pipeline.toolbox import Toolbox

WHAT = "judge"
#: Answers asked about, booked and kept together; so much is lost when a worker dies.
_BATCH = 16
_COUNTING = (PageState.RECEIVED, PageState.HELD, PageState.PLACED)
_RULES = (WORDED, CHECKED)


class _Batch(NamedTuple):
    """Open marks of one item, and by page id what was read there and on the answer's later pages."""

    item: ShortAnswer
    marks: tuple[Mark, ...]
    readings: Mapping[str, tuple[PageReading, ...]]


def owe_judging(uow: UnitOfWork, settings: Settings, exam_id: str) -> str | None:
    """Owe a round where a judge is set and there is an answer to ask it about.

    Returns:
        The job's id, to wake a worker with after the commit; ``None`` where nothing is owed.
    """
    name = judge_of(settings)
    if not name or not _open_marks(uow, uow.exams.get(exam_id), name):
        return None
    return uow.jobs.ask(JobKind.ANALYSE, exam_id, {"what": WHAT})


def judge_round(
    tb: Toolbox, exam_id: str, args: Mapping[str, Any], progress: Callable[[int, int], None]
) -> None:
    """Ask the judge about every answer that is open to it; a few at a time are booked and kept.

    It ends early where no answer of a batch was answered (the server is down, the budget used up), and
    where the exam changes meanwhile; what is left is asked with the next round that is owed.

    Raises:
        NotFound: no such exam.
        BadInput, EngineUnavailable, ModelUnusable: see ``pipeline.judging.scorer_of``.
    """
    name = judge_of(tb.settings)
    with tb.store.read() as uow:
        exam = uow.exams.get(exam_id)
        waiting = _open_marks(uow, exam, name) if name else {}
        if not waiting:
            return
        scoring = ExamScorer(tb.settings, uow, exam)
    total, done = sum(map(len, waiting.values())), 0
    for batch in _batches(tb, exam, waiting):
        answered = _fresh_marks(tb, exam, scoring, batch)
        with tb.store.write() as uow:
            scoring.keep(uow)
            current = uow.exams.get(exam_id).revision == exam.revision
            for mark in under_licences(uow, exam, answered) if current else ():
                _keep(uow, batch, mark, name)
        done += len(batch.marks)
        progress(done, total)
        if not current or (batch.marks and not answered):
            return


def _open_marks(uow: UnitOfWork, exam: Exam, name: str) -> dict[str, list[Mark]]:
    """By item the marks that the judge of this name may improve on, in the order of scanning."""
    digests = {item.number: rubric_digest(item) for item in exam.items if isinstance(item, ShortAnswer)}
    found: dict[str, list[Mark]] = defaultdict(list)
    if not digests or uow.outputs.releases(exam.id):
        return found
    marks = uow.marks.of_exam(exam.id, MarkState.PROPOSED, digests)
    for key in uow.marks.waiting(exam.id, _COUNTING):
        mark = marks.get(key)
        if mark is not None and mark.rubric == digests[mark.item] and is_open(mark, name):
            found[mark.item].append(mark)
    return found


def is_open(mark: Mark, name: str) -> bool:
    """Whether the judge of this name may be asked about the response: something is left to its opinion."""
    own = mark.source is MarkSource.MACHINE and mark.state is MarkState.PROPOSED and not mark.flag
    if not own or mark.steps is None or is_learnt(mark) or name in mark.model or mark.model == WORDED:
        return False
    return any(award.model not in _RULES for award in mark.awards)


def _batches(tb: Toolbox, exam: Exam, waiting: Mapping[str, Sequence[Mark]]) -> Iterator[_Batch]:
    with tb.store.read() as uow:
        later = later_pages(uow.pages.entries(exam.id, _COUNTING))
    for number, marks in waiting.items():
        item = exam.item(number)
        if not isinstance(item, ShortAnswer):
            continue
        for at in range(0, len(marks), _BATCH):
            some = marks[at : at + _BATCH]
            pages = {mark.page_id: (mark.page_id, *later.get(mark.page_id, ())) for mark in some}
            several = list(dict.fromkeys(page for own in pages.values() for page in own))
            with tb.store.read() as uow:
                found = uow.pages.readings(exam.id, several)
            read = {
                first: tuple(found[page] for page in own if page in found) for first, own in pages.items()
            }
            yield _Batch(item, tuple(mark for mark in some if mark.page_id in found), read)


def _fresh_marks(tb: Toolbox, exam: Exam, scoring: ExamScorer, batch: _Batch) -> tuple[Mark, ...]:
    """The marks as the judge would have them; none of answers that it could not be asked about now."""
    if not batch.marks or scoring.scorer is None:
        return ()
    question, rubric = question_of(exam, batch.item.number), Rubric.of(batch.item)
    answers = [
        tuple(
            text for reading in batch.readings[mark.page_id] for text in reading.texts_of(batch.item.number)
        )
        for mark in batch.marks
    ]
    proposals = propose_all(batch.item, answers, licence_of(tb.settings), scoring.scorer, question)
    fresh = []
    for mark, texts, proposal in zip(batch.marks, answers, proposals, strict=True):
        if scoring.is_answered(question, rubric, Response.of(texts)):
            readings = batch.readings[mark.page_id]
            parts = pages_of_parts(readings, mark.item)
            fresh.append(machine_mark(exam, readings[0], batch.item, proposal, parts))
    return tuple(fresh)


def _keep(uow: UnitOfWork, batch: _Batch, fresh: Mark, name: str) -> None:
    """Keep it where the response is as open as it was, and on nobody's screen."""
    seen = next(mark for mark in batch.marks if mark.page_id == fresh.page_id)
    now = uow.marks.current(fresh.page_id, fresh.item)
    if now is None or now.revision != seen.revision or not is_open(now, name):
        return
    if uow.outputs.releases(fresh.exam_id) or uow.marks.locked_by_another(
        fresh.page_id, fresh.item, "machine"
    ):
        return
    if keep_proposal(uow, fresh) is not None and now.steps != fresh.steps:
        words = {"before": str(now.steps), "after": str(fresh.steps)}
        subject = f"{fresh.page_id}:{fresh.item}"
        uow.audit.write("machine", "mark.again", fresh.exam_id, subject, why=WHAT, **words)
