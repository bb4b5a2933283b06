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
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSON, JSONB
from sqlalchemy.types import TypeEngine

from mappings import codes
from mappings.catalogue import FIELDS, IMPORTED, Entry, Kind
from mappings.field import Origin
from mappings.program import WEB_ADDRESS
from mappings.relations import RELATIONS

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
        members = codes.values(entry.field.codes) if entry.field.codes else ()
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
    Column("definition", JSONB),  # of a network that was added to this catalogue; null for those that come with us
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
    Column("author", Text),  # the name of the key that asked for it; null: a command or the worker
    Column("request_id", Text),
    Column("warnings", JSONB),  # what is doubtful in its records; null: nothing
    Column("ending", Text),  # how a failed one ended, which decides whether and when it is gone on with
    CheckConstraint("state in ('queued', 'running', 'done', 'failed')", name="state"),
    CheckConstraint("ending in ('interrupted', 'passing', 'lasting')", name="ending"),
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
    # Generated programs that real ones took the place of.
    Column("removed", Integer, nullable=False, server_default=text("0")),
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

# How far the stored programs were looked through for the topics of one file of them.
TOPIC_TAGGING = Table(
    "topic_tagging",
    METADATA,
    Column("fingerprint", Text, primary_key=True),
    Column("reached", BigInteger, nullable=False, server_default=text("0")),  # the last id that was looked at
    Column("finished_at", DateTime(timezone=True)),
)

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

# Programs whose newest version every live generation has got since somebody last looked for the watches.
PUSHED_PROGRAMS = Table(
    "pushed_programs",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("program_id", BigInteger, nullable=False),
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
