"""What is searched for, and what operators add to how it is read."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, DateTime, Identity, SmallInteger, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from mappings.tables.columns import METADATA

# How often each text was searched for, by the day: nothing of who did. The text "" stands for those that are not kept.
QUERY_COUNTS = Table(
    "query_counts",
    METADATA,
    Column("day", Date, primary_key=True),
    Column("query", Text, primary_key=True),
    Column("asked", BigInteger, nullable=False, server_default=text("0")),
    Column("empty", BigInteger, nullable=False, server_default=text("0")),
    Column("relaxed", BigInteger, nullable=False, server_default=text("0")),
    Column("corrected", BigInteger, nullable=False, server_default=text("0")),
    Column("found", BigInteger),  # the last time
    CheckConstraint("octet_length(query) <= 200", name="query"),
)

# What operators add to how words are read and ranked, without a release.
SEARCH_EDITS = Table(
    "search_edits",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("author", Text),  # the name of the key
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    CheckConstraint("kind in ('synonym', 'topic', 'pin')", name="kind"),
)

SEARCH_EDIT_CHANGES = Table(
    "search_edit_changes",
    METADATA,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("changes", BigInteger, nullable=False, server_default=text("0")),
    CheckConstraint("id = 1", name="id"),
)
