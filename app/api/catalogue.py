"""What the routes work with: the search engine, a pool of database connections, and what the probe last saw."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

from app.api.probe import Probe
from app.networks.accounts import Account
from app.search.engine import SearchEngine

Pool = AsyncConnectionPool[psycopg.AsyncConnection[dict[str, Any]]]

# A route that needs the database says 503 after this long instead of queueing.
_DATABASE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One per process, opened with the application."""

    engine: SearchEngine
    pool: Pool
    probe: Probe
    secret: bytes
    database_url: str
    accounts: Mapping[str, Account]

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
