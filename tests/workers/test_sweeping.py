"""The sweep finds what was forgotten, and nothing else."""

from __future__ import annotations

import dataclasses
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from core.jobs import JobState
from pipeline.toolbox import Toolbox
from tests.workers import jobs
from workers.names import is_dead, worker_name
from workers.sweeping import release_leases_of_the_dead, sweep, wake_next


def _with_ear(toolbox: Toolbox) -> tuple[Toolbox, list[str]]:
    heard: list[str] = []
    return dataclasses.replace(toolbox, wake=heard.append), heard


def test_a_job_just_asked_for_is_left_to_its_own_message(toolbox: Toolbox) -> None:
    tb, heard = _with_ear(toolbox)
    jobs.ask(tb)
    assert (sweep(tb), heard) == (0, [])


def test_the_oldest_forgotten_jobs_are_woken_for_all_hands(toolbox: Toolbox) -> None:
    tb, heard = _with_ear(toolbox)
    ids = jobs.ask(tb, 9)
    time.sleep(tb.settings.sweep_s + 0.05)
    sweep(tb)
    assert heard == ids[: 2 * tb.settings.workers]
    heard.clear()
    wake_next(tb)
    assert heard == ids[:1]


def test_jobs_of_a_killed_process_are_owed_at_once(toolbox: Toolbox) -> None:
    [job_id] = jobs.ask(toolbox)
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        started = _start_ticks(process.pid)
        name = f"{socket.gethostname()[:40]}/{process.pid}/{started}"
        with toolbox.store.write() as uow:
            uow.jobs.claim(job_id, name, lease_s=600)
        assert release_leases_of_the_dead(toolbox) == 0
    finally:
        process.kill()
        process.communicate()
    assert release_leases_of_the_dead(toolbox) == 1
    with toolbox.store.read() as uow:
        assert [job.id for job in uow.jobs.owed()] == [job_id]
    assert jobs.state_of(toolbox, job_id).state is JobState.RUNNING


def _start_ticks(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]


def test_only_processes_of_this_machine_are_judged() -> None:
    own = worker_name()
    pid = str(os.getpid())
    assert not is_dead(own)
    assert is_dead(own.replace(f"/{pid}/", f"/{pid}/9"))  # the number was given to another process
    assert not is_dead(f"another-machine/{pid}/1")
    assert not is_dead("me")
