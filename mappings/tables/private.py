"""What is one team's own: relations of its accounts, notes, and the shortlist."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from mappings.relations import RELATIONS
from mappings.tables.columns import METADATA

# The accounts that said how they stand to programs: the time of the last complete list stands here once, so that a list
# that says the same again writes no more than that. `changes` counts what did, for who holds a copy.
RELATION_ACCOUNTS = Table(
    "relation_accounts",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("network_id", SmallInteger, ForeignKey("networks.id"), nullable=False),
    Column("seen_at", DateTime(timezone=True)),
    Column("changes", BigInteger, nullable=False, server_default=text("0")),
)

PROGRAM_RELATIONS = Table(
    "program_relations",
    METADATA,
    Column("account", Text, ForeignKey("relation_accounts.name"), primary_key=True),
    Column("program_id", BigInteger, primary_key=True, autoincrement=False),  # no foreign key, as above
    Column("relation", Text, nullable=False),
    Column("since", DateTime(timezone=True)),  # null: it was so when the account was first read
    CheckConstraint(f"relation in ({', '.join(repr(each) for each in RELATIONS)})", name="relation"),
)
Index("program_relations_program_id_idx", PROGRAM_RELATIONS.c.program_id)

# What changed between an account and a program; null is unknown.
RELATION_HISTORY = Table(
    "relation_history",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("account", Text, nullable=False),
    Column("program_id", BigInteger, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("xid", BigInteger, nullable=False, server_default=text("((pg_current_xact_id())::text)::bigint")),
    Column("old", Text),
    Column("new", Text),
)
Index("relation_history_xid_id_idx", RELATION_HISTORY.c.xid, RELATION_HISTORY.c.id)
Index("relation_history_program_id_id_idx", RELATION_HISTORY.c.program_id, RELATION_HISTORY.c.id)
Index("relation_history_at_idx", RELATION_HISTORY.c.at)

# What we keep of a program for ourselves, and the programs that were put aside. Both are one team's.
PROGRAM_NOTES = Table(
    "program_notes",
    METADATA,
    Column("program_id", BigInteger, primary_key=True, autoincrement=False),
    Column("text", Text),
    Column("tags", ARRAY(Text)),
    Column("applied_on", Date),
    Column("updated_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("author", Text),  # the name of the key
    CheckConstraint("char_length(text) between 1 and 10000", name="text"),
    CheckConstraint("cardinality(tags) between 1 and 20", name="tags"),
    CheckConstraint("text is not null or tags is not null or applied_on is not null", name="said"),
)

SHORTLISTED_PROGRAMS = Table(
    "shortlisted_programs",
    METADATA,
    Column("program_id", BigInteger, primary_key=True, autoincrement=False),
    Column("added_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("author", Text),
)

NOTE_CHANGES = Table(
    "note_changes",
    METADATA,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("changes", BigInteger, nullable=False, server_default=text("0")),
    CheckConstraint("id = 1", name="id"),
)
