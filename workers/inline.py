"""Performing what is owed without a queue: in this process, or in several started for it."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from core.errors import MachineProblem
from core.jobs import Job, JobState
from core.settings import Settings
from pipeline.toolbox import Toolbox, open_toolbox
from workers.names import worker_name
from workers.performing import Perform, perform_in_pipeline, perform_owed
from workers.sweeping import release_leases_of_the_dead

#: Told of (jobs done, jobs known) whenever either changes.
Progress = Callable[[int, int], None]
_LOOK_S = 0.05


def _silent(_done: int, _known: int) -> None:
    """Nobody looks on."""


def run_owed(
    tb: Toolbox, progress: Progress = _silent, exam_id: str = "", perform: Perform = perform_in_pipeline
) -> int:
    """Perform owed jobs (of one exam, or all) in this process until nothing is owed; returns how many.

    Jobs that other processes hold are left to them. A job that meets trouble of the machine is tried
    again after its pause, up to ``MAX_ATTEMPTS``; look at the jobs table for what failed.
    """
    release_leases_of_the_dead(tb)
    worker, done = worker_name(), 0
    while (owed := _owed(tb, exam_id)) or _paused(tb, exam_id):
        if not owed:
            time.sleep(_LOOK_S)
            continue
        progress(done, done + len(owed))
        done += perform_owed(tb, owed[0].id, worker, perform)
    progress(done, done)
    return done


def run_owed_in_processes(
    settings: Settings,
    progress: Progress = _silent,
    exam_id: str = "",
    perform: Perform = perform_in_pipeline,
) -> int:
    """As ``run_owed``, in ``settings.workers`` processes, each with a toolbox of its own.

    Args:
        settings: where the work lies, and how many processes to start.
        progress: called in this process.
        exam_id: whose work; all when empty.
        perform: a function of a module (it is sent to the processes by name).

    Raises:
        MachineProblem: all processes died; what was not done is still owed.
    """
    tb = open_toolbox(settings)
    release_leases_of_the_dead(tb)
    before = _ended(tb, exam_id)
    context = multiprocessing.get_context("spawn")
    with _one_thread_each():
        processes = [
            context.Process(target=_work_until_done, args=(settings, exam_id, perform), daemon=True)
            for _ in range(settings.workers)
        ]
        for process in processes:
            process.start()
    try:
        while alive := [process.sentinel for process in processes if process.is_alive()]:
            _tell(tb, exam_id, before, progress)
            multiprocessing.connection.wait(alive, timeout=0.2)
    finally:
        for process in processes:
            process.terminate()
            process.join()
    if _owed(tb, exam_id) or _paused(tb, exam_id):
        raise MachineProblem(
            "All worker processes ended before the work was done.",
            "What is done is kept; run the command again, with fewer ZHUPI_WORKERS when memory is short.",
        )
    _tell(tb, exam_id, before, progress)
    done = _ended(tb, exam_id) - before
    tb.store.close()
    return done


def _work_until_done(settings: Settings, exam_id: str, perform: Perform) -> None:
    tb, worker = open_toolbox(settings), worker_name()
    with suppress(KeyboardInterrupt):
        while jobs := _open_jobs(tb, exam_id):
            done = False
            for job in jobs:
                if perform_owed(tb, job.id, worker, perform):
                    done = True
                    break
            if not done:  # others hold all that is open; what they do may owe more
                time.sleep(_LOOK_S)
                release_leases_of_the_dead(tb)


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Numerical libraries of the processes started inside use one thread each."""
    before = {name: os.environ.get(name) for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
    os.environ.update(dict.fromkeys(before, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _owed(tb: Toolbox, exam_id: str) -> tuple[Job, ...]:
    with tb.store.read() as uow:
        return tuple(job for job in uow.jobs.owed() if exam_id in ("", job.exam_id))


def _paused(tb: Toolbox, exam_id: str) -> bool:
    """Whether a job waits for its next attempt."""
    return any(job.state is JobState.QUEUED and job.not_before for job in _open_jobs(tb, exam_id))


def _open_jobs(tb: Toolbox, exam_id: str) -> tuple[Job, ...]:
    with tb.store.read() as uow:
        return uow.jobs.open(exam_id)


def _ended(tb: Toolbox, exam_id: str) -> int:
    with tb.store.read() as uow:
        counts = uow.jobs.counts(exam_id)
    return counts.get(JobState.DONE, 0) + counts.get(JobState.FAILED, 0)


def _tell(tb: Toolbox, exam_id: str, before: int, progress: Progress) -> None:
    with tb.store.read() as uow:
        counts = uow.jobs.counts(exam_id)
    done = counts.get(JobState.DONE, 0) + counts.get(JobState.FAILED, 0) - before
    progress(done, sum(counts.values()) - before)
