"""SQLite's FTS5 in this process: a contentless index beside a table, ranked by `bm25` with weights."""

from __future__ import annotations

import sqlite3
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from app.benchmarks.peers.rows import FACETS, HITS, NUMBERS, TEXTS, Question

_COLUMNS = ("id", "status", *FACETS, *NUMBERS, *TEXTS)
# Kept by a connection, so that statements over it stay prepared.
_KEPT = "create temp table found as select p.*, 0.0 as rank from programs p where false"
# A cross join stays in this order: the words first, and the few programs that have them by their ids.
_FOUND = """
    insert into found
        select p.*, bm25(words, 6, 2, 4, 1) as rank from words cross join programs p on p.id = words.rowid
        where words match ? and p.status in ('active', 'paused')
            and (p.commission_max >= ? or (p.commission_max is null and p.commission_min is not null))
"""
_COUNTED = (
    "select count(*), count(epc), min(epc), max(epc) from found",
    *(f"select {facet}, count(*) from found group by {facet}" for facet in FACETS),
    "select case when epc < 0.1 then 0 when epc < 0.25 then 1 when epc < 0.5 then 2 when epc < 1 then 3 "
    "when epc < 2 then 4 when epc < 5 then 5 else 6 end, count(*) from found where epc is not null group by 1",
    "select epc from found where epc is not null order by epc",
    f"select * from found order by rank, id limit {HITS}",
)


class Sqlite:
    """A database in a file, opened by each thread that asks."""

    name = "SQLite FTS5"
    threads = 2

    def __init__(self, path: Path) -> None:
        self._path = path
        self._own = threading.local()
        self._opened: list[sqlite3.Connection] = []

    def close(self) -> None:
        """Close the databases of all who asked."""
        for connection in self._opened:
            connection.close()

    def ask(self, asked: Question) -> int:
        """The programs found into a table, and what is wanted of it."""
        connection: sqlite3.Connection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._own.connection = sqlite3.connect(self._path, check_same_thread=False)
            self._opened.append(connection)
            connection.execute("pragma temp_store = memory")
            connection.execute(_KEPT)
        phrase = " ".join('"' + word.replace('"', '""') + '"' for word in asked.q.split())
        connection.execute(_FOUND, (phrase, asked.low))
        try:
            answers = [connection.execute(each).fetchall() for each in _COUNTED]
        finally:
            connection.execute("delete from found")
        return int(answers[0][0][0])


@contextmanager
def sqlite(rows: list[dict[str, Any]]) -> Iterator[Sqlite]:
    """SQLite with these programs, in a file that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "programs.sqlite"
        connection = sqlite3.connect(path)
        typed = ", ".join(_COLUMNS).replace("id", "id integer primary key", 1)
        connection.execute(f"create table programs ({typed})")
        connection.execute(
            f"create virtual table words using fts5({', '.join(TEXTS)}, content='', tokenize='unicode61')"
        )
        marks = ", ".join("?" for _ in _COLUMNS)
        connection.executemany(
            f"insert into programs values ({marks})", ([row[each] for each in _COLUMNS] for row in rows)
        )
        connection.executemany(
            f"insert into words (rowid, {', '.join(TEXTS)}) values (?, ?, ?, ?, ?)",
            ([row["id"], *(row[each] for each in TEXTS)] for row in rows),
        )
        connection.execute("insert into words (words) values ('optimize')")
        connection.execute("analyze")
        connection.commit()
        connection.close()
        with closing(Sqlite(path)) as peer:
            yield peer
