"""The search index: its generations, how far it is behind, and operations on it."""

from __future__ import annotations

import asyncio
import contextvars
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

from app.api.application_state import ApplicationState
from app.api.keys import needs, needs_where_closed
from app.api.known_parameters import known_only
from app.api.problems import Problem
from app.api.strict_body import strictly
from app.observability.request_id import AUTHOR, REQUEST_ID
from app.search.engine import EngineAway
from indexing import operations
from indexing.connect import Connect
from indexing.dead_letters import DeadLetter, newest
from indexing.rebuild import rebuild
from indexing.rebuild_lock import AlreadyRebuilding, RebuildRefused, rebuild_lock
from indexing.rollback import rollback
from indexing.status import Status, read_status
from indexing.verify import verify
from mappings.moments import rfc3339

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
    author: str | None  # the name of the key that asked for it; null: a command or the worker
    request_id: str | None


class Index(Status, frozen=True, rename="camel"):
    """The generations, what is pending for them, what they refused, and the last operation of each kind."""

    dead_letters: list[DeadLetter]
    operations: list[Operation]


class Started(msgspec.Struct, frozen=True):
    """An operation on the index that has begun; `GET /api/index` shows how it goes on."""

    id: int
    kind: str
    state: str


class RolledBack(msgspec.Struct, frozen=True):
    """The generation that serves now."""

    generation: str


class Check(msgspec.Struct, forbid_unknown_fields=True):
    """How to verify: `deep` compares whole documents, `repair` mends what differs."""

    deep: bool = False
    repair: bool = False


def _asked() -> operations.Requester:
    return operations.Requester(AUTHOR.get() or None, REQUEST_ID.get() or None)


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
                row["author"],
                row["request_id"],
            )
            for row in cursor.execute(query)
        ]


@get("/api/index", **needs_where_closed("read"), summary="The search index", tags=["operate"])
async def index(request: Request[Any, Any, Any], app_state: NamedDependency[ApplicationState]) -> Index:
    """Generations with their documents, what is pending, dead letters, the last operations and how far a build is."""

    def read() -> Index:
        operator: Operator = request.app.state.operator
        client = operator.search()
        try:
            with app_state.connect() as connection:
                return Index(
                    **msgspec.structs.asdict(read_status(connection, client, app_state.engine.alias)),
                    dead_letters=newest(connection),
                    operations=_operations(connection, operations.LAST_OF_EACH_KIND),
                )
        finally:
            client.close()

    await app_state.engine.look()  # `read` has the patience of an operation: behind a hanging engine it would pile up
    try:
        return await asyncio.to_thread(read)
    except OpenSearchException as error:
        raise EngineAway("the search engine does not answer; try again in a second") from error


async def _begin(
    request: Request[Any, Any, Any],
    app_state: ApplicationState,
    kind: str,
    work: Callable[[Connect, OpenSearch, Operator], msgspec.Struct],
) -> Response[Started]:
    """Start an operation on a thread of its own and answer at once."""
    operator: Operator = request.app.state.operator

    def connect() -> psycopg.Connection:
        return app_state.connect()

    def begin() -> tuple[int, psycopg.Connection]:
        if kind == "rebuild":
            with rebuild_lock(connect):  # free now; if it is not a moment later, the operation says so
                pass
        connection = connect()
        return operations.begin(connection, kind, _asked()), connection

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
    asked = contextvars.copy_context()  # what it logs bears the id of the request that began it
    threading.Thread(target=asked.run, args=(carry_out, id, connection), name=f"{kind}-{id}", daemon=True).start()
    return Response(Started(id, kind, "running"), status_code=202, headers={"Location": "/api/index"})


@post(
    "/api/index/rebuild",
    **needs("admin"),
    status_code=202,
    summary="Rebuild the index",
    tags=["operate"],
)
async def start_rebuild(
    request: Request[Any, Any, Any], app_state: NamedDependency[ApplicationState]
) -> Response[Started]:
    """Build a new generation while everything goes on, compare it with Postgres, then let it serve."""
    alias = app_state.engine.alias
    return await _begin(
        request,
        app_state,
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
    request: Request[Any, Any, Any], data: JSONBody[Check], app_state: NamedDependency[ApplicationState]
) -> Response[Started]:
    """Compare the serving generation with Postgres, by count and checksum or whole; optionally mend it."""
    alias = app_state.engine.alias
    data = await strictly(request, Check)
    return await _begin(
        request,
        app_state,
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
async def roll_back(request: Request[Any, Any, Any], app_state: NamedDependency[ApplicationState]) -> RolledBack:
    """Let the generation before serve again, at once; it has gone on receiving every change."""
    operator: Operator = request.app.state.operator
    alias = app_state.engine.alias

    def carry_out() -> RolledBack:
        client = operator.search()
        try:
            done: list[RolledBack] = []

            def work() -> RolledBack:
                done.append(RolledBack(rollback(app_state.connect, client, alias)))
                return done[0]

            operations.recorded(app_state.connect, "rollback", work, _asked())
            return done[0]
        finally:
            client.close()

    await app_state.engine.look()
    try:
        return await asyncio.to_thread(carry_out)
    except AlreadyRebuilding:
        raise Problem(409, "rebuilding", "a rebuild is under way; wait for its end") from None
    except RebuildRefused as refused:
        raise Problem(409, "no-older-generation", str(refused)) from None
    except OpenSearchException as error:
        raise EngineAway("the search engine does not answer; try again in a second") from error


ROUTES = Router(path="/", route_handlers=[index, start_rebuild, start_verify, roll_back], before_request=known_only)
