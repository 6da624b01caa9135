"""Jobs that tests perform in place of the pipeline's, and what they leave behind."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from core.errors import BadInput, MachineProblem
from core.jobs import Job, JobKind, JobState
from pipeline.toolbox import Toolbox


def ask(tb: Toolbox, number: int = 1, exam_id: str = "exam", **args: object) -> list[str]:
    """Owe so many jobs."""
    with tb.store.write() as uow:
        return [uow.jobs.ask(JobKind.MARK, exam_id, {"n": n, **args}) for n in range(number)]


def state_of(tb: Toolbox, job_id: str) -> Job:
    """The job as the table has it."""
    with tb.store.read() as uow:
        job = uow.jobs.get(job_id)
    assert job is not None
    return job


def all_done(tb: Toolbox) -> bool:
    with tb.store.read() as uow:
        counts = uow.jobs.counts()
    return set(counts) <= {JobState.DONE}


def wait_until_done(tb: Toolbox, seconds: float) -> None:
    """Wait until every job is done.

    Raises:
        TimeoutError: some are not.
    """
    until = time.monotonic() + seconds
    while not all_done(tb):
        if time.monotonic() > until:
            with tb.store.read() as uow:
                raise TimeoutError(f"after {seconds} s: {uow.jobs.counts()}")
        time.sleep(0.05)


def wait_for(found: Callable[[], object], seconds: float = 20) -> None:
    """Wait until ``found`` says yes.

    Raises:
        TimeoutError: it did not.
    """
    until = time.monotonic() + seconds
    while not found():
        if time.monotonic() > until:
            raise TimeoutError(f"not within {seconds} s")
        time.sleep(0.02)


def slow_and_idempotent(tb: Toolbox, job: Job) -> None:
    """Takes ``seconds``; writes its result under the job's id, and a line each time it begins."""
    note(tb, f"begin {job.id} {os.getpid()}")
    time.sleep(float(job.args.get("seconds", 0)))
    results = tb.settings.home / "results"
    results.mkdir(exist_ok=True)
    (results / job.id).write_text(str(job.args["n"]))
    note(tb, f"end {job.id} {os.getpid()}")


def kills_its_worker(_tb: Toolbox, _job: Job) -> None:
    """What a crash in a native library looks like."""
    os._exit(139)


def refuses(_tb: Toolbox, _job: Job) -> None:
    raise BadInput("第 3 页是空白。", "请重新扫描。")


def stumbles(_tb: Toolbox, _job: Job) -> None:
    raise RuntimeError("the unexpected")


def no_disk(_tb: Toolbox, _job: Job) -> None:
    raise MachineProblem("磁盘已满。", "请清理。")


def note(tb: Toolbox, line: str) -> None:
    """A line in a file that several processes append to."""
    handle = os.open(notes_file(tb), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(handle, (line + "\n").encode())
    os.close(handle)


def notes_file(tb: Toolbox) -> Path:
    return tb.settings.home / "notes"


def notes(tb: Toolbox, word: str) -> list[str]:
    """Ids noted with this word, in order."""
    lines = notes_file(tb).read_text().splitlines() if notes_file(tb).exists() else []
    return [line.split()[1] for line in lines if line.split()[0] == word]
