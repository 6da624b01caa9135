"""The folder queue's messages appear whole."""

from __future__ import annotations

import json
import threading

from core.settings import Settings
from workers.broker import PERFORM_JOB, open_queue


def test_a_message_is_never_seen_half_written(settings: Settings) -> None:
    app = open_queue(settings)
    folder = settings.queue_folder / "messages"
    stop = threading.Event()
    broken: list[str] = []

    def look() -> None:
        while not stop.is_set():
            for path in folder.glob("*.msg"):
                try:
                    json.loads(path.read_text(encoding="utf-8"))
                except ValueError:
                    broken.append(path.name)

    watcher = threading.Thread(target=look)
    watcher.start()
    for number in range(200):
        app.send_task(PERFORM_JOB, args=[str(number)])
    stop.set()
    watcher.join()
    assert not broken
    assert len(list(folder.glob("*.msg"))) == 200
