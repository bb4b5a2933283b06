"""What syncs with networks' APIs remember: budgets, pulls and their pages, details, runs."""

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
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSON, JSONB

from mappings.tables.columns import METADATA

# The token bucket of a network's API, shared by all workers. No row is a full bucket.
NETWORK_BUDGETS = Table(
    "network_budgets",
    METADATA,
    Column("network_id", SmallInteger, ForeignKey("networks.id"), primary_key=True, autoincrement=False),
    Column("tokens", Double, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),  # when there were so many
    Column("blocked_until", DateTime(timezone=True)),  # the network itself asked for silence
)

# One reading of a network's lists, from the first page to the merge; a crash leaves it to the next sync.
NETWORK_PULLS = Table(
    "network_pulls",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("network_id", SmallInteger, ForeignKey("networks.id"), nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("state", Text, nullable=False, server_default=text("'pulling'")),
    Column("complete", Boolean, nullable=False, server_default=text("false")),  # the lists held all they announced
    Column("account", Text, nullable=False, server_default=text("''")),  # empty: the one named as the network
    CheckConstraint("state in ('pulling', 'refused', 'merged', 'dropped')", name="state"),
)
Index(
    "network_pulls_open_idx",
    NETWORK_PULLS.c.network_id,
    NETWORK_PULLS.c.account,
    unique=True,
    postgresql_where=NETWORK_PULLS.c.state == "pulling",
)

# The answers of a pull, compressed, as they came: a crash in the middle costs one page at most.
NETWORK_PAGES = Table(
    "network_pages",
    METADATA,
    Column("pull_id", BigInteger, ForeignKey("network_pulls.id", ondelete="CASCADE"), primary_key=True),
    Column("listing", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("cursor", Text),  # what this page was asked with; null is the first
    Column("next", Text),  # what the next one is asked with; null is the end
    Column("total", Integer),  # records that the network announces
    Column("ids", ARRAY(Text), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("fetched_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
)

# What is asked for, or listed, beside the list, per program: kept from sync to sync, until it is asked for again.
NETWORK_DETAILS = Table(
    "network_details",
    METADATA,
    Column("network_id", SmallInteger, ForeignKey("networks.id"), primary_key=True, autoincrement=False),
    Column("account", Text, primary_key=True, server_default=text("''")),  # as above
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),  # the network's id of the program, as its list writes it
    Column("body", JSON),  # null: the network has none
    Column("fetched_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
)

# What a sync run did beside what every import run does.
NETWORK_SYNCS = Table(
    "network_syncs",
    METADATA,
    Column("run_id", BigInteger, ForeignKey("import_runs.id", ondelete="CASCADE"), primary_key=True),
    Column("network_id", SmallInteger, ForeignKey("networks.id"), nullable=False),
    Column("pull_id", BigInteger, ForeignKey("network_pulls.id", ondelete="SET NULL")),
    Column("resumed", Boolean, nullable=False, server_default=text("false")),
    Column("complete", Boolean, nullable=False, server_default=text("false")),
    *(
        Column(counter, Integer, nullable=False, server_default=text("0"))
        for counter in ("calls", "failed_calls", "limited_calls", "details")
    ),
    Column("waited_seconds", Double, nullable=False, server_default=text("0")),  # for the limit
    Column("records", Integer),  # staged, before the merge; null: it did not come so far
    Column("fill_rates", JSONB),
    Column("notes", ARRAY(Text)),  # what went wrong without failing the run
    Column("refused", Boolean, nullable=False, server_default=text("false")),
)
Index("network_syncs_network_idx", NETWORK_SYNCS.c.network_id, NETWORK_SYNCS.c.run_id)
