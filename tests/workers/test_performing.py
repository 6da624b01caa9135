"""One owed job: claimed, kept, ended."""

from __future__ import annotations

import dataclasses
import threading
import time

import pytest

from core.jobs import MAX_ATTEMPTS, Job, JobKind, JobState, pause_s
from pipeline.toolbox import Toolbox
from tests.workers import jobs
from workers.performing import Perform, perform_owed


def test_a_job_done_is_done_and_not_done_again(toolbox: Toolbox) -> None:
    [job_id] = jobs.ask(toolbox)
    assert perform_owed(toolbox, job_id, "me", jobs.slow_and_idempotent)
    assert not perform_owed(toolbox, job_id, "me", jobs.slow_and_idempotent)
    assert jobs.state_of(toolbox, job_id).state is JobState.DONE
    assert jobs.notes(toolbox, "end") == [job_id]


def test_a_job_that_does_not_exist_is_nothing_to_do(toolbox: Toolbox) -> None:
    assert not perform_owed(toolbox, "0" * 32, "me", jobs.slow_and_idempotent)


@pytest.mark.parametrize(
    ("perform", "state", "message"),
    [
        (jobs.refuses, JobState.FAILED, "第 3 页是空白。 请重新扫描。"),
        (jobs.stumbles, JobState.QUEUED, "RuntimeError: the unexpected"),
        (jobs.no_disk, JobState.QUEUED, "磁盘已满。 请清理。"),
    ],
)
def test_a_job_that_goes_wrong_says_why(
    toolbox: Toolbox, perform: Perform, state: JobState, message: str
) -> None:
    [job_id] = jobs.ask(toolbox)
    assert perform_owed(toolbox, job_id, "me", perform)
    job = jobs.state_of(toolbox, job_id)
    assert (job.state, job.error) == (state, message)


def test_the_unexpected_is_tried_again_only_so_often(toolbox: Toolbox) -> None:
    [job_id] = jobs.ask(toolbox)
    tries = 0
    while perform_owed(toolbox, job_id, "me", jobs.stumbles):
        tries += 1
    assert tries == MAX_ATTEMPTS
    assert jobs.state_of(toolbox, job_id).state is JobState.FAILED


def test_the_pauses_between_attempts_grow() -> None:
    assert [pause_s(attempts, 2.0) for attempts in range(1, MAX_ATTEMPTS)] == [2, 10, 50, 250]


def test_nobody_may_claim_a_job_in_its_pause(toolbox: Toolbox) -> None:
    settings = toolbox.settings.model_copy(update={"retry_s": 0.3})
    patient = dataclasses.replace(toolbox, settings=settings)
    [job_id] = jobs.ask(patient)
    assert perform_owed(patient, job_id, "me", jobs.no_disk)
    assert not perform_owed(patient, job_id, "me", jobs.no_disk)
    time.sleep(0.35)
    assert perform_owed(patient, job_id, "me", jobs.slow_and_idempotent)
    assert jobs.state_of(patient, job_id).state is JobState.DONE


@pytest.mark.parametrize("kind", [JobKind.RECOGNISE, JobKind.SPLIT_STACK])
def test_reading_given_up_lets_the_rest_be_settled(toolbox: Toolbox, kind: JobKind) -> None:
    heard: list[str] = []
    tb = dataclasses.replace(toolbox, wake=heard.append)
    with tb.store.write() as uow:
        job_id = uow.jobs.ask(kind, "exam", {"page_ids": ["p"], "stack_id": "s"})
    perform_owed(tb, job_id, "me", jobs.refuses)
    with tb.store.read() as uow:
        [settling] = uow.jobs.open_of_exam("exam")
    assert (settling.kind, heard) == (JobKind.SETTLE, [settling.id])


def test_a_job_that_kills_every_worker_is_given_up(toolbox: Toolbox) -> None:
    [job_id] = jobs.ask(toolbox)
    for _ in range(MAX_ATTEMPTS):
        with toolbox.store.write() as uow:
            assert uow.jobs.claim(job_id, "gone", lease_s=60) is not None
            uow.jobs.give_up_lease(job_id, "gone")
    assert perform_owed(toolbox, job_id, "me", jobs.slow_and_idempotent)
    assert "died 5 times" in jobs.state_of(toolbox, job_id).error
    assert jobs.notes(toolbox, "begin") == []


def test_the_lease_is_lengthened_while_the_work_takes_longer_than_it(toolbox: Toolbox) -> None:
    [job_id] = jobs.ask(toolbox, seconds=2.6)  # the lease is 2 s
    thread = threading.Thread(target=perform_owed, args=(toolbox, job_id, "slow", jobs.slow_and_idempotent))
    thread.start()
    time.sleep(2.3)
    assert not perform_owed(toolbox, job_id, "eager", jobs.slow_and_idempotent)
    thread.join()
    assert jobs.notes(toolbox, "begin") == [job_id]


def test_a_worker_that_lost_its_lease_ends_nothing(toolbox: Toolbox) -> None:
    [job_id] = jobs.ask(toolbox)

    def loses_it(tb: Toolbox, job: Job) -> None:
        with tb.store.write() as uow:
            uow.jobs.give_up_lease(job.id, "first")
            assert uow.jobs.claim(job.id, "second", lease_s=60) is not None
        raise RuntimeError("too late to matter")

    perform_owed(toolbox, job_id, "first", loses_it)
    job = jobs.state_of(toolbox, job_id)
    assert (job.state, job.error) == (JobState.RUNNING, "")


def test_of_two_threads_that_want_a_job_one_has_it(toolbox: Toolbox) -> None:
    ids = jobs.ask(toolbox, 12)
    won: list[bool] = []
    gate = threading.Barrier(2)

    def want(worker: str) -> None:
        gate.wait()
        won.extend(perform_owed(toolbox, i, worker, jobs.slow_and_idempotent) for i in ids)

    threads = [threading.Thread(target=want, args=(name,)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(won) == 12
    assert sorted(jobs.notes(toolbox, "begin")) == sorted(ids)
