"""Jobs: long work that is owed. The jobs table is the truth; the queue only wakes a worker."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from core.base import Record


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"  #: gave up after ``MAX_ATTEMPTS``, or the input was refused


class JobKind(StrEnum):
    DESIGN_CARD = "design_card"  #: args: by
    IMPORT_TEMPLATE = "import_template"  #: args: blob, by
    READ_BLANK = "read_blank"  #: args: blob, name, by; the pages of a blank card of the school
    BLANK_CARD = "blank_card"  #: args: regions, pages (blobs), dpi, by; its card from the drawn regions
    SPLIT_STACK = "split_stack"  #: args: stack_id
    RECOGNISE = "recognise"  #: args: page_ids
    SETTLE = "settle"  #: args: none; identities, ledger states and marks of an exam
    MARK = "mark"  #: args: items (empty: all)
    ANALYSE = "analyse"  #: args: what (groups, agreement, learning, patch, essays), item, and its own
    RELEASE = "release"  #: args: release
    SCRIPTS = "scripts"  #: args: release, candidate_ids


MAX_ATTEMPTS = 5
#: Each pause between attempts is so many times as long as the one before.
_PAUSE_GROWTH = 5.0


def pause_s(attempts: int, first_s: float) -> float:
    """Seconds to wait after so many attempts: ``first_s`` after the first, then 5, 25 … times that."""
    return first_s * _PAUSE_GROWTH ** max(0, attempts - 1)


class Job(Record):
    """One piece of work. ``key`` makes asking twice harmless while the job is open.

    ``not_before``: after trouble, when it may be tried again.
    """

    id: str
    kind: JobKind
    exam_id: str
    key: str
    args: dict[str, Any]
    state: JobState
    attempts: int
    lease_until: datetime | None
    not_before: datetime | None = None
    error: str
    done: int = 0
    total: int = 0
    created_at: datetime
    finished_at: datetime | None = None
