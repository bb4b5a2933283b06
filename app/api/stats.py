"""The catalogue in numbers."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from litestar import Router, get
from litestar.di import NamedDependency

from app.api.catalogue import Catalogue
from app.importing.runs import NEWEST_RUNS, as_run
from mappings.catalogue import FIELDS

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


ROUTES = Router(path="/", route_handlers=[stats])
