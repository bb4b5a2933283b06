"""Carry out an import run: read, normalise, stage, merge, and record what happened."""

from __future__ import annotations

import itertools
import json
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import msgspec
import psycopg
import stamina
import structlog

from app.failures import Failure, ending_of
from app.importing.merge import merge
from app.importing.normaliser import Normaliser, normalising
from app.importing.normaliser_process import Done
from app.importing.places import Lines, told_again, with_line
from app.importing.relations import ToldRelations
from app.importing.rows import COLUMNS, COPY_OPTIONS
from app.importing.runs import count_progress, end_run, note_warnings, open_run, staging_name, start_run
from app.importing.sources import Record, Source, Unreadable
from app.normalising import VERSION, external_id
from app.normalising.warnings import RecordWarning, RecordWarnings, repeated
from app.observability.instruments import IMPORTED
from app.observability.request_id import REQUEST_ID
from indexing.connect import Connect
from indexing.pool import Pool
from indexing.tracing import span, wrote
from mappings.network_program import NetworkProgram
from mappings.networks import BY_SLUG

_log = structlog.get_logger()

BATCH = 500  # records that are normalised together: enough that handing them over costs little
_BATCHES_A_COPY = 4  # a COPY is a round trip and a commit; progress is told as often

# What goes away by itself: a lost connection, a deadlock, a serialization failure, a server that restarts, a standby
# that is not the primary yet.
_PASSING = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.ReadOnlySqlTransaction)
_OUTAGE_SECONDS = 60  # a restart takes seconds, a failover up to half a minute

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
    warnings: list[RecordWarning] = field(default_factory=list)

    @property
    def read(self) -> int:
        """Records that went into the chunk."""
        return self.rows + len(self.rejected)


def _raw_json(raw: object) -> str:
    """The record as ASCII JSON: NULs and lone surrogates survive as escapes."""
    return json.dumps(msgspec.to_builtins(raw, str_keys=True), ensure_ascii=True, default=str)


def _reject(line: int, record: Record, reason: str) -> tuple[int, str | None, str, str]:
    if isinstance(record, Unreadable):
        known = external_id(record.network, record.external_id) if record.external_id else None
        return line, known, _printable(reason), _raw_json(record.raw)
    said = msgspec.structs.replace(record, not_carried=frozenset())  # what it does not say is nothing of it
    # As the row of its program has it, so that what was there but rejected is not taken for missing.
    known = external_id(record.network, record.external_id) or record.external_id
    return line, _printable(known)[:200], _printable(reason), _raw_json(said)


def _printable(text: str) -> str:
    """Text that Postgres takes: NULs and lone surrogates as escapes."""
    return str(text).encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")


def chunks(
    records: Iterator[Record], normaliser: Normaliser | None = None, lines: Lines | None = None
) -> Iterator[Chunk]:
    """Normalise a source's records, in batches, into chunks of one network each; `lines` notes where they begin."""
    lines = lines or Lines()
    numbered = enumerate(lines.of(records), start=1)
    with normalising(normaliser) as own:
        for network, of_it in itertools.groupby(numbered, key=lambda pair: pair[1].network):
            chunk = Chunk(network)
            for batch, done in _normalised(_batched(of_it), own):
                _add(chunk, batch, done, lines)
                if chunk.read >= BATCH * _BATCHES_A_COPY:
                    yield chunk
                    chunk = Chunk(network)
            if chunk.read:
                yield chunk


def _batched(numbered: Iterator[tuple[int, Record]]) -> Iterator[list[tuple[int, Record]]]:
    while batch := list(itertools.islice(numbered, BATCH)):
        yield batch


def _normalised(
    batches: Iterator[list[tuple[int, Record]]], normaliser: Normaliser
) -> Iterator[tuple[list[tuple[int, Record]], Done]]:
    """Each batch with what became of those of its records that could be read at all."""
    under_way: deque[list[tuple[int, Record]]] = deque()

    def readable() -> Iterator[list[tuple[int, NetworkProgram]]]:
        for batch in batches:
            under_way.append(batch)
            yield [(line, record) for line, record in batch if not isinstance(record, Unreadable)]

    for done in normaliser.each(readable(), "rows"):
        yield under_way.popleft(), done


