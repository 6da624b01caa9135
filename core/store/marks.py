"""Marks in revisions, and who is working on which response."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from core.marks import Mark, MarkSource, MarkState
from core.pages import PageState
from core.store import tables as t
from core.store.base import Repository

_BARE = ("criterion", "steps", "full_steps", "model")


class MarkRepository(Repository):
    """Marks of responses; a response is (page id, item number)."""

    def add(self, mark: Mark) -> Mark:
        """Keep the mark as the response's next revision; its ``revision`` and ``at`` are set here."""
        revision = self._append_revision(
            t.marks, {"page_id": mark.page_id, "item": mark.item}, _columns(mark)
        )
        return mark.model_copy(update={"revision": revision})

    def add_first(self, marks: Sequence[Mark]) -> None:
        """Keep the first revision of several responses of a page in one statement.

        Raises:
            sqlalchemy.exc.IntegrityError: one of them has a mark already.
        """
        at = self._now()
        rows = [
            {
                "page_id": mark.page_id,
                "item": mark.item,
                "revision": 1,
                "current": True,
                "at": at,
                **_columns(mark),
            }
            for mark in marks
        ]
        if rows:
            self._db.execute(insert(t.marks), rows)

    def any_of_page(self, page_id: str) -> bool:
        return (
            self._db.scalar(select(t.marks.c.item).where(t.marks.c.page_id == page_id).limit(1)) is not None
        )

    def current(self, page_id: str, item: str) -> Mark | None:
        query = select(t.marks).where(t.marks.c.page_id == page_id, t.marks.c.item == item, t.marks.c.current)
        row = self._db.execute(query).first()
        return None if row is None else _mark(row.doc, row.revision, row.at)

    def history(self, page_id: str, item: str) -> tuple[Mark, ...]:
        """All revisions, oldest first."""
        query = (
            select(t.marks)
            .where(t.marks.c.page_id == page_id, t.marks.c.item == item)
            .order_by(t.marks.c.revision)
        )
        return tuple(_mark(row.doc, row.revision, row.at) for row in self._db.execute(query))

    def of_exam(
        self, exam_id: str, state: MarkState | None = None, items: Iterable[str] = ()
    ) -> dict[tuple[str, str], Mark]:
        """Current marks by (page id, item)."""
        query = select(t.marks).where(t.marks.c.exam_id == exam_id, t.marks.c.current)
        if state is not None:
            query = query.where(t.marks.c.state == state.value)
        wanted = list(items)
        if wanted:
            query = query.where(t.marks.c.item.in_(wanted))
        return {(r.page_id, r.item): _mark(r.doc, r.revision, r.at) for r in self._db.execute(query)}

    def waiting(
        self, exam_id: str, states: Iterable[PageState], *, flagged: bool = False
    ) -> tuple[tuple[str, str], ...]:
        """(page id, item) of current marks that wait for a person, on pages in these states.

        In the order of scanning.
        """
        query = (
            select(t.marks.c.page_id, t.marks.c.item)
            .join(t.pages, t.pages.c.id == t.marks.c.page_id)
            .join(t.stacks, t.stacks.c.id == t.pages.c.stack_id)
            .where(
                t.marks.c.exam_id == exam_id,
                t.marks.c.current,
                t.marks.c.state == MarkState.PROPOSED.value,
                t.marks.c.flagged == flagged,
                t.pages.c.state.in_([state.value for state in states]),
            )
            .order_by(t.stacks.c.at, t.pages.c.stack_id, t.pages.c.source_index)
        )
        return tuple((row.page_id, row.item) for row in self._db.execute(query))

    def marked_by_people(
        self, exam_id: str, items: Iterable[str], since: datetime | None = None
    ) -> dict[tuple[str, str], tuple[Mark, ...]]:
        """All revisions, oldest first and with bare awards, of responses whose mark is a person's now.

        By (page id, item): what the machine had proposed and what the person gave; with ``since`` only where
        the mark was made later.
        """
        now = t.marks.alias("now")
        query = (
            select(t.marks)
            .join(now, (now.c.page_id == t.marks.c.page_id) & (now.c.item == t.marks.c.item))
            .where(
                now.c.exam_id == exam_id,
                now.c.current,
                now.c.source == MarkSource.PERSON.value,
                now.c.item.in_(list(items)),
            )
            .order_by(t.marks.c.page_id, t.marks.c.item, t.marks.c.revision)
        )
        if since is not None:
            query = query.where(now.c.at > since)
        found: dict[tuple[str, str], list[Mark]] = {}
        for row in self._db.execute(query):
            found.setdefault((row.page_id, row.item), []).append(_bare_mark(row.doc, row.revision, row.at))
        return {key: tuple(marks) for key, marks in found.items()}

    def machine_revisions(self, exam_id: str, item: str) -> Iterator[Mark]:
        """All that the machine ever said of the item's responses, each response's oldest first, one at a time."""
        query = (
            select(t.marks)
            .where(
                t.marks.c.exam_id == exam_id,
                t.marks.c.item == item,
                t.marks.c.source == MarkSource.MACHINE.value,
            )
            .order_by(t.marks.c.page_id, t.marks.c.revision)
        )
        for row in self._db.execute(query.execution_options(yield_per=500)):
            yield _mark(row.doc, row.revision, row.at)

    def machine_marks(self, exam_id: str, items: Iterable[str]) -> tuple[Mark, ...]:
        """Current marks of these items by the machine that have a score, with bare awards."""
        query = select(t.marks).where(
            t.marks.c.exam_id == exam_id,
            t.marks.c.current,
            t.marks.c.source == MarkSource.MACHINE.value,
            t.marks.c.steps.is_not(None),
            t.marks.c.item.in_(list(items)),
        )
        return tuple(_bare_mark(row.doc, row.revision, row.at) for row in self._db.execute(query))

    def count_by_people(self, exam_id: str, item: str) -> int:
        """How many responses to the item a person has settled."""
        query = select(func.count()).where(
            t.marks.c.exam_id == exam_id,
            t.marks.c.item == item,
            t.marks.c.current,
            t.marks.c.source == MarkSource.PERSON.value,
            t.marks.c.state == MarkState.FINAL.value,
        )
        return self._db.scalar(query) or 0

    def count_settled(self, exam_id: str) -> int:
        query = select(func.count()).where(
            t.marks.c.exam_id == exam_id, t.marks.c.current, t.marks.c.state == MarkState.FINAL.value
        )
        return self._db.scalar(query) or 0

    def last_by(self, exam_id: str, login: str, limit: int = 20) -> tuple[Mark, ...]:
        """The person's latest current marks, newest first (for undo and 回评)."""
        query = (
            select(t.marks)
            .where(t.marks.c.exam_id == exam_id, t.marks.c.by == login, t.marks.c.current)
            .order_by(t.marks.c.at.desc())
            .limit(limit)
        )
        return tuple(_mark(row.doc, row.revision, row.at) for row in self._db.execute(query))

    # a response on one marker's screen is kept from the others for a while

    def lock(self, page_id: str, item: str, by: str, seconds: int) -> None:
        self._db.execute(delete(t.locks).where(t.locks.c.page_id == page_id, t.locks.c.item == item))
        until = self._now() + timedelta(seconds=seconds)
        self._db.execute(insert(t.locks).values(page_id=page_id, item=item, by=by, until=until))

    def renew_lock(self, page_id: str, item: str, by: str, seconds: int) -> bool:
        """Hold the response longer; ``False`` when the lock is gone or another's by now."""
        own = (t.locks.c.page_id == page_id, t.locks.c.item == item, t.locks.c.by == by)
        until = self._now() + timedelta(seconds=seconds)
        return self._db.execute(update(t.locks).where(*own).values(until=until)).rowcount > 0

    def locked_by_another(self, page_id: str, item: str, by: str) -> bool:
        other = (t.locks.c.by != by, t.locks.c.until > self._now())
        query = select(t.locks.c.by).where(t.locks.c.page_id == page_id, t.locks.c.item == item, *other)
        return self._db.scalar(query) is not None

    def unlock(self, page_id: str, item: str) -> None:
        self._db.execute(delete(t.locks).where(t.locks.c.page_id == page_id, t.locks.c.item == item))

    def locked_for_others(self, by: str) -> set[tuple[str, str]]:
        query = select(t.locks.c.page_id, t.locks.c.item).where(
            t.locks.c.by != by, t.locks.c.until > self._now()
        )
        return {(row.page_id, row.item) for row in self._db.execute(query)}


def _columns(mark: Mark) -> dict[str, Any]:
    return {
        "exam_id": mark.exam_id,
        "state": mark.state.value,
        "source": mark.source.value,
        "flagged": bool(mark.flag),
        "steps": mark.steps,
        "by": mark.by,
        "doc": mark.model_dump_json(exclude={"revision", "at"}),
    }


def _bare_mark(doc: str, revision: int, at: object) -> Mark:
    """Awards say only what was given and by whom: their evidence takes most of the time to read."""
    whole = json.loads(doc)
    awards = [{name: award[name] for name in _BARE if name in award} for award in whole.get("awards", ())]
    return Mark.model_validate({**whole, "awards": awards, "revision": revision, "at": at})


def _mark(doc: str, revision: int, at: object) -> Mark:
    return Mark.model_validate({**json.loads(doc), "revision": revision, "at": at})
