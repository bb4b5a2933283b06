"""The catalogue in numbers, counted over all rows and cached for some seconds."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from indexing.connect import AsyncConnect
from mappings.catalogue import FIELDS

# Counting every field of every row is a scan; an overview may be this old.
_CACHED_SECONDS = 5.0

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


class Overview:
    """The counts, cached for a few seconds and counted by one request at a time."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._until = 0.0
        self._counts: dict[str, Any] = {}

    async def counts(self, connect: AsyncConnect) -> dict[str, Any]:
        """Programs by network, vertical and category, and the share of them that has a value, by field."""
        async with self._lock:
            if time.monotonic() >= self._until:
                self._counts = await _count(connect)
                self._until = time.monotonic() + _CACHED_SECONDS
            return self._counts


async def _count(connect: AsyncConnect) -> dict[str, Any]:
    async with connect() as database:
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
