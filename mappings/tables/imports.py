"""Import runs with what they rejected, uploaded feeds, and the table that a run stages into."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
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
from sqlalchemy.dialects.postgresql import JSON, JSONB

from mappings.catalogue import IMPORTED, Entry
from mappings.tables.columns import METADATA, column_type

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
