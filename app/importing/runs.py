"""Import runs as they are recorded: begun, counted, ended, and found dead."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from app.failures import Ending, Failure
from app.normalising.warnings import RecordWarning
from app.observability.request_id import AUTHOR, REQUEST_ID
from indexing.locks import Lock
from mappings.networks import BY_SLUG

# The error of a run whose process went away.
DIED = "the importing process ended in the middle of it; nothing was merged: run it again"


class NetworkBusy(Failure):
    """Another import of the network is under way."""

    ending = Ending.INTERRUPTED

    def __init__(self, network: str, run: int) -> None:
        super().__init__(f"run {run} is importing {network}; wait for it to end, or watch it")
        self.network = network
        self.run = run


class NetworkCount(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a run has done to one network so far, in records and rows."""

    network: str
    expected: int | None
    read: int
    rejected: int
    duplicates: int
    created: int
    updated: int
    unchanged: int
    missing: int
    closed: int
    removed: int  # generated programs, which real ones took the place of


class Run(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An import run: queued, running, done or failed."""

    id: int
    source: str
    state: str
    partial: bool
    parameters: dict[str, Any]
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    error: str | None
    author: str | None  # the name of the key that asked for it; null: a command or the worker
    request_id: str | None  # of the request, schedule or command that asked for it: its log lines and calls bear it
    networks: list[NetworkCount]
    warnings: list[RecordWarning]  # what is doubtful in its records, field by field, the most frequent first


class RejectedRecord(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A record that did not become a program: why, and what it was."""

    line: int
    network: str
    external_id: str | None
    reason: str
    raw: msgspec.Raw


def staging_name(run: int) -> str:
    """The staging table of a run."""
    return f"staging.run_{run}"


def open_run(
    connection: psycopg.Connection,
    *,
    source: str,
    networks: Iterable[str],
    partial: bool,
    expected: dict[str, int],
    parameters: dict[str, Any],
    idempotency_key: str | None = None,
    claiming: bool = True,
) -> int:
    """Record a run as queued and claim its networks; commits. Raises NetworkBusy.

    Without `claiming` the networks stay free until `claim_networks`.
    """
    networks = tuple(networks)
    bury_dead_runs(connection)
    try:
        (run,) = _one(
            connection.execute(
                "insert into import_runs (source, partial, parameters, idempotency_key, author, request_id) "
                "values (%s, %s, %s, %s, %s, %s) returning id",
                (source, partial, Jsonb(parameters), idempotency_key, AUTHOR.get() or None, REQUEST_ID.get() or None),
            )
        )
        for network in networks:
            connection.execute(
                "insert into import_run_networks (run_id, network_id, expected, active) values (%s, %s, %s, %s)",
                (run, BY_SLUG[network].id, expected.get(network), claiming),
            )
    except psycopg.errors.UniqueViolation:
        _raise_busy(connection, networks)
        raise
    connection.commit()
    return int(run)


def claim_networks(connection: psycopg.Connection, run: int, networks: Iterable[str]) -> None:
    """Claim the networks of a run that was opened without; commits. Raises NetworkBusy."""
    try:
        connection.execute("update import_run_networks set active = true where run_id = %s", (run,))
    except psycopg.errors.UniqueViolation:
        _raise_busy(connection, networks)
        raise
    connection.commit()


def _raise_busy(connection: psycopg.Connection, networks: Iterable[str]) -> None:
    """Say which run has one of the networks, if any still has."""
    connection.rollback()
    for network in networks:
        busy = connection.execute(
            "select run_id from import_run_networks where network_id = %s and active", (BY_SLUG[network].id,)
        ).fetchone()
        if busy:
            connection.rollback()
            raise NetworkBusy(network, busy[0]) from None


def start_run(connection: psycopg.Connection, run: int) -> None:
    """Mark a run as running; the connection's session lock is what says it is alive. Commits."""
    connection.execute("select pg_advisory_lock(%s, %s)", (Lock.RUN, run))
    connection.execute(
        "update import_runs set state = 'running', started_at = now(), error = null, ending = null where id = %s",
        (run,),
    )
    connection.commit()


def end_run(
    connection: psycopg.Connection, run: int, error: str | None = None, ending: Ending = Ending.LASTING
) -> None:
    """Mark a run as done, or failed, why and how, and give its networks and staging table back. Commits."""
    connection.execute(f"drop table if exists {staging_name(run)}")
    connection.execute(
        "update import_runs set state = %s, error = %s, ending = %s, finished_at = now() where id = %s",
        ("failed" if error else "done", error, ending.value if error else None, run),
    )
    connection.execute("update import_run_networks set active = false where run_id = %s", (run,))
    connection.commit()
    connection.execute("select pg_advisory_unlock(%s, %s)", (Lock.RUN, run))
    connection.commit()


def bury_dead_runs(connection: psycopg.Connection) -> list[int]:
    """Fail the runs whose process is gone: marked as running, but nobody holds their lock. Commits."""
    running = connection.execute("select id from import_runs where state = 'running'").fetchall()
    dead = []
    for (run,) in running:
        (free,) = _one(connection.execute("select pg_try_advisory_lock(%s, %s)", (Lock.RUN, run)))
        if free:
            dead.append(run)
            end_run(connection, run, DIED, Ending.INTERRUPTED)
    connection.commit()
    return dead


def count_progress(connection: psycopg.Connection, run: int, network: str, *, read: int, rejected: int) -> None:
    """Add to a run's counters, in the caller's transaction."""
    connection.execute(
        "update import_run_networks set read = read + %s, rejected = rejected + %s "
        "where run_id = %s and network_id = %s",
        (read, rejected, run, BY_SLUG[network].id),
    )


def note_warnings(connection: psycopg.Connection, run: int, warnings: list[RecordWarning]) -> None:
    """Keep what is doubtful in a run's records, in the caller's transaction."""
    written = Jsonb(msgspec.to_builtins(warnings)) if warnings else None
    connection.execute("update import_runs set warnings = %s where id = %s", (written, run))


_RUNS = """
    select r.id, r.source, r.state, r.partial, r.parameters, r.created_at, r.started_at, r.finished_at, r.error,
        r.author, r.request_id, coalesce(r.warnings, '[]') as warnings,
        coalesce(json_agg(json_build_object(
            'network', n.slug, 'expected', c.expected, 'read', c.read, 'rejected', c.rejected,
            'duplicates', c.duplicates, 'created', c.created, 'updated', c.updated, 'unchanged', c.unchanged,
            'missing', c.missing, 'closed', c.closed,
            'removed', c.removed
        ) order by n.id) filter (where n.id is not null), '[]') as networks
    from import_runs r
    left join import_run_networks c on c.run_id = r.id
    left join networks n on n.id = c.network_id
"""
RUN_BY_ID = _RUNS + " where r.id = %(run)s group by r.id"
NEWEST_RUNS = _RUNS + " group by r.id order by r.id desc limit %(limit)s"
REJECTED = """
    select j.line, n.slug as network, j.external_id, j.reason, j.raw::text as raw
    from rejected_records j join networks n on n.id = j.network_id
    where j.run_id = %(run)s and j.line > %(after)s order by j.line limit %(limit)s
"""


def as_run(row: dict[str, Any]) -> Run:
    """A row of RUN_BY_ID or NEWEST_RUNS."""
    return msgspec.convert({_camel(key): value for key, value in row.items()}, Run)


def as_rejected(row: dict[str, Any]) -> RejectedRecord:
    """A row of REJECTED."""
    return RejectedRecord(**{**row, "raw": msgspec.Raw(row["raw"].encode())})


def newest_runs(connection: psycopg.Connection, limit: int = 20) -> list[Run]:
    """The last runs, newest first."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return [as_run(row) for row in cursor.execute(NEWEST_RUNS, {"limit": limit})]


def run_by_id(connection: psycopg.Connection, run: int) -> Run | None:
    """One run; None if there is none."""
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(RUN_BY_ID, {"run": run}).fetchone()
        return as_run(row) if row else None


def _camel(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(part.title() for part in tail)


def _one(cursor: psycopg.Cursor[Any]) -> tuple[Any, ...]:
    row = cursor.fetchone()
    assert row is not None
    return tuple(row)
