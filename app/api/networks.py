"""The networks: their policy, their health, their syncs, and a sync at once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.openapi.spec import Schema
from litestar.openapi.spec.enums import OpenAPIType
from litestar.params import FromPath

from app.api.application_state import ApplicationState
from app.api.imports import CLOSED
from app.api.keys import needs, shows_operations
from app.api.known_parameters import known_only
from app.api.openapi.answers import AllNetworks, NetworkWithSyncs
from app.api.openapi.parameters import answering, json_object, taking
from app.api.problems import Problem, not_found
from app.importing.runs import RUN_BY_ID, NetworkBusy, Run, as_run
from app.jobs import defer_sync
from app.networks.accounts import account_of
from app.networks.connectors import CONNECTORS
from app.networks.health import FACTS, SYNCS, Health, LastSync, as_sync, health_by_network
from app.networks.sync import open_sync
from app.normalising import external_id as as_kept
from indexing.connect import Connect
from mappings.moments import rfc3339
from mappings.networks import BY_SLUG

_SYNCS_SHOWN = 20

_NETWORKS = """
    select n.slug, n.name, n.home, n.retired, n.min_payout as "minPayout", n.payment_methods as "paymentMethods",
        n.last_complete_at, count(p.id) filter (where p.status <> 'closed')::int as programs,
        count(p.id) filter (where p.status = 'closed')::int as closed,
        count(p.id) filter (where p.missing_since is not null)::int as missing
    from networks n left join programs p on p.network_id = n.id
"""


def _network(row: dict[str, Any], health: Health) -> dict[str, Any]:
    synced = row.pop("last_complete_at")
    connector = CONNECTORS.get(row["slug"])
    return {
        **row,
        "lastCompleteAt": rfc3339(synced) if synced else None,
        "needsAccount": bool(connector.api.credentials) if connector else None,
        "health": health,
    }


async def _health(request: Request[Any, Any, Any], app_state: ApplicationState) -> dict[str, Health]:
    open_to = await shows_operations(request)
    async with app_state.database() as database:
        rows = await (await database.execute(FACTS)).fetchall()
    health = health_by_network(rows, app_state.accounts)
    if open_to:
        return health
    return {
        slug: msgspec.structs.replace(
            each,
            reason=each.reason and CLOSED,
            last_sync=each.last_sync and _without_errors(each.last_sync, open_to),
        )
        for slug, each in health.items()
    }


def _without_errors(sync: LastSync, open_to: bool) -> LastSync:
    """A sync as whoever asks may see it."""
    if open_to:
        return sync
    return msgspec.structs.replace(sync, error=sync.error and CLOSED, notes=sync.notes and [CLOSED])


@get("/api/networks", responses=answering(AllNetworks), summary="All networks", tags=["networks"])
async def networks(request: Request[Any, Any, Any], app_state: NamedDependency[ApplicationState]) -> dict[str, Any]:
    """Each network with its policy (minimum payout in USD, payment methods), its last complete import, its health."""
    health = await _health(request, app_state)
    async with app_state.database() as database:
        rows = await (await database.execute(f"{_NETWORKS} group by n.id order by n.id")).fetchall()
    return {"networks": [_network(row, health[row["slug"]]) for row in rows]}


@get(
    "/api/networks/{slug:str}",
    responses=answering(NetworkWithSyncs),
    summary="One network",
    tags=["networks"],
)
async def network(
    request: Request[Any, Any, Any], slug: FromPath[str], app_state: NamedDependency[ApplicationState]
) -> dict[str, Any]:
    """The same for one network, with its last syncs."""
    known = _known(slug)
    health = await _health(request, app_state)
    open_to = await shows_operations(request)
    async with app_state.database() as database:
        cursor = await database.execute(f"{_NETWORKS} where n.slug = %(slug)s group by n.id", {"slug": known})
        row = await cursor.fetchone()
        cursor = await database.execute(SYNCS, {"network": known, "limit": _SYNCS_SHOWN})
        syncs = [_without_errors(as_sync(each), open_to) for each in await cursor.fetchall()]
    assert row is not None
    return {**_network(row, health[known]), "syncs": syncs}


class Elsewhere(msgspec.Struct, frozen=True, rename="camel"):
    """Where a network's program is; `moved` if another one carries it on."""

    id: int
    moved: bool
    network: str
    external_id: str


