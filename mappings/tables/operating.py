"""Keys and workers."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Identity, Integer, LargeBinary, Table, Text, text

from mappings.tables.columns import METADATA

API_KEYS = Table(
    "api_keys",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("name", Text, nullable=False),
    Column("sha256", LargeBinary, nullable=False, unique=True),
    Column("prefix", Text, nullable=False),  # the first characters, to tell keys apart in lists
    Column("scope", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("revoked_at", DateTime(timezone=True)),
    Column("expires_at", DateTime(timezone=True)),  # null: never
    Column("last_used_at", DateTime(timezone=True)),  # to the minute
    CheckConstraint("scope in ('read', 'import', 'admin')", name="scope"),
)

# Heartbeats; which of a worker's parts do not turn any more stands in `frozen`.
WORKERS = Table(
    "workers",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False, server_default=text("clock_timestamp()")),
    Column("beat_at", DateTime(timezone=True), nullable=False, server_default=text("clock_timestamp()")),
    Column("frozen", Text),
)
