"""Edits of operators, as a process holds them: read anew when the probe sees that they changed."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import psycopg
import structlog
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from app.api.one_snapshot import one_snapshot
from app.learning.stored_edits import EDITS, EDITS_MARK, search_edits
from app.search.edits import NO_EDITS

_SECONDS = 5.0

_log = structlog.get_logger()


class HeldEdits:
    """The edits, and the mark of the moment they are of; none and unmarked until they are read."""

    def __init__(self) -> None:
        self.edits = NO_EDITS
        self.mark: int | None = None

    async def renew(self, pool: AsyncConnectionPool[Any]) -> None:
        """Read them anew. Where the database does not answer, what is held stays, with its old mark."""
        with suppress(psycopg.Error, PoolTimeout, TimeoutError):
            async with one_snapshot(pool, _SECONDS) as connection:  # mark and edits are of the same moment
                mark = await (await connection.execute(f"select ({EDITS_MARK}) as mark")).fetchone()
                rows = await (await connection.execute(EDITS)).fetchall()
            self.edits = await asyncio.to_thread(search_edits, rows)
            self.mark = mark["mark"] if mark else None
            _log.debug("search edits read", mark=self.mark, version=self.edits.version)
