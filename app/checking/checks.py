"""The checks as they are stored, which addresses are due, and what follows for programs: marks and changes.

A program of a source that is real and open is verified on the day on which its merchant's address answered, and not
verified while that is dead or has never answered; unless somebody has marked it by hand, verified or not, and not
handed it back since. That an address is dead, and answers again, stands in the history of its programs as the change of
`link`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec
import psycopg
from psycopg.rows import class_row

from app.checking.asking import AskedLink
from app.checking.judging import ANOTHER_DAY, LinkState, judged
from app.importing.order import in_order
from mappings.network_program import GENERATED

LINK = "link"
"""What history calls the change."""

_BATCH = 2_000  # programs in one transaction
# Without a domain it is a network's tracking link: asking that would be a click.
_CHECKED = (
    "p.merchant_url is not null and p.merchant_domain is not null and p.status <> 'closed' "
    f"and not starts_with(p.data_source, '{GENERATED}')"
)
_OF_IT = "c.sha256 = sha256(convert_to(p.merchant_url, 'UTF8'))"

# One that fails and is not dead yet is asked again on another day: how else would anybody know?
_DUE = f"""
    with due as (
        select p.merchant_url as address, min(c.checked_at) as checked_at, max(p.popularity) as popularity
        from programs p join networks n on n.id = p.network_id left join link_checks c on {_OF_IT}
        where {_CHECKED} and (%(network)s::text is null or n.slug = %(network)s) and (
            c.checked_at is null or c.checked_at <= now() - %(every)s
            or (c.failures > 0 and c.dead_since is null and c.checked_at <= now() - %(day)s)
        )
        group by 1
    ), chosen as (
        select address, row_number() over (order by checked_at nulls first, popularity desc nulls last, address)
            as place
        from due order by place limit %(most)s
    )
    select c.address, array_agg(p.id), (select count(*) from due)
    from chosen c join programs p on p.merchant_url = c.address where {_CHECKED} group by c.address, c.place
    order by c.place
"""
_KNOWN = """
    select address, checked_at, outcome, because, failures, failed_at, answered_at, dead_since
    from link_checks where sha256 = any(%s)
"""
_PUT = """
    insert into link_checks
        (sha256, address, checked_at, outcome, because, failures, failed_at, answered_at, dead_since)
    values (%(sha256)s, %(address)s, %(checked_at)s, %(outcome)s, %(because)s, %(failures)s, %(failed_at)s,
        %(answered_at)s, %(dead_since)s)
    on conflict (sha256) do update set
        checked_at = excluded.checked_at, outcome = excluded.outcome, because = excluded.because,
        failures = excluded.failures, failed_at = excluded.failed_at, answered_at = excluded.answered_at,
        dead_since = excluded.dead_since
"""

_ANSWERS = "c.outcome = 'answers'"
_DEAD = "c.dead_since is not null"
_DAY = "(%s at time zone 'UTC')::date"
_OTHERWISE = f"""
    from link_checks c
    where {_OF_IT} and {_CHECKED} and (
        ({_ANSWERS} and (p.verified_at is null or not p.verified
            or {_DAY % "p.verified_at"} < {_DAY % "c.answered_at"}))
        or (p.verified and ({_DEAD} or c.answered_at is null))
    ) and coalesce((
        select m.marks::jsonb -> 'verified' from program_marks m
        where m.program_id = p.id and m.marks::jsonb ? 'verified' order by m.id desc limit 1
    ), 'null') = 'null'
"""
_SOME = "(%(ids)s::bigint[] is null or p.id = any(%(ids)s))"
# In the order in which imports lock them.
_LOCKED = f"""
    select p.id from programs p where {_SOME} and exists (select {_OTHERWISE})
    order by {in_order("p.")} limit {_BATCH} for no key update of p
"""
_MARK = f"""
    update programs p set verified = {_ANSWERS}, verified_at = case when {_ANSWERS} then c.answered_at end
    {_OTHERWISE} and p.id = any(%(ids)s) returning p.verified
