"""Scans on their way: what is still to be taken out of files or read, and what was given up."""

from __future__ import annotations

from core.errors import Conflict
from core.jobs import Job, JobKind
from core.ledger import Stack
from core.pages import PageState
from core.store import UnitOfWork
from pipeline.toolbox import Toolbox

#: Pages that one recognition job reads: small enough to share among processes and to repeat.
PAGES_PER_JOB = 4


def on_its_way(uow: UnitOfWork, exam_id: str) -> bool:
    """Whether an open job is still to take a page of the exam out of its file, or to read one.

    Whoever ends later, the last recognition or the last stack, finds none and owes the settling. The
    job that asks is open itself, but its own stack is ended and its own pages are read by then. Files
    and pages whose job was given up wait for a person and hold nobody else up.
    """
    jobs = uow.jobs.open_of_exam(exam_id)
    splitting = {job.args["stack_id"] for job in jobs if job.kind is JobKind.SPLIT_STACK}
    if any(s.id in splitting and not s.complete and not s.error for s in uow.pages.stacks(exam_id)):
        return True
    named = _being_read(uow, exam_id)
    received = uow.pages.entries(exam_id, [PageState.RECEIVED])
    return any(e.card_page == 0 and e.page.id in named for e in received)


def being_split(uow: UnitOfWork, stack: Stack) -> bool:
    """Whether a job that takes pages out of the stack is open."""
    jobs = uow.jobs.open_of_exam(stack.exam_id, JobKind.SPLIT_STACK)
    return any(job.args["stack_id"] == stack.id for job in jobs)


def owe_forgotten(uow: UnitOfWork, stack: Stack) -> list[str]:
    """Owe reading the stack's pages that wait although no open job names them; returns the job ids."""
    named = _being_read(uow, stack.exam_id)
    owed = [
        e.page.id
        for e in uow.pages.entries(stack.exam_id, [PageState.RECEIVED])
        if e.page.stack_id == stack.id and e.card_page == 0 and e.page.id not in named
    ]
    batches = [owed[i : i + PAGES_PER_JOB] for i in range(0, len(owed), PAGES_PER_JOB)]
    return [uow.jobs.ask(JobKind.RECOGNISE, stack.exam_id, {"page_ids": batch}) for batch in batches]


def given_up(uow: UnitOfWork, job: Job) -> list[str]:
    """What a job that failed for good leaves to do, so that it stops only itself; returns job ids.

    A stack notes why its reading broke off, and what was taken out of it is read; the rest of the exam
    is settled when this was the last thing on its way.
    """
    if job.kind not in (JobKind.SPLIT_STACK, JobKind.RECOGNISE):
        return []
    jobs: list[str] = []
    for stack in uow.pages.stacks(job.exam_id):
        if stack.id == job.args.get("stack_id") and not stack.complete:
            uow.pages.update_stack(stack.id, error=stack.error or job.error)
            jobs = owe_forgotten(uow, stack)
    if not jobs and not on_its_way(uow, job.exam_id):
        jobs = [uow.jobs.ask(JobKind.SETTLE, job.exam_id, {})]
    return jobs


def dismiss_stack(tb: Toolbox, stack_id: str, by: str, why: str = "") -> None:
    """A person decides that a file which could not be read to its end is done with.

    Pages that were taken out of it stay in the ledger. Uploading the file again takes this back.

    Raises:
        NotFound: no such stack.
        Conflict: the file was read to its end, or is being read.
    """
    with tb.store.write() as uow:
        stack = uow.pages.stack(stack_id)
        if stack.complete:
            raise Conflict(f"{stack.name} 已经完整读入, 不需要放弃。", "不要的页请在核对页标为异页。")
        if being_split(uow, stack):
            raise Conflict(f"{stack.name} 正在读取。", "请等读取结束后再试。")
        uow.pages.update_stack(stack_id, dismissed_by=by)
        after = f"{stack.name}: {stack.pages}"
        uow.audit.write(
            by, "stack.dismiss", stack.exam_id, stack_id, before=stack.error, after=after, why=why
        )


def _being_read(uow: UnitOfWork, exam_id: str) -> set[str]:
    jobs = uow.jobs.open_of_exam(exam_id, JobKind.RECOGNISE)
    return {page_id for job in jobs for page_id in job.args["page_ids"]}
