"""Follow: push what changed in Postgres to every live generation; a change is forgotten once all of them have it."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import psycopg
import structlog
from opensearchpy import OpenSearch

from indexing import generations
from indexing.documents import bodies, documents_of
from indexing.push import Outcome, push

_log = structlog.get_logger()

Connect = Callable[[], psycopg.Connection]

BATCH = 1000  # programs a lease: about 2 MB of documents
# Longer than any push takes. A worker that dies is waited for this long; one that merely stalls has its late write
# refused by its version.
_LEASE = "30 seconds"
_IDLE_SECONDS = 5.0  # the longest a change waits if its notification was lost
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 15.0

_TAKE = f"""
    with picked as (
        select program_id from changed_programs
        where leased_until is null or leased_until < clock_timestamp()
        order by program_id limit %s
        for update skip locked
    )
    update changed_programs set leased_until = clock_timestamp() + interval '{_LEASE}'
    from picked where changed_programs.program_id = picked.program_id
    returning changed_programs.program_id, changed_programs.version
"""

# A plain delete would wait behind every importer that holds one of the rows, and deadlock with it.
_FORGET = """
    with pushed as (
        select * from unnest(%s::bigint[], %s::bigint[]) as pushed (program_id, version)
    ), free as (
        select c.program_id from changed_programs c
        join pushed on pushed.program_id = c.program_id and c.version <= pushed.version
        for update of c skip locked
    )
    delete from changed_programs using free where changed_programs.program_id = free.program_id
"""

_RELEASE = "update changed_programs set leased_until = null where program_id = any(%s) and leased_until is not null"

_LETTER = """
    insert into dead_letters (generation, program_id, version, error_type, reason) values (%s, %s, %s, %s, %s)
    on conflict (generation, program_id) do update set version = excluded.version,
        error_type = excluded.error_type, reason = excluded.reason, failed_at = now()
"""


@dataclass(slots=True)
class Round:
    """What one round of follow did."""

    taken: int = 0
    forgotten: int = 0
    unavailable: dict[str, str] = field(default_factory=dict)  # generation -> why


def one_round(connection: psycopg.Connection, client: OpenSearch, batch: int = BATCH) -> Round:
    """Lease a batch, push it to every live generation, forget what all have. Commits; raises if Postgres fails."""
    leased: dict[int, int] = dict(connection.execute(_TAKE, (batch,)).fetchall())
    connection.commit()
    result = Round(taken=len(leased))
    if not leased:
        return result
    accepted = set(leased)
    try:
        # One snapshot for the rows and the list of generations: a generation that is not in the list yet takes its
        # own snapshot later, and that one holds these rows.
        connection.execute("set transaction isolation level repeatable read, read only")
        targets = generations.live(connection)
        by_fields: dict[tuple[str, ...], list[bytes]] = {}
        for generation in targets:
            if generation.fields not in by_fields:
                query = documents_of(generation.fields, leased)
                by_fields[generation.fields] = [body for body, _ in bodies(connection, query)]
        connection.commit()
        letters: list[tuple[str, int, int, str, str]] = []
        for generation in targets:
            outcome = _push_all(client, generation.name, by_fields[generation.fields])
            if outcome.missing or outcome.unavailable:
                result.unavailable[generation.name] = outcome.unavailable or "the index is missing"
            refused = {refused.id for refused in outcome.refused}
            accepted &= outcome.done | refused
            letters += [
                (generation.name, each.id, leased.get(each.id, 0), each.type, each.reason) for each in outcome.refused
            ]
    except BaseException:
        if not connection.closed:
            connection.rollback()
            connection.execute(_RELEASE, (list(leased),))
            connection.commit()
        raise
    if not targets:  # nothing to be in step with; the first rebuild will read everything
        accepted = set()
    ids = sorted(accepted)
    with connection.cursor() as cursor:
        if letters:
            cursor.executemany(_LETTER, letters)
        cursor.execute(_FORGET, (ids, [leased[id] for id in ids]))
        result.forgotten = cursor.rowcount
        if left := [id for id in leased if id not in accepted]:
            cursor.execute(_RELEASE, (left,))
    connection.commit()
    return result


def _push_all(client: OpenSearch, index: str, parts: list[bytes]) -> Outcome:
    total = Outcome()
    for part in parts:
        outcome = push(client, index, part)
        total.done |= outcome.done
        total.refused += outcome.refused
        total.unavailable = total.unavailable or outcome.unavailable
        total.missing = total.missing or outcome.missing
        if not outcome.complete:
            break
    return total


def drain(connect: Connect, client: OpenSearch, limit: int | None = None) -> int:
    """Push pending changes until none can be taken, or `limit` were; how many were forgotten."""
    forgotten = 0
    with connect() as connection:
        while limit is None or forgotten < limit:
            result = one_round(connection, client)
            forgotten += result.forgotten
            if not result.taken or not result.forgotten:
                break
    return forgotten


def follow(connect: Connect, client: OpenSearch, stop: threading.Event) -> None:
    """Push changes as they are committed until `stop` is set. Any number may run; outages are waited out."""
    pause = _FIRST_PAUSE
    while not stop.is_set():
        try:
            with connect() as connection, connect() as listener:
                listener.autocommit = True
                listener.execute("listen changed_programs")
                while not stop.is_set():
                    result = one_round(connection, client)
                    if result.unavailable:
                        _log.warning("index cannot take changes", because=result.unavailable, again_in=pause)
                        stop.wait(_jittered(pause))
                        pause = min(2 * pause, _LONGEST_PAUSE)
                        continue
                    pause = _FIRST_PAUSE
                    if not result.taken or not result.forgotten:
                        _wait(listener, stop)
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            _log.warning("database is away", because=str(error).strip(), again_in=pause)
            stop.wait(_jittered(pause))
            pause = min(2 * pause, _LONGEST_PAUSE)


def _wait(listener: psycopg.Connection, stop: threading.Event) -> None:
    """Until something changed, or for a while; in short steps, so that a stop is noticed."""
    for _ in range(int(_IDLE_SECONDS / 0.5)):
        if stop.is_set() or next(listener.notifies(timeout=0.5, stop_after=1), None):
            return


def _jittered(seconds: float) -> float:
    return seconds * random.uniform(0.5, 1.0)
