"""Generations: the indexes behind the alias, on record in Postgres.

An index is created before its row is, and its row before the backfill's snapshot is taken, so that follow never
writes to an index that does not exist, and never leaves one out whose snapshot is older than the write.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import psycopg
from opensearchpy import NotFoundError, OpenSearch

from indexing.index_names import generations_like, is_generation, new_generation
from mappings import index

# A generation that takes no changes is tried again after as long as it has been out, within these bounds.
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.25, 5.0
# One that nobody searches and that has taken nothing for this long is dropped, or the change set would grow without
# bound for its sake.
_PATIENCE = "10 minutes"

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
    paused: float = 0.0  # seconds until it is tried again
    paused_because: str | None = None
    troubled: bool = False  # it took no changes when it was last tried


def live(connection: psycopg.Connection) -> list[Generation]:
    """All generations that receive writes, the serving one first."""
    rows = connection.execute(_LIVE, {"longest": 2 * _LONGEST_PAUSE_SECONDS}).fetchall()
    return [
        Generation(name, state, fingerprint, tuple(fields), float(paused), because, troubled)
        for name, state, fingerprint, fields, paused, because, troubled in rows
    ]


# A clock that was set back must not turn seconds into days: no pause is longer than the longest.
_LIVE = """
    select name, state, fingerprint, fields,
        case when paused_until > clock_timestamp()
            and paused_until < clock_timestamp() + make_interval(secs => %(longest)s)
            then extract(epoch from paused_until - clock_timestamp()) else 0 end,
        paused_because, paused_since is not null
    from index_generations order by state = 'serving' desc, created_at desc
"""
_PAUSE = """
    update index_generations set paused_since = coalesce(paused_since, clock_timestamp()), paused_because = %(because)s,
        paused_until = clock_timestamp() + %(jitter)s * make_interval(secs => least(%(longest)s, greatest(
            %(first)s, extract(epoch from clock_timestamp() - coalesce(paused_since, clock_timestamp())))))
    where name = %(name)s
    returning extract(epoch from paused_until - clock_timestamp())::float8
"""
_RESUME = """
    update index_generations set paused_since = null, paused_until = null, paused_because = null
    where name = %s and paused_since is not null
"""
_STALLED = f"""
    select name from index_generations
    where state = 'standby' and paused_since < clock_timestamp() - interval '{_PATIENCE}'
"""


def pause(connection: psycopg.Connection, name: str, because: str) -> float:
    """Leave a generation alone for a while, for all who follow; the seconds. In the caller's transaction."""
    (seconds,) = connection.execute(
        _PAUSE,
        {
            "name": name,
            "because": because[:500],
            "first": _FIRST_PAUSE_SECONDS,
            "longest": _LONGEST_PAUSE_SECONDS,
            "jitter": random.uniform(0.75, 1.25),
        },
    ).fetchone() or (0.0,)
    return float(seconds)


def resume(connection: psycopg.Connection, name: str) -> None:
    """Note that a generation takes changes again. In the caller's transaction."""
    connection.execute(_RESUME, (name,))


def create(connection: psycopg.Connection, client: OpenSearch, alias: str, *, shards: int) -> Generation:
    """Create an empty generation and record it as building; commits."""
    name = new_generation(alias)
    settings = index.settings(shards)
    settings["index"] |= _BUILDING
    client.indices.create(index=name, body={"settings": settings, "mappings": index.mapping()})
    generation = Generation(name, "building", index.fingerprint(), index.KEYS)
    try:
        connection.execute(
            "insert into index_generations (name, state, fingerprint, fields) values (%s, %s, %s, %s)",
            (name, generation.state, generation.fingerprint, list(generation.fields)),
        )
        connection.commit()
    except BaseException:
        client.indices.delete(index=name, ignore_unavailable=True)
        raise
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
    """Forget a generation, then delete its index: in this order follow never meets a missing one. Commits.

    The serving one stays.
    """
    connection.execute("delete from index_generations where name = %s and state <> 'serving'", (name,))
    kept = connection.execute("select 1 from index_generations where name = %s", (name,)).fetchone()
    connection.commit()
    if not kept:
        client.indices.delete(index=name, ignore_unavailable=True)


def serve(connection: psycopg.Connection, client: OpenSearch, alias: str, name: str) -> str | None:
    """Point the alias at a generation in one atomic call and record it; commits. The generation that served before.

    A crash between the call and the record is mended by `reconcile`: the alias is what is true.
    """
    before = [other for other in targets(client, alias) if other != name]
    actions: list[dict[str, Any]] = [{"add": {"index": name, "alias": alias, "is_write_index": False}}]
    actions += [{"remove": {"index": other, "alias": alias, "must_exist": True}} for other in before]
    client.indices.update_aliases(body={"actions": actions})
    _record_serving(connection, name)
    return before[0] if before else None


def abandon(connection: psycopg.Connection, client: OpenSearch, alias: str, name: str) -> bool:
    """After a failure: drop a generation, unless the alias points at it already. Whether it serves. Commits.

    An alias call whose answer was lost, or a stop between call and record, leaves a generation that serves.
    """
    if name in targets(client, alias):
        _record_serving(connection, name)
        return True
    drop(connection, client, name)
    return False


def _record_serving(connection: psycopg.Connection, name: str) -> None:
    connection.execute("update index_generations set state = 'standby' where state = 'serving' and name <> %s", (name,))
    connection.execute(
        "update index_generations set state = 'serving', served_at = now() where name = %s and state <> 'serving'",
        (name,),
    )
    connection.commit()


def targets(client: OpenSearch, alias: str) -> list[str]:
    """All indexes behind the alias. There is one, unless somebody else added to it."""
    try:
        return sorted(client.indices.get_alias(name=alias), reverse=True)
    except NotFoundError:
        return []


def target(client: OpenSearch, alias: str) -> str | None:
    """The index behind the alias; None if there is none."""
    return next(iter(targets(client, alias)), None)


def design_of(client: OpenSearch, name: str) -> int | None:
    """The design of queries that a generation was built for; None for one from before there were any."""
    found = client.indices.get_mapping(index=name)[name]["mappings"].get("_meta", {}).get("design")
    return int(found) if found is not None else None


def reconcile(connection: psycopg.Connection, client: OpenSearch, alias: str) -> list[str]:
    """Bring the record in line with OpenSearch after a crash; what was mended, one sentence each. Commits.

    To be called by the holder of the rebuild lock: it takes a build under way for one that was abandoned.
    """
    mended = []
    serving = target(client, alias)
    found = client.indices.get(index=generations_like(alias), expand_wildcards="all", ignore_unavailable=True)
    existing = {name for name in found if is_generation(name, alias)}
    for generation in live(connection):
        if generation.name == serving:
            if generation.state != "serving":
                _record_serving(connection, generation.name)
                mended.append(f"{generation.name} serves; the record did not know")
            continue
        if generation.name not in existing:
            if client.indices.exists(index=generation.name):
                continue  # two answers that contradict each other are no reason to forget anything
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


def drop_stalled(connection: psycopg.Connection, client: OpenSearch) -> list[str]:
    """Drop the stalled generations, standbys that have taken no changes for too long; their names. Commits.

    To be called by the holder of the rebuild lock.
    """
    lost = [name for (name,) in connection.execute(_STALLED)]
    connection.commit()
    for name in lost:
        drop(connection, client, name)
    return lost
