"""Tables for what is worked out about an item (groups, agreement, previews) and for chosen licences."""

from __future__ import annotations

from alembic import op

from core.store.tables import analyses, licences, metadata

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the two tables where an earlier version made the database (a new one has them already)."""
    metadata.create_all(op.get_bind(), tables=[analyses, licences], checkfirst=True)
