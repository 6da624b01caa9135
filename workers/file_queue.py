"""Kombu's folder queue, with messages that appear whole.

Kombu writes a message under its final name; a worker that looks in between takes an empty file, fails to
parse it and ends. Here it is written aside and renamed.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """The channel with an atomic put."""

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]  # as kombu's own
        name = f"{round(time.monotonic() * 1000)}_{uuid4()}.{queue}.msg"
        aside = Path(self.control_folder) / f"{name}.new"
        try:
            aside.parent.mkdir(parents=True, exist_ok=True)
            aside.write_text(dumps(payload), encoding="utf-8")  # type: ignore[no-untyped-call]  # kombu has no types
            os.replace(aside, Path(self.data_folder_out) / name)  # noqa: PTH105  (atomic on one disk)
        except OSError as error:
            raise ChannelError(f"Cannot add {name} to the queue's folder: {error}") from error


class Transport(filesystem.Transport):
    """The folder transport with that channel."""

    Channel = Channel
