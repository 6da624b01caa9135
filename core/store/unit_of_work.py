"""One transaction: nothing is kept unless the block ends without an error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, Engine

from core.store.analyses import AnalysisRepository, LicenceRepository
from core.store.base import utc_now
from core.store.engine import begin_writing, open_engine, upgrade
from core.store.exams import CandidateRepository, CardRepository, ExamRepository
from core.store.jobs import JobRepository
from core.store.marks import MarkRepository
from core.store.outputs import AuditRepository, OutputRepository
from core.store.pages import PageRepository
from core.store.people import PeopleRepository


class UnitOfWork:
    """All repositories on one connection in one transaction."""

    def __init__(self, connection: Connection, now: Callable[[], datetime]) -> None:
        self.exams = ExamRepository(connection, now)
        self.cards = CardRepository(connection, now)
        self.candidates = CandidateRepository(connection, now)
        self.pages = PageRepository(connection, now)
        self.marks = MarkRepository(connection, now)
        self.jobs = JobRepository(connection, now)
        self.people = PeopleRepository(connection, now)
        self.outputs = OutputRepository(connection, now)
        self.analyses = AnalysisRepository(connection, now)
        self.licences = LicenceRepository(connection, now)
        self.audit = AuditRepository(connection, now)


class Store:
    """The database. ``write`` and ``read`` open short transactions; never hold one over slow work."""

    def __init__(self, engine: Engine, now: Callable[[], datetime] = utc_now) -> None:
        self._engine = engine
        self._now = now

    @classmethod
    def open(cls, url: str) -> Store:
        """Open the database at the URL and bring its tables up to date."""
        upgrade(url)
        return cls(open_engine(url))

    @contextmanager
    def write(self) -> Iterator[UnitOfWork]:
        """A transaction that commits when the block ends and rolls back when it raises."""
        with self._engine.connect().execution_options(writes=True) as connection, connection.begin():
            begin_writing(connection)
            yield UnitOfWork(connection, self._now)

    @contextmanager
    def read(self) -> Iterator[UnitOfWork]:
        """A transaction for reading; what is written in it is rolled back."""
        with self._engine.connect() as connection:
            yield UnitOfWork(connection, self._now)

    def close(self) -> None:
        self._engine.dispose()
