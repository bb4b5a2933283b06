"""What keeps the index in step: the change set, generations, dead letters and operations."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, ForeignKey, Identity, Index, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSON

from mappings.tables.columns import METADATA

# The change set: written by triggers, leased and emptied by whoever follows.
CHANGED_PROGRAMS = Table(
    "changed_programs",
    METADATA,
    Column("program_id", BigInteger, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=text("clock_timestamp()")),
    Column("leased_until", DateTime(timezone=True)),
)

INDEX_GENERATIONS = Table(
    "index_generations",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("state", Text, nullable=False),  # building, serving, standby (was serving; still written to)
    Column("fingerprint", Text, nullable=False),
    Column("fields", ARRAY(Text), nullable=False),  # document keys that its mapping knows
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("served_at", DateTime(timezone=True)),
    # While it takes no changes: since when, when it is tried again, and why.
    Column("paused_since", DateTime(timezone=True)),
    Column("paused_until", DateTime(timezone=True)),
    Column("paused_because", Text),
    Column("built", BigInteger),  # documents so far, and in all
    Column("expected", BigInteger),
    CheckConstraint("state in ('building', 'serving', 'standby')", name="state"),
)
Index(
    "index_generations_serving_idx",
    INDEX_GENERATIONS.c.state,
    unique=True,
    postgresql_where=INDEX_GENERATIONS.c.state == "serving",
)

DEAD_LETTERS = Table(
    "dead_letters",
    METADATA,
    Column("generation", Text, ForeignKey("index_generations.name", ondelete="CASCADE"), primary_key=True),
    Column("program_id", BigInteger, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
    Column("error_type", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("failed_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
)

INDEX_OPERATIONS = Table(
    "index_operations",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False, server_default=text("'running'")),
    Column("started_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("finished_at", DateTime(timezone=True)),
    Column("result", JSON),
    Column("error", Text),
    Column("author", Text),  # the name of the key that asked for it; null: a command or the worker
    Column("request_id", Text),
    CheckConstraint("kind in ('rebuild', 'rollback', 'verify')", name="kind"),
    CheckConstraint("state in ('running', 'done', 'failed')", name="state"),
)
Index("index_operations_kind_id_idx", INDEX_OPERATIONS.c.kind, INDEX_OPERATIONS.c.id)

# Programs whose newest version every live generation has got since somebody last looked for the watches.
PUSHED_PROGRAMS = Table(
    "pushed_programs",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("program_id", BigInteger, nullable=False),
)
