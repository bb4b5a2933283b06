"""Generations: the indexes behind the alias, on record in Postgres.

An index is created before its row is, and its row before the backfill's snapshot is taken, so that follow never
writes to an index that does not exist, and never leaves one out whose snapshot is older than the write.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
from opensearchpy import NotFoundError, OpenSearch

from mappings import index

_BUILDING = {
    # Nothing reads it and a failed build is thrown away: no refresh, no copies, no fsync a request.
    "refresh_interval": "-1",
    "number_of_replicas": 0,
    "translog.durability": "async",
    "translog.flush_threshold_size": "1gb",
}


@dataclass(frozen=True, slots=True)
class Generation:
    """A live generation: everything written to the catalogue is written to it."""

    name: str
    state: str
    fingerprint: str
    fields: tuple[str, ...]


def live(connection: psycopg.Connection) -> list[Generation]:
    """All generations that receive writes, the serving one first."""
    rows = connection.execute(
        "select name, state, fingerprint, fields from index_generations "
        "order by state = 'serving' desc, created_at desc"
    ).fetchall()
    return [Generation(name, state, fingerprint, tuple(fields)) for name, state, fingerprint, fields in rows]


def new_name(alias: str) -> str:
    """A name for a generation: when it was made, and something nobody else picks."""
    return f"{alias}-{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def create(connection: psycopg.Connection, client: OpenSearch, alias: str, *, shards: int) -> Generation:
    """Create an empty generation and record it as building; commits."""
    name = new_name(alias)
    settings = index.settings(shards)
    settings["index"] |= _BUILDING
    client.indices.create(index=name, body={"settings": settings, "mappings": index.mapping()})
    generation = Generation(name, "building", index.fingerprint(), index.KEYS)
    connection.execute(
        "insert into index_generations (name, state, fingerprint, fields) values (%s, %s, %s, %s)",
        (name, generation.state, generation.fingerprint, list(generation.fields)),
    )
    connection.commit()
    return generation


def settle(client: OpenSearch, name: str, *, replicas: int) -> None:
    """Give a built generation the settings it serves with, and make its documents visible and safe on disk."""
    served = index.settings()["index"]
    client.indices.put_settings(
        body={
            "index": {
                "refresh_interval": served["refresh_interval"],
                "number_of_replicas": replicas,
                "translog.durability": "request",
                "translog.flush_threshold_size": None,
            }
        },
        index=name,
    )
    client.indices.refresh(index=name)
    client.indices.flush(index=name)


def drop(connection: psycopg.Connection, client: OpenSearch, name: str) -> None:
    """Forget a generation, then delete its index: in this order follow never meets a missing one. Commits."""
    connection.execute("delete from index_generations where name = %s and state <> 'serving'", (name,))
    connection.commit()
    client.indices.delete(index=name, ignore_unavailable=True)


def serve(connection: psycopg.Connection, client: OpenSearch, alias: str, name: str) -> str | None:
    """Point the alias at a generation in one atomic call and record it; commits. The generation that served before.

    A crash between the call and the record is mended by `reconcile`: the alias is what is true.
    """
    before = target(client, alias)
    actions: list[dict[str, Any]] = [{"add": {"index": name, "alias": alias, "is_write_index": False}}]
    if before and before != name:
        actions.append({"remove": {"index": before, "alias": alias, "must_exist": True}})
    client.indices.update_aliases(body={"actions": actions})
    _record_serving(connection, name)
    return before if before != name else None


def _record_serving(connection: psycopg.Connection, name: str) -> None:
    connection.execute("update index_generations set state = 'standby' where state = 'serving' and name <> %s", (name,))
    connection.execute(
        "update index_generations set state = 'serving', served_at = now() where name = %s and state <> 'serving'",
        (name,),
    )
    connection.commit()


def target(client: OpenSearch, alias: str) -> str | None:
    """The index behind the alias; None if there is none."""
    try:
        answer = client.indices.get_alias(name=alias)
    except NotFoundError:
        return None
    return next(iter(answer), None)


def reconcile(connection: psycopg.Connection, client: OpenSearch, alias: str) -> list[str]:
    """Bring the record in line with OpenSearch after a crash; what was mended, one sentence each. Commits.

    To be called by the holder of the rebuild lock: it takes a build under way for one that was abandoned.
    """
    mended = []
    serving = target(client, alias)
    existing = set(client.indices.get(index=f"{alias}-*", expand_wildcards="all", ignore_unavailable=True))
    for generation in live(connection):
        if generation.name == serving:
            if generation.state != "serving":
                _record_serving(connection, generation.name)
                mended.append(f"{generation.name} serves; the record did not know")
            continue
        if generation.name not in existing:
            connection.execute("delete from index_generations where name = %s", (generation.name,))
            connection.commit()
            mended.append(f"{generation.name} is gone from OpenSearch; forgotten")
        elif generation.state == "building":
            drop(connection, client, generation.name)
            mended.append(f"{generation.name} was left half built; deleted")
        elif generation.state == "serving":
            connection.execute("update index_generations set state = 'standby' where name = %s", (generation.name,))
            connection.commit()
            mended.append(f"{generation.name} was recorded as serving, the alias points elsewhere")
    known = {generation.name for generation in live(connection)}
    for name in sorted(existing - known - {serving}):
        client.indices.delete(index=name, ignore_unavailable=True)
        mended.append(f"{name} is in no record; deleted")
    if serving and serving not in known:
        # A database restored from before the generation was made: it cannot be trusted to be complete.
        mended.append(f"{serving} serves but is in no record; a rebuild replaces it")
    return mended


def prune(connection: psycopg.Connection, client: OpenSearch, keep: int) -> list[str]:
    """Drop the oldest standby generations until `keep` are left; their names. Commits."""
    standby = connection.execute(
        "select name from index_generations where state = 'standby' order by served_at desc nulls last, created_at desc"
    ).fetchall()
    dropped = [name for (name,) in standby[keep:]]
    for name in dropped:
        drop(connection, client, name)
    return dropped
