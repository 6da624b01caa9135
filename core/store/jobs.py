"""The jobs table: what is owed, who holds it, and until when."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Row, and_, func, insert, or_, select, update

from core.jobs import MAX_ATTEMPTS, Job, JobKind, JobState
from core.store import tables as t
from core.store.base import Repository

_OPEN = (JobState.QUEUED.value, JobState.RUNNING.value)
#: What a failed job that is owed again starts with.
_AFRESH = {
    "state": JobState.QUEUED.value,
    "attempts": 0,
    "worker": "",
    "error": "",
    "finished_at": None,
    "not_before": None,
}


class JobRepository(Repository):
    """Jobs: asked for, claimed under a lease, kept alive, finished."""

    def ask(self, kind: JobKind, exam_id: str, args: Mapping[str, Any], key: str = "") -> str:
        """Owe this work and return its job id; while a job with the same key waits, return that.

        A job that already *runs* with the key may have read older input, so a new one is owed. One that
        had failed is owed again itself, so that its failure is no longer told once it is made good.
        """
        key = key or _key(kind, exam_id, args)
        waiting = select(t.jobs.c.id).where(t.jobs.c.key == key, t.jobs.c.state == JobState.QUEUED.value)
        known = self._db.scalar(waiting.limit(1))
        if known is not None:
            return str(known)
        failed = and_(t.jobs.c.key == key, t.jobs.c.state == JobState.FAILED.value)
        again = self._db.scalar(select(t.jobs.c.id).where(failed).limit(1))
        if again is not None:
            self._db.execute(update(t.jobs).where(failed).values(_AFRESH))
            return str(again)
        job_id = uuid4().hex
        self._db.execute(
            insert(t.jobs).values(
                id=job_id,
                kind=kind.value,
                exam_id=exam_id,
                key=key,
                args=json.dumps(dict(args)),
                state=JobState.QUEUED.value,
                attempts=0,
                worker="",
                error="",
                done=0,
                total=0,
                created_at=self._now(),
            )
        )
        return job_id

    def claim(self, job_id: str, worker: str, lease_s: int) -> Job | None:
        """Take the job if it is due or its holder's lease ran out; ``None`` when there is nothing to do."""
        now = self._now()
        taken = self._db.execute(
            update(t.jobs)
            .where(t.jobs.c.id == job_id, self._free())
            .values(
                state=JobState.RUNNING.value,
                worker=worker,
                lease_until=now + timedelta(seconds=lease_s),
                attempts=t.jobs.c.attempts + 1,
            )
        )
        return self.get(job_id) if taken.rowcount == 1 else None

    def heartbeat(self, job_id: str, worker: str, lease_s: int) -> bool:
        """Lengthen the lease; ``False`` when the job is no longer this worker's."""
        changed = self._db.execute(
            update(t.jobs)
            .where(t.jobs.c.id == job_id, t.jobs.c.worker == worker, t.jobs.c.state == JobState.RUNNING.value)
            .values(lease_until=self._now() + timedelta(seconds=lease_s))
        )
        return changed.rowcount == 1

    def progress(self, job_id: str, done: int, total: int) -> None:
        self._db.execute(update(t.jobs).where(t.jobs.c.id == job_id).values(done=done, total=total))

    def finish(self, job_id: str) -> None:
        self._end(job_id, JobState.DONE, "")

    def fail(self, job_id: str, error: str) -> None:
        """Give the job up: its input was refused."""
        self._end(job_id, JobState.FAILED, error)

    def retry(self, job_id: str, error: str, wait_s: float = 0) -> bool:
        """Owe the job again after an unexpected error; gives up (``False``) after ``MAX_ATTEMPTS``.

        Args:
            job_id: which one.
            error: what went wrong.
            wait_s: how long nobody may claim it; trouble of the machine seldom passes at once.
        """
        job = self.get(job_id)
        if job is None or job.attempts >= MAX_ATTEMPTS:
            self.fail(job_id, error)
            return False
        values = {
            "state": JobState.QUEUED.value,
            "worker": "",
            "lease_until": None,
            "error": error,
            "not_before": self._now() + timedelta(seconds=wait_s) if wait_s > 0 else None,
        }
        self._db.execute(update(t.jobs).where(t.jobs.c.id == job_id).values(values))
        return True

    def owe_failed_again(self, exam_id: str) -> int:
        """Owe the exam's failed jobs once more, with all their attempts; returns how many.

        Jobs that wait for their next attempt are due at once as well, and not counted.
        """
        of_exam = t.jobs.c.exam_id == exam_id
        self._db.execute(
            update(t.jobs).where(of_exam, t.jobs.c.state == JobState.QUEUED.value).values(not_before=None)
        )
        failed = and_(of_exam, t.jobs.c.state == JobState.FAILED.value)
        return self._db.execute(update(t.jobs).where(failed).values(_AFRESH)).rowcount

    def _end(self, job_id: str, state: JobState, error: str) -> None:
        values = {"state": state.value, "error": error, "lease_until": None, "finished_at": self._now()}
        self._db.execute(update(t.jobs).where(t.jobs.c.id == job_id).values(values))

    def get(self, job_id: str) -> Job | None:
        row = self._db.execute(select(t.jobs).where(t.jobs.c.id == job_id)).first()
        return None if row is None else _job(row)

    def owed(self) -> tuple[Job, ...]:
        """Jobs that are due and that nobody works on: queued, or with a lease that ran out. Oldest first."""
        query = select(t.jobs).where(self._free())
        return tuple(_job(row) for row in self._db.execute(query.order_by(t.jobs.c.created_at)))

    def _free(self) -> ColumnElement[bool]:
        now = self._now()
        due = or_(t.jobs.c.not_before.is_(None), t.jobs.c.not_before <= now)
        return or_(
            and_(t.jobs.c.state == JobState.QUEUED.value, due),
            and_(t.jobs.c.state == JobState.RUNNING.value, t.jobs.c.lease_until < now),
        )

    def holders(self) -> dict[str, str]:
        """Who holds each running job: worker name by job id."""
        query = select(t.jobs.c.id, t.jobs.c.worker).where(t.jobs.c.state == JobState.RUNNING.value)
        return {row.id: row.worker for row in self._db.execute(query)}

    def give_up_lease(self, job_id: str, worker: str) -> None:
        """The worker is known to be gone: its job is owed at once, not only when the lease runs out."""
        held = and_(t.jobs.c.id == job_id, t.jobs.c.worker == worker)
        running = t.jobs.c.state == JobState.RUNNING.value
        ended = self._now() - timedelta(seconds=1)
        self._db.execute(update(t.jobs).where(held, running).values(lease_until=ended))

    def open_of_exam(self, exam_id: str, kind: JobKind | None = None) -> tuple[Job, ...]:
        query = select(t.jobs).where(t.jobs.c.exam_id == exam_id, t.jobs.c.state.in_(_OPEN))
        if kind is not None:
            query = query.where(t.jobs.c.kind == kind.value)
        return tuple(_job(row) for row in self._db.execute(query.order_by(t.jobs.c.created_at)))

    def open(self, exam_id: str = "") -> tuple[Job, ...]:
        """Jobs queued or running, of one exam or (empty) of all, oldest first."""
        query = select(t.jobs).where(t.jobs.c.state.in_(_OPEN))
        if exam_id:
            query = query.where(t.jobs.c.exam_id == exam_id)
        return tuple(_job(row) for row in self._db.execute(query.order_by(t.jobs.c.created_at)))

    def counts(self, exam_id: str = "") -> dict[JobState, int]:
        """Jobs by state, of one exam or (empty) of all."""
        query = select(t.jobs.c.state, func.count()).group_by(t.jobs.c.state)
        if exam_id:
            query = query.where(t.jobs.c.exam_id == exam_id)
        return {JobState(state): count for state, count in self._db.execute(query)}

    def of_exam(self, exam_id: str) -> tuple[Job, ...]:
        query = select(t.jobs).where(t.jobs.c.exam_id == exam_id).order_by(t.jobs.c.created_at)
        return tuple(_job(row) for row in self._db.execute(query))


def _key(kind: JobKind, exam_id: str, args: Mapping[str, Any]) -> str:
    digest = hashlib.sha256(json.dumps(dict(args), sort_keys=True).encode()).hexdigest()[:32]
    return f"{kind.value}:{exam_id}:{digest}"


def _job(row: Row[Any]) -> Job:
    values = dict(row._mapping)
    values.pop("worker")
    return Job.model_validate({**values, "args": json.loads(values["args"])})
