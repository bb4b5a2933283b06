"""Counting searches as they are answered, from memory or not, and writing the counts down now and then.

Nothing here is on the path of an answer but an addition in memory. A process that is killed loses what it has counted
since the last writing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Iterable
from contextlib import suppress
from typing import Any

import psycopg
import structlog
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from app.learning.query_counts import write
from app.learning.query_log import QueryLog, SearchOutcome
from app.search.request import SearchRequest
from app.search.single_flight import SingleFlightCache

_OUTCOMES = 10_000
_WRITING_SECONDS = 10.0

_log = structlog.get_logger()

NOT_COUNTED: tuple[SearchOutcome, ...] = ()


def outcome_of(request: SearchRequest, found: int | None = None, matched: str = "exact") -> tuple[SearchOutcome, ...]:
    """What is counted of a search: its first page, once its words are typed to the end.

    A search for no programs, or for their ids alone, asks how many there are: the dashboard does beside each search.
    """
    whole = not request.begun and request.page == 1 and not request.cursor and not request.private
    if request.q and whole and request.per_page and request.fields != ("id",):
        return (SearchOutcome(request.q, found, matched),)
    return NOT_COUNTED


class QueryCounting:
    """The query log of this process, and the outcomes of the answers that it remembers."""

    def __init__(self, every_seconds: float) -> None:
        self._every_seconds = every_seconds
        self._outcomes: SingleFlightCache[tuple[SearchOutcome, ...]] = SingleFlightCache(_OUTCOMES)
        self.log = QueryLog()

    def learn(self, key: Hashable, outcomes: Iterable[SearchOutcome]) -> None:
        """Remember what came of an answer that was made, for as often as it is sent."""
        self._outcomes.store(key, tuple(outcomes))

    def count(self, key: Hashable, otherwise: Iterable[SearchOutcome] = NOT_COUNTED) -> None:
        """Count an answer that goes out; `otherwise` where nothing is remembered of it: a client may have it still."""
        known = self._outcomes.known(key)
        for outcome in otherwise if known is None else known:
            self.log.count(outcome)

    async def keep_writing(self, pool: AsyncConnectionPool[Any]) -> None:
        """Write the counts down again and again, until cancelled."""
        while True:
            await asyncio.sleep(self._every_seconds)
            await self.write(pool)

    async def write(self, pool: AsyncConnectionPool[Any]) -> None:
        """Write the counts down; where the database does not answer they stay, and are written later."""
        if not (counts := self.log.take()):
            return
        written = False
        try:
            with suppress(psycopg.Error, PoolTimeout, TimeoutError):
                async with asyncio.timeout(_WRITING_SECONDS), pool.connection() as connection:
                    await write(connection, counts)
                written = True
        finally:  # also where this process ends meanwhile
            if not written:
                self.log.put_back(counts)
                _log.debug("queries could not be written", texts=len(counts))
