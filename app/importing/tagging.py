"""Topics of programs that are not made anew from a whole record: stored ones, when the file of topics is another, and
staged ones that took over texts of which their records are silent.

Stored programs are looked through once per fingerprint, in batches, each with a transaction of its own; only rows
whose topics change are written, and so draw a version and go through the change set.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass

import psycopg
import structlog

from app.importing.order import in_order
from app.normalising.topics import FINGERPRINT, topics_of, vertical_of_topics
from indexing.connect import Connect
from indexing.locks import Lock

_log = structlog.get_logger()

_BATCH = 2000  # rows that are looked at, and at most written, in one transaction

_Row = tuple[int, str, str | None, str | None, str | None, bool, str | None, list[str] | None]
"""Key, name, description, category, language, whether it has no category, vertical, topics."""
_COLUMNS = "name, description, category, text_language, categories is null, vertical, topics"


@dataclass(frozen=True, slots=True)
class Tagged:
    """What looking through the stored programs did, in rows."""

    seen: int = 0
    changed: int = 0


def _otherwise(rows: Iterable[_Row]) -> list[tuple[int, str | None, str | None]]:
    """(key, topics parted by blanks, vertical) of the rows that have others than they should."""
    changes = []
    for key, name, description, category, language, uncategorised, vertical, tagged in rows:
        topics = topics_of(name, description, category, language)
        own = vertical_of_topics(topics) if uncategorised else vertical
        if own != vertical or (topics or ()) != tuple(tagged or ()):
            changes.append((key, " ".join(topics) if topics else None, own))
    return changes


def _write(connection: psycopg.Connection, table: str, key: str, rows: list[_Row]) -> int:
    changes = _otherwise(rows)
    if changes:
        keys, topics, verticals = (list(column) for column in zip(*changes, strict=True))
        connection.execute(
            f"update {table} t set topics = string_to_array(n.topics, ' '), vertical = n.vertical "
            f"from unnest(%s::bigint[], %s::text[], %s::text[]) as n(key, topics, vertical) where t.{key} = n.key",
            (keys, topics, verticals),
        )
    return len(changes)


def tag_staged(connection: psycopg.Connection, staging: str, silent: list[int]) -> None:
    """Tag staged records of these kinds of silence by the texts that they have by now, in the caller's transaction."""
    after = -1
    while True:
        rows = connection.execute(
            f"select line, {_COLUMNS} from {staging} where silent = any(%s) and line > %s order by line limit %s",
            (silent, after, _BATCH),
        ).fetchall()
        if not rows:
            return
        _write(connection, staging, "line", rows)
        after = rows[-1][0]


def tag_stored(
    connect: Connect,
    stop: threading.Event | None = None,
    *,
    batch: int = _BATCH,
    fingerprint: str = FINGERPRINT,
) -> Tagged:
    """Give the stored programs the topics that this code finds, unless that was done; what was done now.

    Stopped or killed, the next call goes on where this one was. While another process is at it there is nothing to do.
    """
    seen = changed = 0
    with connect() as connection:
        (free,) = connection.execute("select pg_try_advisory_lock(%s)", (Lock.TAGGING,)).fetchone() or (False,)
        reached = _begun(connection, fingerprint) if free else None
        connection.commit()
        while reached is not None and not (stop and stop.is_set()):
            found = connection.execute(
                f"select id, {_COLUMNS} from programs where id > %s order by id limit %s", (reached, batch)
            ).fetchall()
            if others := [key for key, _, _ in _otherwise(found)]:
                # In the order in which imports lock them, and read again: a row may have changed since.
                locked = connection.execute(
                    f"select id, {_COLUMNS} from programs where id = any(%s) order by {in_order()} for no key update",
                    (others,),
                ).fetchall()
                changed += _write(connection, "programs", "id", locked)
            seen += len(found)
            reached = found[-1][0] if found else None
            connection.execute(
                "update topic_tagging set reached = coalesce(%s, reached), "
                "finished_at = case when %s::bigint is null then now() end where fingerprint = %s",
                (reached, reached, fingerprint),
            )
            connection.commit()
    if changed:
        _log.info("topics found anew", programs=seen, changed=changed)
    return Tagged(seen, changed)


def _begun(connection: psycopg.Connection, fingerprint: str) -> int | None:
    """The last id that was looked at with this fingerprint; None if all were."""
    connection.execute("insert into topic_tagging (fingerprint) values (%s) on conflict do nothing", (fingerprint,))
    row = connection.execute(
        "select reached, finished_at is not null from topic_tagging where fingerprint = %s", (fingerprint,)
    ).fetchone()
    assert row is not None
    reached, finished = row
    return None if finished else int(reached)