"""
_TOLD = f"""
    select h.new from program_history h where h.program_id = p.id and h.field = '{LINK}' order by h.id desc limit 1
"""
_NOTE = f"""
    insert into program_history (program_id, field, old, new)
    select p.id, '{LINK}', case when {_ANSWERS} then '"dead"'::jsonb
            when c.answered_at is not null then '"answers"'::jsonb end,
        case when {_ANSWERS} then '"answers"'::jsonb else '"dead"'::jsonb end
    from programs p join link_checks c on {_OF_IT} left join lateral ({_TOLD}) told on true
    where {_SOME} and {_CHECKED} and (
        ({_DEAD} and told.new is distinct from '"dead"') or ({_ANSWERS} and told.new = '"dead"')
    )
    order by p.id
"""


class _Known(LinkState, frozen=True, kw_only=True):
    address: str


@dataclass(frozen=True, slots=True)
class Due:
    """An address that is to be asked, and the programs whose merchant's it is."""

    address: str
    programs: list[int]


@dataclass(frozen=True, slots=True)
class Recorded:
    """What followed from checks: addresses that are dead since, programs that are verified (or on another day), and
    that are no longer."""

    dead: int = 0
    verified: int = 0
    unverified: int = 0

    def __add__(self, other: Recorded) -> Recorded:
        return Recorded(self.dead + other.dead, self.verified + other.verified, self.unverified + other.unverified)


def due(
    connection: psycopg.Connection, every: timedelta, network: str | None = None, most: int | None = None
) -> tuple[list[Due], int]:
    """Addresses that were not asked for so long, those never asked first, and how many there are in all."""
    rows = connection.execute(_DUE, {"network": network, "every": every, "day": ANOTHER_DAY, "most": most}).fetchall()
    connection.commit()
    return [Due(address, programs) for address, programs, _ in rows], rows[0][2] if rows else 0


def answering(connection: psycopg.Connection, most: int) -> list[str]:
    """Addresses that answered when they were last asked, the newest first."""
    rows = connection.execute(
        "select address from link_checks where outcome = 'answers' order by checked_at desc limit %s", (most,)
    ).fetchall()
    connection.commit()
    return [address for (address,) in rows]


def record(connection: psycopg.Connection, asked: Mapping[str, AskedLink], programs: Sequence[int]) -> Recorded:
    """Store what became of asking addresses, and what follows for these programs of theirs. Commits."""
    now = datetime.now(UTC)
    keys = {address: hashlib.sha256(address.encode()).digest() for address in asked}
    with connection.cursor(row_factory=class_row(_Known)) as cursor:
        known = {each.address: each for each in cursor.execute(_KNOWN, (list(keys.values()),)).fetchall()}
    states = {address: judged(known.get(address), each.outcome, each.because, now) for address, each in asked.items()}
    with connection.cursor() as cursor:
        cursor.executemany(
            _PUT,
            [
                {"sha256": keys[address], "address": address, **msgspec.structs.asdict(state)}
                for address, state in states.items()
            ],
        )
    followed = follow_up(connection, programs)
    return followed + Recorded(dead=sum(each.dead_since == now for each in states.values()))


def follow_up(connection: psycopg.Connection, programs: Sequence[int] | None = None) -> Recorded:
    """Marks and changes that follow from the checks, for some programs or all; rows that they do not change are not
    written. Commits."""
    ids = None if programs is None else sorted(programs)
    connection.execute(_NOTE, {"ids": ids})
    recorded = Recorded()
    while True:
        locked = [id for (id,) in connection.execute(_LOCKED, {"ids": ids})]
        marked = [verified for (verified,) in connection.execute(_MARK, {"ids": locked})] if locked else []
        connection.commit()
        recorded += Recorded(verified=sum(marked), unverified=len(marked) - sum(marked))
        if len(locked) < _BATCH:
            return recorded
