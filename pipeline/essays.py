"""Facts beside essays and pairs of answers alike: asked for and shown. ``essay_reading`` works them out."""

from __future__ import annotations

import functools

from core.errors import BadInput
from core.essays import AlikePair, EssayFacts, EssayReport
from core.exam_files.one_item import item_of
from core.exams import Essay, Exam, Item, ShortAnswer
from core.jobs import Job, JobKind, JobState
from core.store import UnitOfWork
from pipeline.review import flag
from pipeline.toolbox import Toolbox

KIND = "essays"
#: What a flagged answer waits for, as the desk names it.
ALIKE = "雷同"
_OPEN = (JobState.QUEUED, JobState.RUNNING)


def essay_facts_of(uow: UnitOfWork, exam_id: str, page_id: str, item: str) -> EssayFacts | None:
    """The facts of one essay; ``None`` while nobody has asked for them."""
    report = essay_report(uow, exam_id, item)
    return None if report is None else report.facts.get(page_id)


def essay_report(uow: UnitOfWork, exam_id: str, item: str) -> EssayReport | None:
    """All that was worked out about the answers to an item."""
    kept = uow.analyses.current(exam_id, KIND, item)
    return None if kept is None else _parsed(kept.doc)


@functools.lru_cache(maxsize=4)
def _parsed(doc: str) -> EssayReport:
    """The desk asks for one essay after the other of the same item."""
    return EssayReport.model_validate_json(doc)


def compared_items(exam: Exam) -> tuple[Item, ...]:
    """The items whose answers can be long enough to be compared: essays and short answers."""
    return tuple(item for item in exam.items if isinstance(item, Essay | ShortAnswer))


def ask_essays(tb: Toolbox, exam_id: str, number: str) -> str:
    """Owe the facts of an item's answers; returns the job id.

    Raises:
        NotFound: no such exam or item.
        BadInput: the item is neither an essay nor a short answer.
    """
    with tb.store.write() as uow:
        item = item_of(uow.exams.get(exam_id), number)
        if not isinstance(item, Essay | ShortAnswer):
            raise BadInput(f"第 {number} 题不是作文或解答题。", "只有文字较长的题可以查雷同。")
        job_id = owe_essays(uow, exam_id, number)
    tb.wake(job_id)
    return job_id


def owe_essays(uow: UnitOfWork, exam_id: str, number: str) -> str:
    """As ``ask_essays``, in a transaction that is open; the caller wakes a worker after it."""
    return uow.jobs.ask(JobKind.ANALYSE, exam_id, {"what": KIND, "item": number})


def essay_job(uow: UnitOfWork, exam_id: str, number: str) -> Job | None:
    """The work on this item's answers that is owed or under way."""
    jobs = (job for job in uow.jobs.of_exam(exam_id) if job.kind is JobKind.ANALYSE and job.state in _OPEN)
    return next((j for j in jobs if j.args.get("what") == KIND and j.args.get("item") == number), None)


def flag_pair(tb: Toolbox, exam_id: str, number: str, pair: AlikePair, by: str) -> int:
    """Put both answers among the 异常卷 as 雷同; returns how many were not there already.

    Raises:
        NotFound: one of the answers is gone.
        Conflict: somebody is at one of them.
    """
    flagged = 0
    for page_id in (pair.first, pair.second):
        with tb.store.read() as uow:
            mark = uow.marks.current(page_id, number)
        if mark is None or mark.exam_id != exam_id or mark.flag != ALIKE:
            flag(tb, page_id, number, ALIKE, by)
            flagged += 1
    return flagged
