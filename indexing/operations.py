"""Operations on the index on record: who asks later, or somebody else, sees what became of them.

A session lock says that an operation's process is alive; one that is recorded as running without it was killed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
import psycopg

from indexing.connect import Connect
from indexing.locks import Lock

_KEPT = 200  # of each kind

NEWEST = f"""
    select o.id, o.kind,
        case when o.state = 'running' and not exists (
            select from pg_locks l
            where l.locktype = 'advisory' and l.classid = {Lock.OPERATION:d} and l.objid = o.id::integer
        ) then 'failed' else o.state end as state,
        o.started_at, o.finished_at, o.result::text as result,
        case when o.state = 'running' then null else o.error end as error, o.author, o.request_id
    from index_operations o
"""
LAST_OF_EACH_KIND = f"{NEWEST} where o.id in (select max(id) from index_operations group by kind) order by o.id desc"


class Requester(NamedTuple):
    """Who asked for an operation: the name of a key, and the id of the request. None: a command or the worker."""

    author: str | None = None
    request_id: str | None = None


_BY_US = Requester()


def recorded(connect: Connect, kind: str, work: Callable[[], msgspec.Struct], asked: Requester = _BY_US) -> int:
    """Carry out an operation and keep its result, or its error, which is raised too; its number."""
    with connect() as connection:
        id = begin(connection, kind, asked)
        finish(connection, id, kind, work)
    return id


def begin(connection: psycopg.Connection, kind: str, asked: Requester = _BY_US) -> int:
    """Record that an operation runs, as long as the connection lives; commits. Its number."""
    (id,) = connection.execute(
        "insert into index_operations (kind, author, request_id) values (%s, %s, %s) returning id", (kind, *asked)
    ).fetchone() or (0,)
    connection.execute("select pg_advisory_lock(%s, %s)", (Lock.OPERATION, id))
    connection.commit()
    return int(id)


def finish(connection: psycopg.Connection, id: int, kind: str, work: Callable[[], msgspec.Struct]) -> None:
    """Carry out an operation that was begun, and record its result or its error, which is raised too."""
    try:
        result = msgspec.json.encode(work()).decode()
    except BaseException as error:
        _end(connection, id, "failed", None, f"{type(error).__name__}: {error}")
        raise
    _end(connection, id, "done", result, None)
    connection.execute("delete from index_operations where kind = %s and id <= %s - %s * 3", (kind, id, _KEPT))
    connection.commit()


def _end(connection: psycopg.Connection, id: int, state: str, result: Any, error: str | None) -> None:
    connection.execute(
        "update index_operations set state = %s, result = %s, error = %s, finished_at = now() where id = %s",
        (state, result, error, id),
    )
    connection.commit()  # before the lock goes: without it, who looks takes what still runs for killed
    connection.execute("select pg_advisory_unlock(%s, %s)", (Lock.OPERATION, id))
    connection.commit()