def _add(chunk: Chunk, batch: list[tuple[int, Record]], done: Done, lines: Lines) -> None:
    reasons = dict(done.rejected)
    for number, record in batch:
        reason = record.reason if isinstance(record, Unreadable) else reasons.get(number)
        if reason is not None:
            chunk.rejected.append(_reject(number, record, with_line(reason, lines.at(number))))
    for copied, rows in done.rows:
        chunk.lines.append(copied)
        chunk.rows += rows
    chunk.last = batch[-1][0]
    for warning in done.warnings:
        warning.line = lines.at(warning.record)
    chunk.warnings += done.warnings


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


def _stage_all(
    session: _Session,
    run: int,
    source: Source,
    told: ToldRelations,
    lines: Lines,
    warnings: RecordWarnings,
    progress: Progress | None,
) -> int:
    """Stage all of a source, put aside the relations that it tells, and count what is doubtful; the number of rows.

    A chunk is made while the one before it is being written.
    """
    staged = 0

    def done(writing: Future[None], chunk: Chunk) -> None:
        nonlocal staged
        writing.result()
        staged += chunk.rows
        warnings.add(chunk.warnings)
        IMPORTED.labels(chunk.network, "staged").inc(chunk.rows)
        IMPORTED.labels(chunk.network, "rejected").inc(len(chunk.rejected))
        if progress:
            progress(chunk.network, chunk.read, len(chunk.rejected))

    with Pool(1, thread_name_prefix="staging") as stager:
        last: tuple[Future[None], Chunk] | None = None
        for chunk in chunks(told.apart(source.records(), source.known), lines=lines):
            if last:
                done(*last)
            last = stager.submit(session.attempt, partial(_stage, run=run, chunk=chunk)), chunk
        if last:
            done(*last)
    return staged


def _merge_run(connection: psycopg.Connection, run: int, source: Source, staged: int, told: ToldRelations) -> None:
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
            "missing = %s, closed = %s, removed = %s where run_id = %s and network_id = %s",
            (
                merged.duplicates,
                merged.created,
                merged.updated,
                merged.unchanged,
                merged.missing,
                merged.closed,
                merged.removed,
                run,
                network,
            ),
        )
    told.store(connection, source.account, complete=source.whole() if source.whole else not partial)


def _merge_traced(connection: psycopg.Connection, run: int, source: Source, staged: int, told: ToldRelations) -> None:
    with span("merge") as current:
        first = _last_version(connection) if current else 0
        _merge_run(connection, run, source, staged, told)
        if current:
            wrote(current, first + 1, _last_version(connection))


def _last_version(connection: psycopg.Connection) -> int:
    (last,) = connection.execute("select last_value from program_version").fetchone() or (0,)
    return int(last)


def carry_out(
    connect: Connect,
    run: int,
    source: Source,
    progress: Progress | None = None,
    *,
    holding: psycopg.Connection | None = None,
) -> None:
    """Carry out a run that was opened. The run ends done, or failed with its reason recorded and the error raised.

    `holding` is the connection on which the run was started before, if it was; it is closed.
    """
    # Not at the top: SQLAlchemy is 30 MB, and every process of the API knows this module without importing anything.
    from mappings.tables.imports import staging_table

    session = _Session(connect, run, holding)
    try:
        session.attempt(lambda connection: connection.execute(staging_table(staging_name(run))))
        told, warnings, lines = ToldRelations(), RecordWarnings(), Lines(source.line)
        with span("import", run=run, request_id=REQUEST_ID.get()):
            with span("stage"):
                staged = _stage_all(session, run, source, told, lines, warnings, progress)
            again = session.attempt(lambda connection: told_again(connection, staging_name(run), lines))
            warnings.add(repeated(again))
            session.attempt(lambda connection: note_warnings(connection, run, warnings.listed()))
            session.attempt(lambda connection: _merge_traced(connection, run, source, staged, told))
    except BaseException as error:
        _log.warning("import failed", run=run, error=str(error))
        reason = f"{type(error).__name__}: {error}"
        ending = ending_of(error)
        session.attempt(lambda connection: end_run(connection, run, reason, ending))
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
