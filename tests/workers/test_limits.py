"""A job that gets stuck: its process ends itself, and the attempt counts."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from core.jobs import MAX_ATTEMPTS, JobState
from core.settings import Settings, as_environment
from pipeline.toolbox import Toolbox
from tests.workers import jobs
from workers.broker import open_queue
from workers.inline import run_owed
from workers.limits import STUCK, ended_at_limit

#: Performs what is owed; its jobs never end.
_STUCK_WORKER = """
import time
from core.settings import read_settings
from pipeline.toolbox import open_toolbox
from workers.inline import run_owed
run_owed(open_toolbox(read_settings()), perform=lambda tb, job: time.sleep(60))
"""


def stuck_worker(settings: Settings) -> subprocess.CompletedProcess[str]:
    environment = as_environment(settings.model_copy(update={"job_limit_s": 1}))
    command = [sys.executable, "-c", _STUCK_WORKER]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=30)


def test_a_worker_stuck_at_a_job_ends_itself_and_the_attempt_counts(toolbox: Toolbox) -> None:
    [job_id] = jobs.ask(toolbox)
    done = stuck_worker(toolbox.settings)
    assert done.returncode == STUCK
    assert f"Job {job_id} (mark) took longer than 1 s" in done.stderr
    job = jobs.state_of(toolbox, job_id)
    assert (job.state, job.attempts) == (JobState.RUNNING, 1)
    assert run_owed(toolbox, perform=jobs.slow_and_idempotent) == 1  # the next worker need not wait
    assert jobs.state_of(toolbox, job_id).state is JobState.DONE
    assert jobs.state_of(toolbox, job_id).attempts == 2


def test_a_job_that_is_stuck_every_time_is_given_up(toolbox: Toolbox) -> None:
    [job_id] = jobs.ask(toolbox)
    with toolbox.store.write() as uow:
        for _ in range(MAX_ATTEMPTS - 1):
            assert uow.jobs.claim(job_id, "gone", lease_s=60) is not None
            uow.jobs.give_up_lease(job_id, "gone")
    assert stuck_worker(toolbox.settings).returncode == STUCK
    assert run_owed(toolbox, perform=jobs.slow_and_idempotent) == 1
    assert jobs.state_of(toolbox, job_id).state is JobState.FAILED


@pytest.mark.parametrize(("takes_s", "ends"), [(0.0, 0), (0.3, 1)])
def test_only_a_job_beyond_its_limit_ends_the_process(toolbox: Toolbox, takes_s: float, ends: int) -> None:
    [job_id] = jobs.ask(toolbox)
    ended: list[str] = []
    with ended_at_limit(jobs.state_of(toolbox, job_id), 0.1, end=lambda: ended.append("ended")):
        time.sleep(takes_s)
    time.sleep(0.2)
    assert len(ended) == ends


def test_the_parent_ends_a_child_that_cannot_end_itself(settings: Settings) -> None:
    limit_s = open_queue(settings).conf.task_time_limit
    assert settings.job_limit_s < limit_s <= settings.job_limit_s + 60
