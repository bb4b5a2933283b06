"""Dead letters: documents that a generation refused for good, and why. They can be driven again."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec
import psycopg

from indexing.push import RefusedDocument
from mappings.moments import rfc3339

# The generation may have been dropped since: then nobody wants its dead letters.
_WRITE = """
    insert into dead_letters (generation, program_id, version, error_type, reason)
    select g.name, %(id)s, coalesce((select version from programs where id = %(id)s), 0), %(type)s, %(reason)s
    from index_generations g where g.name = %(generation)s for key share
    on conflict (generation, program_id) do update set version = excluded.version,
        error_type = excluded.error_type, reason = excluded.reason, failed_at = now()
"""
_NEWEST = """
    select generation, program_id, version, error_type, reason, failed_at
    from dead_letters order by failed_at desc, program_id limit %s
"""
# Pushed again as it is: an equal version is taken, so a dead letter whose cause is gone goes with the next round.
_REDRIVE = """
    with noted as (
        insert into changed_programs (program_id, version)
        select distinct on (program_id) program_id, rows.version
        from dead_letters join (
            select id, version from programs union all select id, version from deleted_programs
        ) rows on rows.id = program_id
        order by program_id, rows.version desc
        on conflict (program_id) do update set leased_until = null
        returning 1
    ) select count(*) from noted
"""


class DeadLetter(msgspec.Struct, frozen=True, rename="camel"):
    """One refused document. `failed_at` is RFC 3339."""

    generation: str
    program: int
    version: int
    type: str
    reason: str
    failed_at: str


def write(connection: psycopg.Connection, generation: str, refused: Iterable[RefusedDocument]) -> None:
    """Keep refused documents, in the caller's transaction."""
    rows = [
        {"generation": generation, "id": each.id, "type": each.type, "reason": each.reason.replace("\0", "")}
        for each in refused
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(_WRITE, rows)


def clear(connection: psycopg.Connection, generation: str, taken: Collection[int]) -> None:
    """Forget the dead letters of documents that were taken after all, in the caller's transaction."""
    connection.execute(
        "delete from dead_letters where generation = %s and program_id = any(%s)", (generation, list(taken))
    )


def newest(connection: psycopg.Connection, limit: int = 100) -> list[DeadLetter]:
    """The last dead letters, the newest first, at most `limit`."""
    return [
        DeadLetter(generation, program, version, type, reason, rfc3339(failed_at))
        for generation, program, version, type, reason, failed_at in connection.execute(_NEWEST, (limit,))
    ]


def of_generation(connection: psycopg.Connection, generation: str) -> set[int]:
    """The programs that a generation refused."""
    rows = connection.execute("select program_id from dead_letters where generation = %s", (generation,))
    return {id for (id,) in rows}


def redrive(connection: psycopg.Connection) -> int:
    """Have every refused program pushed again; how many. Commits."""
    (count,) = connection.execute(_REDRIVE).fetchone() or (0,)
    connection.execute("notify changed_programs")
    connection.commit()
    return int(count)
