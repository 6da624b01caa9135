"""The Celery application of a worker: one task per job, and the sweep."""

from __future__ import annotations

import logging
import threading
from functools import cache

from celery import Celery
from celery.signals import worker_process_init, worker_ready, worker_shutting_down
from kombu.exceptions import KombuError, OperationalError

from core.settings import Settings
from pipeline.toolbox import Toolbox, open_toolbox
from pipeline.warming import warm_up
from workers.broker import PERFORM_JOB, SWEEP, open_queue, waker
from workers.inbox import take_in_from_inbox
from workers.names import worker_name
from workers.performing import Perform, perform_in_pipeline, perform_owed
from workers.sweeping import sweep, wake_next

_log = logging.getLogger(__name__)


def create_app(settings: Settings, perform: Perform = perform_in_pipeline) -> Celery:
    """The application with its tasks. Each worker process opens a toolbox of its own at its first task."""
    app = open_queue(settings)

    @cache
    def toolbox() -> Toolbox:
        return open_toolbox(settings, waker(app))

    def perform_job(job_id: str) -> None:
        if perform_owed(toolbox(), job_id, worker_name(), perform):
            wake_next(toolbox())

    def sweep_and_look() -> None:
        take_in_from_inbox(toolbox())
        sweep(toolbox())

    app.task(perform_job, name=PERFORM_JOB)
    app.task(sweep_and_look, name=SWEEP)
    return app


def run_worker(settings: Settings, perform: Perform = perform_in_pipeline) -> None:
    """Run a worker with its child processes until SIGTERM or SIGINT; tasks under way are finished."""
    app = create_app(settings, perform)
    stop = threading.Event()

    def start_clock(**_signal: object) -> None:
        threading.Thread(target=_ask_for_sweeps, args=(app, settings, stop), daemon=True).start()

    def stop_clock(**_signal: object) -> None:
        stop.set()

    def warm(**_signal: object) -> None:
        # In a thread: Celery takes a child for dead that is not up within four seconds.
        threading.Thread(target=warm_up, args=(settings,), name="warm-up", daemon=True).start()

    if perform is perform_in_pipeline:
        worker_process_init.connect(warm)
    worker_ready.connect(start_clock)
    worker_shutting_down.connect(stop_clock)
    name = worker_name().replace("/", "-")
    app.worker_main(
        [
            "--quiet",
            "worker",
            "--loglevel=WARNING",
            f"--hostname={name}",
            "--without-gossip",
            "--without-mingle",
        ]
    )


def _ask_for_sweeps(app: Celery, settings: Settings, stop: threading.Event) -> None:
    # The sweep itself is a task: the parent process forks, so it opens no database and no model.
    while True:
        try:
            app.send_task(SWEEP, expires=settings.sweep_s, retry=False)
        except (KombuError, OperationalError, OSError) as error:
            _log.warning("The queue could not be reached for the sweep: %s", error)
        if stop.is_set():
            return  # after a last message, which rouses a worker that waits for one: it stops sooner
        stop.wait(settings.sweep_s)
