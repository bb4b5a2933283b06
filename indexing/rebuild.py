"""Rebuild: a new generation from Postgres while writes continue, compared before it serves."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager

import msgspec
import psycopg
import stamina
import structlog
from opensearchpy import OpenSearch, OpenSearchException, TransportError

from indexing import generations, letters
from indexing.compare import Drift, compare, pending_ids
from indexing.documents import all_documents, bodies, documents_of, slices
from indexing.follow import drain
from indexing.generations import Generation
from indexing.locks import alone
from indexing.push import Outcome, push
from indexing.versions import draw_anew, raise_above_both
from mappings.catalogue import FACETS, Kind

_log = structlog.get_logger()

# Reading a slice and pushing it alternate in one thread, so one more thread than cores keeps both engines busy.
THREADS = 3
# Small enough that the last slices end together and a retry repeats little, large enough to fill a bulk body.
_DOCUMENTS_A_SLICE = 10_000
_IDS_A_REPAIR = 5_000
_REBUILD_LOCK = 5_238_417_002
# The worker, clearing up, holds the lock for some hundredths of a second: nobody is to be refused for that.
_PATIENCE_SECONDS = 1.0
# A build whose documents are refused one in a hundred is a broken mapping, not a few bad documents.
MOST_DEAD_LETTERS = 0.01
_GATE_REPAIRS = 3
_OUTAGE_SECONDS = 300  # a build waits this long for OpenSearch to come back
_COPIES_SECONDS = 60
KEEP_STANDBY = 1

Connect = Callable[[], psycopg.Connection]
Progress = Callable[[int, int], None]
"""Called with (documents done, documents in all)."""


class RebuildRefused(Exception):
    """The new generation was not put in service; the old one goes on serving."""


class AlreadyRebuilding(Exception):
    """Another rebuild holds the lock."""


class Rebuilt(msgspec.Struct, frozen=True, rename="camel"):
    """A finished rebuild."""

    generation: str
    before: str | None
    documents: int
    dead_letters: int


class _Unavailable(Exception):
    pass


@contextmanager
def rebuild_lock(connect: Connect, patience: float | None = None) -> Iterator[psycopg.Connection]:
    """A connection that holds the one rebuild lock. Raises AlreadyRebuilding after so many seconds, 1 by default."""
    until = time.monotonic() + (_PATIENCE_SECONDS if patience is None else patience)
    with connect() as holder:
        while True:
            with alone(holder, _REBUILD_LOCK) as free:
                if free:
                    yield holder
                    return
            if time.monotonic() >= until:
                raise AlreadyRebuilding("another rebuild is under way; `affindex index status` shows how far it is")
            time.sleep(_PATIENCE_SECONDS / 20)


def rebuild(
    connect: Connect,
    client: OpenSearch,
    alias: str,
    *,
    shards: int = 1,
    replicas: int = 0,
    threads: int = THREADS,
    progress: Progress | None = None,
) -> Rebuilt:
    """Build a generation from all of Postgres, compare it, and put it in service with one alias call.

    On any failure the generation is deleted and the old one serves on; what a crash leaves behind, the next holder
    of the rebuild lock clears away. Raises AlreadyRebuilding, RebuildRefused, or whatever broke.
    """
    with rebuild_lock(connect) as connection:
        generations.reconcile(connection, client, alias)
        if raise_above_both(connection, client):
            _log.warning("the database is older than the index was; versions go on above both")
        sole = not generations.live(connection)
        connection.commit()
        generation = generations.create(connection, client, alias, shards=shards)
        before: str | None = None
        documents = dead = 0
        try:
            documents = _backfill(connect, client, generation, sole=sole, threads=threads, progress=progress)
            generations.settle(client, generation.name, replicas=replicas)
            _wait_for_copies(client, generation.name, replicas)
            dead = _gate(connect, connection, client, generation, documents)
            _warm_up(client, generation.name)
            _still_held(connection)
            before = generations.serve(connection, client, alias, generation.name)
        except BaseException as error:
            # A stop is a stop; an error after the alias call is not one of the rebuild.
            if not _give_up(connect, client, alias, generation.name) or not isinstance(error, Exception):
                raise
            _log.warning(
                "the generation serves, but what followed failed", generation=generation.name, error=str(error)
            )
        _prune(connect, client)
    return Rebuilt(generation.name, before, documents, dead)


def _give_up(connect: Connect, client: OpenSearch, alias: str, name: str) -> bool:
    """Leave nothing behind of a failed build; whether it serves after all. Raises nothing: the failure is what counts.

    On a connection of its own, since the loss of the other may be the failure.
    """
    try:
        with connect() as connection:
            return generations.abandon(connection, client, alias, name)
    except (psycopg.Error, OpenSearchException) as error:
        _log.warning("an unfinished generation is left; it is deleted later", generation=name, error=str(error))
        return False


def _prune(connect: Connect, client: OpenSearch) -> None:
    """Drop generations no longer needed. They cost disk and pushes until then, so a failure here is no failure."""
    try:
        with connect() as connection:
            generations.prune(connection, client, KEEP_STANDBY)
    except (psycopg.Error, OpenSearchException) as error:
        _log.warning("old generations are left; they are deleted later", error=str(error))


def _still_held(connection: psycopg.Connection) -> None:
    """Raise if the connection, and the lock with it, is gone: somebody else may be rebuilding."""
    connection.execute("select 1")
    connection.commit()


def _backfill(
    connect: Connect,
    client: OpenSearch,
    generation: Generation,
    *,
    sole: bool,
    threads: int,
    progress: Progress | None,
) -> int:
    """Push one snapshot of all programs and tombstones; the number of documents."""
    with connect() as snapshot:
        # It holds the snapshot and no lock on a table: a TRUNCATE that waits for it would make its readers wait too.
        snapshot.execute("set transaction isolation level repeatable read")
        (exported,) = snapshot.execute("select pg_export_snapshot()").fetchone() or (None,)
        if sole:
            # What is pending in this snapshot is in the documents read from it: if nobody else needs it, it is done.
            snapshot.execute("create temp table covered as select program_id, version from changed_programs")
        with _reading(connect, exported) as reader:
            parts, total = slices(reader, _DOCUMENTS_A_SLICE)
        waiting: queue.SimpleQueue[tuple[int, int]] = queue.SimpleQueue()
        for part in parts:
            waiting.put(part)
        done = _Counter(total, progress)
        stopping = threading.Event()
        with ThreadPoolExecutor(threads, thread_name_prefix="backfill") as pool:
            workers = [
                pool.submit(_push_slices, connect, client, generation, exported, waiting, done, stopping)
                for _ in range(threads)
            ]
            try:
                wait(workers, return_when=FIRST_EXCEPTION)
            finally:
                stopping.set()
        for worker in workers:
            worker.result()
        if sole:
            snapshot.commit()
            snapshot.execute(
                "with covered_rows as ("
                "  select c.program_id from changed_programs c join covered v"
                "    on v.program_id = c.program_id and c.version <= v.version"
                "  order by c.program_id for update of c skip locked"
                ") delete from changed_programs using covered_rows"
                "  where changed_programs.program_id = covered_rows.program_id"
            )
            snapshot.execute("drop table covered")
            snapshot.commit()
    return done.count


@contextmanager
def _reading(connect: Connect, snapshot: str) -> Iterator[psycopg.Connection]:
    """A connection that sees what another one's exported snapshot sees."""
    with connect() as reader:
        reader.execute("set transaction isolation level repeatable read, read only")
        reader.execute(f"set transaction snapshot '{snapshot}'")
        yield reader
        reader.rollback()


