"""What is worked out about an item, in revisions; and what the machine is licensed to settle."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from core.base import Record
from core.store import tables as t
from core.store.base import Repository


class Kept(Record):
    """One revision of an analysis or a licence; ``doc`` is the JSON of its own record."""

    exam_id: str
    about: str  #: the item's number; the licence's scope
    revision: int
    doc: str
    by: str
    at: datetime


class AnalysisRepository(Repository):
    """Documents by (exam, kind, item). Kinds: groups, agreement, learning, patch, essays, judge."""

    def add(self, exam_id: str, kind: str, item: str, doc: str, by: str = "machine") -> int:
        """Keep the document as the next revision, which is returned."""
        key = {"exam_id": exam_id, "kind": kind, "item": item}
        return self._append_revision(t.analyses, key, {"doc": doc, "by": by})

    def current(self, exam_id: str, kind: str, item: str) -> Kept | None:
        c = t.analyses.c
        query = select(t.analyses).where(c.exam_id == exam_id, c.kind == kind, c.item == item, c.current)
        row = self._db.execute(query).first()
        return None if row is None else _kept(row, row.item)

    def all_current(self, exam_id: str, kind: str) -> dict[str, Kept]:
        """By item."""
        c = t.analyses.c
        query = select(t.analyses).where(c.exam_id == exam_id, c.kind == kind, c.current)
        return {row.item: _kept(row, row.item) for row in self._db.execute(query)}


class LicenceRepository(Repository):
    """Licences by (exam, scope); the exam "" holds the school's own, the scope is a kind or an item."""

    def add(self, exam_id: str, scope: str, doc: str, by: str) -> int:
        """Keep the licence as the scope's next revision, which is returned."""
        return self._append_revision(t.licences, {"exam_id": exam_id, "scope": scope}, {"doc": doc, "by": by})

    def current(self, exam_id: str) -> dict[str, Kept]:
        """By scope."""
        c = t.licences.c
        query = select(t.licences).where(c.exam_id == exam_id, c.current)
        return {row.scope: _kept(row, row.scope) for row in self._db.execute(query)}

    def history(self, exam_id: str, scope: str) -> tuple[Kept, ...]:
        """All revisions, oldest first."""
        c = t.licences.c
        query = select(t.licences).where(c.exam_id == exam_id, c.scope == scope).order_by(c.revision)
        return tuple(_kept(row, row.scope) for row in self._db.execute(query))


def _kept(row: object, about: str) -> Kept:
    values = {name: getattr(row, name) for name in ("exam_id", "revision", "doc", "by", "at")}
    return Kept(about=about, **values)
