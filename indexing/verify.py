"""Verify the serving generation against Postgres, and mend what differs."""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec
import psycopg
from opensearchpy import OpenSearch

from indexing import generations
from indexing.compare import Drift, compare
from indexing.follow import drain

Connect = Callable[[], psycopg.Connection]


class Verified(msgspec.Struct, frozen=True, rename="camel"):
    """The outcome of a comparison. Counts are programs; `seconds` is the comparison alone."""

    in_step: bool
    generation: str | None
    rows: int
    pending: int
    missing: int
    stale: int
    extra: int
    repaired: int
    undecided: str | None
    seconds: float


def verify(connect: Connect, client: OpenSearch, alias: str, *, repair: bool = False) -> Verified:
    """Compare what the alias serves with Postgres; with `repair` mend what differs and compare again."""
    generation = generations.target(client, alias)
    if generation is None:
        return Verified(False, None, 0, 0, 0, 0, 0, 0, "no generation serves; `affindex index rebuild` makes one", 0.0)
    with connect() as connection:
        started = time.monotonic()
        drift = compare(connection, client, generation)
        seconds = time.monotonic() - started
        repaired = 0
        if repair and drift.differing:
            repaired = mend(connection, client, generation, drift)
            drain(connect, client)
            drift = compare(connection, client, generation)
    return Verified(
        drift.in_step,
        generation,
        drift.rows,
        drift.pending,
        len(drift.missing),
        len(drift.stale),
        len(drift.extra),
        repaired,
        drift.undecided,
        round(seconds, 4),
    )


def mend(connection: psycopg.Connection, client: OpenSearch, generation: str, drift: Drift) -> int:
    """Have Postgres draw new versions for what differs, so that follow's push wins over what is there; commits.

    Pushing the old version again would be refused as older. A document that no row stands behind becomes a deleted
    program, with a fresh version; one whose id is no number at all is deleted outright.
    """
    differing = sorted(id for id in drift.differing if id > 0)
    connection.execute("update programs set network_id = network_id where id = any(%s)", (differing,))
    connection.execute(
        "with buried as ("
        "  insert into deleted_programs (id, version)"
        "  select id, nextval('program_version') from unnest(%s::bigint[]) as wanted (id)"
        "  where not exists (select from programs p where p.id = wanted.id) order by id"
        "  on conflict (id) do update set version = excluded.version"
        "  returning id, version"
        ") insert into changed_programs (program_id, version) select id, version from buried order by id"
        "  on conflict (program_id) do update set version = excluded.version, leased_until = null",
        (differing,),
    )
    connection.commit()
    if len(differing) < len(drift.differing):
        client.delete_by_query(
            index=generation,
            body={"query": {"bool": {"must_not": {"exists": {"field": "sync.bucket"}}}}},
            params={"refresh": "true", "conflicts": "proceed"},
        )
    return len(drift.differing)
