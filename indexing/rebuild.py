"""Rebuild: a new generation from Postgres while writes continue, compared before it serves."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
import stamina
from opensearchpy import OpenSearch

from indexing import generations
from indexing.compare import compare
from indexing.documents import all_documents, bodies
from indexing.follow import drain
from indexing.generations import Generation
from indexing.push import Outcome, push
from mappings.catalogue import FACETS, Kind

# Reading a slice and pushing it alternate in one thread, so one more thread than cores keeps both engines busy.
_THREADS = 3
# Small enough that the last slices end together and a retry repeats little, large enough to fill a bulk body.
_IDS_A_SLICE = 10_000
_REBUILD_LOCK = 5_238_417_002
# A build whose documents are refused one in a hundred is a broken mapping, not a few bad documents.
MOST_DEAD_LETTERS = 0.01
_GATE_LOOKS = 20
_KEEP_STANDBY = 1

Connect = Callable[[], psycopg.Connection]
Progress = Callable[[int, int], None]
"""Called with (documents done, documents in all)."""


class RebuildRefused(Exception):
    """The new generation was not put in service; the old one goes on serving."""


class AlreadyRebuilding(Exception):
    """Another rebuild holds the lock."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A finished rebuild."""

    generation: str
    before: str | None
    documents: int
    dead_letters: int


class _Unavailable(Exception):
    pass


@contextmanager
def rebuild_lock(connect: Connect) -> Iterator[psycopg.Connection]:
    """A connection that holds the one rebuild lock. Raises AlreadyRebuilding."""
    with connect() as holder:
        (free,) = holder.execute("select pg_try_advisory_lock(%s)", (_REBUILD_LOCK,)).fetchone() or (False,)
        holder.commit()
        if not free:
            raise AlreadyRebuilding("another rebuild is under way; `affindex index status` shows how far it is")
        yield holder


def rebuild(
    connect: Connect,
    client: OpenSearch,
    alias: str,
    *,
    shards: int = 1,
    replicas: int = 0,
    progress: Progress | None = None,
) -> Rebuilt:
    """Build a generation from all of Postgres, compare it, and put it in service with one alias call.

    On any failure the generation is deleted and the old one serves on. Raises AlreadyRebuilding, RebuildRefused,
    or whatever broke.
    """
    with rebuild_lock(connect) as connection:
        generations.reconcile(connection, client, alias)
        sole = not generations.live(connection)
        generation = generations.create(connection, client, alias, shards=shards)
        try:
            documents = _backfill(connect, client, generation, sole=sole, progress=progress)
            generations.settle(client, generation.name, replicas=replicas)
            dead = _gate(connect, connection, client, generation, documents)
            _warm_up(client, generation.name)
            if replicas:
                client.cluster.health(index=generation.name, params={"wait_for_status": "green", "timeout": "60s"})
            before = generations.serve(connection, client, alias, generation.name)
        except BaseException:
            connection.rollback()
            generations.drop(connection, client, generation.name)
            raise
        generations.prune(connection, client, _KEEP_STANDBY)
    return Rebuilt(generation.name, before, documents, dead)


