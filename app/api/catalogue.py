"""What the routes work with: the search engine, a pool of database connections, and what the probe last saw."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

from app.api.overview import Overview
from app.api.probe import Probe
from app.networks.accounts import Account
from app.search.engine import SearchEngine
from app.search.remembered import Remembered
from app.search.request import SearchRequest

Pool = AsyncConnectionPool[psycopg.AsyncConnection[dict[str, Any]]]

# A route that needs the database says 503 after this long instead of queueing.
_DATABASE_SECONDS = 1.0
_REMEMBERED_BYTES = 64_000_000  # of answers, a process
_REMEMBERED_REQUESTS = 10_000  # read and checked, by their query string


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One per process, opened with the application."""

    engine: SearchEngine
    pool: Pool
    probe: Probe
    secret: bytes
    database_url: str
    accounts: Mapping[str, Account]
    pages: Remembered[bytes] = field(default_factory=lambda: Remembered(_REMEMBERED_BYTES, len))
    requests: Remembered[SearchRequest] = field(default_factory=lambda: Remembered(_REMEMBERED_REQUESTS))
    overview: Overview = field(default_factory=Overview)
    # By the digest of a key: until when it is believed, and its scope; None for a key that is not ours.
    scopes: dict[bytes, tuple[float, str | None]] = field(default_factory=dict)

    @asynccontextmanager
    async def database(self) -> AsyncIterator[psycopg.AsyncConnection[dict[str, Any]]]:
        """A connection whose rows are dicts; commits at the end. Raises PoolTimeout or OperationalError."""
        async with self.pool.connection(timeout=_DATABASE_SECONDS) as connection:
            yield connection


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
