"""Programs, their networks, what happened to them, and what was found out about them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSON, JSONB

from mappings.tables.columns import METADATA, program_columns

NETWORKS = Table(
    "networks",
    METADATA,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("slug", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("home", Text, nullable=False),
    Column("retired", Boolean, nullable=False),
    Column("min_payout", Double, CheckConstraint("min_payout between 0 and 1e9", name="min_payout")),  # USD
    Column("payment_methods", ARRAY(Text), CheckConstraint("cardinality(payment_methods) > 0", name="methods")),
    Column("last_complete_at", DateTime(timezone=True)),  # of the last import that held the whole network
    Column("popularity_drawn_at", DateTime(timezone=True)),
    Column("definition", JSONB),  # of a network that was added to this catalogue; null for those that come with us
)

PROGRAMS = Table(
    "programs",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("network_id", SmallInteger, ForeignKey("networks.id"), nullable=False),
    *program_columns(),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("updated_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("last_seen_at", DateTime(timezone=True)),  # kept only while the program is missing
    # Kept by a trigger: the last change of rate, cookie, status or EPC band; the last cut of a rate; since when closed.
    Column("terms_changed_at", DateTime(timezone=True)),
    Column("rate_cut_at", DateTime(timezone=True)),
    Column("closed_at", DateTime(timezone=True)),
    Column("normaliser", Integer, nullable=False),  # version of the rules that made the row
    # Drawn by a trigger once the row's lock is held. No default: that would draw a second one for every insert.
    Column("version", BigInteger, nullable=False),
    UniqueConstraint("network_id", "external_id"),
)
# In the order of writing, so that what changed since a version lies together.
Index("programs_version_idx", PROGRAMS.c.version, postgresql_using="brin")
Index("programs_external_id_idx", PROGRAMS.c.external_id)
Index("programs_popularity_idx", PROGRAMS.c.popularity)
Index("programs_featured_idx", PROGRAMS.c.featured, postgresql_where=PROGRAMS.c.featured)
Index("programs_missing_idx", PROGRAMS.c.network_id, postgresql_where=PROGRAMS.c.missing_since.is_not(None))

DELETED_PROGRAMS = Table(
    "deleted_programs",
    METADATA,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
    Column("deleted_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
)

PROGRAM_HISTORY = Table(
    "program_history",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("program_id", BigInteger, nullable=False),  # no foreign key: history outlives its program
    Column("at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("xid", BigInteger, nullable=False, server_default=text("((pg_current_xact_id())::text)::bigint")),
    Column("field", Text, nullable=False),  # as the record names it in JSON; `created` for a program that is new
    Column("old", JSONB),
    Column("new", JSONB),
)
Index("program_history_xid_id_idx", PROGRAM_HISTORY.c.xid, PROGRAM_HISTORY.c.id)
Index("program_history_program_id_id_idx", PROGRAM_HISTORY.c.program_id, PROGRAM_HISTORY.c.id)
Index("program_history_at_idx", PROGRAM_HISTORY.c.at)

# Our own marks as they were set: who set what, when. The newest of each stand in programs.
PROGRAM_MARKS = Table(
    "program_marks",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("program_id", BigInteger, nullable=False),  # no foreign key, as above
    Column("at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("author", Text),  # the name of the key
    Column("request_id", Text),
    Column("marks", JSON, nullable=False),  # as they were sent
)
Index("program_marks_program_id_id_idx", PROGRAM_MARKS.c.program_id, PROGRAM_MARKS.c.id)
Index("program_marks_at_idx", PROGRAM_MARKS.c.at)

# Programs that moved: the number under which another network carries on what was here (ShareASale's at Awin).
PROGRAM_ALIASES = Table(
    "program_aliases",
    METADATA,
    Column("network_id", SmallInteger, ForeignKey("networks.id"), primary_key=True, autoincrement=False),
    Column("external_id", Text, primary_key=True),
    # A program's id, without a foreign key: one would forbid TRUNCATE of the programs to whoever may do it.
    Column("alias_of", BigInteger, nullable=False),
    Column("noted_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
)
Index("program_aliases_alias_of_idx", PROGRAM_ALIASES.c.alias_of)

# Which program an idempotency key wrote, and with what; kept for a day.
PROGRAM_REQUESTS = Table(
    "program_requests",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("sha256", LargeBinary, nullable=False),  # of the members that were given
    Column("program_id", BigInteger, nullable=False),  # no foreign key: it may be deleted, and is remembered
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
)

# How far the stored programs were looked through for the topics of one file of them.
TOPIC_TAGGING = Table(
    "topic_tagging",
    METADATA,
    Column("fingerprint", Text, primary_key=True),
    Column("reached", BigInteger, nullable=False, server_default=text("0")),  # the last id that was looked at
    Column("finished_at", DateTime(timezone=True)),
)

# What became of asking merchants' addresses whether they answer, by the address: many programs may share one.
LINK_CHECKS = Table(
    "link_checks",
    METADATA,
    Column("sha256", LargeBinary, primary_key=True),  # of the address, which may be too long for a key
    Column("address", Text, nullable=False),
    Column("checked_at", DateTime(timezone=True), nullable=False),
    Column("outcome", Text, nullable=False),
    Column("because", Text, nullable=False),
    Column("failures", Integer, nullable=False, server_default=text("0")),  # in a row, one a day
    Column("failed_at", DateTime(timezone=True)),  # when the last of them was counted
    Column("answered_at", DateTime(timezone=True)),
    Column("dead_since", DateTime(timezone=True)),
    CheckConstraint("outcome in ('answers', 'gone', 'failed', 'refused', 'forbidden', 'private')", name="outcome"),
)
Index(
    "link_checks_answering_idx",
    LINK_CHECKS.c.checked_at,
    postgresql_where=LINK_CHECKS.c.outcome == "answers",
)
