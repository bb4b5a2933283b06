"""Backfill: one snapshot of all programs and tombstones, pushed to a generation that is being built."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_EXCEPTION, wait
from contextlib import contextmanager

import psycopg
import stamina
from opensearchpy import OpenSearch

from indexing import dead_letters
from indexing.connect import Connect
from indexing.documents import all_documents, bodies, slices
from indexing.generations import Generation
from indexing.pool import Pool
from indexing.push import Outcome, push
from indexing.rebuild_lock import RebuildRefused

# Small enough that the last slices end together and a retry repeats little, large enough to fill a bulk body.
DOCUMENTS_A_SLICE = 10_000
OUTAGE_SECONDS = 300  # a build waits this long for OpenSearch to come back

Progress = Callable[[int, int], None]
"""Called with (documents done, documents in all)."""


class _Unavailable(Exception):
    pass


def backfill(
    connect: Connect,
    client: OpenSearch,
    generation: Generation,
    *,
    sole: bool,
    threads: int,
    progress: Progress | None,
    documents_a_slice: int,
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
            parts, total = slices(reader, documents_a_slice)
        waiting: queue.SimpleQueue[tuple[int, int]] = queue.SimpleQueue()
        for part in parts:
            waiting.put(part)
        done = _Counter(total, progress)
        stopping = threading.Event()
        with Pool(threads, thread_name_prefix="backfill") as pool:
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
                outcome = push_until_taken(client, generation.name, body, stopping)
                if outcome is None:
                    return
                dead_letters.write(recorder, generation.name, outcome.refused)
                recorder.execute(
                    "update index_generations set built = %s, expected = %s where name = %s",
                    (done.add(count), done.total, generation.name),
                )
                recorder.commit()


def push_until_taken(client: OpenSearch, index: str, body: bytes, stopping: threading.Event) -> Outcome | None:
    """Push a body, again with backoff while the index cannot take it. Versions make the repetition harmless.

    None if it is no longer wanted.
    """
    for attempt in stamina.retry_context(on=_Unavailable, attempts=None, timeout=OUTAGE_SECONDS, wait_max=5):
        with attempt:
            if stopping.is_set():
                return None
            outcome = push(client, index, body)
            if outcome.missing:
                raise RebuildRefused(f"{index} disappeared while it was being built")
            if not outcome.complete:
                raise _Unavailable(outcome.unavailable)
    return outcome
