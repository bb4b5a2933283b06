"""Logs that all watches read, each to a cursor of its own: what changed in programs, and how accounts stand to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Generic, NamedTuple, TypeVar

import psycopg

from indexing.horizon import HORIZON
from mappings.program import RATE

CHANGES, RELATIONS = "changes", "relations"
_AT_ONCE = 5_000  # rows
Row = TypeVar("Row")

# What each field of the history is called by a watch; a field that is not here is not told.
_KINDS = {
    "status": "status",
    "cookieDays": "cookie",
    "epc": "epc",
    "link": "link",
    **dict.fromkeys(RATE, "rate"),
}

_BEHIND = f"(xid, id) > (%s, %s) and xid < {HORIZON} order by xid, id limit {_AT_ONCE}"
_CHANGES = f"select xid, id, program_id, at, field, old, new from program_history where {_BEHIND}"
_RELATED = f"select xid, id, program_id from relation_history where {_BEHIND}"
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


class Read(NamedTuple, Generic[Row]):
    """What was read of a log, and the cursor behind it; `still` if that is where it was, `more` if there is more at
    once."""

    source: str
    found: list[Row]
    xid: int
    row_id: int
    still: bool
    more: bool


def read_changes(connection: psycopg.Connection) -> Read[Told]:
    """What changed in programs behind the cursor."""
    return _read(connection, CHANGES, _CHANGES, _known)


def read_relations(connection: psycopg.Connection) -> Read[int]:
    """The programs to which an account came to stand otherwise behind the cursor."""
    return _read(connection, RELATIONS, _RELATED, lambda rows: (program for _, _, program in rows))


def _read(
    connection: psycopg.Connection,
    source: str,
    statement: str,
    known: Callable[[Iterable[tuple[Any, ...]]], Iterable[Row]],
) -> Read[Row]:
    xid, row_id = connection.execute(_CURSOR, (source,)).fetchone() or (0, 0)
    rows = connection.execute(statement, (xid, row_id)).fetchall()
    if not rows:
        return Read(source, [], xid, row_id, True, False)
    return Read(source, list(known(rows)), rows[-1][0], rows[-1][1], False, len(rows) == _AT_ONCE)


def _known(rows: Iterable[tuple[Any, ...]]) -> Iterable[Told]:
    for xid, _, program_id, at, field, old, new in rows:
        if kind := _KINDS.get(field):
            yield Told(xid, program_id, at, kind, field, old, new)


def move(connection: psycopg.Connection, read: Read[Any]) -> None:
    """Let the next reader of a log go on behind what was read; the caller commits."""
    connection.execute(_MOVE, (read.source, read.xid, read.row_id))


class Snapshot:
    """A snapshot as Postgres writes it (`xmin:xmax:xip,…`): which transactions were over when it was taken."""

    def __init__(self, written: str) -> None:
        low, high, open_ones = written.split(":")
        self._low, self._high = int(low), int(high)
        self._open = frozenset(map(int, open_ones.split(","))) if open_ones else frozenset()

    def holds(self, xid: int) -> bool:
        """Whether what a transaction wrote was there already."""
        return xid < self._low or (xid < self._high and xid not in self._open)
