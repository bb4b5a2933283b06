"""Versions stay ahead of everything that either side has ever seen.

A restored backup, or a failover that lost its last transactions, rewinds the sequence; a write behind our back raises
a document's version in the index. Whatever is pushed with a lower version is refused as older, for good.
"""

from __future__ import annotations

from collections.abc import Iterable

import psycopg
from opensearchpy import NotFoundError, OpenSearch

from indexing import generations

# Room for what others draw while the sequence is being moved.
_MARGIN = 1_000
# A version that no history of ours can have reached: taking it over would use the sequence up.
MOST_BELIEVED = 10**15

_HIGHEST_ROW = """
    select greatest(
        (select coalesce(max(version), 0) from programs),
        (select coalesce(max(version), 0) from deleted_programs)
    ), last_value from program_version
"""


def raise_above_both(connection: psycopg.Connection, client: OpenSearch) -> bool:
    """Move the sequence above the highest version that a row or a live generation holds; whether it had to. Commits.

    True means that the database is older than the index: what differs is found and mended by `verify`.
    """
    live = generations.live(connection)
    connection.commit()
    in_index = max((_highest_document(client, generation.name) for generation in live), default=0)
    # Afterwards: what was pushed while the index was asked had been drawn before.
    highest, last = connection.execute(_HIGHEST_ROW).fetchone() or (0, 0)
    connection.commit()
    highest = max(highest, in_index)
    if highest <= last:
        return False
    raise_above(connection, highest)
    connection.commit()
    return True


def _highest_document(client: OpenSearch, index: str) -> int:
    try:
        answer = client.search(
            index=index,
            body={"size": 0, "track_total_hits": False, "aggs": {"highest": {"max": {"field": "sync.version"}}}},
            params={"allow_partial_search_results": "false"},
        )
    except NotFoundError:
        return 0
    # A double: exact up to 2^53, above MOST_BELIEVED
    return int(answer["aggregations"]["highest"]["value"] or 0)


def raise_above(connection: psycopg.Connection, version: int) -> None:
    """Move the sequence above a version, never back. In the caller's transaction, but a sequence knows no rollback."""
    if version < MOST_BELIEVED:
        connection.execute(
            "select setval('program_version', %(to)s) from program_version where last_value <= %(version)s",
            {"version": version, "to": version + _MARGIN},
        )


def draw_anew(connection: psycopg.Connection, ids: Iterable[int], *, above: int = 0) -> list[int]:
    """Give programs new versions, so that the next push of them wins over whatever is in the index; the ids given one.

    An id without a row becomes a deleted program. Rows that somebody else is writing are left out: they get a new
    version from that. In the caller's transaction; the triggers note the changes.
    """
    raise_above(connection, above)
    wanted = sorted(ids)
    rows = connection.execute(
        "with free as ("
        "  select id from programs where id = any(%s) order by network_id, external_id for no key update skip locked"
        ") update programs set network_id = network_id from free where programs.id = free.id returning programs.id",
        (wanted,),
    ).fetchall()
    buried = connection.execute(
        "with buried as ("
        "  insert into deleted_programs (id, version)"
        "  select id, nextval('program_version') from unnest(%s::bigint[]) as wanted (id)"
        "  where not exists (select from programs p where p.id = wanted.id) order by id"
        "  on conflict (id) do update set version = excluded.version"
        "  returning id, version"
        ") insert into changed_programs (program_id, version) select id, version from buried order by id"
        "  on conflict (program_id) do update set version = excluded.version, leased_until = null"
        " returning program_id",
        (wanted,),
    ).fetchall()
    return [id for (id,) in (*rows, *buried)]
