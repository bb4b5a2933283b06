"""Verify the serving generation against Postgres, and mend what differs."""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec
import psycopg
from opensearchpy import OpenSearch

from indexing import generations, letters
from indexing.compare import Drift, compare
from indexing.deep import compare_deep
from indexing.follow import drain
from indexing.versions import MOST_BELIEVED, draw_anew

Connect = Callable[[], psycopg.Connection]

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
    look = compare_deep if deep else compare
    repaired: set[object] = set()
    with connect() as connection:
        started = time.monotonic()
        drift = look(connection, client, generation)
        seconds = time.monotonic() - started
        for _ in range(_REPAIRS if repair else 0):
            dead = letters.of_generation(connection, generation)
            connection.rollback()
            if drift.undecided or not (drift.differing - dead or drift.strangers):
                break
            mend(connection, client, generation, drift)
            repaired |= drift.differing | drift.strangers
            drain(connect, client)
            drift = look(connection, client, generation)
        dead = letters.of_generation(connection, generation) & drift.differing
        connection.rollback()
    undecided = drift.undecided
    if repair and drift.highest >= MOST_BELIEVED and drift.differing:
        undecided = "the index holds a version that no repair can outdo; `affindex index rebuild` does"
    return Verified(
        drift.in_step,
        generation,
        drift.rows,
        drift.pending,
        len(drift.missing),
        len(drift.stale),
        len(drift.extra) + len(drift.strangers),
        len(dead),
        len(repaired),
        undecided,
        round(seconds, 4),
    )


def mend(connection: psycopg.Connection, client: OpenSearch, generation: str, drift: Drift) -> None:
    """Have Postgres draw new versions for what differs, so that follow's push wins over what is there; commits.

    Pushing the old version again would be refused as older. A document that no row stands behind becomes a deleted
    program, with a fresh version; one whose id or place can be no program's is deleted outright.
    """
    draw_anew(connection, drift.differing, above=drift.highest)
    connection.commit()
    for id, routing in drift.strangers:
        client.delete(index=generation, id=id, params={"routing": routing} if routing else {}, ignore=404)
    if drift.strangers:
        client.indices.refresh(index=generation)
