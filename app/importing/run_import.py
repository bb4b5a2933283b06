"""Carry out an import run: read, normalise, stage, merge, and record what happened."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import msgspec
import psycopg
import stamina
import structlog

from app.failures import Failure
from app.importing.merge import merge
from app.importing.rows import COLUMNS, COPY_OPTIONS, copy_lines
from app.importing.runs import count_progress, end_run, open_run, staging_name, start_run
from app.importing.silence import as_number
from app.importing.sources import Record, Source, Unreadable
from app.normalising import VERSION, Rejected, external_id, normalise
from mappings.networks import BY_SLUG
from mappings.program import Program

_log = structlog.get_logger()

BATCH = 100  # records that are normalised together: one bad one never takes more than itself down
_BATCHES_A_COPY = 20  # a COPY is a round trip and a commit; progress is told as often

# What goes away by itself: a lost connection, a deadlock, a serialization failure, a server that restarts, a standby
# that is not the primary yet.
_PASSING = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.ReadOnlySqlTransaction)
_OUTAGE_SECONDS = 60  # a restart takes seconds, a failover up to half a minute

Connect = Callable[[], psycopg.Connection]
Progress = Callable[[str, int, int], None]
"""Called with (network, records read, records rejected) of every chunk."""


class StagingLost(Failure):
    """Staged records are gone (the database crashed and emptied the unlogged table); the import must be run again."""


@dataclass(slots=True)
class Chunk:
    """Some batches of one network, ready for one COPY."""

    network: str
    lines: list[bytes] = field(default_factory=list)  # of its batches
    rows: int = 0
    rejected: list[tuple[int, str | None, str, str]] = field(default_factory=list)
    last: int = 0

    @property
    def read(self) -> int:
        """Records that went into it."""
        return self.rows + len(self.rejected)


def _raw_json(raw: object) -> str:
    """The record as ASCII JSON: NULs and lone surrogates survive as escapes."""
    return json.dumps(msgspec.to_builtins(raw, str_keys=True), ensure_ascii=True, default=str)


def _reject(line: int, record: Record, reason: str) -> tuple[int, str | None, str, str]:
    if isinstance(record, Unreadable):
        known = external_id(record.network, record.external_id) if record.external_id else None
        return line, known, _printable(reason), _raw_json(record.raw)
    said = msgspec.structs.replace(record, silent=frozenset())  # what it does not say is nothing of it
    # As the row of its program has it, so that what was there but rejected is not taken for missing.
    known = external_id(record.network, record.external_id) or record.external_id
    return line, _printable(known)[:200], _printable(reason), _raw_json(said)


def _printable(text: str) -> str:
    """Text that Postgres takes: NULs and lone surrogates as escapes."""
    return str(text).encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")


def _normalised(batch: list[tuple[int, Record]], chunk: Chunk) -> None:
    good: dict[int, list[tuple[int, Program]]] = {}  # by what their records are silent about
    for line, record in batch:
        if isinstance(record, Unreadable):
            chunk.rejected.append(_reject(line, record, record.reason))
            continue
        try:
            good.setdefault(as_number(record.silent), []).append((line, normalise(record)))
        except Rejected as rejected:
            chunk.rejected.append(_reject(line, record, str(rejected)))
    for silent, programs in good.items():
        chunk.lines.append(copy_lines(programs, silent))
        chunk.rows += len(programs)
    chunk.last = batch[-1][0]


def chunks(records: Iterator[Record]) -> Iterator[Chunk]:
    """Normalise a source's records, in batches, into chunks of one network each."""
    numbered = enumerate(records, start=1)
    for network, own in itertools.groupby(numbered, key=lambda pair: pair[1].network):
        chunk = Chunk(network)
        for batch in _batched(own):
            _normalised(batch, chunk)
            if chunk.read >= BATCH * _BATCHES_A_COPY:
                yield chunk
                chunk = Chunk(network)
        if chunk.read:
            yield chunk


def _batched(numbered: Iterator[tuple[int, Record]]) -> Iterator[list[tuple[int, Record]]]:
    while batch := list(itertools.islice(numbered, BATCH)):
        yield batch


class _Session:
    """A connection that is opened when it is needed, and again when it is lost, with the run's lock on it."""

    def __init__(self, connect: Connect, run: int, holding: psycopg.Connection | None) -> None:
        self._connect = connect
        self._run = run
        self._connection = holding

    def close(self) -> None:
        if self._connection:
            self._connection.close()

    def _opened(self) -> psycopg.Connection:
        if self._connection and not self._connection.closed:
            return self._connection
        self._connection = self._connect()
        try:
            start_run(self._connection, self._run)
        except BaseException:  # without the run's lock it is of no use
            self._connection.close()
            raise
        return self._connection

    def attempt(self, work: Callable[[psycopg.Connection], Any]) -> Any:
        """Do some work in a transaction of its own, again with backoff if the failure is a passing one."""
        for attempt in stamina.retry_context(on=_PASSING, attempts=None, timeout=_OUTAGE_SECONDS):
            with attempt:
                connection = self._opened()
                try:
                    result = work(connection)
                    connection.commit()
                except BaseException:
                    if not connection.closed:
                        connection.rollback()
                    raise
        return result


