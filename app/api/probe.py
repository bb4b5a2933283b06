"""What is known of both engines without asking them in every search: looked at a few times a second."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import msgspec
import psycopg
from opensearchpy.exceptions import TransportError
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from app.search.engine import LOOK_SECONDS, EngineAway, SearchEngine
from app.search.page import IndexState
from indexing.suggestions import alias_of

_EVERY_SECONDS = 0.4
_DATABASE_SECONDS = 0.5

# One statement: each worker asks it some times a second, in a transaction of its own.
_LOOK = """
    select count(*) as pending, extract(epoch from clock_timestamp() - min(changed_at))::float8 as oldest,
        (select json_object_agg(slug, last_complete_at) from networks where last_complete_at is not null) as synced
    from (select changed_at from changed_programs limit 100000) as changes
"""


class _Refreshes(msgspec.Struct):
    external_total: int


class _Operations(msgspec.Struct):
    max_seq_no: int


class _Routing(msgspec.Struct):
    node: str | None = None


class _Copy(msgspec.Struct):
    routing: _Routing
    refresh: _Refreshes
    seq_no: _Operations


class _Index(msgspec.Struct):
    shards: dict[str, list[_Copy]]


class _Stats(msgspec.Struct):
    indices: dict[str, _Index] = {}


def _state(name: str, index: _Index) -> str:
    """Differs whenever a search of the index could answer otherwise.

    Of every copy of every shard: how often it was refreshed, which restarts with the shard, and its last operation,
    which does not. A write that no refresh has shown yet changes it too early, never too late.
    """
    copies = [
        (shard, copy.routing.node or "", copy.refresh.external_total, copy.seq_no.max_seq_no)
        for shard, copies in index.shards.items()
        for copy in copies
    ]
    return f"{name}/{hashlib.sha256(repr(sorted(copies)).encode()).hexdigest()[:16]}"


class Probe:
    """The last look at the engines. `index` and `synced` go into every answer."""

    def __init__(self, engine: SearchEngine, pool: AsyncConnectionPool[Any]) -> None:
        self._engine = engine
        self._pool = pool
        self.index = IndexState(generation=None, pending_changes=None, oldest_pending_seconds=None)
        self.synced: Mapping[str, str] = {}
        self.synced_mark = ""  # differs whenever that does
        self.search_ready = False
        self.database_ready = False

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(_EVERY_SECONDS)

    async def look(self) -> None:
        """Look once at each engine; one that is away does not hide the other."""
        generation, pending = await asyncio.gather(self._look_at_index(), self._pending())
        self.search_ready = generation is not None
        self.database_ready = pending is not None
        self.index = IndexState(
            generation=generation or self.index.generation,
            pending_changes=pending[0] if pending else None,
            oldest_pending_seconds=pending[1] if pending else None,
        )

    async def _look_at_index(self) -> str | None:
        """The generation that serves; what it holds now goes to the engine as its state."""
        with suppress(EngineAway, TransportError, msgspec.DecodeError):
            of_suggestions = alias_of(self._engine.alias)
            # Either may be missing, and that must not hide the other.
            both = f"{self._engine.alias},{of_suggestions}"
            path = f"/{both}/_stats/refresh?level=shards&ignore_unavailable=true"
            indices = msgspec.json.decode(
                await self._engine.request("GET", path, None, LOOK_SECONDS), type=_Stats
            ).indices
            built = [name for name in indices if name.startswith(f"{of_suggestions}-")]
            self._engine.suggestions = built[0] if built else ""
            for name, index in indices.items():
                if name not in built:
                    self._engine.state = _state(name, index)
                    return name
        self._engine.state = ""
        return None

    async def _pending(self) -> tuple[int, float] | None:
        with suppress(psycopg.Error, PoolTimeout, TimeoutError):
            async with asyncio.timeout(_DATABASE_SECONDS), self._pool.connection() as connection:
                row = await (await connection.execute(_LOOK)).fetchone()
            if row:
                synced: dict[str, str] = row["synced"] or {}
                self.synced = {slug: rfc3339(datetime.fromisoformat(at)) for slug, at in synced.items()}
                self.synced_mark = repr(sorted(self.synced.items()))
                return row["pending"], max(round(row["oldest"] or 0.0, 3), 0.0)
        return None


def rfc3339(moment: datetime) -> str:
    """A moment as every route writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
