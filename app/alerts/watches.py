"""Watches as they are stored: made, listed, changed, paused, removed; and what they told."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime
from typing import Any

import msgspec
import psycopg
from psycopg.rows import class_row

from app.alerts.wanted import WantedWatch
from app.failures import Failure
from mappings.watching import packed

MOST_WATCHES = 2_000
_SECRET_BYTES = 32
_SECRET_PREFIX = "whsec_"

Connection = psycopg.Connection[Any]


class NameTaken(Failure):
    """Another watch has this name."""


class TooManyWatches(Failure):
    """There is no room for another watch."""


class NoWatch(Failure):
    """There is no such watch."""


class Watch(msgspec.Struct, frozen=True, rename="camel"):
    """A watch as it is shown. `pending` events wait for its webhook, `failure` is why they do; `events` is the number
    of all that are kept. A `built_in` one was made by itself, when an account first told of a joined program."""

    id: int
    name: str
    query: str
    tells: list[str]
    webhook: str | None
    email: str | None
    created_at: datetime
    author: str | None
    built_in: bool
    paused_at: datetime | None
    paused_because: str | None
    matches: int | None
    events: int
    pending: int
    attempts: int
    failing_since: datetime | None
    retry_at: datetime | None
    failure: str | None
    given_up_at: datetime | None
    mailed_at: datetime | None
    mail_failure: str | None


class Event(msgspec.Struct, frozen=True, rename="camel"):
    """One thing that a watch told, once: `id` stays, however often it is sent. `field`, `old` and `new` of a change;
    `direction` is up or down where both are numbers. `program` is what it was then; null for one that is gone."""

    id: str
    watch: int
    at: datetime
    kind: str
    program_id: int
    program: dict[str, Any] | None
    field: str | None
    old: Any
    new: Any
    direction: str | None


class Events(msgspec.Struct, frozen=True, rename="camel"):
    """Events in order; `next_cursor` goes on after the last, at any later time."""

    events: list[Event]
    next_cursor: str
    more: bool


_SHOWN = """
    select id, name, query, tells, webhook, email, created_at, author,
        exists (select from built_in_watches b where b.watch_id = w.id) as built_in, paused_at, paused_because, matches,
        (select count(*) from watch_events e where e.watch_id = w.id) as events,
        case when webhook is null then 0
            else (select count(*) from watch_events e where e.watch_id = w.id and e.id > w.told) end as pending,
        attempts, failing_since, retry_at, failure, given_up_at, mailed_at, mail_failure
    from watches w
"""
_EVENTS = """
    select id, uuid::text, watch_id, at, kind, program_id, program, field, old, new from watch_events
    where watch_id = %s and id > %s order by id limit %s
"""


def secret_text(secret: bytes) -> str:
    """A webhook's secret as receivers are given it (Standard Webhooks)."""
    return _SECRET_PREFIX + base64.b64encode(secret).decode()


def add(
    connection: Connection, wanted: WantedWatch, analysis: str, matched: set[int], author: str | None
) -> tuple[int, bytes]:
    """Store a watch that tells what differs from `matched`; its id and secret. Commits.

    Raises NameTaken, TooManyWatches.
    """
    secret = secrets.token_bytes(_SECRET_BYTES)
    (count,) = connection.execute("select count(*) from watches").fetchone() or (0,)
    if count >= MOST_WATCHES:
        raise TooManyWatches(f"there are {count:,} watches, which is all there is room for; remove one")
    try:
        (id,) = connection.execute(
            "insert into watches (name, query, analysis, tells, webhook, secret, email, author, matched, matches, "
            "drawn_at) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, now()) returning id",
            (
                wanted.name,
                wanted.query,
                analysis,
                list(wanted.tells),
                wanted.webhook,
                secret,
                wanted.email,
                author,
                packed(matched),
                len(matched),
            ),
        ).fetchone() or (0,)
    except psycopg.errors.UniqueViolation:
        raise NameTaken(f"there is a watch of the name '{wanted.name}'") from None
    connection.commit()
    return id, secret