class _Counter:
    def __init__(self, total: int, progress: Progress | None) -> None:
        self.count = 0
        self.total = total
        self._progress = progress
        self._lock = threading.Lock()

    def add(self, documents: int) -> int:
        with self._lock:
            self.count += documents
            if self._progress:
                self._progress(self.count, self.total)
            return self.count


def _push_slices(
    connect: Connect,
    client: OpenSearch,
    generation: Generation,
    snapshot: str,
    waiting: queue.SimpleQueue[tuple[int, int]],
    done: _Counter,
    stopping: threading.Event,
) -> None:
    with _reading(connect, snapshot) as reader, connect() as recorder:
        recorder.execute("set synchronous_commit to off")  # progress may be lost in a crash; the build is, too
        while not stopping.is_set():
            try:
                low, high = waiting.get_nowait()
            except queue.Empty:
                return
            for body, count in bodies(reader, all_documents(generation.fields, low, high)):
                outcome = _push_until_taken(client, generation.name, body, stopping)
                if outcome is None:
                    return
                letters.write(recorder, generation.name, outcome.refused)
                recorder.execute(
                    "update index_generations set built = %s, expected = %s where name = %s",
                    (done.add(count), done.total, generation.name),
                )
                recorder.commit()


def _push_until_taken(client: OpenSearch, index: str, body: bytes, stopping: threading.Event) -> Outcome | None:
    """Push a body, again with backoff while the index cannot take it. Versions make the repetition harmless.

    None if it is no longer wanted.
    """
    for attempt in stamina.retry_context(on=_Unavailable, attempts=None, timeout=_OUTAGE_SECONDS, wait_max=5):
        with attempt:
            if stopping.is_set():
                return None
            outcome = push(client, index, body)
            if outcome.missing:
                raise RebuildRefused(f"{index} disappeared while it was being built")
            if not outcome.complete:
                raise _Unavailable(outcome.unavailable)
    return outcome


