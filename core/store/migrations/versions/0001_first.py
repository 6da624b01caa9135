"""The first tables, and triggers that keep the audit log append-only."""

from __future__ import annotations

from alembic import op

from core.store.tables import metadata

revision = "0001"
down_revision = None

_SQLITE = """
CREATE TRIGGER audit_no_{lower} BEFORE {upper} ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END
"""
_POSTGRESQL = (
    """
    CREATE FUNCTION audit_append_only() RETURNS trigger AS $$
    BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$ LANGUAGE plpgsql
    """,
    """
    CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()
    """,
)


def upgrade() -> None:
    """Create everything."""
    connection = op.get_bind()
    metadata.create_all(connection)
    if connection.dialect.name == "sqlite":
        for verb in ("update", "delete"):
            connection.exec_driver_sql(_SQLITE.format(lower=verb, upper=verb.upper()))
    else:
        for statement in _POSTGRESQL:
            connection.exec_driver_sql(statement)