_PROGRAM = """
    select successor.id as moved, p.id as own
    from (select %(network)s::smallint as network_id, %(external_id)s::text as external_id) as wanted
    left join program_aliases a on a.network_id = wanted.network_id and a.external_id = wanted.external_id
    left join programs successor on successor.id = a.alias_of
    left join programs p on p.network_id = wanted.network_id and p.external_id = wanted.external_id
    where p.id is not null or successor.id is not null
"""


@get(
    "/api/networks/{slug:str}/programs/{external_id:str}",
    responses=answering(Elsewhere, "It is carried on elsewhere", 301),
    status_code=302,
    summary="A program by its network's id",
    tags=["search"],
)
async def by_external_id(
    slug: FromPath[str], external_id: FromPath[str], app_state: NamedDependency[ApplicationState]
) -> Response[Elsewhere]:
    """Leads to the program: 302, or 301 to the one that carries it on elsewhere (ShareASale's merchants at Awin)."""
    known = _known(slug)
    kept = as_kept(known, external_id)
    wanted = {"network": BY_SLUG[known].id, "external_id": kept}
    async with app_state.database() as database:
        row = await (await database.execute(_PROGRAM, wanted)).fetchone()
    if row is None:
        raise not_found(f"{known} has no program '{external_id[:80]}' that we know")
    moved = row["moved"] is not None
    id = row["moved"] if moved else row["own"]
    said = Elsewhere(id, moved, known, kept)
    return Response(said, status_code=301 if moved else 302, headers={"Location": f"/api/programs/{id}"})


def _known(slug: str) -> str:
    if slug.lower() not in BY_SLUG:
        raise not_found(f"there is no network '{slug[:80]}'; there are {', '.join(BY_SLUG)}")
    return slug.lower()


class SyncRequest(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """How to sync. `acceptDrift` imports what was refused because it had lost too much against the last sync."""

    accept_drift: bool = False


_SYNC = {
    "application/json": json_object({"acceptDrift": Schema(type=OpenAPIType.BOOLEAN, default=False)}, open_ended=False)
}


@post(
    "/api/networks/{slug:str}/sync",
    operation_class=taking(bodies=_SYNC, needs_body=False),
    **needs("import"),
    status_code=202,
    summary="Sync a network now",
    tags=["networks"],
)
async def sync_now(
    request: Request[Any, Any, Any], slug: FromPath[str], app_state: NamedDependency[ApplicationState]
) -> Response[Run]:
    """Queue a sync; the worker carries it out. The body may be empty, or `{"acceptDrift": true}`."""
    known = _known(slug)
    # Who names a network has said that it is to be synced; one that needs no account needs no setting for this.
    account = replace(account_of(app_state.accounts, known), mentioned=True)
    if account.obstacle:
        state, reason = account.obstacle
        raise Problem(409, f"network-{state}", f"{known} cannot be synced: {reason}", network=known)
    try:
        data = msgspec.json.decode(await request.body() or b"{}", type=SyncRequest)
    except msgspec.MsgspecError as error:
        raise Problem(400, "invalid-body", str(error)) from None
    run = await asyncio.to_thread(_open, app_state.connect, known, data.accept_drift)
    await defer_sync(request.app.state.jobs, run, account.priority)
    async with app_state.database() as database:
        row = await (await database.execute(RUN_BY_ID, {"run": run})).fetchone()
    assert row is not None
    return Response(as_run(row), status_code=202, headers={"Location": f"/api/import/runs/{run}"})


def _open(connect: Connect, network: str, accept_drift: bool) -> int:
    with connect() as connection:
        try:
            return open_sync(connection, network, accept_drift=accept_drift, by="api")
        except NetworkBusy as busy:
            raise Problem(409, "network-busy", str(busy), run=busy.run, network=busy.network) from None


ROUTES = Router(path="/", route_handlers=[networks, network, by_external_id, sync_now], before_request=known_only)
