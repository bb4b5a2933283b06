"""What is known of both engines without asking them in every search: looked at a few times a second."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import psycopg
from opensearchpy.exceptions import TransportError
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from app.api.held_edits import HeldEdits
from app.api.held_private import MARKS, HeldPrivate
from app.learning.stored_edits import EDITS_MARK
from app.networks.added import ADDED, networks_of
from app.processes.heartbeat import WORKERS, Workers
from app.search.engine import LOOK_SECONDS, EngineAway, SearchEngine
from app.search.lexicon import NO_LEXICON, HeldLexicon
from app.search.page import IndexState
from indexing.index_names import are_suggestions, lexicon_of, suggestions_of
from mappings.index import DESIGN
from mappings.moments import rfc3339
from mappings.networks import BY_SLUG

_EVERY_SECONDS = 0.4
_DATABASE_SECONDS = 0.5
_LOOKS_IN_VAIN = 3  # in a row, until an engine that did not answer in time is taken for one that is away

# Networks that were added are to be known within a second. One statement: each worker asks it some times a second, in
# a transaction of its own.
_LOOK = f"""
    select count(*) as pending, extract(epoch from clock_timestamp() - min(changed_at))::float8 as oldest,
        (select json_object_agg(slug, last_complete_at) from networks where last_complete_at is not null) as synced,
        ({ADDED}) as networks, ({WORKERS}) as workers, ({MARKS}) as private,
        ({EDITS_MARK}) as edits
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


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a look at the index saw: names of what serves, "" for what is missing, and the state of the programs'."""

    generation: str = ""
    suggestions: str = ""
    state: str = ""
    lexicon: HeldLexicon = NO_LEXICON
    outdated: bool = False


class Probe:
    """The last look at the engines. `index` and `synced` go into every answer."""

    def __init__(self, engine: SearchEngine, pool: AsyncConnectionPool[Any]) -> None:
        self._engine = engine
        self._pool = pool
        self.index = IndexState(generation=None, pending_changes=None, oldest_pending_seconds=None)
        self._designs: dict[str, int | None] = {}
        self._read = engine.lexicon
        self._lexicon_state = ""  # of the index that it was read from
        self.synced: Mapping[str, str] = {}
        self.synced_mark = ""  # differs whenever that does
        self._networks: str | None = None  # those that were added, as they were read last
        self.private = HeldPrivate()
        self._marks = self.private.marks
        self.edits = HeldEdits()
        self._edits_mark = self.edits.mark
        self.search_ready = False
        self.database_ready = False
        self.workers = Workers()
        self._begun = 0  # looks, counted as they begin
        self._last = 0  # the one that all this is of
        self._in_vain = 0  # looks in a row that the search engine did not answer

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(_EVERY_SECONDS)

    async def look(self) -> None:
        """Look once at each engine; one that is away does not hide the other.

        What an older look saw never takes the place of what a newer one did, however late it comes back.
        """
        self._begun += 1
        number = self._begun
        seen, pending = await asyncio.gather(self._look_at_index(), self._pending())
        if pending and self._marks != self.private.marks:
            await self.private.renew(self._pool)
        if pending and self._edits_mark != self.edits.mark:
            await self.edits.renew(self._pool)
        if number < self._last:
            return
        self._last = number
        self._in_vain = 0 if seen else self._in_vain + 1
        edits = self.edits.edits
        self._engine.state = f"{seen.state} {edits.version}" if seen and seen.state else ""
        if seen:
            self._engine.suggestions = seen.suggestions
            # Together with the state that names them: nothing is remembered as of other words than it was made with.
            self._engine.lexicon = seen.lexicon.edited(edits)
            self._engine.outdated = seen.outdated
        generation = seen.generation if seen else ""
        self.search_ready = generation != "" and not self._engine.outdated
        self.database_ready = pending is not None
        self.index = IndexState(
            generation=generation or self.index.generation,
            pending_changes=pending[0] if pending else None,
            oldest_pending_seconds=pending[1] if pending else None,
        )

    async def look_surely(self) -> None:
        """Look, and once more if the search engine did not answer: one look that came too late says nothing yet.

        On a machine that does much else a look takes longer than it may now and then, above all the first of a
        process. An engine that has not answered for some looks is away; then one more is enough.
        """
        await self.look()
        while 0 < self._in_vain < _LOOKS_IN_VAIN:
            await self.look()

    async def _look_at_index(self) -> _Seen | None:
        """What there is; None if the engine does not answer."""
        of_suggestions, of_lexicon = suggestions_of(self._engine.alias), lexicon_of(self._engine.alias)
        # Any of them may be missing, and that must not hide the others.
        every = f"{self._engine.alias},{of_suggestions},{of_lexicon}"
        path = f"/{every}/_stats/refresh?level=shards&ignore_unavailable=true"
        try:
            indices = msgspec.json.decode(
                await self._engine.request("GET", path, None, LOOK_SECONDS, queued=False), type=_Stats
            ).indices
            lexicon = self._engine.lexicon
            if of_lexicon in indices:
                lexicon = await self._lexicon(_state(of_lexicon, indices[of_lexicon]))
            built = [name for name in indices if are_suggestions(name, self._engine.alias)]
            suggestions = built[0] if built else ""
            for name, index in indices.items():
                if name not in built and name != of_lexicon:
                    state = f"{_state(name, index)} {lexicon.version}"
                    return _Seen(name, suggestions, state, lexicon, await self._is_outdated(name))
        except (EngineAway, TransportError, msgspec.DecodeError):
            return None
        return _Seen(suggestions=suggestions, lexicon=lexicon)

    async def _is_outdated(self, name: str) -> bool:
        """Whether a generation was built for another design of queries than this code asks; it never changes."""
        if name not in self._designs:
            self._designs = {name: await self._engine.design_of(name)}
        return self._designs[name] != DESIGN

    async def _lexicon(self, state: str) -> HeldLexicon:
        """The lexicon as the indexer wrote it last; the one that is held where nothing was written since."""
        if state != self._lexicon_state:
            written = await self._engine.lexicon_written()
            if written is not None and written.version != self._read.version:
                self._read = await self._engine.read_lexicon(written) or self._read
            if written is None or written.version == self._read.version:
                self._lexicon_state = state
        return self._read

    async def _pending(self) -> tuple[int, float] | None:
        with suppress(psycopg.Error, PoolTimeout, TimeoutError):
            async with asyncio.timeout(_DATABASE_SECONDS), self._pool.connection() as connection:
                row = await (await connection.execute(_LOOK)).fetchone()
            if row:
                synced: dict[str, str] = row["synced"] or {}
                self.synced = {slug: rfc3339(datetime.fromisoformat(at)) for slug, at in synced.items()}
                self.synced_mark = repr(sorted(self.synced.items()))
                if row["networks"] != self._networks:
                    BY_SLUG.add(networks_of(row["networks"]))
                    self._networks = row["networks"]
                self.workers = msgspec.convert(row["workers"], Workers)
                self._marks = row["private"]
                self._edits_mark = row["edits"]
                return row["pending"], max(round(row["oldest"] or 0.0, 3), 0.0)
        return None
