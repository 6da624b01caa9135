"""Releases, the files that go out with them, and the audit log."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update

from core.base import Record
from core.store import tables as t
from core.store.base import Repository


class Output(Record):
    """A file that was given out: kinds are script, error_book, review, workbook, csv_total, csv_items (of
    all; with ``_class`` of one class, ``candidate_id`` being its name), review_data; of release 0 card
    (pre-named copies) and blank_scan (pages of a blank card, ``candidate_id`` being the page number)."""

    exam_id: str
    release: int
    kind: str
    candidate_id: str = ""
    name: str
    blob: str


class Release(Record):
    """A publication of results; ``results_blob`` holds the ``ExamResults`` as they stood."""

    exam_id: str
    revision: int
    by: str
    at: datetime
    finished_at: datetime | None = None
    results_blob: str = ""
    note: str = ""


class OutputRepository(Repository):
    """Releases and their files."""

    def add_release(self, exam_id: str, by: str, results_blob: str, note: str) -> int:
        last = (
            self._db.scalar(select(func.max(t.releases.c.revision)).where(t.releases.c.exam_id == exam_id))
            or 0
        )
        row = {"exam_id": exam_id, "revision": last + 1, "by": by, "results_blob": results_blob, "note": note}
        self._db.execute(insert(t.releases).values(**row, at=self._now()))
        return int(last) + 1

    def finish_release(self, exam_id: str, revision: int) -> None:
        self._db.execute(
            update(t.releases)
            .where(t.releases.c.exam_id == exam_id, t.releases.c.revision == revision)
            .values(finished_at=self._now())
        )

    def releases(self, exam_id: str) -> tuple[Release, ...]:
        """Newest first."""
        query = (
            select(t.releases).where(t.releases.c.exam_id == exam_id).order_by(t.releases.c.revision.desc())
        )
        return tuple(Release.model_validate(dict(row)) for row in self._db.execute(query).mappings())

    def put(self, output: Output) -> None:
        """Keep a file of a release; the same file made again replaces its row (same bytes, same name)."""
        key = ("exam_id", "release", "kind", "candidate_id")
        same = [t.outputs.c[name] == getattr(output, name) for name in key]
        self._db.execute(delete(t.outputs).where(*same))
        self._db.execute(insert(t.outputs).values(**output.model_dump()))

    def forget(self, exam_id: str, release: int, kind: str) -> None:
        """Take the rows of this kind out; their bytes stay in the blob store."""
        same = (t.outputs.c.exam_id == exam_id, t.outputs.c.release == release, t.outputs.c.kind == kind)
        self._db.execute(delete(t.outputs).where(*same))

    def of_release(self, exam_id: str, release: int, kind: str = "") -> tuple[Output, ...]:
        query = select(t.outputs).where(t.outputs.c.exam_id == exam_id, t.outputs.c.release == release)
        if kind:
            query = query.where(t.outputs.c.kind == kind)
        rows = self._db.execute(query.order_by(t.outputs.c.kind, t.outputs.c.name)).mappings()
        return tuple(Output.model_validate(dict(row)) for row in rows)


class AuditLine(Record):
    """Who did what to what, when and why. ``chain`` is the SHA-256 over the line before and this one."""

    id: int
    at: datetime
    by: str
    action: str
    exam_id: str
    subject: str
    before: str = ""
    after: str = ""
    why: str = ""
    chain: str


#: The columns that the chain covers, after the time.
_CHAINED = ("by", "action", "exam_id", "subject", "before", "after", "why")


class AuditRepository(Repository):
    """The append-only audit log, chained so that a line taken out or changed shows."""

    def write(
        self,
        by: str,
        action: str,
        exam_id: str,
        subject: str,
        *,
        before: str = "",
        after: str = "",
        why: str = "",
    ) -> None:
        """Append a line."""
        last = self._db.scalar(select(t.audit.c.chain).order_by(t.audit.c.id.desc()).limit(1)) or ""
        at = self._now()
        fields = (at.isoformat(), by, action, exam_id, subject, before, after, why)
        self._db.execute(
            insert(t.audit).values(
                at=at,
                by=by,
                action=action,
                exam_id=exam_id,
                subject=subject,
                before=before,
                after=after,
                why=why,
                chain=_link(last, fields),
            )
        )

    def lines(self, exam_id: str, subject: str = "", limit: int = 500) -> tuple[AuditLine, ...]:
        """Newest first."""
        query = select(t.audit).where(t.audit.c.exam_id == exam_id)
        if subject:
            query = query.where(t.audit.c.subject == subject)
        rows = self._db.execute(query.order_by(t.audit.c.id.desc()).limit(limit)).mappings()
        return tuple(AuditLine.model_validate(dict(row)) for row in rows)

    def first_broken(self) -> int | None:
        """The id of the first line that does not follow from the one before, ``None`` when all do."""
        last = ""
        for row in self._db.execute(select(t.audit).order_by(t.audit.c.id)):
            fields = (row.at.isoformat(), *(getattr(row, name) for name in _CHAINED))
            if _link(last, fields) != row.chain:
                return int(row.id)
            last = row.chain
        return None


def _link(last: str, fields: tuple[str, ...]) -> str:
    return hashlib.sha256(json.dumps([last, *fields], ensure_ascii=False).encode()).hexdigest()
