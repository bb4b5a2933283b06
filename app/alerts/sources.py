"""Logs that all watches read, each to a cursor of its own: what changed in programs, and how accounts stand to them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import psycopg

CHANGES, RELATIONS = "changes", "relations"
_AT_ONCE = 5_000  # rows

# What each field of the history is called by a watch; a field that is not here is not told.
_KINDS = {
    "status": "status",
    "cookieDays": "cookie",
    "epc": "epc",
    "link": "link",
    **dict.fromkeys(
        (
            "commissionType",
            "commissionMin",
            "commissionMax",
            "commissionFixedMin",
            "commissionFixedMax",
            "currency",
        ),
        "rate",
    ),
}

# No further than the oldest transaction that is still open: whatever commits later comes after that.
_HORIZON = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
_CHANGES = f"""
    select xid, id, program_id, at, field, old, new from program_history
    where (xid, id) > (%s, %s) and xid < {_HORIZON} order by xid, id limit {_AT_ONCE}
"""
_RELATED = f"""
    select xid, id, program_id from relation_history
    where (xid, id) > (%s, %s) and xid < {_HORIZON} order by xid, id limit {_AT_ONCE}
"""
_CURSOR = "select xid, row_id from watch_cursors where source = %s"
_MOVE = """
    insert into watch_cursors (source, xid, row_id) values (%s, %s, %s)
    on conflict (source) do update set xid = excluded.xid, row_id = excluded.row_id
"""


class Told(NamedTuple):
    """A row of a log, as a watch may tell it. `xid` is the transaction that wrote it."""

    xid: int
    program_id: int
    at: Any
    kind: str
    field: str
    old: Any
    new: Any


class Read(NamedTuple):
    """What was read of a log, and the cursor behind it; `still` if that is where it was, `more` if there is more at
    once."""

    told: list[Told]
    xid: int
    row_id: int
    still: bool
    more: bool


class ReadRelations(NamedTuple):
    """The programs to which an account came to stand otherwise, and the cursor behind what was read; `still` and `more`
    as of what changed in programs."""

    programs: frozenset[int]
    xid: int
    row_id: int
    still: bool
    more: bool


def read_relations(connection: psycopg.Connection) -> ReadRelations:
    """Whose relations changed behind the cursor."""
    xid, row_id = connection.execute(_CURSOR, (RELATIONS,)).fetchone() or (0, 0)
    rows = connection.execute(_RELATED, (xid, row_id)).fetchall()
    if not rows:
        return ReadRelations(frozenset(), xid, row_id, True, False)
    programs = frozenset(program for _, _, program in rows)
    return ReadRelations(programs, rows[-1][0], rows[-1][1], False, len(rows) == _AT_ONCE)


def read_changes(connection: psycopg.Connection) -> Read:
    """What changed in programs behind the cursor."""
    xid, row_id = connection.execute(_CURSOR, (CHANGES,)).fetchone() or (0, 0)
    rows = connection.execute(_CHANGES, (xid, row_id)).fetchall()
    if not rows:
        return Read([], xid, row_id, True, False)
    return Read(list(_known(rows)), rows[-1][0], rows[-1][1], False, len(rows) == _AT_ONCE)


def _known(rows: Iterable[tuple[Any, ...]]) -> Iterable[Told]:
    for xid, _, program_id, at, field, old, new in rows:
        if kind := _KINDS.get(field):
            yield Told(xid, program_id, at, kind, field, old, new)


def move(connection: psycopg.Connection, source: str, xid: int, row_id: int) -> None:
    """Let the next reader of a log go on behind a row; the caller commits."""
    connection.execute(_MOVE, (source, xid, row_id))


class Snapshot:
    """A snapshot as Postgres writes it (`xmin:xmax:xip,…`): which transactions were over when it was taken."""

    def __init__(self, written: str) -> None:
        low, high, open_ones = written.split(":")
        self._low, self._high = int(low), int(high)
        self._open = frozenset(map(int, open_ones.split(","))) if open_ones else frozenset()

    def holds(self, xid: int) -> bool:
        """Whether what a transaction wrote was there already."""
        return xid < self._low or (xid < self._high and xid not in self._open)
