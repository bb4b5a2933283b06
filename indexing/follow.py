"""Follow: push what changed in Postgres to every live generation; a change is forgotten once all of them have it."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass, field

import psycopg
import structlog
from opensearchpy import OpenSearch, TransportError

from indexing import dead_letters, generations
from indexing.connect import Connect
from indexing.documents import bodies, documents_of
from indexing.generations import Generation
from indexing.instruments import FOLLOW_LAG
from indexing.push import Outcome, push
from indexing.refreshing import Refreshing
from indexing.tracing import followed, span
from indexing.versions import draw_anew, raise_above_both

_log = structlog.get_logger()


BATCH = 1000  # programs a lease: about 2 MB of documents
_SMALLEST_BATCH = 25
# Longer than any push takes. A worker that dies is waited for this long; one that merely stalls has its late write
# refused by its version.
_LEASE_SECONDS = 30
_IDLE_SECONDS = 5.0  # the longest a change waits if its notification was lost
# Commits that come close together go in one request: woken by the first, follow waits this long for the others.
_GATHER_SECONDS = 0.05
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 5.0

# The clock may be set back: a lease that ends later than any lease can is over. Batches go round by id, so that
# programs that change all the time do not keep others from their turn.
_TAKE = f"""
    with picked as (
        select program_id from changed_programs
        where program_id > %(after)s and (leased_until is null or leased_until < clock_timestamp()
            or leased_until > clock_timestamp() + interval '{2 * _LEASE_SECONDS} seconds')
        order by program_id limit %(batch)s
        for update skip locked
    )
    update changed_programs set leased_until = clock_timestamp() + interval '{_LEASE_SECONDS} seconds'
    from picked where changed_programs.program_id = picked.program_id
    returning changed_programs.program_id, changed_programs.version
"""

# A plain delete would wait behind every importer that holds one of the rows, and deadlock with it. What every
# generation has is left for whoever looks what that means for the watches.
_FORGET = """
    with pushed as (
        select * from unnest(%s::bigint[], %s::bigint[]) as pushed (program_id, version)
    ), free as (
        select c.program_id from changed_programs c
        join pushed on pushed.program_id = c.program_id and c.version <= pushed.version
        for update of c skip locked
    ), forgotten as (
        delete from changed_programs using free where changed_programs.program_id = free.program_id
        returning changed_programs.program_id,
            extract(epoch from clock_timestamp() - changed_programs.changed_at)::float8 as lag
    ), noted as (
        insert into pushed_programs (program_id) select program_id from forgotten
    )
    select lag from forgotten
"""

# The same for giving leases back; what changed meanwhile is free already, and somebody else's lease of it stays.
_RELEASE = """
    with left_over as (
        select * from unnest(%(ids)s::bigint[], %(versions)s::bigint[]) as left_over (program_id, version)
    ), free as (
        select c.program_id from changed_programs c
        join left_over on left_over.program_id = c.program_id and c.version <= left_over.version
        where c.leased_until is not null
        for update of c skip locked
    )
    update changed_programs set leased_until = clock_timestamp() + make_interval(secs => %(seconds)s)
    from free where changed_programs.program_id = free.program_id
"""

_KNOWN = """
    select id, version from programs where id = any(%(ids)s)
    union all select id, version from deleted_programs where id = any(%(ids)s)
