"""Owing failed work once more, when a person asks for it."""

from __future__ import annotations

from core.jobs import JobState
from pipeline.toolbox import Toolbox


def failed_jobs(tb: Toolbox, exam_id: str) -> int:
    """How many jobs of the exam were given up and can be owed again."""
    with tb.store.read() as uow:
        return uow.jobs.counts(exam_id).get(JobState.FAILED, 0)


def retry_failed(tb: Toolbox, exam_id: str, by: str) -> int:
    """Owe the exam's failed jobs again, with all their attempts; returns how many.

    Raises:
        NotFound: no such exam.
    """
    with tb.store.write() as uow:
        uow.exams.get(exam_id)
        failed = [job.id for job in uow.jobs.of_exam(exam_id) if job.state is JobState.FAILED]
        if failed:
            uow.jobs.owe_failed_again(exam_id)
            uow.audit.write(by, "jobs.retry", exam_id, "jobs", after=f"{len(failed)} jobs")
    for job_id in failed:
        tb.wake(job_id)
    return len(failed)
