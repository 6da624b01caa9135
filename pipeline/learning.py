"""Learning from people's marks: when it is owed, what it showed, and adopting it.

``pipeline.teaching`` does the work, on workers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.errors import BadInput, Conflict
from core.exam_files.one_item import item_of
from core.exams import Exam, Item, ShortAnswer
from core.jobs import Job, JobKind, JobState
from core.learning import LearningPolicy, LearningReport
from core.marks import Mark, MarkSource
from core.store import UnitOfWork
from marking import rubric_digest
from pipeline.toolbox import Toolbox
from pipeline.unseen import unseen_among

KIND = "learning"
#: Learning is owed when so many responses are marked by people; beyond, at each doubling.
MILESTONES = (5, 10, 25, 50, 100)
#: What every name of a mark's model begins with that was learned (see ``marking.scoring.item_head``).
_LEARNT = "item-head-"
_OPEN = (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True)
class LearningDesk:
    """What the page of an item's learning shows. ``marks``: responses that people have settled."""

    exam: Exam
    item: Item
    report: LearningReport | None
    policy: LearningPolicy
    marks: int
    working: Job | None
    failed: Job | None

    @property
    def adoptable(self) -> bool:
        """Whether there are changes that wait for the office, made under the standard as it stands."""
        shown = self.report
        return (
            shown is not None
            and not shown.applied
            and shown.changed > 0
            and shown.rubric == rubric_digest(self.item)
        )


def can_be_learned(item: Item) -> bool:
    """Short answers: what else is settled by its key, or by people alone."""
    return isinstance(item, ShortAnswer)


def is_learnt(mark: Mark) -> bool:
    """Whether it is a proposal that was learned from people's marks."""
    return mark.source is MarkSource.MACHINE and mark.model.startswith(_LEARNT)


def is_milestone(marks: int) -> bool:
    """Whether learning is owed at so many marks: 5, 10, 25, 50, 100, 200, 400 …"""
    while marks > MILESTONES[-1] and marks % 2 == 0:
        marks //= 2
    return marks in MILESTONES if marks <= MILESTONES[-1] else False


def owe_learning(uow: UnitOfWork, exam_id: str, item: Item) -> str | None:
    """After a person's mark: owe learning where its number is a milestone.

    Returns:
        The job's id, to wake a worker with after the commit; ``None`` where nothing is owed.
    """
    if not can_be_learned(item) or not is_milestone(uow.marks.count_by_people(exam_id, item.number)):
        return None
    return uow.jobs.ask(JobKind.ANALYSE, exam_id, {"what": KIND, "item": item.number})


def owe_learning_again(uow: UnitOfWork, exam: Exam, items: Iterable[str]) -> tuple[str, ...]:
    """After items (all when empty) were marked again: owe learning where there are marks to learn from."""
    wanted = set(items)
    return tuple(
        uow.jobs.ask(JobKind.ANALYSE, exam.id, {"what": KIND, "item": item.number})
        for item in exam.items
        if can_be_learned(item)
        and (not wanted or item.number in wanted)
        and uow.marks.count_by_people(exam.id, item.number) >= MILESTONES[0]
    )


def ask_learning(tb: Toolbox, exam_id: str, number: str) -> str:
    """Owe learning from the marks as they stand; returns the job id.

    Raises:
        NotFound: no such exam or item.
        BadInput: the item is none that is learned, or has fewer marks than the least.
    """
    with tb.store.write() as uow:
        _learnable(uow.exams.get(exam_id), number)
        marks = uow.marks.count_by_people(exam_id, number)
        if marks < MILESTONES[0]:
            raise BadInput(
                f"第 {number} 题老师只评了 {marks} 份, 还不能学习。", f"评满 {MILESTONES[0]} 份后再试。"
            )
        job_id = uow.jobs.ask(JobKind.ANALYSE, exam_id, {"what": KIND, "item": number})
    tb.wake(job_id)
    return job_id


