"""Runs migrations on the connection that ``core.store.engine.upgrade`` hands over."""

from alembic import context

from core.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
