"""The log of slow searches: the shape of what was asked, without a word of it, and where the engine spent the time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import msgspec
import structlog
from opensearchpy.exceptions import TransportError

from app.search.engine import EngineAway, SearchEngine

_log = structlog.get_logger()

_APART_SECONDS = 10.0  # between two profiles: each is a search more, of an engine that may have too much to do
_MOST_UNDER_WAY = 8  # requests beside which one more is asked for
_PROFILE_SECONDS = 10.0
_MOST_PARTS = 12  # of a profile: those that took longest
_ANY = "?"


def shape(body: Any) -> Any:
    """A request with the names of clauses and fields it has, and `?` for whatever is looked for; lists once a shape."""
    if isinstance(body, Mapping):
        return {str(name): shape(value) for name, value in body.items()}
    if isinstance(body, list | tuple):
        shapes: list[Any] = []
        for each in body:
            if (found := shape(each)) not in shapes:
                shapes.append(found)
        return shapes
    return body if body is None or isinstance(body, bool) else _ANY


class _Part(msgspec.Struct):
    """A clause as OpenSearch profiles it; `description`, which has the words, is not even read."""

    type: str
    time_in_nanos: int
    children: list[_Part] = []


class _Searched(msgspec.Struct):
    query: list[_Part] = []
    rewrite_time: int = 0


class _Shard(msgspec.Struct):
    searches: list[_Searched] = []
    aggregations: list[_Part] = []


class _Profile(msgspec.Struct):
    shards: list[_Shard] = []


class _Answer(msgspec.Struct):
    took: int
    profile: _Profile = msgspec.field(default_factory=_Profile)


class SlowQueries:
    """Hears of every search (`SearchEngine.after_search`), and logs those that took longer than `seconds`."""

    def __init__(self, engine: SearchEngine, seconds: float) -> None:
        self._engine = engine
        self._seconds = seconds
        self._profiled_at = 0.0
        self._profiling: asyncio.Task[None] | None = None

    def __call__(self, body: Mapping[str, Any], seconds: float) -> None:
        """Log a search that was slow; now and then ask for its profile, which is logged under the same id."""
        if seconds < self._seconds:
            return
        _log.warning("slow search", ms=round(seconds * 1000), shape=shape(body))
        free = self._profiling is None and self._engine.under_way < _MOST_UNDER_WAY and not self._engine.circuit.is_open
        if free and time.monotonic() - self._profiled_at > _APART_SECONDS:
            self._profiled_at = time.monotonic()
            # It takes the context along, and so the request's id; nobody waits for it.
            self._profiling = asyncio.create_task(self._profile(body))

    async def _profile(self, body: Mapping[str, Any]) -> None:
        try:
            with suppress(EngineAway, TransportError, msgspec.DecodeError):
                path = f"/{self._engine.alias}/_search"
                raw = await self._engine.request("POST", path, {**body, "profile": True}, _PROFILE_SECONDS)
                answer = msgspec.json.decode(raw, type=_Answer)
                _log.warning("profile of a slow search", tookMs=answer.took, parts=parts(answer.profile))
        finally:
            self._profiling = None


def parts(profile: _Profile) -> list[dict[str, Any]]:
    """The clauses and aggregations that took longest themselves, over all shards, in milliseconds."""
    spent: dict[str, int] = {}

    def add(part: _Part, path: str) -> None:
        path = f"{path} > {part.type}" if path else part.type
        own = part.time_in_nanos - sum(child.time_in_nanos for child in part.children)
        spent[path] = spent.get(path, 0) + max(own, 0)
        for child in part.children:
            add(child, path)

    for shard in profile.shards:
        for searched in shard.searches:
            spent["rewrite"] = spent.get("rewrite", 0) + searched.rewrite_time
            for each in searched.query:
                add(each, "")
        for each in shard.aggregations:
            add(each, "")
    longest = sorted(spent.items(), key=lambda item: -item[1])[:_MOST_PARTS]
    return [{"part": part, "ms": round(nanos / 1e6, 2)} for part, nanos in longest]
