"""Several statements that see the catalogue at one moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool


@asynccontextmanager
async def one_snapshot(pool: AsyncConnectionPool[Any], seconds: float) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    """A connection all of whose statements see one snapshot. Raises TimeoutError after so many seconds."""
    async with asyncio.timeout(seconds), pool.connection() as connection:
        await connection.execute("set transaction isolation level repeatable read")
        yield connection
