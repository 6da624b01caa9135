"""Accounts and failed log-ins."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import and_, delete, func, insert, or_, select, update

from core.people import User
from core.store import tables as t
from core.store.base import Repository


class Failures(NamedTuple):
    """Failed log-ins of the last seconds."""

    here: int  #: of this login from this address
    of_login: int  #: of this login from anywhere
    of_address: int  #: of any login from this address


class PeopleRepository(Repository):
    """Accounts by login; passwords only as argon2 hashes."""

    def add(self, user: User, password_hash: str) -> None:
        row = {"login": user.login, "password_hash": password_hash, "doc": user.model_dump_json()}
        self._db.execute(insert(t.users).values(**row, at=self._now()))

    def get(self, login: str) -> User | None:
        doc = self._db.scalar(select(t.users.c.doc).where(t.users.c.login == login))
        return None if doc is None else User.model_validate_json(doc)

    def password_hash(self, login: str) -> str:
        """The argon2 hash, "" for an unknown login."""
        return self._db.scalar(select(t.users.c.password_hash).where(t.users.c.login == login)) or ""

    def update(self, user: User, password_hash: str = "") -> None:
        values = {"doc": user.model_dump_json()} | ({"password_hash": password_hash} if password_hash else {})
        self._db.execute(update(t.users).where(t.users.c.login == user.login).values(values))

    def all(self) -> tuple[User, ...]:
        query = select(t.users.c.doc).order_by(t.users.c.login)
        return tuple(User.model_validate_json(doc) for doc in self._db.scalars(query))

    def record_failure(self, login: str, address: str) -> None:
        self._db.execute(
            insert(t.login_attempts).values(login=login[:40], address=address[:64], at=self._now())
        )

    def failures(self, login: str, address: str, within_s: int) -> Failures:
        """Failed log-ins within the last ``within_s`` seconds."""
        since = self._now() - timedelta(seconds=within_s)
        count = select(func.count()).select_from(t.login_attempts).where(t.login_attempts.c.at > since)
        same_login = t.login_attempts.c.login == login[:40]
        same_address = t.login_attempts.c.address == address[:64]
        return Failures(
            here=self._db.scalar(count.where(same_login, same_address)) or 0,
            of_login=self._db.scalar(count.where(same_login)) or 0,
            of_address=self._db.scalar(count.where(same_address)) or 0,
        )

    def forget_failures(self, login: str, older_than_s: int, address: str = "") -> None:
        """After a success: this login's failures (from this address alone, if given), and all old ones."""
        old = t.login_attempts.c.at < self._now() - timedelta(seconds=older_than_s)
        own = t.login_attempts.c.login == login[:40]
        if address:
            own = and_(own, t.login_attempts.c.address == address[:64])
        self._db.execute(delete(t.login_attempts).where(or_(own, old)))
