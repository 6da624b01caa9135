"""What commands share: the toolbox, progress bars, and results for people or for scripts."""

from __future__ import annotations

import getpass
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import click
from tqdm import tqdm

from core.base import Record
from core.errors import BadInput
from core.jobs import JobState
from core.settings import read_settings
from pipeline.toolbox import Toolbox, open_toolbox
from workers.broker import open_queue, waker
from workers.inline import Progress, run_owed, run_owed_in_processes

json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
exam_argument = click.argument("exam_id", metavar="EXAM")

#: Fewer jobs than this are done in this process: starting others would take longer.
_WORTH_PROCESSES = 3


@contextmanager
def opened() -> Iterator[Toolbox]:
    """The toolbox of this installation; workers that listen are woken."""
    settings = read_settings()
    toolbox = open_toolbox(settings, waker(open_queue(settings)))
    try:
        yield toolbox
    finally:
        toolbox.store.close()


def who() -> str:
    """Who works at this terminal, for the audit log."""
    try:
        return f"cli:{getpass.getuser()}"[:40]
    except (KeyError, OSError):
        return "cli"


def show(result: Record | dict[str, Any], lines: Iterable[str], as_json: bool) -> None:
    """Print the result: as JSON for scripts, else as these lines."""
    if as_json:
        plain = result.model_dump(mode="json") if isinstance(result, Record) else result
        click.echo(json.dumps(plain, ensure_ascii=False, indent=2))
    else:
        for line in lines:
            click.echo(line)


@contextmanager
def progress_bar(what: str) -> Iterator[Progress]:
    """A progress bar on stderr (none where that is no terminal)."""
    with tqdm(desc=what, unit="项", disable=None, leave=False) as bar:

        def tell(done: int, known: int) -> None:
            bar.total = known
            bar.n = done
            bar.refresh()

        yield tell


def perform_owed_work(tb: Toolbox, exam_id: str, what: str) -> None:
    """Do what the exam owes, here and now, with a progress bar.

    Raises:
        BadInput: some of the work failed; the rest is done.
    """
    before = _failed(tb, exam_id)
    with tb.store.read() as uow:
        many = sum(max(1, len(job.args.get("page_ids", ()))) for job in uow.jobs.open(exam_id))
        stacks = any(not stack.complete for stack in uow.pages.stacks(exam_id))
    with progress_bar(what) as tell:
        if tb.settings.workers > 1 and (stacks or many >= _WORTH_PROCESSES):
            run_owed_in_processes(tb.settings, tell, exam_id)
        else:
            run_owed(tb, tell, exam_id)
    new = [error for job, error in _failed(tb, exam_id).items() if job not in before]
    if new:
        raise BadInput(f"{len(new)} 项工作没有完成: {new[0]}", "其余的已经完成; 处理后再运行一次。")


def wait_for_workers(tb: Toolbox, exam_id: str, what: str, sleep: Callable[[float], None]) -> None:
    """Wait, with a progress bar, until workers have done what the exam owes."""
    with progress_bar(what) as tell:
        while True:
            with tb.store.read() as uow:
                counts = uow.jobs.counts(exam_id)
            ended = counts.get(JobState.DONE, 0) + counts.get(JobState.FAILED, 0)
            tell(ended, sum(counts.values()))
            if ended == sum(counts.values()):
                return
            sleep(0.5)


def _failed(tb: Toolbox, exam_id: str) -> dict[str, str]:
    with tb.store.read() as uow:
        return {job.id: job.error for job in uow.jobs.of_exam(exam_id) if job.state is JobState.FAILED}
