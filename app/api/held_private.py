"""What is private of programs, as a process holds it: read anew when the probe sees that it changed."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import psycopg
import structlog
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from app.api.one_snapshot import one_snapshot
from app.search.private.sets import NO_IDS, PrivateSets, ids_of

_log = structlog.get_logger()

_SECONDS = 10.0  # a hundred thousand relations are read in a tenth of one

# Differs whenever what is held would.
MARKS = """
    select coalesce((select string_agg(name || '=' || changes, ' ' order by name) from relation_accounts), '')
        || '/' || coalesce((select changes from note_changes), 0)
"""
# Packed, and so without a number for each program in between.
_PACKED = "string_agg(int8send(program_id), ''::bytea order by program_id)"
_RELATIONS = f"select account, relation, {_PACKED} as ids from program_relations group by 1, 2"
_TAGS = f"select tag, {_PACKED} as ids from program_notes, unnest(tags) as tag group by 1"
_SHORTLIST = f"select {_PACKED} as ids from shortlisted_programs"


class HeldPrivate:
    """The private sets, and the marks of the moment they are of; empty and unmarked until they are read."""

    def __init__(self) -> None:
        self.sets = PrivateSets()
        self.marks: str | None = None

    async def renew(self, pool: AsyncConnectionPool[Any]) -> None:
        """Read everything anew. Where the database does not answer, what is held stays, with its old marks."""
        with suppress(psycopg.Error, PoolTimeout, TimeoutError):
            async with one_snapshot(pool, _SECONDS) as connection:  # marks and sets are of the same moment
                marks = await _rows(connection, f"select ({MARKS}) as marks")
                relations = await _rows(connection, _RELATIONS)
                tags = await _rows(connection, _TAGS)
                shortlist = await _rows(connection, _SHORTLIST)
            self.sets = await asyncio.to_thread(_sets, relations, tags, shortlist[0]["ids"])
            self.marks = marks[0]["marks"]
            _log.debug("private sets read", marks=self.marks)


async def _rows(connection: psycopg.AsyncConnection[Any], statement: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = await (await connection.execute(statement)).fetchall()
    return rows


def _sets(relations: list[dict[str, Any]], tags: list[dict[str, Any]], shortlist: bytes | None) -> PrivateSets:
    accounts: dict[str, dict[str, Any]] = {}
    for row in sorted(relations, key=lambda row: row["account"]):
        accounts.setdefault(row["account"], {})[row["relation"]] = ids_of(row["ids"])
    by_tag = {row["tag"]: ids_of(row["ids"]) for row in tags}
    return PrivateSets(accounts, by_tag, ids_of(shortlist) if shortlist else NO_IDS)