def _wait_for_copies(client: OpenSearch, index: str, replicas: int) -> None:
    if not replicas:
        return
    try:
        # Given both, the client keeps the first for itself and hands the second on.
        patience = {"request_timeout": _COPIES_SECONDS + 10, "timeout": f"{_COPIES_SECONDS}s"}
        client.cluster.health(index=index, params={"wait_for_status": "green", **patience})
    except TransportError as error:
        if error.status_code != 408:
            raise
        raise RebuildRefused(
            f"its {replicas} copies were not allocated within {_COPIES_SECONDS} s: are there enough nodes for "
            "AFFINDEX_REPLICAS? The old generation serves on"
        ) from None


def _gate(
    connect: Connect, connection: psycopg.Connection, client: OpenSearch, generation: Generation, documents: int
) -> int:
    """Let the generation pass only if it holds what Postgres holds; the number of its dead letters.

    What is missing is pushed again: if OpenSearch was restarted during the build, it may have lost what it had
    acknowledged, since a build does not sync every request to disk.
    """
    repairs = 0
    deadline = time.monotonic() + _OUTAGE_SECONDS
    while True:
        dead = letters.of_generation(connection, generation.name)
        connection.rollback()
        if len(dead) > MOST_DEAD_LETTERS * max(documents, 100):
            raise RebuildRefused(
                f"{len(dead)} of {documents} documents were refused, so the mapping is at fault; the old one serves on"
            )
        drift = compare(connection, client, generation.name)
        differing = drift.differing - dead
        if drift.undecided is None and not differing and not drift.strangers:
            if drift.pending:
                _push_pending(connection, client, generation)
            return len(dead)
        if drift.undecided:
            if time.monotonic() > deadline:
                raise RebuildRefused(drift.undecided)
            if not drain(connect, client, limit=MOST_DRAINED):
                time.sleep(0.5)
            continue
        if drift.strangers or repairs == _GATE_REPAIRS:
            raise RebuildRefused(
                f"the new generation differs from Postgres: {len(drift.missing)} missing, {len(drift.stale)} stale, "
                f"{len(drift.extra) + len(drift.strangers)} too many; the old one serves on"
            )
        repairs += 1
        _log.warning("the new generation lacks documents; pushing them again", documents=len(differing))
        _push_again(connect, connection, client, generation, differing, drift.highest)


MOST_DRAINED = 100_000  # changes pushed by the gate itself before it looks again, should follow not be running


def _push_pending(connection: psycopg.Connection, client: OpenSearch, generation: Generation) -> None:
    """Push what is on its way to everybody to this generation now: the comparison left it out.

    A document that was lost in a restart during the build, and is changing too, would be missing from a generation
    that serves.
    """
    pending = pending_ids(connection, Drift())
    connection.commit()
    _push_here(connection, client, generation, pending)
    client.indices.refresh(index=generation.name)


def _push_again(
    connect: Connect,
    connection: psycopg.Connection,
    client: OpenSearch,
    generation: Generation,
    ids: set[int],
    highest: int,
) -> None:
    """Push programs to one generation; what it holds a newer version of gets a new one."""
    newer = ids - _push_here(connection, client, generation, ids)
    if newer:
        draw_anew(connection, newer, above=highest)
        connection.commit()
        drain(connect, client)


def _push_here(
    connection: psycopg.Connection, client: OpenSearch, generation: Generation, ids: Iterable[int]
) -> set[int]:
    """Push programs to one generation; those of which it did not hold a newer version. Commits."""
    taken: set[int] = set()
    ordered = sorted(ids)
    for start in range(0, len(ordered), _IDS_A_REPAIR):
        wanted = ordered[start : start + _IDS_A_REPAIR]
        parts = [body for body, _ in bodies(connection, documents_of(generation.fields, wanted))]
        connection.commit()
        for part in parts:
            outcome = _push_until_taken(client, generation.name, part, threading.Event())
            assert outcome is not None
            letters.write(connection, generation.name, outcome.refused)
            connection.commit()
            taken |= outcome.done - outcome.older.keys()
    return taken


def _warm_up(client: OpenSearch, index: str) -> None:
    """Load what the first searches would wait for: ordinals of the facets, norms, the page cache."""
    body = {
        "size": 20,
        "query": {"multi_match": {"query": "online shop", "fields": ["name", "description"]}},
        "aggs": {
            key: {"terms": {"field": facet.path, "size": 10}}
            for key, facet in FACETS.items()
            if facet.kind is Kind.STRING
        },
    }
    client.search(index=index, body=body)
