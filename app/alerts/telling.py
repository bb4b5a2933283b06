"""Tell a webhook what its watch found: in order, again until each event is taken, given up after days."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
import psycopg
import structlog

from app.alerts.posting import Delivery, Poster
from app.alerts.watches import Event, read_events
from indexing.connect import Connect
from indexing.locks import Lock, alone

_log = structlog.get_logger()

# Seconds to each next attempt, as Standard Webhooks proposes: given up after three days.
BACKOFF = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
_SPREAD = 0.1  # of a wait: what failed together does not come again together
_AT_ONCE = 100  # events that are read at a time
_NOTED_SECONDS = 1.0  # what was taken longer ago than this is noted: whoever is killed sends no more of it again

_STANDS = """
    select name, webhook, secret, told, attempts, coalesce(extract(epoch from retry_at - now())::float8, 0)
    from watches where id = %s and webhook is not null and paused_at is null and given_up_at is null
"""
_TAKEN = """
    update watches set told = greatest(told, %(event)s), attempts = 0, failing_since = null, retry_at = null,
        failure = null
    where id = %(watch)s and told = %(told)s
"""
_FAILED = """
    update watches set attempts = %(attempts)s, failing_since = coalesce(failing_since, now()), failure = %(failure)s,
        retry_at = now() + make_interval(secs => %(wait)s),
        given_up_at = case when %(over)s then now() end
    where id = %(watch)s and told = %(told)s
"""
_DUE = """
    select id from watches w
    where webhook is not null and paused_at is null and given_up_at is null and coalesce(retry_at <= now(), true)
        and exists (select from watch_events e where e.watch_id = w.id and e.id > w.told)
"""


class Message(msgspec.Struct, frozen=True):
    """What a webhook is sent: `type` is `watch.` and the kind of the event, `timestamp` when it happened."""

    type: str
    timestamp: datetime
    data: Any


class _About(msgspec.Struct, frozen=True):
    id: int
    name: str


class _Data(msgspec.Struct, frozen=True, rename="camel"):
    watch: _About
    kind: str
    program_id: int
    program: dict[str, Any] | None
    field: str | None
    old: Any
    new: Any
    direction: str | None


def body_of(event: Event, name: str) -> bytes:
    """An event as the body of a message."""
    about = _About(event.watch, name)
    data = _Data(about, event.kind, event.program_id, event.program, event.field, event.old, event.new, event.direction)
    return msgspec.json.encode(Message(f"watch.{event.kind}", event.at, data))


def due(connection: psycopg.Connection) -> list[int]:
    """The watches that have something to tell now."""
    return [id for (id,) in connection.execute(_DUE)]


def tell(connect: Connect, poster: Poster, watch: int, stop: Callable[[], bool] = lambda: False) -> float | None:
    """Send a watch's webhook what it has not taken yet; seconds until it should be tried again, None if never.

    One at a time tells a watch: who comes meanwhile leaves it to the first.
    """
    with connect() as connection, alone(connection, Lock.TELLING, watch) as free:
        while free and not stop():
            stands = connection.execute(_STANDS, (watch,)).fetchone()
            if stands is None:
                return None
            name, url, secret, told, attempts, wait = stands
            if wait > 0:
                return float(wait)
            events = read_events(connection, watch, told, _AT_ONCE)
            connection.commit()
            if not events:
                return None
            taken, failed = told, None
            note_at = time.monotonic() + _NOTED_SECONDS
            for place, event in events:
                delivery = poster.post(url, secret, f"evt_{event.id}", body_of(event, name))
                if not delivery.taken:
                    failed = delivery
                    break
                taken, attempts = place, 0
                if stop() or time.monotonic() >= note_at:
                    break
            if taken != told and not _taken(connection, watch, told, taken):
                continue  # it was replayed or removed meanwhile
            if failed:
                return _failed(connection, watch, taken, attempts + 1, failed)
    return None


def _taken(connection: psycopg.Connection, watch: int, told: int, taken: int) -> bool:
    """Note the last event that was taken; whether nobody else has moved it. Commits."""
    kept = connection.execute(_TAKEN, {"event": taken, "watch": watch, "told": told}).rowcount
    connection.commit()
    return bool(kept)


def _failed(connection: psycopg.Connection, watch: int, told: int, attempts: int, delivery: Delivery) -> float | None:
    over = delivery.gone or attempts > len(BACKOFF)
    wait = 0.0
    if not over:
        wait = max(BACKOFF[attempts - 1] * random.uniform(1, 1 + _SPREAD), delivery.wait)
    connection.execute(
        _FAILED,
        {"attempts": attempts, "failure": delivery.because, "wait": wait, "over": over, "watch": watch, "told": told},
    )
    connection.commit()
    _log.info("a webhook took nothing", watch=watch, attempts=attempts, given_up=over, because=delivery.because)
    return None if over else wait
