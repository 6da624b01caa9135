"""Opening the database: SQLite by default, PostgreSQL by URL, with the same behaviour on both."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import alembic.command
import alembic.config
from sqlalchemy import Engine, create_engine, event, func, select
from sqlalchemy.engine import Connection
from sqlalchemy.pool import NullPool

#: How long a writer waits for another one, in milliseconds.
_BUSY_TIMEOUT_MS = 30_000
#: PostgreSQL's advisory lock that writers take in turn (any fixed number).
_WRITERS_LOCK = 7_269_100_318


def open_engine(url: str) -> Engine:
    """An engine on the database. For SQLite: write-ahead log, foreign files made, patient writers."""
    if not url.startswith("sqlite"):
        return create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1), pool_pre_ping=True)
    path = url.removeprefix("sqlite:///")
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, poolclass=NullPool)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we begin transactions ourselves, see _begin_sqlite
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={_BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A writer that begins as a reader can fail half-way when another writes first; IMMEDIATE waits.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def begin_writing(connection: Connection) -> None:
    """Make this transaction the only writer until it ends.

    SQLite does so by itself (``BEGIN IMMEDIATE``). On PostgreSQL two writers would both read "the last
    revision" or "the last audit line" and both append to it; write transactions are short, so they queue.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_WRITERS_LOCK)))


def upgrade(url: str) -> None:
    """Bring the database's tables to this version (safe to run twice)."""
    config = alembic.config.Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    engine = open_engine(url)
    try:
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            begin_writing(connection)
            config.attributes["connection"] = connection
            alembic.command.upgrade(config, "head")
    finally:
        engine.dispose()
