"""The heartbeat of workers, in Postgres: a process that died, froze or hangs says nothing, and that is noticed.

The clock is the database's, for whoever writes and whoever reads.
"""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

import msgspec
import psycopg

from indexing.connect import Connect

BEAT_SECONDS = 3.0
SILENT_SECONDS = 15.0  # after which a worker is taken for dead
FROZEN_SECONDS = 90.0  # of a part that did not turn: longer than pushing a batch to several slow generations takes
LAGGING_SECONDS = 60.0  # of the oldest change: a healthy worker needs less than a second, after an import some

# How many workers there are, as one object: `alive`, `frozen`, and `at`, the last beat of any in seconds of the epoch.
WORKERS = f"""
    select json_build_object(
        'alive', count(*) filter (where fresh and frozen is null),
        'frozen', count(*) filter (where fresh and frozen is not null),
        'at', extract(epoch from max(beat_at))::float8
    ) from (
        select beat_at, frozen, beat_at > clock_timestamp() - interval '{SILENT_SECONDS} seconds' as fresh from workers
    ) as workers
"""
_BEAT = """
    insert into workers (id, host, pid, frozen) values (%(id)s, %(host)s, %(pid)s, %(frozen)s)
    on conflict (id) do update set beat_at = clock_timestamp(), frozen = excluded.frozen
"""
_OLD = "delete from workers where beat_at < clock_timestamp() - interval '1 hour'"
_OLDEST = "select coalesce(extract(epoch from clock_timestamp() - min(changed_at)), 0)::float8 from changed_programs"


class Workers(msgspec.Struct, frozen=True):
    """What WORKERS answers."""

    alive: int = 0
    frozen: int = 0
    at: float | None = None

    def state(self, oldest_seconds: float) -> str:
        """`ready`, `lagging` where the oldest change waits too long, `frozen`, or `missing`."""
        if self.alive:
            return "lagging" if oldest_seconds > LAGGING_SECONDS else "ready"
        return "frozen" if self.frozen else "missing"


class WorkerHealth(msgspec.Struct, frozen=True):
    """How a worker is: `ready`, `lagging`, `frozen`, or `unavailable` without its database; what is frozen."""

    status: str
    frozen: tuple[str, ...]
    database: str
    oldest_pending_seconds: float | None

    @property
    def works(self) -> bool:
        """Whether nothing in it hangs, so that starting it again would help nobody."""
        return not self.frozen


class Heartbeat:
    """Of one worker. `parts` say when each of them last turned (monotonic seconds)."""

    def __init__(self, connect: Connect, parts: Mapping[str, Callable[[], float]]) -> None:
        self._connect = connect
        self._parts = parts
        self._id = secrets.token_hex(8)
        self._beat_at: float | None = None
        self._oldest = 0.0

    def health(self) -> WorkerHealth:
        """How the worker is now; asks nobody."""
        now = time.monotonic()
        frozen = self._frozen(now)
        answered = self._beat_at is not None and now - self._beat_at < SILENT_SECONDS
        status = "ready"
        if self._oldest > LAGGING_SECONDS:
            status = "lagging"
        if not answered:
            status = "unavailable"
        if frozen:
            status = "frozen"
        return WorkerHealth(status, frozen, "ready" if answered else "missing", self._oldest if answered else None)

    def keep_beating(self, stop: threading.Event) -> None:
        """Beat until `stop` is set; then the worker is forgotten at once. Outages are waited out."""
        while True:
            with suppress(psycopg.Error, OSError), self._connect() as connection:
                while not stop.is_set():
                    self.beat(connection)
                    stop.wait(BEAT_SECONDS)
                connection.execute("delete from workers where id = %s", (self._id,))
                return
            if stop.wait(BEAT_SECONDS):
                return

    def beat(self, connection: psycopg.Connection) -> None:
        """Beat once; commits."""
        said = {
            "id": self._id,
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "frozen": ", ".join(self._frozen(time.monotonic())) or None,
        }
        connection.execute(_BEAT, said)
        connection.execute(_OLD)
        (self._oldest,) = connection.execute(_OLDEST).fetchone() or (0.0,)
        connection.commit()
        self._beat_at = time.monotonic()

    def _frozen(self, now: float) -> tuple[str, ...]:
        return tuple(name for name, turned_at in self._parts.items() if now - turned_at() > FROZEN_SECONDS)
