"""Imports: start one, see what all did, watch one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response import ServerSentEvent
from psycopg.types.json import Jsonb

from app.api.application_state import ApplicationState
from app.api.keys import needs, needs_where_closed, shows_operations
from app.api.known_parameters import known_only
from app.api.openapi.answers import Imports
from app.api.openapi.parameters import answering, taking
from app.api.problems import Problem, not_found
from app.api.strict_body import strictly
from app.api.waiting import VERSION_HEADER
from app.importing.runs import (
    NEWEST_RUNS,
    REJECTED,
    RUN_BY_ID,
    NetworkBusy,
    RejectedRecord,
    Run,
    as_rejected,
    as_run,
    open_run,
)
from app.jobs import bulk_source, defer_import
from app.search.bad_request import meaning
from generators import VOLUMES
from indexing.connect import Connect
from indexing.locks import TextLock

_IDEMPOTENT_FOR = timedelta(hours=24)
_EVENT_SECONDS = 0.5
_LONGEST_KEY = 200


class BulkImport(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Which catalogues to import. With a `limit` the run is partial: it closes nothing and ranks nothing."""

    networks: list[str] = []
    limit: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] | None = None
    seed: Annotated[int, msgspec.Meta(ge=0, le=2**31)] = 1


def _parameters(data: BulkImport) -> dict[str, Any]:
    chosen: list[str] = []
    for network in data.networks or VOLUMES:
        slug = network.lower()
        if slug not in VOLUMES:
            end, _ = meaning(network, VOLUMES)
            raise Problem(400, "invalid-body", f"networks: '{network[:80]}' has no generator{end}")
        chosen.append(slug)
    parameters: dict[str, Any] = {"networks": list(dict.fromkeys(chosen)), "seed": data.seed}
    if data.limit is not None:
        parameters["limit"] = data.limit
    return parameters


@post(
    "/api/import/bulk",
    **needs("import"),
    status_code=202,
    summary="Start an import",
    tags=["operate"],
)
async def start(
    request: Request[Any, Any, Any], data: JSONBody[BulkImport], app_state: NamedDependency[ApplicationState]
) -> Response[Run]:
    """Queue an import of generated catalogues; the worker carries it out. `Idempotency-Key` is honoured for a day."""
    parameters = _parameters(await strictly(request, BulkImport))
    key = request.headers.get("idempotency-key")
    if key is not None and not 1 <= len(key) <= _LONGEST_KEY:
        raise Problem(400, "invalid-header", f"Idempotency-Key: expected 1 to {_LONGEST_KEY} characters")
    run, fresh = await asyncio.to_thread(_open, app_state.connect, parameters, key)
    if fresh:
        await defer_import(request.app.state.jobs, run)
    return Response(await _run(app_state, run), status_code=202, headers={"Location": f"/api/import/runs/{run}"})


def _open(connect: Connect, parameters: dict[str, Any], key: str | None) -> tuple[int, bool]:
    """The run of a request, and whether it is a new one."""
    source = bulk_source(parameters)
    with connect() as connection:
        if key is not None:
            # Two requests with one key that arrive together must not both find nothing.
            connection.execute("select pg_advisory_lock(hashtextextended(%s, %s))", (key, TextLock.IDEMPOTENCY_KEY))
            earlier = connection.execute(
                "select id, parameters = %s from import_runs where idempotency_key = %s and created_at > now() - %s "
                "order by id desc limit 1",
                (Jsonb(parameters), key, _IDEMPOTENT_FOR),
            ).fetchone()
            if earlier and not earlier[1]:
                raise Problem(
                    409,
                    "idempotency-conflict",
                    f"this Idempotency-Key started run {earlier[0]} with other parameters; use a new key",
                    run=earlier[0],
                )
            if earlier:
                return earlier[0], False
        try:
            run = open_run(
                connection,
                source=source.kind,
                networks=source.networks,
                partial=source.partial,
                expected=source.expected,
                parameters=parameters,
                idempotency_key=key,
            )
        except NetworkBusy as busy:
            raise Problem(409, "network-busy", str(busy), run=busy.run, network=busy.network) from None
        return run, True


_STATISTICS = """
    select count(*)::int as runs,
        count(*) filter (where state = 'done')::int as done,
        count(*) filter (where state = 'failed')::int as failed,
        count(*) filter (where state in ('queued', 'running'))::int as active,
        (select coalesce(sum(read), 0)::int from import_run_networks) as read,
        (select coalesce(sum(created), 0)::int from import_run_networks) as created,
        (select coalesce(sum(updated), 0)::int from import_run_networks) as updated,
        (select coalesce(sum(unchanged), 0)::int from import_run_networks) as unchanged,
        (select coalesce(sum(rejected), 0)::int from import_run_networks) as rejected
    from import_runs
"""
_PROGRAMS = """
    select n.slug as network, count(p.id)::int as programs, n.last_complete_at as "lastCompleteAt"
    from networks n left join programs p on p.network_id = n.id group by n.id order by n.id
"""


