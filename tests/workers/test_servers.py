"""The same code on real Redis and PostgreSQL servers, started here."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, IntegrityError

from core.jobs import JobState
from core.settings import Settings
from core.store import Store
from core.store.engine import open_engine
from demo.play import play
from pipeline.ledgers import exam_ledger
from pipeline.toolbox import Toolbox, open_toolbox
from tests.core import store_flows
from tests.core.store_examples import a_mark
from tests.workers import jobs, servers
from tests.workers.processes import kill_all, worker, zhupi_worker
from workers.broker import open_queue, waker

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("servers")]
#: Of the demo's 48: enough for each planted fault.
_CANDIDATES = 8
_NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    with servers.postgresql_server() as url:
        yield url


@pytest.fixture(scope="module")
def redis() -> Iterator[str]:
    with servers.redis_server() as url:
        yield url


@pytest.fixture
def database(postgresql: str) -> str:
    """An empty database."""
    name = f"zhupi{next(_NUMBERS)}"
    with psycopg.connect(f"{postgresql}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} STRATEGY file_copy")
    return f"{postgresql}/{name}"


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    store = Store.open(database)
    yield store
    store.close()


@pytest.fixture
def toolbox(database: str, redis: str, tmp_path: Path) -> Iterator[Toolbox]:
    settings = Settings(
        home=tmp_path / "home", database_url=database, broker_url=redis, workers=2, lease_s=5, sweep_s=0.5
    )
    toolbox = open_toolbox(settings, waker(open_queue(settings)))
    yield toolbox
    toolbox.store.close()


@pytest.mark.parametrize("flow", store_flows.ALL, ids=lambda flow: flow.__name__)
def test_on_postgresql(store: Store, flow: store_flows.Flow) -> None:
    flow(store)


@pytest.mark.parametrize("tampering", ["UPDATE audit SET by = 'x'", "DELETE FROM audit", "TRUNCATE audit"])
def test_postgresql_refuses_to_change_the_audit_log(store: Store, database: str, tampering: str) -> None:
    with store.write() as uow:
        uow.audit.write("office", "mark", "phys", "p1/1")
    engine = open_engine(database)
    with engine.connect() as connection, pytest.raises(DatabaseError, match="append-only"):
        connection.execute(text(tampering))
    engine.dispose()


def test_postgresql_keeps_one_current_revision(store: Store, database: str) -> None:
    with store.write() as uow:
        uow.marks.add(a_mark())
        uow.marks.add(a_mark(2, by="li"))
    engine = open_engine(database)
    with engine.connect() as connection, pytest.raises(IntegrityError):
        connection.execute(text("UPDATE marks SET current = true"))
    engine.dispose()


def test_workers_are_woken_through_redis_and_a_killed_one_loses_nothing(toolbox: Toolbox) -> None:
    ids = jobs.ask(toolbox, 10, seconds=0.3)
    for job_id in ids:
        toolbox.wake(job_id)
    with worker(toolbox.settings) as process:
        jobs.wait_for(lambda: len(jobs.notes(toolbox, "begin")) >= 5)
        kill_all(process)
    under_way = set(jobs.notes(toolbox, "begin")) - set(jobs.notes(toolbox, "end"))
    assert under_way
    with worker(toolbox.settings):
        jobs.wait_until_done(toolbox, 30)
    began = jobs.notes(toolbox, "begin")
    assert sorted(jobs.notes(toolbox, "end")) == sorted(ids)
    assert {i for i in ids if began.count(i) > 1} == under_way


def test_the_demo_exam_runs_from_its_roster_to_what_goes_back(toolbox: Toolbox, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    said: list[str] = []
    with zhupi_worker(toolbox.settings):
        played = play(toolbox, out, None, said.append, candidates=_CANDIDATES)
    account = exam_ledger(toolbox, played.exam.id)
    assert (account.balanced, account.releasable, account.pages_in) == (True, True, played.pages)
    assert len(list((out / "marked-scripts").iterdir())) == _CANDIDATES
    assert len(list((out / "error-books").iterdir())) == _CANDIDATES
    assert list(out.glob("*.xlsx"))
    with toolbox.store.read() as uow:
        assert uow.audit.first_broken() is None
        assert uow.jobs.counts(played.exam.id).keys() == {JobState.DONE}
