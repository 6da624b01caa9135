"""The real parts, chosen from the settings, handed to every use case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.blobs import BlobStore
from core.settings import Settings, read_settings
from core.store import Store


def _nobody(_job_id: str) -> None:
    """No worker is listening; the sweeper or an inline run finds the job in its table."""


@dataclass(frozen=True)
class Toolbox:
    """What a use case works with. ``wake`` tells a worker that a job is owed, after the commit."""

    settings: Settings
    store: Store
    blobs: BlobStore
    wake: Callable[[str], None] = _nobody


def open_toolbox(settings: Settings | None = None, wake: Callable[[str], None] = _nobody) -> Toolbox:
    """Open the database (bringing its tables up to date) and the blob store."""
    chosen = settings or read_settings()
    chosen.home.mkdir(parents=True, exist_ok=True)
    return Toolbox(
        settings=chosen,
        store=Store.open(chosen.resolved_database_url),
        blobs=BlobStore(chosen.blobs_folder),
        wake=wake,
    )
