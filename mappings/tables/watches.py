"""Saved searches, what they told, and how far each log was read for them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from mappings.tables.columns import METADATA

# Saved searches that tell what changes in them.
WATCHES = Table(
    "watches",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("name", Text, CheckConstraint("char_length(name) between 1 and 200", name="name"), nullable=False),
    Column("query", Text, CheckConstraint("octet_length(query) <= 8000", name="query"), nullable=False),
    Column("analysis", Text, nullable=False),  # JSON: its words as they were read when it was created
    Column("tells", ARRAY(Text), CheckConstraint("cardinality(tells) > 0", name="tells"), nullable=False),
    Column("webhook", Text, CheckConstraint("octet_length(webhook) <= 2000", name="webhook")),
    Column("secret", LargeBinary, nullable=False),  # webhooks are signed with it
    Column("email", Text, CheckConstraint("octet_length(email) <= 254", name="email")),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("author", Text),  # the name of the key; null: a command
    Column("paused_at", DateTime(timezone=True)),
    Column("paused_because", Text),
    Column("revision", BigInteger, nullable=False, server_default=text("0")),  # one more at every change of the row
    Column("born", Text, nullable=False, server_default=text("(pg_current_snapshot())::text")),  # tells what is newer
    Column("matched", LargeBinary),  # ids of programs, packed; null: not drawn yet
    Column("matches", Integer),
    Column("generation", Text),  # the index that they were drawn from; null: to be drawn anew
    Column("drawn_at", DateTime(timezone=True)),
    # The webhook: the last event it took; while it takes none, since when, how often tried, when again, and why.
    Column("told", BigInteger, nullable=False, server_default=text("0")),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("failing_since", DateTime(timezone=True)),
    Column("retry_at", DateTime(timezone=True)),
    Column("failure", Text),
    Column("given_up_at", DateTime(timezone=True)),
    # The digest: the last event it had.
    Column("mailed", BigInteger, nullable=False, server_default=text("0")),
    Column("mailed_at", DateTime(timezone=True)),
    Column("mail_failure", Text),
    UniqueConstraint("name"),
)

# Watches that were made by themselves, once: one that was removed is not made again.
BUILT_IN_WATCHES = Table(
    "built_in_watches",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("watch_id", BigInteger, ForeignKey("watches.id", ondelete="SET NULL")),  # null: removed, or never needed
)

WATCH_EVENTS = Table(
    "watch_events",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),  # in order within a watch
    Column("uuid", Uuid, nullable=False, server_default=text("gen_random_uuid()")),
    Column("watch_id", BigInteger, ForeignKey("watches.id", ondelete="CASCADE"), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("kind", Text, nullable=False),
    Column("program_id", BigInteger, nullable=False),  # no foreign key: events outlive programs
    Column("field", Text),
    Column("old", JSONB),
    Column("new", JSONB),
    Column("program", JSONB),  # what it was then; null: gone
)
Index("watch_events_watch_id_id_idx", WATCH_EVENTS.c.watch_id, WATCH_EVENTS.c.id)
Index("watch_events_at_idx", WATCH_EVENTS.c.at)

# How far each log was read for all watches.
WATCH_CURSORS = Table(
    "watch_cursors",
    METADATA,
    Column("source", Text, primary_key=True),
    Column("xid", BigInteger, nullable=False),
    Column("row_id", BigInteger, nullable=False),
)
