"""Verify the serving generation against Postgres, and mend what differs."""

from __future__ import annotations

import time

import msgspec
import psycopg
from opensearchpy import OpenSearch

from indexing import dead_letters, generations
from indexing.compare import Difference, compare
from indexing.compare_documents import compare_documents
from indexing.connect import Connect
from indexing.follow import drain
from indexing.versions import MOST_BELIEVED, draw_anew

# A program that is being written while it is repaired is repaired by that, or by the next attempt.
_REPAIRS = 3


class Verified(msgspec.Struct, frozen=True, rename="camel"):
    """The outcome of a comparison. Counts are programs; `seconds` is the comparison alone.

    `dead_letters` are among the missing and stale: documents that the index refuses, so no repair helps.
    """

    in_step: bool
    generation: str | None
    rows: int
    pending: int
    missing: int
    stale: int
    extra: int
    dead_letters: int
    repaired: int
    undecided: str | None
    seconds: float


def verify(connect: Connect, client: OpenSearch, alias: str, *, deep: bool = False, repair: bool = False) -> Verified:
    """Compare what the alias serves with Postgres; with `repair` mend what differs and compare again.

    By count and checksum of versions; `deep` compares whole documents, and so finds one that was altered without
    moving its version.
    """
    generation = generations.target(client, alias)
    if generation is None:
        return Verified(
            False, None, 0, 0, 0, 0, 0, 0, 0, "no generation serves; `affindex index rebuild` makes one", 0.0
        )
    look = compare_documents if deep else compare
    repaired: set[object] = set()
    with connect() as connection:
        started = time.monotonic()
        difference = look(connection, client, generation)
        seconds = time.monotonic() - started
        for _ in range(_REPAIRS if repair else 0):
            dead = dead_letters.of_generation(connection, generation)
            connection.rollback()
            if difference.undecided or not (difference.differing - dead or difference.strangers):
                break
            mend(connection, client, generation, difference)
            repaired |= difference.differing | difference.strangers
            drain(connect, client)
            difference = look(connection, client, generation)
        dead = dead_letters.of_generation(connection, generation) & difference.differing
        connection.rollback()
    undecided = difference.undecided
    if repair and difference.highest >= MOST_BELIEVED and difference.differing:
        undecided = "the index holds a version that no repair can outdo; `affindex index rebuild` does"
    return Verified(
        difference.in_step,
        generation,
        difference.rows,
        difference.pending,
        len(difference.missing),
        len(difference.stale),
        len(difference.extra) + len(difference.strangers),
        len(dead),
        len(repaired),
        undecided,
        round(seconds, 4),
    )


def mend(connection: psycopg.Connection, client: OpenSearch, generation: str, difference: Difference) -> None:
    """Have Postgres draw new versions for what differs, so that follow's push wins over what is there; commits.

    Pushing the old version again would be refused as older. A document that no row stands behind becomes a deleted
    program, with a fresh version; one whose id or place can be no program's is deleted outright.
    """
    draw_anew(connection, difference.differing, above=difference.highest)
    connection.commit()
    for id, routing in difference.strangers:
        client.delete(index=generation, id=id, params={"routing": routing} if routing else {}, ignore=404)
    if difference.strangers:
        client.indices.refresh(index=generation)
