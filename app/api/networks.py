"""The networks: their policy, their health, their syncs, and a sync at once."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import psycopg
from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from app.api.catalogue import Catalogue
from app.api.keys import needs
from app.api.probe import rfc3339
from app.api.problems import Problem, not_found
from app.importing.runs import RUN_BY_ID, NetworkBusy, Run, as_run
from app.jobs import defer_sync
from app.networks.health import FACTS, SYNCS, Health, LastSync, as_sync, health_by_network
from app.networks.sync import open_sync
from app.normalising import external_id as as_kept
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
    return {**row, "lastCompleteAt": rfc3339(synced) if synced else None, "health": health}


async def _health(catalogue: Catalogue) -> dict[str, Health]:
    async with catalogue.database() as database:
        rows = await (await database.execute(FACTS)).fetchall()
    return health_by_network(rows, catalogue.accounts)


@get("/api/networks", summary="All networks", tags=["networks"])
async def networks(catalogue: NamedDependency[Catalogue]) -> dict[str, Any]:
    """Each network with its policy (minimum payout in USD, payment methods), its last complete import, its health."""
    health = await _health(catalogue)
    async with catalogue.database() as database:
        rows = await (await database.execute(f"{_NETWORKS} group by n.id order by n.id")).fetchall()
    return {"networks": [_network(row, health[row["slug"]]) for row in rows]}


@get("/api/networks/{slug:str}", summary="One network", tags=["networks"])
async def network(slug: FromPath[str], catalogue: NamedDependency[Catalogue]) -> dict[str, Any]:
    """The same for one network, with its last syncs."""
    known = _known(slug)
    health = await _health(catalogue)
    async with catalogue.database() as database:
        cursor = await database.execute(f"{_NETWORKS} where n.slug = %(slug)s group by n.id", {"slug": known})
        row = await cursor.fetchone()
        cursor = await database.execute(SYNCS, {"network": known, "limit": _SYNCS_SHOWN})
        syncs: list[LastSync] = [as_sync(each) for each in await cursor.fetchall()]
    assert row is not None
    return {**_network(row, health[known]), "syncs": syncs}


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
    status_code=302,
    summary="A program by its network's id",
    tags=["search"],
)
async def by_external_id(
    slug: FromPath[str], external_id: FromPath[str], catalogue: NamedDependency[Catalogue]
) -> Response[dict[str, Any]]:
    """Leads to the program: 302, or 301 to the one that carries it on elsewhere (ShareASale's merchants at Awin)."""
    known = _known(slug)
    wanted = {"network": BY_SLUG[known].id, "external_id": as_kept(known, external_id)}
    async with catalogue.database() as database:
        row = await (await database.execute(_PROGRAM, wanted)).fetchone()
    if row is None:
        raise not_found(f"{known} has no program '{external_id[:80]}' that we know")
    moved = row["moved"] is not None
    id = row["moved"] if moved else row["own"]
    said = {"id": id, "moved": moved, "network": known, "externalId": wanted["external_id"]}
    return Response(said, status_code=301 if moved else 302, headers={"Location": f"/api/programs/{id}"})


def _known(slug: str) -> str:
    if slug.lower() not in BY_SLUG:
        raise not_found(f"there is no network '{slug[:80]}'; there are {', '.join(BY_SLUG)}")
    return slug.lower()


class SyncRequest(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """How to sync. `acceptDrift` imports what was refused because it had lost too much against the last sync."""

    accept_drift: bool = False


@post(
    "/api/networks/{slug:str}/sync",
    **needs("import"),
    status_code=202,
    summary="Sync a network now",
    tags=["networks"],
)
async def sync_now(
    request: Request[Any, Any, Any], slug: FromPath[str], catalogue: NamedDependency[Catalogue]
) -> Response[Run]:
    """Queue a sync; the worker carries it out. The body may be empty, or `{"acceptDrift": true}`."""
    known = _known(slug)
    account = catalogue.accounts[known]
    if account.obstacle:
        state, reason = account.obstacle
        raise Problem(409, f"network-{state}", f"{known} cannot be synced: {reason}", network=known)
    try:
        data = msgspec.json.decode(await request.body() or b"{}", type=SyncRequest)
    except msgspec.MsgspecError as error:
        raise Problem(400, "invalid-body", str(error)) from None
    run = await asyncio.to_thread(_open, catalogue.database_url, known, data.accept_drift)
    await defer_sync(request.app.state.jobs, run, account.priority)
    async with catalogue.database() as database:
        row = await (await database.execute(RUN_BY_ID, {"run": run})).fetchone()
    assert row is not None
    return Response(as_run(row), status_code=202, headers={"Location": f"/api/import/runs/{run}"})


def _open(database_url: str, network: str, accept_drift: bool) -> int:
    with psycopg.connect(database_url) as connection:
        try:
            return open_sync(connection, network, accept_drift=accept_drift, by="api")
        except NetworkBusy as busy:
            raise Problem(409, "network-busy", str(busy), run=busy.run, network=busy.network) from None


ROUTES = Router(path="/", route_handlers=[networks, network, by_external_id, sync_now])
