"""The queue: files by default, Redis or RabbitMQ by ``ZHUPI_BROKER_URL``. It only wakes workers."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from celery import Celery
from kombu.exceptions import KombuError, OperationalError

from core.settings import Settings

_log = logging.getLogger(__name__)

PERFORM_JOB = "zhupi.perform_job"
SWEEP = "zhupi.sweep"

#: How often a worker looks into the folder queue; 0.05 s costs under 1 % of a core when idle.
_POLLING_INTERVAL_S = 0.05
#: Who asks for work does not wait for a server that is away (the worker itself waits patiently).
_PATIENCE = {"max_retries": 1, "interval_start": 0.1, "interval_step": 0.1, "interval_max": 0.2}
#: A child at its job's limit has so long to end itself before its parent does.
_LAST_WORDS_S = 30
#: A child that has grown beyond this is replaced after its task (KiB).
_CHILD_MEMORY_KIB = 1_300_000


def open_queue(settings: Settings) -> Celery:
    """A Celery application on the broker of the settings, without tasks (senders need none)."""
    app = Celery("zhupi", set_as_current=False)
    app.conf.update(
        broker_url=settings.broker_url or "filesystem://localhost//",
        broker_transport=None if settings.broker_url else "workers.file_queue:Transport",
        broker_transport_options=_PATIENCE if settings.broker_url else _folder_options(settings),
        broker_connection_retry_on_startup=True,
        accept_content=["json"],
        task_serializer="json",
        task_default_queue="zhupi",
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        # for a child that is too stuck to end itself (``workers.limits``)
        task_time_limit=settings.job_limit_s + _LAST_WORDS_S,
        worker_concurrency=settings.workers,
        worker_max_memory_per_child=_CHILD_MEMORY_KIB,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
    )
    return app


def _folder_options(settings: Settings) -> dict[str, Any]:
    folders = {name: settings.queue_folder.resolve() / name for name in ("messages", "control")}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    return {
        "data_folder_in": str(folders["messages"]),
        "data_folder_out": str(folders["messages"]),
        "control_folder": str(folders["control"]),
        "polling_interval": _POLLING_INTERVAL_S,
    }


def waker(app: Celery) -> Callable[[str], None]:
    """What a toolbox wakes workers with.

    A queue that cannot be reached is no error for who asked: the sweep finds the job.
    """

    def wake(job_id: str) -> None:
        try:
            app.send_task(PERFORM_JOB, args=[job_id], retry=False)
        except (KombuError, OperationalError, OSError) as error:
            _log.warning("The queue could not be reached (%s); job %s waits for the sweep.", error, job_id)

    return wake
