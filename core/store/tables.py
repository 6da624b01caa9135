"""The tables. ``doc`` columns hold a record as JSON; other columns exist to find rows by."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Dialect,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time in UTC, whatever zone the database keeps (SQLite none, PostgreSQL the session's)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _when(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, UtcDateTime, nullable=nullable)


def _current(table: str, *columns: str) -> Index:
    """At most one current revision for each thing, held by the database itself."""
    return Index(
        f"ux_{table}_current",
        *columns,
        unique=True,
        sqlite_where=text("current"),
        postgresql_where=text("current"),
    )


exams = Table(
    "exams",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("doc", Text, nullable=False),
    Column("by", String(40), nullable=False),
    _when("at"),
)

cards = Table(
    "cards",
    metadata,
    Column("id", String(60), primary_key=True),
    Column("exam_id", String(40), nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("doc", Text, nullable=False),
    _when("at"),
    UniqueConstraint("exam_id", "revision"),
)

candidates = Table(
    "candidates",
    metadata,
    Column("exam_id", String(40), primary_key=True),
    Column("id", String(80), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("number", String(20), nullable=False, index=True),
    Column("class_name", String(80), nullable=False),
    Column("doc", Text, nullable=False),
)

stacks = Table(
    "stacks",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("exam_id", String(40), nullable=False, index=True),
    Column("name", String(255), nullable=False),
    Column("blob", String(64), nullable=False),
    Column("by", String(40), nullable=False),
    _when("at"),
    Column("pages", Integer, nullable=False, default=0),
    Column("complete", Boolean, nullable=False, default=False),
    Column("error", Text, nullable=False, default=""),
    Column("dismissed_by", String(40), nullable=False, default=""),
    UniqueConstraint("exam_id", "blob"),
)

pages = Table(
    "pages",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("exam_id", String(40), nullable=False),
    Column("stack_id", String(32), nullable=False),
    Column("source_index", Integer, nullable=False),
    Column("state", String(12), nullable=False),
    Column("reason", Text, nullable=False, default=""),
    Column("held_for", String(20), nullable=False, default=""),
    Column("duplicate_of", String(32), nullable=False, default=""),
    Column("sheet", String(32), nullable=False, default=""),
    Column("card_id", String(60), nullable=False, default=""),
    Column("card_page", Integer, nullable=False, default=0),
    Column("candidate_id", String(80), nullable=False, default=""),
    Column("settled_by", String(40), nullable=False, default=""),
    Column("doc", Text, nullable=False),
    UniqueConstraint("stack_id", "source_index"),
    Index("ix_pages_exam_id_state", "exam_id", "state"),
    Index("ix_pages_exam_id_candidate_id", "exam_id", "candidate_id"),
)

readings = Table(
    "readings",
    metadata,
    Column("page_id", String(32), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("exam_id", String(40), nullable=False, index=True),
    Column("current", Boolean, nullable=False),
    Column("doc", Text, nullable=False),
    _when("at"),
    _current("readings", "page_id"),
)

identities = Table(
    "identities",
    metadata,
    Column("page_id", String(32), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("exam_id", String(40), nullable=False, index=True),
    Column("current", Boolean, nullable=False),
    Column("doc", Text, nullable=False),
    _when("at"),
    _current("identities", "page_id"),
)

corrections = Table(
    "corrections",
    metadata,
    Column("page_id", String(32), primary_key=True),
    Column("key", String(40), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("exam_id", String(40), nullable=False, index=True),
    Column("current", Boolean, nullable=False),
    Column("value", Text, nullable=False),
    Column("by", String(40), nullable=False),
    _when("at"),
    _current("corrections", "page_id", "key"),
)

marks = Table(
    "marks",
    metadata,
    Column("page_id", String(32), primary_key=True),
    Column("item", String(16), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("exam_id", String(40), nullable=False),
    Column("current", Boolean, nullable=False),
    Column("state", String(10), nullable=False),
    Column("source", String(10), nullable=False),
    Column("flagged", Boolean, nullable=False),
    Column("steps", Integer, nullable=True),
    Column("by", String(40), nullable=False),
    Column("doc", Text, nullable=False),
    _when("at"),
    _current("marks", "page_id", "item"),
    Index("ix_marks_exam_id_current_state", "exam_id", "current", "state"),
)

statuses = Table(
    "statuses",
    metadata,
    Column("exam_id", String(40), primary_key=True),
    Column("candidate_id", String(80), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("current", Boolean, nullable=False),
    Column("status", String(10), nullable=False),
    Column("by", String(40), nullable=False),
    Column("reason", Text, nullable=False, default=""),
    _when("at"),
    _current("statuses", "exam_id", "candidate_id"),
)

analyses = Table(
    "analyses",
    metadata,
    Column("exam_id", String(40), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("item", String(16), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("current", Boolean, nullable=False),
    Column("doc", Text, nullable=False),
    Column("by", String(40), nullable=False),
    _when("at"),
    _current("analyses", "exam_id", "kind", "item"),
)

licences = Table(
    "licences",
    metadata,
    Column("exam_id", String(40), primary_key=True),
    Column("scope", String(40), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("current", Boolean, nullable=False),
    Column("doc", Text, nullable=False),
    Column("by", String(40), nullable=False),
    _when("at"),
    _current("licences", "exam_id", "scope"),
)

locks = Table(
    "locks",
    metadata,
    Column("page_id", String(32), primary_key=True),
    Column("item", String(16), primary_key=True),
    Column("by", String(40), nullable=False),
    _when("until"),
)

releases = Table(
    "releases",
    metadata,
    Column("exam_id", String(40), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("by", String(40), nullable=False),
    _when("at"),
    _when("finished_at", nullable=True),
    Column("results_blob", String(64), nullable=False, default=""),
    Column("note", Text, nullable=False, default=""),
)

outputs = Table(
    "outputs",
    metadata,
    Column("exam_id", String(40), primary_key=True),
    Column("release", Integer, primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("candidate_id", String(80), primary_key=True),
    Column("name", String(255), nullable=False),
    Column("blob", String(64), nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("exam_id", String(40), nullable=False, index=True),
    Column("key", String(120), nullable=False, index=True),
    Column("args", Text, nullable=False),
    Column("state", String(10), nullable=False, index=True),
    Column("attempts", Integer, nullable=False, default=0),
    Column("lease_until", UtcDateTime, nullable=True),
    Column("not_before", UtcDateTime, nullable=True),
    Column("worker", String(80), nullable=False, default=""),
    Column("error", Text, nullable=False, default=""),
    Column("done", Integer, nullable=False, default=0),
    Column("total", Integer, nullable=False, default=0),
    _when("created_at"),
    Column("finished_at", UtcDateTime, nullable=True),
)

users = Table(
    "users",
    metadata,
    Column("login", String(40), primary_key=True),
    Column("password_hash", Text, nullable=False),
    Column("doc", Text, nullable=False),
    _when("at"),
)

login_attempts = Table(
    "login_attempts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("login", String(40), nullable=False, index=True),
    Column("address", String(64), nullable=False, index=True),
    _when("at"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    _when("at"),
    Column("by", String(40), nullable=False),
    Column("action", String(40), nullable=False),
    Column("exam_id", String(40), nullable=False, index=True),
    Column("subject", String(120), nullable=False, index=True),
    Column("before", Text, nullable=False, default=""),
    Column("after", Text, nullable=False, default=""),
    Column("why", Text, nullable=False, default=""),
    Column("chain", String(64), nullable=False),
)