def listed(connection: Connection) -> list[Watch]:
    """All watches, the oldest first."""
    with connection.cursor(row_factory=class_row(Watch)) as cursor:
        return cursor.execute(f"{_SHOWN} order by id").fetchall()


def one(connection: Connection, id: int) -> Watch:
    """A watch. Raises NoWatch."""
    with connection.cursor(row_factory=class_row(Watch)) as cursor:
        found = cursor.execute(f"{_SHOWN} where id = %s", (id,)).fetchone()
    if found is None:
        raise NoWatch(f"there is no watch {id}")
    return found


def change(connection: Connection, id: int, values: dict[str, Any]) -> None:
    """Set columns of a watch; commits. Raises NoWatch, NameTaken."""
    assignments = "".join(f"{column} = %({column})s, " for column in values)
    try:
        changed = connection.execute(
            f"update watches set {assignments} revision = revision + 1 where id = %(id)s", {**values, "id": id}
        ).rowcount
    except psycopg.errors.UniqueViolation:
        raise NameTaken(f"there is a watch of the name '{values.get('name')}'") from None
    if not changed:
        raise NoWatch(f"there is no watch {id}")
    connection.commit()


def pause(connection: Connection, id: int, because: str | None = None) -> None:
    """Let a watch tell nothing until it is resumed; commits. Raises NoWatch."""
    changed = connection.execute(
        "update watches set paused_at = coalesce(paused_at, now()), paused_because = %s, revision = revision + 1 "
        "where id = %s",
        (because, id),
    ).rowcount
    if not changed:
        raise NoWatch(f"there is no watch {id}")
    connection.commit()


def resume(connection: Connection, id: int) -> None:
    """Go on: programs that came or went meanwhile are told, changes of others are not; commits. Raises NoWatch."""
    changed = connection.execute(
        "update watches set paused_at = null, paused_because = null, generation = null, "
        "born = pg_current_snapshot()::text, revision = revision + 1 where id = %s and paused_at is not null",
        (id,),
    ).rowcount
    if not changed:
        one(connection, id)
    connection.commit()


def remove(connection: Connection, id: int) -> None:
    """Forget a watch and what it told; commits. Raises NoWatch."""
    if not connection.execute("delete from watches where id = %s", (id,)).rowcount:
        raise NoWatch(f"there is no watch {id}")
    connection.commit()


def replay(connection: Connection, id: int, after: int | None) -> int:
    """Let the webhook have its events anew from behind one on, or where it stands if None; how many. Commits.

    One that was given up is tried again. Raises NoWatch.
    """
    changed = connection.execute(
        "update watches set told = least(told, coalesce(%s, told)), attempts = 0, failing_since = null, "
        "retry_at = null, failure = null, given_up_at = null where id = %s",
        (after, id),
    ).rowcount
    if not changed:
        raise NoWatch(f"there is no watch {id}")
    connection.commit()
    return one(connection, id).pending


def events_after(connection: Connection, id: int, after: int, limit: int) -> Events:
    """What a watch told after a cursor (0: all that is kept). Raises NoWatch."""
    one(connection, id)
    found = read_events(connection, id, after, limit + 1)
    some = found[:limit]
    return Events([event for _, event in some], str(some[-1][0] if some else after), len(found) > limit)


def read_events(connection: Connection, id: int, after: int, limit: int) -> list[tuple[int, Event]]:
    """Events of a watch in order, each with its place."""
    return [
        (place, Event(uuid, watch, at, kind, program_id, program, field, old, new, direction(old, new)))
        for place, uuid, watch, at, kind, program_id, program, field, old, new in connection.execute(
            _EVENTS, (id, after, limit)
        )
    ]


def direction(old: Any, new: Any) -> str | None:
    """Whether a number went up or down; None where one of them is none."""
    numbers = all(isinstance(each, int | float) and not isinstance(each, bool) for each in (old, new))
    return ("up" if new > old else "down") if numbers and old != new else None
