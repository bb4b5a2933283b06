"""Rebuild: a new generation from Postgres while writes continue, compared before it serves."""

from __future__ import annotations

import msgspec
import psycopg
import structlog
from opensearchpy import OpenSearch, OpenSearchException, TransportError

from indexing import generations, lexicon
from indexing.backfill import DOCUMENTS_A_SLICE, Progress, backfill
from indexing.connect import Connect
from indexing.gate import let_through
from indexing.rebuild_lock import PATIENCE_SECONDS, RebuildRefused, rebuild_lock
from indexing.versions import raise_above_both
from mappings.catalogue import FACETS, Kind
from mappings.index import WORDS

_log = structlog.get_logger()

# Reading a slice and pushing it alternate in one thread, so one more thread than cores keeps both engines busy.
THREADS = 3
_COPIES_SECONDS = 60
KEEP_STANDBY = 1


class Rebuilt(msgspec.Struct, frozen=True, rename="camel"):
    """A finished rebuild."""

    generation: str
    before: str | None
    documents: int
    dead_letters: int


def rebuild(
    connect: Connect,
    client: OpenSearch,
    alias: str,
    *,
    shards: int = 1,
    replicas: int = 0,
    threads: int = THREADS,
    progress: Progress | None = None,
    documents_a_slice: int = DOCUMENTS_A_SLICE,
    patience: float = PATIENCE_SECONDS,
) -> Rebuilt:
    """Build a generation from all of Postgres, compare it, and put it in service with one alias call.

    On any failure the generation is deleted and the old one serves on; what a crash leaves behind, the next holder
    of the rebuild lock clears away. Raises AlreadyRebuilding after so many seconds of `patience`, RebuildRefused, or
    whatever broke.
    """
    with rebuild_lock(connect, patience) as connection:
        generations.reconcile(connection, client, alias)
        if raise_above_both(connection, client):
            _log.warning("the database is older than the index was; versions go on above both")
        sole = not generations.live(connection)
        connection.commit()
        generation = generations.create(connection, client, alias, shards=shards)
        before: str | None = None
        documents = dead = 0
        try:
            documents = backfill(
                connect,
                client,
                generation,
                sole=sole,
                threads=threads,
                progress=progress,
                documents_a_slice=documents_a_slice,
            )
            generations.settle(client, generation.name, replicas=replicas)
            _wait_for_copies(client, generation.name, replicas)
            dead = let_through(connect, connection, client, generation, documents)
            _warm_up(client, generation.name)
            lexicon.renew(connect, client, alias, replicas=replicas)
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


def _warm_up(client: OpenSearch, index: str) -> None:
    """Load what the first searches would wait for: ordinals of the facets, norms, the page cache."""
    body = {
        "size": 20,
        "query": {"match": {WORDS: {"query": "online shop"}}},
        "aggs": {
            key: {"terms": {"field": facet.path, "size": 10}}
            for key, facet in FACETS.items()
            if facet.kind is Kind.STRING
        },
    }
    client.search(index=index, body=body)