"""


@dataclass(slots=True)
class Round:
    """What one round of follow did."""

    taken: int = 0
    last: int = 0  # the highest id taken
    forgotten: int = 0
    unavailable: dict[str, str] = field(default_factory=dict)  # generation -> why
    throttled: bool = False
    again_in: float = 0.0  # seconds until what was not taken is tried again
    rewound: int = 0  # programs that the index held a newer version of than Postgres knows
    pushed_to: str | None = None  # the generation that serves, if it took anything


class Leases:
    """What a follower has leased now. Whoever stops it gives back what it could not, since it waits for an engine."""

    def __init__(self) -> None:
        self._leased: dict[int, int] = {}
        self.given_back = False  # then they are no longer the follower's to keep others from
        self.turned_at = time.monotonic()  # when the follower last began a round, or waited for an engine

    def turned(self) -> None:
        """Note that the follower does not hang."""
        self.turned_at = time.monotonic()

    def taken(self, leased: dict[int, int]) -> None:
        """Note ids and versions as leased."""
        self._leased = leased

    def settled(self) -> None:
        """Note that nothing is leased any more."""
        self._leased = {}

    def give_back(self, connect: Connect) -> int:
        """Free what is still leased, for others to take at once; how many programs. A late push hurts nobody."""
        if not (leased := self._leased):
            return 0
        self.given_back = True
        with connect() as connection:
            _release(connection, leased, 0.0)
        return len(leased)


def one_round(
    connection: psycopg.Connection,
    client: OpenSearch,
    batch: int = BATCH,
    after: int = 0,
    leases: Leases | None = None,
) -> Round:
    """Lease a batch, push it to every live generation, forget what all have. Commits; raises if Postgres fails.

    What is leased meanwhile stands in `leases`.
    """
    leases = leases or Leases()
    result = Round()
    waiting = [generation.paused for generation in generations.live(connection)]
    connection.commit()
    if waiting and all(waiting):
        result.again_in = min(waiting)
        return result
    leased = _lease(connection, batch, after)
    if not leased:
        return result
    leases.taken(leased)
    result.taken, result.last = len(leased), max(leased)
    try:
        with span("follow", links=followed(leased.values()), programs=len(leased)):
            targets, documents = _read(connection, leased)
            outcomes = {
                generation.name: _push_all(client, generation.name, documents[generation.fields])
                for generation in targets
                if not generation.paused
            }
            _settle(connection, leased, targets, outcomes, result, leases)
    except BaseException:
        if not connection.closed:
            connection.rollback()
            _release(connection, leased, 0.0)
            connection.commit()
        raise
    finally:
        leases.settled()
    return result


def _lease(connection: psycopg.Connection, batch: int, after: int) -> dict[int, int]:
    """Ids and versions that are ours to push for a while; commits."""
    leased: dict[int, int] = dict(connection.execute(_TAKE, {"after": after, "batch": batch}).fetchall())
    connection.commit()
    return leased


def _read(
    connection: psycopg.Connection, leased: dict[int, int]
) -> tuple[list[Generation], dict[tuple[str, ...], list[bytes]]]:
    """The live generations, and the leased programs as bulk bodies for each list of fields; commits.

    One snapshot for both: a generation that is not in the list yet takes its own snapshot later, and that one holds
    these rows.
    """
    connection.execute("set transaction isolation level repeatable read, read only")
    targets = generations.live(connection)
    documents: dict[tuple[str, ...], list[bytes]] = {}
    for generation in targets:
        if generation.fields not in documents and not generation.paused:
            query = documents_of(generation.fields, leased)
            documents[generation.fields] = [body for body, _ in bodies(connection, query)]
    connection.commit()
    return targets, documents


def _settle(
    connection: psycopg.Connection,
    leased: dict[int, int],
    targets: list[Generation],
    outcomes: dict[str, Outcome],
    result: Round,
    leases: Leases,
) -> None:
    """Forget what every generation has, give the rest back, note what was refused and who takes nothing; commits."""
    accepted = set(leased) if targets else set()  # with nothing to be in step with, the first rebuild reads it all
    older: dict[int, int] = {}
    for generation in targets:
        outcome = outcomes.get(generation.name)
        if outcome is None:  # paused
            accepted.clear()
            result.again_in = max(result.again_in, generation.paused)
            result.unavailable[generation.name] = generation.paused_because or "it is paused"
            continue
        accepted &= outcome.done | {refused.id for refused in outcome.refused}
        if outcome.done and generation.state == "serving":
            result.pushed_to = generation.name
        older |= outcome.older
        dead_letters.write(connection, generation.name, outcome.refused)
        dead_letters.clear(connection, generation.name, outcome.done)
        result.throttled |= outcome.throttled
        if not outcome.complete:
            because = outcome.unavailable or "the index is missing"
            result.unavailable[generation.name] = because
            if outcome.dead or outcome.throttled:
                result.again_in = max(result.again_in, generations.pause(connection, generation.name, because))
            else:  # only some documents: they alone wait
                result.again_in = max(result.again_in, random.uniform(_FIRST_PAUSE, _LONGEST_PAUSE))
        elif generation.troubled:
            generations.resume(connection, generation.name)
    accepted -= _rewound(connection, older, result)
    if not leases.given_back:
        _release(connection, {id: version for id, version in leased.items() if id not in accepted}, result.again_in)
    ids = sorted(accepted)
    lags = connection.execute(_FORGET, (ids, [leased[id] for id in ids])).fetchall()
    connection.commit()
    result.forgotten = len(lags)
    for (seconds,) in lags:
        FOLLOW_LAG.observe(max(seconds, 0.0))


def _rewound(connection: psycopg.Connection, older: dict[int, int], result: Round) -> set[int]:
    """Programs of which an index holds a newer version than any that Postgres knows; they are given a newer one.

    Otherwise "it is newer already" is success: whoever pushed it had read a later state of the row.
    """
    if not older:
        return set()
    known: dict[int, int] = {}
    for id, version in connection.execute(_KNOWN, {"ids": list(older)}):
        known[id] = max(version, known.get(id, 0))
    rewound = {id for id, version in older.items() if version > known.get(id, 0)}
    if rewound:
        _log.warning("the index is newer than the database; giving new versions", programs=len(rewound))
        draw_anew(connection, rewound, above=max(older[id] for id in rewound))
        result.rewound = len(rewound)
    return rewound


def _release(connection: psycopg.Connection, leased: dict[int, int], seconds: float) -> None:
    if leased:
        connection.execute(
            _RELEASE, {"ids": list(leased), "versions": list(leased.values()), "seconds": max(seconds, 0.0)}
        )


def _push_all(client: OpenSearch, index: str, parts: list[bytes]) -> Outcome:
    total = Outcome()
    for part in parts:
        with span("push", generation=index):
            total.add(push(client, index, part))
        if not total.complete:
            break
    return total


def drain(connect: Connect, client: OpenSearch, limit: int | None = None) -> int:
    """Push pending changes until none can be taken, or `limit` were; how many were forgotten."""
    forgotten = after = 0
    with connect() as connection:
        while limit is None or forgotten < limit:
            result = one_round(connection, client, after=after)
            forgotten += result.forgotten
            if not result.taken and not after:
                break
            if result.taken and not result.forgotten and not result.rewound:
                break
            after = result.last if result.taken == BATCH else 0
    return forgotten


def follow(connect: Connect, client: OpenSearch, stop: threading.Event, leases: Leases | None = None) -> None:
    """Push changes as they are committed until `stop` is set. Any number may run; outages are waited out.

    What is leased stands in `leases`, for whoever cannot wait until this has noticed the stop.
    """
    leases = leases or Leases()
    pause = _FIRST_PAUSE
    while not stop.is_set():
        leases.turned()
        try:
            with connect() as connection, connect() as listener, Refreshing(client) as refreshing:
                listener.autocommit = True
                listener.execute("listen changed_programs")
                if raise_above_both(connection, client):
                    _log.warning("the database is older than the index; `affindex index verify --repair` mends it")
                pause = _FIRST_PAUSE
                _follow(connection, listener, client, refreshing, stop, leases)
        except Exception as error:  # whatever it was, the changes are still noted; a follower that died would not be
            passing = isinstance(error, psycopg.OperationalError | psycopg.InterfaceError | TransportError)
            _log.warning(
                "following stopped; trying again",
                because=f"{type(error).__name__}: {error}".strip(),
                again_in=round(pause, 1),
                exc_info=None if passing else error,
            )
            stop.wait(pause * random.uniform(0.5, 1.0))
            pause = min(2 * pause, _LONGEST_PAUSE)


def _follow(
    connection: psycopg.Connection,
    listener: psycopg.Connection,
    client: OpenSearch,
    refreshing: Refreshing,
    stop: threading.Event,
    leases: Leases,
) -> None:
    batch, after, said = BATCH, 0, ""
    while not stop.is_set():
        leases.turned()
        result = one_round(connection, client, batch, after, leases)
        full = result.taken == batch
        if result.pushed_to and not full:  # of a long queue nobody waits for the next batch: the index's own will do
            refreshing.soon(result.pushed_to)
        # An index that asks for less gets less, and more again step by step.
        batch = max(batch // 2, _SMALLEST_BATCH) if result.throttled else min(batch + batch // 4 + 1, BATCH)
        around = not full and after > 0
        after = result.last if full else 0
        because = "; ".join(f"{name}: {why}" for name, why in result.unavailable.items())
        if result.taken and because != said:
            said = because
            _log.warning("the index cannot take changes" if because else "the index takes changes again", why=because)
        if not full and not around:
            _wait(listener, stop, min(_IDLE_SECONDS, result.again_in or _IDLE_SECONDS))


def _wait(listener: psycopg.Connection, stop: threading.Event, seconds: float) -> None:
    """Wait until something changed, or for a while; in short steps, so that a stop is noticed."""
    while seconds > 0 and not stop.is_set():
        step = min(seconds, 0.5)
        if next(listener.notifies(timeout=step, stop_after=1), None):
            stop.wait(_GATHER_SECONDS)
            return
        seconds -= step
