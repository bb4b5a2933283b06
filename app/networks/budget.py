"""The token bucket of a network, kept in Postgres: it survives restarts, and all workers draw from one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import psycopg

from app.networks.api import Limit
from app.networks.clock import Clock
from app.networks.failures import OverBudget
from indexing.connect import Connect
from mappings.networks import BY_SLUG

_LOCKED = (
    "select tokens, extract(epoch from at)::float8, extract(epoch from blocked_until)::float8 "
    "from network_budgets where network_id = %s for update"
)
_LEAST_WAIT = 0.001  # a wait that rounds to nothing would be asked for again and again


@dataclass(frozen=True, slots=True)
class Bucket:
    """Tokens at a moment, and until when the network itself asked for silence; moments in seconds of the epoch."""

    tokens: float
    at: float
    blocked_until: float = 0.0

    def filled(self, limit: Limit, now: float) -> Bucket:
        """The bucket later. A clock that runs behind another worker's adds nothing: `at` never goes back."""
        passed = max(0.0, now - self.at)
        return Bucket(min(float(limit.burst), self.tokens + passed * limit.rate), max(self.at, now), self.blocked_until)

    def wait(self, now: float, limit: Limit, leaving: int = 0) -> float:
        """Seconds until a token can be taken that leaves so many others."""
        needed = 1 + leaving
        missing = (needed - self.tokens) / limit.rate if self.tokens < needed else 0.0
        # Whoever is behind `at` waits for it too, or a late clock would wait for ever in small steps.
        return max(missing + (self.at - now if missing else 0.0), self.blocked_until - now, 0.0)


class Budget:
    """Takes tokens of one network, waiting for them as long as the limit's patience lasts. Threads may share it.

    One in the `background` always leaves a token for the others, so that it never keeps them waiting. Left to itself it
    is as fast as they are.
    """

    def __init__(
        self,
        connect: Connect,
        network: str,
        limit: Limit,
        clock: Clock,
        *,
        background: bool = False,
    ) -> None:
        self._leaving = min(1, limit.burst - 1) if background else 0
        self._connect = connect
        self._network = network
        self._id = BY_SLUG[network].id
        self._limit = limit
        self._clock = clock
        self._connection: psycopg.Connection | None = None
        self._lock = threading.Lock()  # of our connection; the row's own lock keeps other processes apart
        self.waited = 0.0

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def take(self) -> None:
        """Take one token. Raises OverBudget if that would take too long."""
        while True:
            now = self._clock.now()
            wait = self._changed(now, partial(self._one_less, now=now))
            if wait <= 0:
                return
            if wait > self._limit.patience:
                raise OverBudget(self._network, datetime.fromtimestamp(now + wait, UTC))
            wait = max(wait, _LEAST_WAIT)
            self.waited += wait
            self._clock.sleep(wait)

    def give_back(self) -> None:
        """Return a token that was taken for nothing."""
        limit = self._limit
        now = self._clock.now()

        def more(bucket: Bucket) -> tuple[Bucket, float]:
            return Bucket(min(limit.burst, bucket.tokens + 1), bucket.at, bucket.blocked_until), 0.0

        self._changed(now, more)

    def block(self, seconds: float) -> None:
        """Let nobody ask for so long, because the network says so."""
        now = self._clock.now()

        def blocked(bucket: Bucket) -> tuple[Bucket, float]:
            return Bucket(bucket.tokens, bucket.at, max(bucket.blocked_until, now + seconds)), 0.0

        self._changed(now, blocked)

    def _one_less(self, bucket: Bucket, now: float) -> tuple[Bucket, float]:
        wait = bucket.wait(now, self._limit, self._leaving)
        if wait > 0:
            return bucket, wait
        return Bucket(bucket.tokens - 1, bucket.at, bucket.blocked_until), 0.0

    def _changed(self, now: float, change: Callable[[Bucket], tuple[Bucket, float]]) -> float:
        """Change the bucket in one transaction, its row locked; what the change answers."""
        with self._lock:
            return self._locked(now, change)

    def _locked(self, now: float, change: Callable[[Bucket], tuple[Bucket, float]]) -> float:
        if self._connection is None or self._connection.closed:
            self._connection = self._connect()
            # A crash of the database forgets the last half second of tokens, and takes longer than that.
            self._connection.execute("set synchronous_commit = off")
        with self._connection.transaction():
            row = self._connection.execute(_LOCKED, (self._id,)).fetchone()
            if row is None:
                self._connection.execute(
                    "insert into network_budgets (network_id, tokens, at) values (%s, %s, to_timestamp(%s)) "
                    "on conflict do nothing",
                    (self._id, self._limit.burst, now),
                )
                row = self._connection.execute(_LOCKED, (self._id,)).fetchone()
            assert row is not None
            bucket, result = change(Bucket(row[0], row[1], row[2] or 0.0).filled(self._limit, now))
            self._connection.execute(
                "update network_budgets set tokens = %s, at = to_timestamp(%s), "
                "blocked_until = case when %s > 0 then to_timestamp(%s) end where network_id = %s",
                (bucket.tokens, bucket.at, bucket.blocked_until, bucket.blocked_until, self._id),
            )
        self._connection.commit()
        return result
