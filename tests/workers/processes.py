"""Workers as processes of their own, as they run in a school."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from core.settings import Settings, as_environment

_ROOT = Path(__file__).parents[2]
_WORKER = """
import sys
from core.settings import Settings, as_environment
from tests.workers import jobs
from workers.app import run_worker
run_worker(Settings.model_validate_json(sys.argv[1]), getattr(jobs, sys.argv[2]))
"""


@contextmanager
def worker(settings: Settings, perform: str = "slow_and_idempotent") -> Iterator[subprocess.Popen[bytes]]:
    """A worker on these settings that performs by a function of ``tests.workers.jobs``."""
    command = [sys.executable, "-c", _WORKER, settings.model_dump_json(), perform]
    log_file = settings.home / "worker.log"
    settings.home.mkdir(parents=True, exist_ok=True)
    with log_file.open("ab") as log:
        process = subprocess.Popen(command, cwd=_ROOT, stderr=log, stdout=log, start_new_session=True)
    try:
        yield process
    finally:
        kill_all(process)


def kill_all(process: subprocess.Popen[bytes]) -> None:
    """``kill -9`` of the worker and all its children."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def stop(process: subprocess.Popen[bytes], seconds: float = 15) -> int:
    """Ask the worker to stop, and wait for it."""
    process.terminate()
    return process.wait(seconds)


@contextmanager
def zhupi_worker(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """``zhupi worker`` as it is run on servers."""
    environment = {**os.environ, **as_environment(settings), "OMP_NUM_THREADS": "1"}
    with (settings.home / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "workers", "worker"],
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        kill_all(process)
