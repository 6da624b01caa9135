"""Real workers in processes of their own, on the folder queue, killed for real."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.jobs import MAX_ATTEMPTS, JobState
from core.settings import Settings
from pipeline.toolbox import Toolbox
from tests.workers import jobs
from tests.workers.processes import kill_all, stop, worker
from workers.broker import open_queue, waker


def test_what_is_woken_is_done_soon_and_a_stopped_worker_has_ended_its_work(toolbox: Toolbox) -> None:
    wake = waker(open_queue(toolbox.settings))
    with worker(toolbox.settings) as process:
        first = jobs.ask(toolbox, 3, seconds=0.1)
        for job_id in first:
            wake(job_id)
        jobs.wait_until_done(toolbox, 20)
        last = jobs.ask(toolbox, 1, exam_id="another", seconds=1.0)
        wake(last[0])
        jobs.wait_for(lambda: last[0] in jobs.notes(toolbox, "begin"))
        assert stop(process) == 0
    assert jobs.state_of(toolbox, last[0]).state is JobState.DONE
    assert sorted(jobs.notes(toolbox, "begin")) == sorted(first + last)


def test_a_worker_killed_in_the_middle_loses_nothing_and_repeats_only_what_it_had_begun(
    toolbox: Toolbox,
) -> None:
    wake = waker(open_queue(toolbox.settings))
    ids = jobs.ask(toolbox, 10, seconds=0.4)
    for job_id in ids:
        wake(job_id)
    with worker(toolbox.settings) as process:
        jobs.wait_for(lambda: len(jobs.notes(toolbox, "begin")) >= 5)
        kill_all(process)
    done_before = set(jobs.notes(toolbox, "end"))
    under_way = set(jobs.notes(toolbox, "begin")) - done_before
    assert under_way, "the kill came between two jobs"
    assert not jobs.all_done(toolbox)
    with worker(toolbox.settings):
        jobs.wait_until_done(toolbox, 30)
    began = jobs.notes(toolbox, "begin")
    assert sorted(jobs.notes(toolbox, "end")) == sorted(ids)
    assert {i for i in ids if began.count(i) > 1} == under_way
    results = {path.name: path.read_text() for path in (toolbox.settings.home / "results").iterdir()}
    assert results == {job_id: str(n) for n, job_id in enumerate(ids)}


def test_a_worker_child_that_crashes_is_replaced_and_its_job_given_up_in_the_end(toolbox: Toolbox) -> None:
    [job_id] = jobs.ask(toolbox)
    with toolbox.store.write() as uow:
        for _ in range(MAX_ATTEMPTS - 1):
            uow.jobs.claim(job_id, "gone", lease_s=60)
            uow.jobs.give_up_lease(job_id, "gone")
    with worker(toolbox.settings, "kills_its_worker"):
        jobs.wait_for(lambda: jobs.state_of(toolbox, job_id).state is JobState.FAILED, 40)
    assert "died 5 times" in jobs.state_of(toolbox, job_id).error


def test_work_is_found_although_nobody_was_woken_for_it(toolbox: Toolbox) -> None:
    ids = jobs.ask(toolbox, 8)
    with worker(toolbox.settings):
        jobs.wait_until_done(toolbox, 20)
    assert sorted(jobs.notes(toolbox, "end")) == sorted(ids)


def test_a_queue_that_cannot_be_reached_is_no_error_for_who_asks(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(home=tmp_path, broker_url="redis://127.0.0.1:1/0")
    waker(open_queue(settings))("job")
    assert "waits for the sweep" in caplog.text
