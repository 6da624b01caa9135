"""Owed work done without a queue."""

from __future__ import annotations

from core.jobs import Job, JobKind, JobState
from pipeline.toolbox import Toolbox
from tests.workers import jobs
from workers.inline import run_owed, run_owed_in_processes


def asks_for_more(tb: Toolbox, job: Job) -> None:
    """As SPLIT_STACK does: the first job owes the second."""
    if job.kind is JobKind.SPLIT_STACK:
        with tb.store.write() as uow:
            uow.jobs.ask(JobKind.RECOGNISE, job.exam_id, {"page_ids": ["a"]})
    jobs.note(tb, f"end {job.kind} 0")


def test_everything_owed_is_done_and_what_that_owes_as_well(toolbox: Toolbox) -> None:
    with toolbox.store.write() as uow:
        uow.jobs.ask(JobKind.SPLIT_STACK, "exam", {"stack_id": "s"})
    told: list[tuple[int, int]] = []
    assert run_owed(toolbox, lambda done, known: told.append((done, known)), perform=asks_for_more) == 2
    assert told == [(0, 1), (1, 2), (2, 2)]


def test_another_exams_work_is_left_to_others(toolbox: Toolbox) -> None:
    jobs.ask(toolbox, 2, exam_id="ours")
    [other] = jobs.ask(toolbox, 1, exam_id="theirs")
    assert run_owed(toolbox, exam_id="ours", perform=jobs.slow_and_idempotent) == 2
    assert jobs.state_of(toolbox, other).state is JobState.QUEUED


def test_several_processes_share_the_work_and_do_each_job_once(toolbox: Toolbox) -> None:
    ids = jobs.ask(toolbox, 12, seconds=0.15)
    told: list[tuple[int, int]] = []
    done = run_owed_in_processes(
        toolbox.settings, lambda d, known: told.append((d, known)), perform=jobs.slow_and_idempotent
    )
    assert done == 12
    assert told[-1] == (12, 12)
    assert sorted(jobs.notes(toolbox, "begin")) == sorted(ids)
    workers = {line.split()[2] for line in jobs.notes_file(toolbox).read_text().splitlines()}
    assert len(workers) == 2
