"""Documents as Postgres makes them: bytes of `_bulk` bodies, no Python object a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import psycopg

from mappings.document import documents_sql, tombstones_sql

# OpenSearch digests bulks of 5 to 15 MB best; below that round trips show, above it memory does.
BODY_BYTES = 5_000_000

# Two columns parted by a control character, which JSON never holds unescaped: no value is ever quoted, and turning
# the delimiter into a newline makes a bulk body of the output. (COPY's text format would double every backslash.)
_DELIMITER = b"\x02"
_COPY = r"copy ({query}) to stdout (format csv, delimiter E'\x02', quote E'\x01')"


def bodies(connection: psycopg.Connection, query: str, limit: int = BODY_BYTES) -> Iterator[tuple[bytes, int]]:
    """Run a query of (action, document) and yield bulk bodies of about `limit` bytes with their document counts."""
    lines: list[bytes] = []
    size = 0
    with connection.cursor().copy(_COPY.format(query=query)) as copy:
        for block in copy:
            line = bytes(block)
            lines.append(line)
            size += len(line)
            if size >= limit:
                yield b"".join(lines).replace(_DELIMITER, b"\n"), len(lines)
                lines, size = [], 0
    if lines:
        yield b"".join(lines).replace(_DELIMITER, b"\n"), len(lines)


def all_documents(keys: Iterable[str], low: int, high: int) -> str:
    """The query of every program and tombstone with low <= id < high."""
    where = f"p.id >= {low:d} and p.id < {high:d}"
    return f"{documents_sql(keys, where)} union all {tombstones_sql(where)}"


def slices(connection: psycopg.Connection, documents: int) -> tuple[list[tuple[int, int]], int]:
    """Ranges low <= id < high that hold about `documents` programs and tombstones each, and how many there are in all.

    By count, not by width: ids have gaps of any size.
    """
    starts = connection.execute(
        "select id, total from (select id, row_number() over (order by id) as row, count(*) over () as total "
        "from (select id from programs union all select id from deleted_programs) as ids) as numbered "
        "where (row - 1) %% %s = 0 order by id",
        (documents,),
    ).fetchall()
    if not starts:
        return [], 0
    lows = [id for id, _ in starts]
    return list(zip(lows, [*lows[1:], 2**63 - 1], strict=True)), starts[0][1]


def documents_of(keys: Iterable[str], ids: Iterable[int]) -> str:
    """The query of these programs, alive or deleted."""
    where = f"p.id = any('{{{','.join(str(int(id)) for id in ids)}}}'::bigint[])"
    return f"{documents_sql(keys, where)} union all {tombstones_sql(where)}"
