"""Performing one owed job: claimed under a lease, kept alive, and ended in the jobs table."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from core.errors import MachineProblem, ZhupiError
from core.jobs import MAX_ATTEMPTS, Job, JobState, pause_s
from core.store import Store
from core.store.jobs import JobRepository
from pipeline.arrivals import given_up
from pipeline.toolbox import Toolbox
from workers.limits import ended_at_limit

_log = logging.getLogger(__name__)

Perform = Callable[[Toolbox, Job], None]


#: How a job ends in the table.
_Ending = Callable[[JobRepository, str], None]


def perform_in_pipeline(tb: Toolbox, job: Job) -> None:
    """Perform the job by its use case (the engines are loaded at the first one)."""
    from pipeline.perform import perform  # noqa: PLC0415  # loads models' runtimes; only workers pay

    perform(tb, job)


def perform_owed(tb: Toolbox, job_id: str, worker: str, perform: Perform = perform_in_pipeline) -> bool:
    """Claim the job, perform it and end it; ``False`` when somebody else has it or it is not owed.

    A refused input (``ZhupiError``) fails the job with its message. Trouble of the machine and
    unexpected errors leave it owed, up to ``MAX_ATTEMPTS``, with growing pauses. A worker that lost its lease in the middle
    ends nothing: the job is another's by then, and what was written twice is the same.
    """
    with tb.store.write() as uow:
        job = uow.jobs.claim(job_id, worker, tb.settings.lease_s)
    if job is None:
        return False
    if job.attempts > MAX_ATTEMPTS:
        ending: _Ending = _fail(f"The worker died {MAX_ATTEMPTS} times at this job.")
    else:
        with (
            ended_at_limit(job, tb.settings.job_limit_s),
            lease_kept(tb.store, job.id, worker, tb.settings.lease_s),
        ):
            ending = _attempt(tb, job, perform)
    _end(tb, job, worker, ending)
    return True


def _end(tb: Toolbox, job: Job, worker: str, ending: _Ending) -> None:
    owed: list[str] = []
    with tb.store.write() as uow:
        if not uow.jobs.heartbeat(job.id, worker, tb.settings.lease_s):
            _log.warning("Job %s (%s) was taken over by another worker.", job.id, job.kind)
            return
        ending(uow.jobs, job.id)
        ended = uow.jobs.get(job.id)
        if ended is not None and ended.state is JobState.FAILED:
            owed = given_up(uow, ended)
    for job_id in owed:
        tb.wake(job_id)


def _attempt(tb: Toolbox, job: Job, perform: Perform) -> _Ending:
    wait_s = pause_s(job.attempts, tb.settings.retry_s)
    try:
        perform(tb, job)
    except MachineProblem as error:
        _log.error("Job %s (%s): %s", job.id, job.kind, error)
        return _retry(str(error), wait_s)
    except ZhupiError as error:
        _log.info("Job %s (%s) refused its input: %s", job.id, job.kind, error)
        return _fail(str(error))
    except Exception as error:  # whatever it was, the job is still owed
        _log.exception("Job %s (%s) failed unexpectedly.", job.id, job.kind)
        return _retry(f"{type(error).__name__}: {error}", wait_s)
    return _finish


def _finish(jobs: JobRepository, job_id: str) -> None:
    jobs.finish(job_id)


def _fail(error: str) -> _Ending:
    return lambda jobs, job_id: jobs.fail(job_id, error)


def _retry(error: str, wait_s: float) -> _Ending:
    def retry(jobs: JobRepository, job_id: str) -> None:
        jobs.retry(job_id, error, wait_s)

    return retry


@contextmanager
def lease_kept(store: Store, job_id: str, worker: str, lease_s: int) -> Iterator[None]:
    """Lengthen the lease every third of it while the block runs."""
    done = threading.Event()

    def beat() -> None:
        while not done.wait(lease_s / 3):
            try:
                with store.write() as uow:
                    if not uow.jobs.heartbeat(job_id, worker, lease_s):
                        return
            except Exception:  # a database away for a moment: the next beat may get through
                _log.exception("The lease of job %s could not be lengthened.", job_id)

    thread = threading.Thread(target=beat, name=f"lease-{job_id[:8]}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
