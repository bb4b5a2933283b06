"""Alembic's way in: the caller gives an open connection, nothing is read from an ini file."""

from alembic import context

from mappings.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transaction_per_migration=False,
    version_table_schema="public",
)
with context.begin_transaction():
    context.run_migrations()