def adopt_learning(tb: Toolbox, exam_id: str, number: str, by: str) -> str:
    """Owe the changes that the last report showed; the audit log says who wanted them. Returns the job id.

    Raises:
        NotFound: no such exam or item.
        Conflict: there is nothing to adopt, or the standard has changed since.
    """
    with tb.store.write() as uow:
        exam = uow.exams.get(exam_id)
        item = _learnable(exam, number)
        report = report_of(uow, exam_id, number)
        if report is None or report.applied or not report.changed:
            raise Conflict(f"第 {number} 题没有待采用的改动。", "请刷新页面, 看现在的情况。")
        if report.rubric != rubric_digest(item):
            raise Conflict(f"第 {number} 题的评分标准刚刚修改过。", "请重新学习以后再看。")
        uow.audit.write(
            by, "learning.adopt", exam_id, number, after=f"{report.k} marks, {report.changed} changed"
        )
        job_id = uow.jobs.ask(
            JobKind.ANALYSE, exam_id, {"what": KIND, "item": number, "apply": True, "by": by}
        )
    tb.wake(job_id)
    return job_id


def set_learning_policy(tb: Toolbox, exam_id: str, ask_first: bool, by: str) -> None:
    """Choose whether proposals follow at once (the usual), or only when the office has looked.

    Raises:
        NotFound: no such exam.
    """
    with tb.store.write() as uow:
        uow.exams.get(exam_id)
        before = policy_of(uow, exam_id)
        if before.ask_first == ask_first:
            return
        uow.analyses.add(exam_id, KIND, "", LearningPolicy(ask_first=ask_first).model_dump_json(), by)
        words = {False: "at once", True: "ask first"}
        uow.audit.write(
            by, "learning.policy", exam_id, exam_id, before=words[before.ask_first], after=words[ask_first]
        )


def learning_desk(tb: Toolbox, exam_id: str, number: str) -> LearningDesk:
    """Everything about learning this item.

    Raises:
        NotFound: no such exam or item.
        BadInput: the item is none that is learned.
    """
    with tb.store.read() as uow:
        exam = uow.exams.get(exam_id)
        item = _learnable(exam, number)
        jobs = sorted(
            (job for job in uow.jobs.of_exam(exam_id) if _is_of(job, number)), key=lambda job: job.created_at
        )
        return LearningDesk(
            exam=exam,
            item=item,
            report=_shown(uow, number, report_of(uow, exam_id, number)),
            policy=policy_of(uow, exam_id),
            marks=uow.marks.count_by_people(exam_id, number),
            working=next((job for job in jobs if job.state in _OPEN), None),
            failed=jobs[-1] if jobs and jobs[-1].state is JobState.FAILED else None,
        )


def _shown(uow: UnitOfWork, number: str, report: LearningReport | None) -> LearningReport | None:
    """Without examples of responses that are, by now, to be marked unseen."""
    if report is None:
        return None
    hidden = unseen_among(uow, ((one.page_id, number) for one in report.examples))
    kept = tuple(one for one in report.examples if (one.page_id, number) not in hidden)
    return report.model_copy(update={"examples": kept})


def report_of(uow: UnitOfWork, exam_id: str, number: str) -> LearningReport | None:
    """The item's last report."""
    kept = uow.analyses.current(exam_id, KIND, number)
    return None if kept is None else LearningReport.model_validate_json(kept.doc)


def policy_of(uow: UnitOfWork, exam_id: str) -> LearningPolicy:
    """The exam's policy: at once unless the office said otherwise."""
    kept = uow.analyses.current(exam_id, KIND, "")
    return LearningPolicy() if kept is None else LearningPolicy.model_validate_json(kept.doc)


def _learnable(exam: Exam, number: str) -> Item:
    item = item_of(exam, number)
    if not can_be_learned(item):
        raise BadInput(f"第 {number} 题不是简答题, 不需要学习。", "请选择简答题。")
    return item


def _is_of(job: Job, number: str) -> bool:
    return job.kind is JobKind.ANALYSE and job.args.get("what") == KIND and job.args.get("item") == number
