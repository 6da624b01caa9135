"""What is put into the store comes out of it, in revisions, and nothing of a failed transaction stays.

The flows run on SQLite here and on PostgreSQL in ``tests/workers/test_servers.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, IntegrityError

from core.errors import NotFound
from core.pages import PageState
from core.store import Store, UnitOfWork
from core.store.engine import open_engine
from tests.core import store_flows
from tests.core.store_examples import a_card, a_mark, a_page, a_stack, an_exam


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'new-folder' / 'zhupi.sqlite3'}"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    store = Store.open(url)
    yield store
    store.close()


@pytest.mark.parametrize("flow", store_flows.ALL, ids=lambda flow: flow.__name__)
def test_on_sqlite(store: Store, flow: store_flows.Flow) -> None:
    flow(store)


def test_opening_twice_keeps_what_is_there(store: Store, url: str) -> None:
    with store.write() as uow:
        uow.exams.add(an_exam(), "office")
    again = Store.open(url)
    with again.read() as uow:
        assert uow.exams.has("phys")
    again.close()


def test_nothing_is_kept_of_a_block_that_raises(store: Store) -> None:
    with pytest.raises(RuntimeError), store.write() as uow:
        uow.exams.add(an_exam(), "office")
        uow.audit.write("office", "exam.save", "phys", "revision 1")
        raise RuntimeError("before the end")
    with store.read() as uow:
        assert not uow.exams.has("phys")
        assert uow.audit.lines("phys") == ()


def test_what_is_written_while_reading_is_rolled_back(store: Store) -> None:
    with store.read() as uow:
        uow.exams.add(an_exam(), "office")
    with store.read() as uow:
        assert not uow.exams.has("phys")


@pytest.mark.parametrize("what", ["exams.get", "cards.get", "pages.stack", "pages.entry"])
def test_asking_for_what_is_not_there_says_so(store: Store, what: str) -> None:
    with store.read() as uow, pytest.raises(NotFound, match="没有"):
        repository, method = what.split(".")
        getattr(getattr(uow, repository), method)("nothing")


@pytest.mark.parametrize(
    "put_twice",
    [
        lambda uow: uow.cards.add(a_card()),
        lambda uow: uow.pages.add_stack(a_stack("s2")),  # the same bytes for the same exam
        lambda uow: uow.pages.add(a_page("p2"), PageState.RECEIVED),  # the same place in the same stack
    ],
)
def test_what_is_there_once_cannot_be_put_twice(
    store: Store, put_twice: Callable[[UnitOfWork], None]
) -> None:
    with store.write() as uow:
        uow.cards.add(a_card())
        uow.pages.add_stack(a_stack())
        uow.pages.add(a_page(), PageState.RECEIVED)
    with pytest.raises(IntegrityError), store.write() as uow:
        put_twice(uow)


def test_the_database_itself_keeps_one_current_revision(store: Store, url: str) -> None:
    with store.write() as uow:
        uow.marks.add(a_mark())
        uow.marks.add(a_mark(2, by="li"))
    engine = open_engine(url)
    with engine.connect() as connection, pytest.raises(IntegrityError):
        connection.execute(text("UPDATE marks SET current = 1"))
    engine.dispose()


@pytest.mark.parametrize(
    "tampering", ["UPDATE audit SET by = 'nobody'", "DELETE FROM audit", "DELETE FROM audit WHERE id = 1"]
)
def test_the_database_itself_refuses_to_change_the_audit_log(store: Store, url: str, tampering: str) -> None:
    with store.write() as uow:
        uow.audit.write("office", "mark", "phys", "p1/1", before="2", after="3", why="看错")
    engine = open_engine(url)
    with engine.connect() as connection, pytest.raises(DatabaseError, match="append-only"):
        connection.execute(text(tampering))
    engine.dispose()


@pytest.mark.parametrize(
    ("tampering", "first_broken"),
    [
        ("UPDATE audit SET after = '9' WHERE id = 2", 2),
        ("UPDATE audit SET at = '2020-01-01 00:00:00' WHERE id = 3", 3),
        ("DELETE FROM audit WHERE id = 1", 2),
        ("DELETE FROM audit WHERE id = 2", 3),
    ],
)
def test_an_audit_log_changed_behind_the_triggers_shows(
    store: Store, url: str, tampering: str, first_broken: int
) -> None:
    with store.write() as uow:
        for n in range(4):
            uow.audit.write("office", "mark", "phys", "p1/1", after=str(n))
        assert uow.audit.first_broken() is None
    engine = open_engine(url)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(text("DROP TRIGGER audit_no_update"))
        connection.execute(text("DROP TRIGGER audit_no_delete"))
        connection.execute(text(tampering))
    engine.dispose()
    with store.read() as uow:
        assert uow.audit.first_broken() == first_broken
