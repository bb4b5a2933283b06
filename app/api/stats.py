"""The catalogue in numbers, and the networks."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from app.api.catalogue import Catalogue
from app.api.probe import rfc3339
from app.api.problems import not_found
from app.importing.runs import NEWEST_RUNS, as_run
from mappings.catalogue import FIELDS
from mappings.networks import BY_SLUG

# Counting every field of every row is a scan; an overview may be this old.
_REMEMBERED_SECONDS = 5.0

_FILLED = {
    entry.key: entry.document
    for entry in FIELDS
    if entry.optional and entry.name not in ("id", "created_at", "updated_at", "last_synced_at", "missing_since")
}
_OPEN = "p.status <> 'closed'"
_BY_NETWORK = f"""
    select n.slug as network,
        count(*) filter (where {_OPEN})::int as programs,
        count(*) filter (where not {_OPEN})::int as closed,
        count(*) filter (where p.featured and {_OPEN})::int as featured,
        count(*) filter (where p.verified and {_OPEN})::int as verified,
        {", ".join(f'count({sql}) as "{key}"' for key, sql in _FILLED.items())}
    from programs p join networks n on n.id = p.network_id group by n.id order by n.id
"""
_BY_VERTICAL = f"""
    select coalesce(p.vertical_override, p.vertical) as vertical,
        count(*) filter (where {_OPEN})::int as programs, count(*) filter (where not {_OPEN})::int as closed
    from programs p group by 1 order by 2 desc, 1
"""
_BY_CATEGORY = f"""
    select n.slug as network, p.category,
        count(*) filter (where {_OPEN})::int as programs, count(*) filter (where not {_OPEN})::int as closed
    from programs p join networks n on n.id = p.network_id group by n.id, p.category order by n.id, 3 desc, 2
"""


class _Overview:
    """The counts, remembered for a few seconds and counted by one request at a time."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._until = 0.0
        self._counts: dict[str, Any] = {}

    async def counts(self, catalogue: Catalogue) -> dict[str, Any]:
        async with self._lock:
            if time.monotonic() >= self._until:
                self._counts = await _count(catalogue)
                self._until = time.monotonic() + _REMEMBERED_SECONDS
            return self._counts


async def _count(catalogue: Catalogue) -> dict[str, Any]:
    async with catalogue.database() as database:
        networks = await (await database.execute(_BY_NETWORK)).fetchall()
        verticals = await (await database.execute(_BY_VERTICAL)).fetchall()
        categories = await (await database.execute(_BY_CATEGORY)).fetchall()
    fill = {
        each["network"]: {key: round(each.pop(key) / max(each["programs"] + each["closed"], 1), 4) for key in _FILLED}
        for each in networks
    }
    return {
        "programs": sum(each["programs"] for each in networks),
        "closed": sum(each["closed"] for each in networks),
        "featured": sum(each["featured"] for each in networks),
        "verified": sum(each["verified"] for each in networks),
        "networks": networks,
        "verticals": verticals,
        "categories": categories,
        "fillRates": fill,
    }


_overview = _Overview()


@get("/api/stats", summary="The catalogue in numbers", tags=["search"])
async def stats(catalogue: NamedDependency[Catalogue]) -> dict[str, Any]:
    """Programs (closed ones beside them) per network, vertical and category; fill rates; the last runs."""
    counts = await _overview.counts(catalogue)
    async with catalogue.database() as database:
        rows = await (await database.execute(NEWEST_RUNS, {"limit": 5})).fetchall()
    return {**counts, "runs": [as_run(row) for row in rows], "index": catalogue.probe.index}


_NETWORKS = """
    select n.slug, n.name, n.home, n.retired, n.min_payout as "minPayout", n.payment_methods as "paymentMethods",
        n.last_complete_at, count(p.id) filter (where p.status <> 'closed')::int as programs,
        count(p.id) filter (where p.status = 'closed')::int as closed,
        count(p.id) filter (where p.missing_since is not null)::int as missing
    from networks n left join programs p on p.network_id = n.id
"""


def _network(row: dict[str, Any]) -> dict[str, Any]:
    synced = row.pop("last_complete_at")
    return {**row, "lastCompleteAt": rfc3339(synced) if synced else None}


@get("/api/networks", summary="All networks", tags=["networks"])
async def networks(catalogue: NamedDependency[Catalogue]) -> dict[str, Any]:
    """Each network with its policy (minimum payout in USD, payment methods) and its last complete import."""
    async with catalogue.database() as database:
        rows = await (await database.execute(f"{_NETWORKS} group by n.id order by n.id")).fetchall()
    return {"networks": [_network(row) for row in rows]}


@get("/api/networks/{slug:str}", summary="One network", tags=["networks"])
async def network(slug: FromPath[str], catalogue: NamedDependency[Catalogue]) -> dict[str, Any]:
    """The same for one network."""
    if slug.lower() not in BY_SLUG:
        raise not_found(f"there is no network '{slug[:80]}'; there are {', '.join(BY_SLUG)}")
    async with catalogue.database() as database:
        cursor = await database.execute(f"{_NETWORKS} where n.slug = %(slug)s group by n.id", {"slug": slug.lower()})
        row = await cursor.fetchone()
    assert row is not None
    return _network(row)


ROUTES = Router(path="/", route_handlers=[stats, networks, network])
