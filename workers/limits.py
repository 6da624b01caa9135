"""A hard limit on one job: a worker stuck at it must not keep it by its heartbeat for ever."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from core.jobs import Job

_log = logging.getLogger(__name__)

#: The exit status of a process that ended itself (``EX_SOFTWARE``).
STUCK = 70


def end_this_process() -> None:
    """End at once, without clean-up: what is stuck would not let it through."""
    logging.shutdown()
    os._exit(STUCK)


@contextmanager
def ended_at_limit(job: Job, limit_s: float, end: Callable[[], None] = end_this_process) -> Iterator[None]:
    """End this process when the block takes longer than ``limit_s`` seconds.

    With the process ends its heartbeat: the lease runs out, or is released by a worker that finds the
    process gone, and the attempt counts among ``core.jobs.MAX_ATTEMPTS``.
    """

    def give_up() -> None:
        _log.error(
            "Job %s (%s) took longer than %g s (ZHUPI_JOB_LIMIT_S); this worker process ends itself.",
            job.id,
            job.kind,
            limit_s,
        )
        end()

    timer = threading.Timer(limit_s, give_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
