"""The gate: a generation serves only if it holds what Postgres holds."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable

import psycopg
import structlog
from opensearchpy import OpenSearch

from indexing import dead_letters
from indexing.backfill import OUTAGE_SECONDS, push_until_taken
from indexing.compare import Difference, compare, pending_ids
from indexing.connect import Connect
from indexing.documents import bodies, documents_of
from indexing.follow import drain
from indexing.generations import Generation
from indexing.rebuild_lock import RebuildRefused
from indexing.versions import draw_anew

_log = structlog.get_logger()

_IDS_A_REPAIR = 5_000
# A build whose documents are refused one in a hundred is a broken mapping, not a few bad documents.
MOST_DEAD_LETTERS = 0.01
_GATE_REPAIRS = 3


def let_through(
    connect: Connect, connection: psycopg.Connection, client: OpenSearch, generation: Generation, documents: int
) -> int:
    """Let the generation pass only if it holds what Postgres holds; the number of its dead letters.

    What is missing is pushed again: if OpenSearch was restarted during the build, it may have lost what it had
    acknowledged, since a build does not sync every request to disk.
    """
    repairs = 0
    deadline = time.monotonic() + OUTAGE_SECONDS
    while True:
        dead = dead_letters.of_generation(connection, generation.name)
        connection.rollback()
        if len(dead) > MOST_DEAD_LETTERS * max(documents, 100):
            raise RebuildRefused(
                f"{len(dead)} of {documents} documents were refused, so the mapping is at fault; the old one serves on"
            )
        difference = compare(connection, client, generation.name)
        differing = difference.differing - dead
        if difference.undecided is None and not differing and not difference.strangers:
            if difference.pending:
                _push_pending(connection, client, generation)
            return len(dead)
        if difference.undecided:
            if time.monotonic() > deadline:
                raise RebuildRefused(difference.undecided)
            if not drain(connect, client, limit=MOST_DRAINED):
                time.sleep(0.5)
            continue
        if difference.strangers or repairs == _GATE_REPAIRS:
            raise RebuildRefused(
                f"the new generation differs from Postgres: {len(difference.missing)} missing, "
                f"{len(difference.stale)} stale, {len(difference.extra) + len(difference.strangers)} too many; "
                "the old one serves on"
            )
        repairs += 1
        _log.warning("the new generation lacks documents; pushing them again", documents=len(differing))
        _push_again(connect, connection, client, generation, differing, difference.highest)


MOST_DRAINED = 100_000  # changes pushed by the gate itself before it looks again, should follow not be running


def _push_pending(connection: psycopg.Connection, client: OpenSearch, generation: Generation) -> None:
    """Push what is on its way to everybody to this generation now: the comparison left it out.

    A document that was lost in a restart during the build, and is changing too, would be missing from a generation
    that serves.
    """
    pending = pending_ids(connection, Difference())
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
            outcome = push_until_taken(client, generation.name, part, threading.Event())
            assert outcome is not None
            dead_letters.write(connection, generation.name, outcome.refused)
            connection.commit()
            taken |= outcome.done - outcome.older.keys()
    return taken
