"""What all repositories share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Table, and_, func, insert, select, update


def utc_now() -> datetime:
    """The time, aware, in UTC."""
    return datetime.now(UTC)


class Repository:
    """Rows of some tables on one connection, in one transaction."""

    def __init__(self, connection: Connection, now: Callable[[], datetime] = utc_now) -> None:
        self._db = connection
        self._now = now

    def _append_revision(self, table: Table, key: Mapping[str, str], values: Mapping[str, Any]) -> int:
        """Add a revision (from 1) of the thing with this key and make it the current one."""
        same = and_(*(table.c[name] == value for name, value in key.items()))
        last = self._db.scalar(select(func.max(table.c.revision)).where(same)) or 0
        self._db.execute(update(table).where(same, table.c.current).values(current=False))
        row = {**key, **values, "revision": last + 1, "current": True, "at": self._now()}
        self._db.execute(insert(table).values(row))
        return int(last) + 1
