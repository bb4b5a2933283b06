"""Programs and what surrounds them as SQLAlchemy tables; the program columns and their CHECKs follow from the record.

The migrations hold the one frozen copy of this; `affindex db check` compares the two.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSON, JSONB
from sqlalchemy.types import TypeEngine

from mappings import codes
from mappings.catalogue import FIELDS, IMPORTED, Entry, Kind
from mappings.field import Origin
from mappings.program import WEB_ADDRESS

METADATA = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)

_SCALARS: dict[Kind, TypeEngine[Any]] = {
    Kind.STRING: Text(),
    Kind.INTEGER: Integer(),
    Kind.NUMBER: Double(),
    Kind.FLAG: Boolean(),
    Kind.DATE: Date(),
    Kind.TIME: DateTime(timezone=True),
    Kind.RULES: JSONB(),
}

# A list or a rules document is indexed or answered whole; 30,000 bytes stay under the 32,766 of one term.
_LONGEST_VALUE_BYTES = 30_000
# Both engines, and every client's date type, agree on these years.
_FIRST_DAY, _LAST_DAY = "1970-01-01", "2200-01-01"
_LONGEST_SET_IN_CHECK = 30  # countries and languages are checked by pattern, shorter sets by value


def column_type(entry: Entry) -> TypeEngine[Any]:
    """The Postgres type of a field."""
    if entry.kind is Kind.RULES:
        return JSONB()
    return ARRAY(Text()) if entry.many else _SCALARS[entry.kind]


def _check(entry: Entry) -> str | None:
    """What must hold for a value, as SQL, so that whatever Postgres accepts OpenSearch accepts too.

    Upper bounds also keep out NaN and infinity, which Postgres sorts above every number.
    """
    column, bounds = entry.name, entry.bounds
    conditions: list[str] = []
    if entry.kind is Kind.RULES:
        conditions += [
            f"jsonb_typeof({column}) = 'array'",
            f"octet_length({column}::text) <= {_LONGEST_VALUE_BYTES}",
        ]
    elif entry.many:
        conditions += [
            f"cardinality({column}) between {bounds.shortest} and {bounds.longest}",
            f"array_position({column}, null) is null",
            f"octet_length({column}::text) <= {_LONGEST_VALUE_BYTES}",
        ]
    elif entry.kind is Kind.STRING:
        members = tuple(codes.members(entry.field.codes).values()) if entry.field.codes else ()
        if members and len(members) <= _LONGEST_SET_IN_CHECK:
            listed = ", ".join(f"'{member}'" for member in members)
            return f"{column} in ({listed})"
        if bounds.pattern:
            conditions.append(_matches(column, bounds.pattern))
        if low := bounds.shortest:
            conditions.append(f"{column} <> ''" if low == 1 else f"char_length({column}) >= {low}")
        if high := bounds.longest:  # bytes are at least as many as characters, and need no counting
            conditions.append(f"(octet_length({column}) <= {high} or char_length({column}) <= {high})")
    elif entry.kind in (Kind.DATE, Kind.TIME):
        conditions.append(f"{column} >= '{_FIRST_DAY}' and {column} < '{_LAST_DAY}'")
    elif bounds.high is not None:
        conditions.append(f"{column} between {bounds.low:.15g} and {bounds.high:.15g}")
    return " and ".join(conditions) or None


def _matches(column: str, pattern: str) -> str:
    """A condition for a pattern; a regular expression costs an import ten times a comparison of beginnings."""
    if pattern == WEB_ADDRESS:
        return f"(starts_with({column}, 'https://') or starts_with({column}, 'http://'))"
    return f"{column} ~ '{pattern}'"


def _columns() -> list[Any]:
    columns: list[Any] = []
    for entry in FIELDS:
        if not entry.field.stored or entry.field.origin is Origin.STORE:
            continue
        default = text("false") if entry.kind is Kind.FLAG and not entry.optional else None
        columns.append(Column(entry.name, column_type(entry), nullable=entry.optional, server_default=default))
        if condition := _check(entry):
            columns.append(CheckConstraint(condition, name=entry.name))
    return columns


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
)

PROGRAMS = Table(
    "programs",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("network_id", SmallInteger, ForeignKey("networks.id"), nullable=False),
    *_columns(),
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

PROGRAM_HISTORY = Table(
    "program_history",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("program_id", BigInteger, nullable=False),  # no foreign key: history outlives its program
    Column("at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("xid", BigInteger, nullable=False, server_default=text("((pg_current_xact_id())::text)::bigint")),
    Column("field", Text, nullable=False),  # as the record names it in JSON
    Column("old", JSONB),
    Column("new", JSONB),
)
Index("program_history_xid_id_idx", PROGRAM_HISTORY.c.xid, PROGRAM_HISTORY.c.id)
Index("program_history_program_id_id_idx", PROGRAM_HISTORY.c.program_id, PROGRAM_HISTORY.c.id)
Index("program_history_at_idx", PROGRAM_HISTORY.c.at)

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
    CheckConstraint("kind in ('rebuild', 'rollback', 'verify')", name="kind"),
    CheckConstraint("state in ('running', 'done', 'failed')", name="state"),
)
Index("index_operations_kind_id_idx", INDEX_OPERATIONS.c.kind, INDEX_OPERATIONS.c.id)

IMPORT_RUNS = Table(
    "import_runs",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("source", Text, nullable=False),  # generator, feed, api
    Column("state", Text, nullable=False, server_default=text("'queued'")),
    Column("partial", Boolean, nullable=False),  # closes nothing, re-ranks nothing
    Column("parameters", JSONB, nullable=False, server_default=text("'{}'")),
    Column("idempotency_key", Text),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("started_at", DateTime(timezone=True)),
    Column("finished_at", DateTime(timezone=True)),
    Column("error", Text),
    CheckConstraint("state in ('queued', 'running', 'done', 'failed')", name="state"),
)
Index(
    "import_runs_idempotency_idx",
    IMPORT_RUNS.c.idempotency_key,
    postgresql_where=IMPORT_RUNS.c.idempotency_key.is_not(None),
)

IMPORT_RUN_NETWORKS = Table(
    "import_run_networks",
    METADATA,
    Column("run_id", BigInteger, ForeignKey("import_runs.id", ondelete="CASCADE"), primary_key=True),
    Column("network_id", SmallInteger, ForeignKey("networks.id"), primary_key=True, autoincrement=False),
    Column("expected", Integer),  # records, where the source says so beforehand
    *(
        Column(counter, Integer, nullable=False, server_default=text("0"))
        for counter in ("read", "rejected", "duplicates", "created", "updated", "unchanged", "missing", "closed")
    ),
    # True while the run may still write: one run at a time for a network, whoever starts it.
    Column("active", Boolean, nullable=False, server_default=text("true")),
)
Index(
    "import_run_networks_active_idx",
    IMPORT_RUN_NETWORKS.c.network_id,
    unique=True,
    postgresql_where=IMPORT_RUN_NETWORKS.c.active,
)

REJECTED_RECORDS = Table(
    "rejected_records",
    METADATA,
    Column("run_id", BigInteger, ForeignKey("import_runs.id", ondelete="CASCADE"), primary_key=True),
    Column("line", BigInteger, primary_key=True, autoincrement=False),  # position in the run's input
    Column("network_id", SmallInteger, ForeignKey("networks.id"), nullable=False),
    Column("external_id", Text),
    Column("reason", Text, nullable=False),
    Column("raw", JSON, nullable=False),  # json, not jsonb: it must hold the NULs and lone surrogates refused
)

FEED_UPLOADS = Table(
    "feed_uploads",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("size", BigInteger, nullable=False),  # bytes
    Column("sha256", LargeBinary, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
)

FEED_UPLOAD_PIECES = Table(
    "feed_upload_pieces",
    METADATA,
    Column("upload_id", BigInteger, ForeignKey("feed_uploads.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),  # from 0 on
    Column("bytes", LargeBinary, nullable=False),
)

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
    CheckConstraint("state in ('pulling', 'refused', 'merged', 'dropped')", name="state"),
)
Index(
    "network_pulls_open_idx",
    NETWORK_PULLS.c.network_id,
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
    CheckConstraint("scope in ('read', 'import', 'admin')", name="scope"),
)


def staging_table(name: str) -> str:
    """DDL of a run's staging table. Unlogged: it is worth nothing after a crash, and half the cost before one."""
    columns = ["line bigint not null", "silent bigint not null"]
    for entry in IMPORTED:
        column, kind = ("network_id", "smallint") if entry.name == "network" else (entry.name, _ddl(entry))
        columns.append(f"{column} {kind}")
    return f"create unlogged table {name} ({', '.join(columns)})"


def _ddl(entry: Entry) -> str:
    from sqlalchemy.dialects import postgresql

    return column_type(entry).compile(dialect=postgresql.dialect())  # type: ignore[no-untyped-call]