def _stage(connection: psycopg.Connection, run: int, chunk: Chunk) -> None:
    staging = staging_name(run)
    # A commit whose answer was lost is found by its last line, not written twice.
    (written,) = connection.execute(f"select max(line) from {staging} where line = %s", (chunk.last,)).fetchone() or (
        None,
    )
    if written is None and chunk.rows:
        with connection.cursor().copy(f"copy {staging} ({', '.join(COLUMNS)}) from stdin {COPY_OPTIONS}") as copy:
            for lines in chunk.lines:
                copy.write(lines)
    if chunk.rejected:
        network = BY_SLUG[chunk.network].id
        with connection.cursor() as cursor:
            cursor.executemany(
                "insert into rejected_records (run_id, line, network_id, external_id, reason, raw) "
                "values (%s, %s, %s, %s, %s, %s) on conflict do nothing",
                [(run, line, network, *rest) for line, *rest in chunk.rejected],
            )
    count_progress(connection, run, chunk.network, read=chunk.read, rejected=len(chunk.rejected))


def _stage_all(session: _Session, run: int, source: Source, progress: Progress | None) -> int:
    """Stage all of a source; the number of rows. A chunk is made while the one before it is being written."""
    staged = 0

    def done(writing: Future[None], chunk: Chunk) -> None:
        nonlocal staged
        writing.result()
        staged += chunk.rows
        if progress:
            progress(chunk.network, chunk.read, len(chunk.rejected))

    with ThreadPoolExecutor(1, thread_name_prefix="staging") as stager:
        last: tuple[Future[None], Chunk] | None = None
        for chunk in chunks(source.records()):
            if last:
                done(*last)
            last = stager.submit(session.attempt, partial(_stage, run=run, chunk=chunk)), chunk
        if last:
            done(*last)
    return staged


def _merge_run(connection: psycopg.Connection, run: int, source: Source, staged: int) -> None:
    staging = staging_name(run)
    (present,) = connection.execute(f"select count(*) from {staging}").fetchone() or (0,)
    if present != staged:
        raise StagingLost(f"{staged} records were staged, {present} are left: the database crashed; run it again")
    networks = tuple(BY_SLUG[network].id for network in source.networks)
    partial = source.partial
    if source.admit:
        partial = source.admit(connection, staging)
        connection.execute("update import_runs set partial = %s where id = %s", (partial, run))
    done = merge(connection, staging, networks=networks, partial=partial, normaliser=VERSION, run=run)
    for network, merged in done.items():
        connection.execute(
            "update import_run_networks set duplicates = %s, created = %s, updated = %s, unchanged = %s, "
            "missing = %s, closed = %s where run_id = %s and network_id = %s",
            (
                merged.duplicates,
                merged.created,
                merged.updated,
                merged.unchanged,
                merged.missing,
                merged.closed,
                run,
                network,
            ),
        )


def carry_out(
    connect: Connect,
    run: int,
    source: Source,
    progress: Progress | None = None,
    *,
    holding: psycopg.Connection | None = None,
) -> None:
    """Carry out a run that was opened. It ends done, or failed with its reason recorded and the error raised.

    `holding` is the connection on which the run was started before, if it was; it is closed.
    """
    # Not at the top: SQLAlchemy is 30 MB, and every process of the API knows this module without importing anything.
    from mappings.tables import staging_table

    session = _Session(connect, run, holding)
    try:
        session.attempt(lambda connection: connection.execute(staging_table(staging_name(run))))
        staged = _stage_all(session, run, source, progress)
        session.attempt(lambda connection: _merge_run(connection, run, source, staged))
    except BaseException as error:
        _log.warning("import failed", run=run, error=str(error))
        reason = f"{type(error).__name__}: {error}"
        session.attempt(lambda connection: end_run(connection, run, reason))
        raise
    else:
        session.attempt(lambda connection: end_run(connection, run))
    finally:
        session.close()


def run_import(connect: Connect, source: Source, parameters: dict[str, Any], progress: Progress | None = None) -> int:
    """Open a run for a source and carry it out; the run's id. Raises NetworkBusy."""
    with connect() as connection:
        run = open_run(
            connection,
            source=source.kind,
            networks=source.networks,
            partial=source.partial,
            expected=source.expected,
            parameters=parameters,
        )
    carry_out(connect, run, source, progress)
    return run
