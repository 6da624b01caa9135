"""The sweep: jobs that are owed and have been forgotten are woken again."""

from __future__ import annotations

from datetime import timedelta

from core.store.base import utc_now
from pipeline.toolbox import Toolbox
from workers.names import is_dead


def release_leases_of_the_dead(tb: Toolbox) -> int:
    """Free the jobs of workers of this machine that no longer run (killed); returns how many."""
    with tb.store.read() as uow:
        dead = {job: worker for job, worker in uow.jobs.holders().items() if is_dead(worker)}
    if dead:
        with tb.store.write() as uow:
            for job_id, worker in dead.items():
                uow.jobs.give_up_lease(job_id, worker)
    return len(dead)


def sweep(tb: Toolbox) -> int:
    """Wake workers for the oldest jobs owed for longer than one sweep; returns how many were woken.

    Twice the number of workers is enough to have all hands full; each job done wakes another one
    (``wake_next``), so that an emptied queue fills by itself and a full one is not filled twice.
    """
    release_leases_of_the_dead(tb)
    chosen = _forgotten(tb)[: 2 * tb.settings.workers]
    for job_id in chosen:
        tb.wake(job_id)
    return len(chosen)


def wake_next(tb: Toolbox) -> None:
    """Wake a worker for the oldest forgotten job, if there is one."""
    for job_id in _forgotten(tb)[:1]:
        tb.wake(job_id)


def _forgotten(tb: Toolbox) -> list[str]:
    with tb.store.read() as uow:
        owed = uow.jobs.owed()
    since = utc_now() - timedelta(seconds=tb.settings.sweep_s)
    return [job.id for job in owed if job.created_at < since]
