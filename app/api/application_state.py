"""What the routes work with: the search engine, a pool of database connections, and what the probe last saw."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

import psycopg
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

from app.api.bounds import BOUNDS, ApplicationBounds
from app.api.export_places import ExportPlaces
from app.api.logo_proxy import LogoProxy
from app.api.overview import Overview
from app.api.probe import Probe
from app.api.query_counting import QueryCounting
from app.api.week_counts import WeekCounts
from app.engines import open_database_at
from app.networks.accounts import Account
from app.observability.instruments import CIRCUIT, POOL, UNDER_WAY
from app.search.engine import SearchEngine
from app.search.request import SearchRequest
from app.search.single_flight import SingleFlightCache

Done = TypeVar("Done")
Pool = AsyncConnectionPool[psycopg.AsyncConnection[dict[str, Any]]]

# A route that needs the database says 503 after this long instead of queueing.
_DATABASE_SECONDS = 1.0
_CONNECT_SECONDS = 5  # the same of work in a thread, which holds up nobody else
_CACHED_BYTES = 64_000_000  # of answers, a process
_CACHED_REQUESTS = 10_000  # read and checked, by their query string


class Key(NamedTuple):
    """A key that is ours."""

    name: str
    scope: str


@dataclass(frozen=True, slots=True)
class ApplicationState:
    """One per process, opened with the application."""

    engine: SearchEngine
    pool: Pool
    probe: Probe
    secret: bytes
    database_url: str
    accounts: Mapping[str, Account]
    bounds: ApplicationBounds = BOUNDS
    pages: SingleFlightCache[bytes] = field(default_factory=lambda: SingleFlightCache(_CACHED_BYTES, len))
    requests: SingleFlightCache[SearchRequest] = field(default_factory=lambda: SingleFlightCache(_CACHED_REQUESTS))
    exports: ExportPlaces = field(default_factory=ExportPlaces)
    overview: Overview = field(default_factory=Overview)
    week: WeekCounts = field(default_factory=WeekCounts)
    logos: LogoProxy = field(default_factory=LogoProxy)
    counting: QueryCounting | None = None  # of queries, where they are logged
    # By the digest of a key: until when it is believed, and what it is; None for a key that is not ours.
    keys: dict[bytes, tuple[float, Key | None]] = field(default_factory=dict)

    @asynccontextmanager
    async def database(self) -> AsyncIterator[psycopg.AsyncConnection[dict[str, Any]]]:
        """A connection whose rows are dicts; commits at the end. Raises PoolTimeout or OperationalError."""
        async with self.pool.connection(timeout=_DATABASE_SECONDS) as connection:
            yield connection

    def connect(self) -> psycopg.Connection:
        """A connection of its own, for work in a thread. Raises OperationalError where none is to be had soon."""
        return open_database_at(self.database_url, patience=_CONNECT_SECONDS)

    async def with_connection(self, work: Callable[[psycopg.Connection], Done]) -> Done:
        """What some work comes to, done in a thread on a connection of its own."""

        def connected() -> Done:
            with self.connect() as connection:
                return work(connection)

        return await asyncio.to_thread(connected)


def look_at(app_state: ApplicationState) -> None:
    """Note for Prometheus how the way to both engines is: circuit, requests under way, connections."""
    CIRCUIT.set(app_state.engine.circuit.is_open)
    UNDER_WAY.set(app_state.engine.under_way)
    pool = app_state.pool.get_stats()
    for state, figure in _POOL.items():
        POOL.labels(state).set(pool.get(figure, 0))


_POOL = {"open": "pool_size", "free": "pool_available", "waiting": "requests_waiting"}


def open_pool(database_url: str) -> Pool:
    """A pool that is not opened yet. It fills in the background, so that search starts without a database."""
    return AsyncConnectionPool(
        database_url,
        min_size=1,
        max_size=4,
        kwargs={"row_factory": dict_row},
        open=False,
        check=AsyncConnectionPool.check_connection,
        reconnect_timeout=5,
    )
