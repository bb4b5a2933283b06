"""What the index is made of and how far it is behind."""

from __future__ import annotations

import msgspec
import psycopg
from opensearchpy import NotFoundError, OpenSearch

from mappings.index import fingerprint


class GenerationStatus(msgspec.Struct, frozen=True, rename="camel"):
    """One generation; `documents` and `bytes` are None if the index is gone. `current`: built by this mapping."""

    name: str
    state: str
    documents: int | None
    bytes: int | None
    dead_letters: int
    current: bool


class Status(msgspec.Struct, frozen=True, rename="camel"):
    """All generations, and what is pending for them."""

    alias: str
    pending_changes: int
    oldest_pending_seconds: float
    generations: list[GenerationStatus]


def read_status(connection: psycopg.Connection, client: OpenSearch, alias: str) -> Status:
    """The state of both sides now."""
    pending, oldest = connection.execute(
        "select count(*), coalesce(extract(epoch from clock_timestamp() - min(changed_at)), 0)::float8 "
        "from changed_programs"
    ).fetchone() or (0, 0.0)
    rows = connection.execute(
        "select g.name, g.state, g.fingerprint, count(d.program_id) from index_generations g "
        "left join dead_letters d on d.generation = g.name group by g.name "
        "order by g.state = 'serving' desc, g.created_at desc"
    ).fetchall()
    connection.rollback()
    current = fingerprint()
    found = []
    for name, state, built_with, dead in rows:
        try:
            primaries = client.indices.stats(index=name, metric="docs,store")["_all"]["primaries"]
            documents, size = primaries["docs"]["count"], primaries["store"]["size_in_bytes"]
        except NotFoundError:
            documents = size = None
        found.append(GenerationStatus(name, state, documents, size, dead, built_with == current))
    return Status(alias, pending, round(oldest, 3), found)