def _backfill(
    connect: Connect, client: OpenSearch, generation: Generation, *, sole: bool, progress: Progress | None
) -> int:
    """Push one snapshot of all programs and tombstones; the number of documents."""
    with connect() as snapshot:
        snapshot.execute("set transaction isolation level repeatable read")
        (exported,) = snapshot.execute("select pg_export_snapshot()").fetchone() or (None,)
        total, low, high = snapshot.execute(
            "select count(*), coalesce(min(id), 0), coalesce(max(id), 0) from "
            "(select id from programs union all select id from deleted_programs) as ids"
        ).fetchone() or (0, 0, 0)
        if sole:
            # What is pending in this snapshot is in the documents read from it: if nobody else needs it, it is done.
            snapshot.execute("create temp table covered as select program_id, version from changed_programs")
        slices: queue.SimpleQueue[tuple[int, int]] = queue.SimpleQueue()
        for start in range(low, high + 1, _IDS_A_SLICE):
            slices.put((start, min(start + _IDS_A_SLICE, high + 1)))
        done = _Counter(total, progress)
        stopping = threading.Event()
        with ThreadPoolExecutor(_THREADS, thread_name_prefix="backfill") as pool:
            workers = [
                pool.submit(_push_slices, connect, client, generation, exported, slices, done, stopping)
                for _ in range(_THREADS)
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


class _Counter:
    def __init__(self, total: int, progress: Progress | None) -> None:
        self.count = 0
        self._total = total
        self._progress = progress
        self._lock = threading.Lock()

    def add(self, documents: int) -> None:
        with self._lock:
            self.count += documents
            if self._progress:
                self._progress(self.count, self._total)


def _push_slices(
    connect: Connect,
    client: OpenSearch,
    generation: Generation,
    snapshot: str,
    slices: queue.SimpleQueue[tuple[int, int]],
    done: _Counter,
    stopping: threading.Event,
) -> None:
    with connect() as reader, connect() as recorder:
        reader.execute("set transaction isolation level repeatable read, read only")
        reader.execute(f"set transaction snapshot '{snapshot}'")
        while not stopping.is_set():
            try:
                low, high = slices.get_nowait()
            except queue.Empty:
                return
            for body, count in bodies(reader, all_documents(generation.fields, low, high)):
                if stopping.is_set():
                    return
                record_refused(recorder, generation.name, _push_until_taken(client, generation.name, body))
                done.add(count)


def _push_until_taken(client: OpenSearch, index: str, body: bytes) -> Outcome:
    """Push a body, again with backoff while the index cannot take it. Versions make the repetition harmless."""
    for attempt in stamina.retry_context(on=_Unavailable, attempts=None, timeout=300, wait_max=10):
        with attempt:
            outcome = push(client, index, body)
            if outcome.missing:
                raise RebuildRefused(f"{index} disappeared while it was being built")
            if not outcome.complete:
                raise _Unavailable(outcome.unavailable)
    return outcome


def record_refused(connection: psycopg.Connection, generation: str, outcome: Outcome) -> None:
    """Keep refused documents as dead letters of their generation; commits if there are any."""
    if not outcome.refused:
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into dead_letters (generation, program_id, version, error_type, reason) "
            "select %s, %s, coalesce((select version from programs where id = %s), 0), %s, %s "
            "on conflict (generation, program_id) do update set version = excluded.version, "
            "error_type = excluded.error_type, reason = excluded.reason, failed_at = now()",
            [(generation, refused.id, refused.id, refused.type, refused.reason) for refused in outcome.refused],
        )
    connection.commit()


def _gate(
    connect: Connect, connection: psycopg.Connection, client: OpenSearch, generation: Generation, documents: int
) -> int:
    """Let the generation pass only if it holds what Postgres holds; the number of its dead letters."""
    (dead,) = connection.execute(
        "select count(*) from dead_letters where generation = %s", (generation.name,)
    ).fetchone() or (0,)
    if dead > MOST_DEAD_LETTERS * max(documents, 100):
        raise RebuildRefused(f"{dead} of {documents} documents were refused; see the dead letters of the run")
    for _ in range(_GATE_LOOKS):
        drift = compare(connection, client, generation.name)
        lettered = {
            id
            for (id,) in connection.execute(
                "select program_id from dead_letters where generation = %s", (generation.name,)
            )
        }
        connection.rollback()
        if drift.undecided is None and not drift.differing - lettered:
            return int(dead)
        if drift.undecided:
            drain(connect, client, limit=MOST_DRAINED)
            continue
        break
    raise RebuildRefused(
        drift.undecided
        or f"the new generation differs from Postgres: {len(drift.missing)} missing, {len(drift.stale)} stale, "
        f"{len(drift.extra)} too many; the old one serves on"
    )


MOST_DRAINED = 100_000  # changes pushed by the gate itself before it looks again, should follow not be running


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