@get("/api/import/bulk", responses=answering(Imports), summary="What imports have done", tags=["operate"])
async def statistics(request: Request[Any, Any, Any], app_state: NamedDependency[ApplicationState]) -> dict[str, Any]:
    """Statistics over all imports, and what the catalogue holds because of them."""
    async with app_state.database() as database:
        totals = await (await database.execute(_STATISTICS)).fetchone()
        networks = await (await database.execute(_PROGRAMS)).fetchall()
        runs = await (await database.execute(NEWEST_RUNS, {"limit": 10})).fetchall()
    return {
        "imports": totals,
        "programs": sum(each["programs"] for each in networks),
        "networks": networks,
        "runs": [await shown(request, as_run(row)) for row in runs],
    }


class Runs(msgspec.Struct, frozen=True):
    """Import runs, newest first."""

    runs: list[Run]


class RejectedRecords(msgspec.Struct, frozen=True):
    """Records that did not become programs; `next` is the `after` that goes on, null at the end."""

    rejected: list[RejectedRecord]
    next: int | None


_OVER = ("done", "failed")
_Limit = Annotated[int, QueryParameter(ge=1, le=1000)]


@get("/api/import/runs", summary="Import runs", tags=["operate"])
async def runs(
    request: Request[Any, Any, Any], app_state: NamedDependency[ApplicationState], limit: _Limit = 20
) -> Runs:
    """The newest runs first."""
    async with app_state.database() as database:
        rows = await (await database.execute(NEWEST_RUNS, {"limit": limit})).fetchall()
    return Runs([await shown(request, as_run(row)) for row in rows])


# What an operator alone sees of a run: the layout of a feed, where it came from, and what went wrong with it.
_CLOSED_PARAMETERS = ("mapping", "file", "upload")
CLOSED = "shown to keys of scope 'read'"


async def shown(request: Request[Any, Any, Any], run: Run) -> Run:
    """A run as whoever asks may see it."""
    if await shows_operations(request):
        return run
    return msgspec.structs.replace(
        run,
        error=run.error and CLOSED,
        author=None,
        parameters={name: value for name, value in run.parameters.items() if name not in _CLOSED_PARAMETERS},
    )


async def _run(app_state: ApplicationState, run: int) -> Run:
    async with app_state.database() as database:
        row = await (await database.execute(RUN_BY_ID, {"run": run})).fetchone()
    if row is None:
        raise not_found(f"there is no import run {run}")
    return as_run(row)


@get("/api/import/runs/{run:int}", summary="One import run", tags=["operate"])
async def one_run(
    request: Request[Any, Any, Any], run: FromPath[int], app_state: NamedDependency[ApplicationState]
) -> Response[Run]:
    """How far it is, or how it ended; then `X-Program-Version` is one that no change of it is above."""
    found = await shown(request, await _run(app_state, run))
    if found.state not in _OVER:
        return Response(found)
    # Any version that was drawn after its end is above all of its own.
    async with app_state.database() as database:
        row = await (await database.execute("select last_value from program_version")).fetchone()
    assert row is not None
    return Response(found, headers={VERSION_HEADER: str(row["last_value"])})


@get(
    "/api/import/runs/{run:int}/rejected",
    **needs_where_closed("read"),
    summary="Rejected records of a run",
    tags=["operate"],
)
async def rejected(
    run: FromPath[int],
    app_state: NamedDependency[ApplicationState],
    after: Annotated[int, QueryParameter(ge=0)] = 0,
    limit: _Limit = 100,
) -> RejectedRecords:
    """Records that did not become programs, with the reason and what they were; `after` is the last `line` seen."""
    await _run(app_state, run)
    async with app_state.database() as database:
        cursor = await database.execute(REJECTED, {"run": run, "after": after, "limit": limit})
        found: list[RejectedRecord] = [as_rejected(row) for row in await cursor.fetchall()]
    return RejectedRecords(found, found[-1].line if len(found) == limit else None)


@get(
    "/api/import/runs/{run:int}/events",
    operation_class=taking(streamed=["text/event-stream"]),
    summary="Progress of a run",
    tags=["operate"],
)
async def events(
    request: Request[Any, Any, Any], run: FromPath[int], app_state: NamedDependency[ApplicationState]
) -> ServerSentEvent:
    """Server-sent events: `progress` with the run whenever it has moved, `end` once it is over."""
    await _run(app_state, run)

    async def follow() -> AsyncIterator[dict[str, str]]:
        last = b""
        while True:
            now = await shown(request, await _run(app_state, run))
            encoded = msgspec.json.encode(now)
            over = now.state in _OVER
            if encoded != last or over:
                last = encoded
                yield {"event": "end" if over else "progress", "data": encoded.decode()}
            if over:
                return
            await asyncio.sleep(_EVENT_SECONDS)

    return ServerSentEvent(follow())


ROUTES = Router(
    path="/", route_handlers=[start, statistics, runs, one_run, rejected, events], before_request=known_only
)
