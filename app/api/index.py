"""The search index: its generations, how far it is behind, and operations on it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
import psycopg
import structlog
from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from opensearchpy import OpenSearch, OpenSearchException
from psycopg.rows import dict_row

from app.api.catalogue import Catalogue
from app.api.keys import needs
from app.api.probe import rfc3339
from app.api.problems import Problem
from app.search.engine import EngineAway
from indexing import letters, operations
from indexing.rebuild import AlreadyRebuilding, RebuildRefused, rebuild, rebuild_lock
from indexing.rollback import rollback
from indexing.status import Status, read_status
from indexing.verify import verify

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Operator:
    """What operations on the index need: a client that blocks, and how generations are to be made."""

    search: Callable[[], OpenSearch]
    shards: int = 1
    replicas: int = 0


class Operation(msgspec.Struct, frozen=True, rename="camel"):
    """An operation on the index: running, done or failed."""

    id: int
    kind: str
    state: str
    started_at: str
    finished_at: str | None
    result: msgspec.Raw | None
    error: str | None


class Index(msgspec.Struct, frozen=True, rename="camel"):
    """The generations, what is pending for them, what they refused, and the last operation of each kind."""

    status: Status
    dead_letters: list[letters.Letter]
    operations: list[Operation]


class RolledBack(msgspec.Struct, frozen=True):
    """The generation that serves now."""

    generation: str


class Check(msgspec.Struct, forbid_unknown_fields=True):
    """How to verify: `deep` compares whole documents, `repair` mends what differs."""

    deep: bool = False
    repair: bool = False


def _connect(catalogue: Catalogue) -> psycopg.Connection:
    return psycopg.connect(catalogue.database_url, connect_timeout=2)


def _operations(connection: psycopg.Connection, query: Any) -> list[Operation]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return [
            Operation(
                row["id"],
                row["kind"],
                row["state"],
                rfc3339(row["started_at"]),
                rfc3339(row["finished_at"]) if row["finished_at"] else None,
                msgspec.Raw(row["result"].encode()) if row["result"] else None,
                row["error"] or ("its process ended in the middle of it" if row["state"] == "failed" else None),
            )
            for row in cursor.execute(query)
        ]


@get("/api/index", summary="The search index", tags=["operate"])
async def index(request: Request[Any, Any, Any], catalogue: NamedDependency[Catalogue]) -> dict[str, Any]:
    """Generations with their documents, what is pending, dead letters, the last operations and how far a build is."""

    def read() -> Index:
        operator: Operator = request.app.state.operator
        client = operator.search()
        try:
            with _connect(catalogue) as connection:
                return Index(
                    read_status(connection, client, catalogue.engine.alias),
                    letters.newest(connection),
                    _operations(connection, operations.LAST_OF_EACH_KIND),
                )
        finally:
            client.close()

    await catalogue.engine.look()  # `read` has the patience of an operation: behind a hanging engine it would pile up
    try:
        found = await asyncio.to_thread(read)
    except OpenSearchException as error:
        raise EngineAway("the search engine does not answer; try again in a second") from error
    return {
        **msgspec.to_builtins(found.status),
        "deadLetters": found.dead_letters,
        "operations": found.operations,
    }


async def _begin(
    request: Request[Any, Any, Any],
    catalogue: Catalogue,
    kind: str,
    work: Callable[[Callable[[], psycopg.Connection], OpenSearch, Operator], msgspec.Struct],
) -> Response[dict[str, Any]]:
    """Start an operation on a thread of its own and answer at once."""
    operator: Operator = request.app.state.operator

    def connect() -> psycopg.Connection:
        return _connect(catalogue)

    def begin() -> tuple[int, psycopg.Connection]:
        if kind == "rebuild":
            with rebuild_lock(connect):  # free now; if it is not a moment later, the operation says so
                pass
        connection = connect()
        return operations.begin(connection, kind), connection

    def carry_out(id: int, connection: psycopg.Connection) -> None:
        client = operator.search()
        try:
            operations.finish(connection, id, kind, lambda: work(connect, client, operator))
        except Exception as error:
            _log.warning("an operation on the index failed", kind=kind, error=str(error))
        finally:
            client.close()
            connection.close()

    try:
        id, connection = await asyncio.to_thread(begin)
    except AlreadyRebuilding:
        raise Problem(409, "rebuilding", "a rebuild is under way; GET /api/index shows how far it is") from None
    threading.Thread(target=carry_out, args=(id, connection), name=f"{kind}-{id}", daemon=True).start()
    return Response({"id": id, "kind": kind, "state": "running"}, status_code=202, headers={"Location": "/api/index"})


@post(
    "/api/index/rebuild",
    **needs("admin"),
    status_code=202,
    summary="Rebuild the index",
    tags=["operate"],
)
async def start_rebuild(
    request: Request[Any, Any, Any], catalogue: NamedDependency[Catalogue]
) -> Response[dict[str, Any]]:
    """Build a new generation while everything goes on, compare it with Postgres, then let it serve."""
    alias = catalogue.engine.alias
    return await _begin(
        request,
        catalogue,
        "rebuild",
        lambda connect, client, operator: rebuild(
            connect, client, alias, shards=operator.shards, replicas=operator.replicas
        ),
    )


@post(
    "/api/index/verify",
    **needs("admin"),
    status_code=202,
    summary="Verify the index",
    tags=["operate"],
)
async def start_verify(
    request: Request[Any, Any, Any], data: JSONBody[Check], catalogue: NamedDependency[Catalogue]
) -> Response[dict[str, Any]]:
    """Compare the serving generation with Postgres, by count and checksum or whole; optionally mend it."""
    alias = catalogue.engine.alias
    return await _begin(
        request,
        catalogue,
        "verify",
        lambda connect, client, _: verify(connect, client, alias, deep=data.deep, repair=data.repair),
    )


@post(
    "/api/index/rollback",
    **needs("admin"),
    status_code=200,
    summary="Roll the index back",
    tags=["operate"],
)
async def roll_back(request: Request[Any, Any, Any], catalogue: NamedDependency[Catalogue]) -> RolledBack:
    """Let the generation before serve again, at once; it has gone on receiving every change."""
    operator: Operator = request.app.state.operator
    alias = catalogue.engine.alias

    def carry_out() -> RolledBack:
        client = operator.search()
        try:
            done: list[RolledBack] = []

            def work() -> RolledBack:
                done.append(RolledBack(rollback(lambda: _connect(catalogue), client, alias)))
                return done[0]

            operations.recorded(lambda: _connect(catalogue), "rollback", work)
            return done[0]
        finally:
            client.close()

    await catalogue.engine.look()
    try:
        return await asyncio.to_thread(carry_out)
    except AlreadyRebuilding:
        raise Problem(409, "rebuilding", "a rebuild is under way; wait for its end") from None
    except RebuildRefused as refused:
        raise Problem(409, "no-older-generation", str(refused)) from None
    except OpenSearchException as error:
        raise EngineAway("the search engine does not answer; try again in a second") from error


ROUTES = Router(path="/", route_handlers=[index, start_rebuild, start_verify, roll_back])
