"""What the last seven days brought: programs that are new, closed, pay more or pay less, per network and vertical."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import msgspec

from indexing.connect import AsyncConnect

_DAYS = 7
_CACHED_SECONDS = 60.0
# A program counts once in each; one that is gone in none. A rate is the most that it pays, in percent or in money.
_COUNTS = f"""
    with moved as (
        select distinct h.program_id, case
            when h.field = 'created' then 'new'
            when h.field = 'status' and h.new = '"closed"' then 'closed'
            when h.field in ('commissionMax', 'commissionFixedMax') and jsonb_typeof(h.old) = 'number'
                and jsonb_typeof(h.new) = 'number'
                then case when (h.new)::float8 > (h.old)::float8 then 'raised' else 'cut' end
        end as what
        from program_history h where h.at >= now() - interval '{_DAYS} days'
    )
    select n.slug as network, coalesce(p.vertical_override, p.vertical) as vertical,
        grouping(n.slug) = 0 as by_network, grouping(coalesce(p.vertical_override, p.vertical)) = 0 as by_vertical,
        count(*) filter (where what = 'new')::int as new, count(*) filter (where what = 'closed')::int as closed,
        count(*) filter (where what = 'raised')::int as raised, count(*) filter (where what = 'cut')::int as cut
    from moved join programs p on p.id = moved.program_id join networks n on n.id = p.network_id
    where what is not null
    group by grouping sets ((n.slug), (coalesce(p.vertical_override, p.vertical)), ())
"""


class Moves(msgspec.Struct, frozen=True):
    """How many programs are new, closed, raised and cut; of a network, of a vertical (null: unknown), or of all."""

    new: int = 0
    closed: int = 0
    raised: int = 0
    cut: int = 0
    network: str | None = None
    vertical: str | None = None


class Week(msgspec.Struct, frozen=True):
    """The last `days`."""

    days: int
    total: Moves
    networks: list[Moves]
    verticals: list[Moves]


class WeekCounts:
    """The week, counted by one request at a time and kept for a minute."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._until = 0.0
        self._week = Week(_DAYS, Moves(), [], [])

    async def week(self, connect: AsyncConnect) -> Week:
        """What the last seven days brought. Raises what a database that is away raises."""
        async with self._lock:
            if time.monotonic() >= self._until:
                async with connect() as database:
                    rows = await (await database.execute(_COUNTS)).fetchall()
                self._week = _week(rows)
                self._until = time.monotonic() + _CACHED_SECONDS
            return self._week


def _week(rows: list[dict[str, Any]]) -> Week:
    def moves(row: dict[str, Any]) -> Moves:
        return Moves(row["new"], row["closed"], row["raised"], row["cut"], row["network"], row["vertical"])

    total = next((moves(row) for row in rows if not (row["by_network"] or row["by_vertical"])), Moves())
    networks = sorted((moves(row) for row in rows if row["by_network"]), key=lambda each: each.network or "")
    verticals = sorted((moves(row) for row in rows if row["by_vertical"]), key=lambda each: each.vertical or "~")
    return Week(_DAYS, total, networks, verticals)
