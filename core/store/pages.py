"""Stacks, pages, readings, identities and corrections."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update

from core.errors import NotFound
from core.identities import Identity
from core.ledger import PageEntry, Stack
from core.pages import PageReading, PageState, ScanPage
from core.store import tables as t
from core.store.base import Repository


class PageRepository(Repository):
    """What the scanner gave and what became of it."""

    def add_stack(self, stack: Stack) -> None:
        self._db.execute(insert(t.stacks).values(**stack.model_dump(exclude={"at"}), at=self._now()))

    def stack(self, stack_id: str) -> Stack:
        """The stack.

        Raises:
            NotFound: there is none.
        """
        row = self._db.execute(select(t.stacks).where(t.stacks.c.id == stack_id)).mappings().first()
        if row is None:
            raise NotFound(f"没有扫描批次 {stack_id}。")
        return Stack.model_validate(dict(row))

    def stack_with_blob(self, exam_id: str, blob: str) -> Stack | None:
        query = select(t.stacks).where(t.stacks.c.exam_id == exam_id, t.stacks.c.blob == blob)
        row = self._db.execute(query).mappings().first()
        return None if row is None else Stack.model_validate(dict(row))

    def stacks(self, exam_id: str) -> tuple[Stack, ...]:
        query = select(t.stacks).where(t.stacks.c.exam_id == exam_id).order_by(t.stacks.c.at)
        return tuple(Stack.model_validate(dict(row)) for row in self._db.execute(query).mappings())

    def update_stack(self, stack_id: str, **values: Any) -> None:
        self._db.execute(update(t.stacks).where(t.stacks.c.id == stack_id).values(**values))

    def add(self, page: ScanPage, state: PageState, reason: str = "", duplicate_of: str = "") -> None:
        """A ledger line for a page whose bytes are safe."""
        self._db.execute(
            insert(t.pages).values(
                id=page.id,
                exam_id=page.exam_id,
                stack_id=page.stack_id,
                source_index=page.source_index,
                state=state.value,
                reason=reason,
                held_for="",
                duplicate_of=duplicate_of,
                sheet="",
                card_id="",
                card_page=0,
                candidate_id="",
                settled_by="",
                doc=page.model_dump_json(),
            )
        )

    def update(self, page_id: str, **values: Any) -> None:
        """Change a page's place in the ledger (state, reason, held_for, candidate_id …)."""
        plain = {k: (v.value if isinstance(v, PageState) else v) for k, v in values.items()}
        self._db.execute(update(t.pages).where(t.pages.c.id == page_id).values(**plain))

    def entry(self, page_id: str) -> PageEntry:
        """The page's ledger line.

        Raises:
            NotFound: there is none.
        """
        row = self._db.execute(select(t.pages).where(t.pages.c.id == page_id)).mappings().first()
        if row is None:
            raise NotFound(f"没有页面 {page_id}。", "请从台账中打开。")
        return _entry(row)

    def entries(
        self, exam_id: str, states: Iterable[PageState] = (), candidate_id: str | None = None
    ) -> tuple[PageEntry, ...]:
        """Ledger lines of an exam in the order of scanning."""
        query = (
            select(t.pages)
            .join(t.stacks, t.stacks.c.id == t.pages.c.stack_id)
            .where(t.pages.c.exam_id == exam_id)
            .order_by(t.stacks.c.at, t.pages.c.stack_id, t.pages.c.source_index)
        )
        wanted = [state.value for state in states]
        if wanted:
            query = query.where(t.pages.c.state.in_(wanted))
        if candidate_id is not None:
            query = query.where(t.pages.c.candidate_id == candidate_id)
        return tuple(_entry(row) for row in self._db.execute(query).mappings())

    def indexes_of_stack(self, stack_id: str) -> set[int]:
        query = select(t.pages.c.source_index).where(t.pages.c.stack_id == stack_id)
        return set(self._db.scalars(query))

    def with_blob(self, exam_id: str, blob: str) -> str:
        """The id of the first page of the exam with these very bytes, "" when there is none."""
        query = select(t.pages.c.id, t.pages.c.doc).where(
            t.pages.c.exam_id == exam_id, t.pages.c.doc.contains(f'"blob":"{blob}"')
        )
        row = self._db.execute(query.limit(1)).first()
        return "" if row is None else str(row.id)

    def counts(self, exam_id: str) -> dict[PageState, int]:
        query = (
            select(t.pages.c.state, func.count())
            .where(t.pages.c.exam_id == exam_id)
            .group_by(t.pages.c.state)
        )
        return {PageState(state): count for state, count in self._db.execute(query)}

    def count_read(self, exam_id: str, state: PageState) -> int:
        """How many pages in this state have been read."""
        query = (
            select(func.count())
            .select_from(t.pages.join(t.readings, t.readings.c.page_id == t.pages.c.id))
            .where(t.pages.c.exam_id == exam_id, t.pages.c.state == state, t.readings.c.current)
        )
        return self._db.scalar(query) or 0

    # readings, identities, corrections: appended, never overwritten

    def add_reading(self, exam_id: str, reading: PageReading) -> int:
        values = {"exam_id": exam_id, "doc": reading.model_dump_json()}
        return self._append_revision(t.readings, {"page_id": reading.page_id}, values)

    def reading(self, page_id: str) -> PageReading | None:
        query = select(t.readings.c.doc).where(t.readings.c.page_id == page_id, t.readings.c.current)
        doc = self._db.scalar(query)
        return None if doc is None else PageReading.model_validate_json(doc)

    def readings(self, exam_id: str, page_ids: Sequence[str] | None = None) -> dict[str, PageReading]:
        """Current readings by page id."""
        query = select(t.readings.c.page_id, t.readings.c.doc).where(
            t.readings.c.exam_id == exam_id, t.readings.c.current
        )
        if page_ids is not None:
            query = query.where(t.readings.c.page_id.in_(page_ids))
        return {page: PageReading.model_validate_json(doc) for page, doc in self._db.execute(query)}

    def noted(self, exam_id: str) -> dict[str, PageReading]:
        """Current readings that have notes about the page, by page id: few of many, so only they are parsed."""
        query = select(t.readings.c.page_id, t.readings.c.doc).where(
            t.readings.c.exam_id == exam_id, t.readings.c.current, t.readings.c.doc.not_like('%"notes":[]%')
        )
        return {page: PageReading.model_validate_json(doc) for page, doc in self._db.execute(query)}

    def add_identity(self, exam_id: str, identity: Identity) -> int:
        values = {"exam_id": exam_id, "doc": identity.model_dump_json()}
        return self._append_revision(t.identities, {"page_id": identity.page_id}, values)

    def identities(self, exam_id: str) -> dict[str, Identity]:
        """Current identities by page id."""
        query = select(t.identities.c.page_id, t.identities.c.doc).where(
            t.identities.c.exam_id == exam_id, t.identities.c.current
        )
        return {page: Identity.model_validate_json(doc) for page, doc in self._db.execute(query)}

    def correct(self, exam_id: str, page_id: str, key: str, value: str, by: str) -> None:
        """A person's word on what was written: ``key`` is an item number or "optional:ID"."""
        values = {"exam_id": exam_id, "value": value, "by": by}
        self._append_revision(t.corrections, {"page_id": page_id, "key": key}, values)

    def corrections(self, exam_id: str) -> dict[tuple[str, str], tuple[str, str]]:
        """(page id, key) → (value, by)."""
        query = select(t.corrections).where(
            t.corrections.c.exam_id == exam_id, t.corrections.c.current, t.corrections.c.by != ""
        )
        return {(row.page_id, row.key): (row.value, row.by) for row in self._db.execute(query)}

    def rewind_correction(self, exam_id: str, page_id: str, key: str, to: datetime) -> None:
        """What had been said about this by then holds again; a line without a name when nobody had."""
        c = t.corrections.c
        said = select(c.value, c.by).where(c.page_id == page_id, c.key == key)
        row = self._db.execute(said.where(c.at <= to).order_by(c.revision.desc()).limit(1)).first()
        values = {"exam_id": exam_id, "value": row.value if row else "", "by": row.by if row else ""}
        self._append_revision(t.corrections, {"page_id": page_id, "key": key}, values)


def _entry(row: Mapping[Any, Any]) -> PageEntry:
    return PageEntry(
        page=ScanPage.model_validate_json(row["doc"]),
        state=PageState(row["state"]),
        reason=row["reason"],
        held_for=row["held_for"],
        duplicate_of=row["duplicate_of"],
        sheet=row["sheet"],
        card_id=row["card_id"],
        card_page=row["card_page"],
        candidate_id=row["candidate_id"],
        settled_by=row["settled_by"],
    )
