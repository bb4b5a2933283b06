"""The status of the index: its generations, and how far they are behind."""

from __future__ import annotations

import msgspec
import psycopg
from opensearchpy import NotFoundError, OpenSearch, SerializationError

from mappings.index import fingerprint
from mappings.moments import rfc3339


class GenerationStatus(msgspec.Struct, frozen=True, rename="camel"):
    """One generation; `documents` and `bytes` are None if the index is gone. `current`: built by this mapping.

    `paused_because` says why it takes no changes now, since `paused_since`. `built` of `expected` documents is how far
    its build is; while it goes on, `rate` is documents a second so far, and `remaining_seconds` what is left takes.
    """

    name: str
    state: str
    documents: int | None
    bytes: int | None
    dead_letters: int
    current: bool
    created_at: str
    served_at: str | None
    paused_because: str | None
    paused_since: str | None
    built: int | None
    expected: int | None
    rate: float | None
    remaining_seconds: float | None


class Status(msgspec.Struct, frozen=True, rename="camel"):
    """All generations, and what is pending for them."""

    alias: str
    pending_changes: int
    oldest_pending_seconds: float
    generations: list[GenerationStatus]


def read_status(connection: psycopg.Connection, client: OpenSearch, alias: str) -> Status:
    """The state of both sides now. Raises SerializationError for an answer that is JSON of something else."""
    pending, oldest = connection.execute(
        "select count(*), coalesce(extract(epoch from clock_timestamp() - min(changed_at)), 0)::float8 "
        "from changed_programs"
    ).fetchone() or (0, 0.0)
    rows = connection.execute(
        "select g.name, g.state, g.fingerprint, count(d.program_id), g.created_at, g.served_at, g.paused_because, "
        "g.paused_since, g.built, g.expected, extract(epoch from clock_timestamp() - g.created_at)::float8 "
        "from index_generations g "
        "left join dead_letters d on d.generation = g.name group by g.name "
        "order by g.state = 'serving' desc, g.created_at desc"
    ).fetchall()
    connection.rollback()
    current = fingerprint()
    found = []
    for name, state, built_with, dead, created, served, paused, since, built, expected, age in rows:
        rate = built / max(age, 0.001) if state == "building" and built else None
        try:
            answer = client.indices.stats(index=name, metric="docs,store")
            primaries = answer["_all"]["primaries"]
            documents, size = primaries["docs"]["count"], primaries["store"]["size_in_bytes"]
        except NotFoundError:
            documents = size = None
        except (KeyError, TypeError) as error:
            raise SerializationError(
                str(answer)[:200], "no statistics: something else than OpenSearch answers"
            ) from error
        found.append(
            GenerationStatus(
                name,
                state,
                documents,
                size,
                dead,
                built_with == current,
                rfc3339(created),
                rfc3339(served) if served else None,
                paused if since else None,
                rfc3339(since) if since else None,
                built,
                expected,
                round(rate, 1) if rate else None,
                round(max(expected - built, 0) / rate, 1) if rate and expected else None,
            )
        )
    return Status(alias, pending, max(round(oldest, 3), 0.0), found)
