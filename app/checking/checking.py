"""A round of link checks: the addresses that are due, a few hosts at once, recorded as they come.

Stopped or killed, the next round goes on with what this one had not recorded: a second's work at most.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import msgspec
import psycopg
import structlog

from app.checking.asking import SECONDS, AskedLink, Asker, Permitted
from app.checking.checks import Due, Recorded, answering, due, follow_up, record
from app.checking.pacing import Pace
from app.failures import Failure
from app.feeds.public_addresses import is_public
from indexing.connect import Connect
from indexing.locks import Lock, alone

_log = structlog.get_logger()

EVERY = timedelta(days=30)
"""How long a check is good for."""

_HOSTS_AT_ONCE = 8
_RECORD_SECONDS = 1.0
# So many hosts in a row without any server's answer may be our own outage: addresses that answered before tell.
_UNREACHED = 50
_WITNESSES = 5

Progress = Callable[[int, int | None], None]
_Result = tuple[Due, AskedLink]


class AlreadyChecking(Failure):
    """Another process checks links now."""


class Offline(Failure):
    """Nothing can be reached from here; that says nothing of the links."""


class LinksChecked(msgspec.Struct, frozen=True, kw_only=True):
    """What a round did: addresses asked and what became of them; those found `dead` now; programs `verified`, or on
    another day, and no longer verified (`unverified`); addresses `left` that are due."""

    asked: int = 0
    answers: int = 0
    gone: int = 0
    failed: int = 0
    refused: int = 0
    forbidden: int = 0
    private: int = 0
    dead: int = 0
    verified: int = 0
    unverified: int = 0
    left: int = 0


def check_links(
    connect: Connect,
    *,
    every: timedelta = EVERY,
    network: str | None = None,
    most: int | None = None,
    stop: Callable[[], bool] = lambda: False,
    progress: Progress | None = None,
    permitted: Permitted = is_public,
    pause: float = 1.0,
    seconds: float = SECONDS,
    record_every: float = _RECORD_SECONDS,
) -> LinksChecked:
    """Ask the addresses that are due, of one network or all, at most so many, until `stop`.

    A host is asked once in `pause` seconds; what came is recorded every `record_every` seconds. Raises AlreadyChecking,
    and Offline, with what was found before recorded.
    """
    with connect() as connection, alone(connection, Lock.LINK_CHECKS) as free:
        if not free:
            raise AlreadyChecking("links are being checked by another process; it goes on where it is")
        known = follow_up(connection)  # programs that came since, with addresses that were asked
        addresses, in_all = due(connection, every, network, most)
        doing = _Round(connection, addresses, answering(connection, _WITNESSES), stop, progress or (lambda *_: None))
        try:
            asyncio.run(doing.carry_out(Pace(pause), permitted, seconds, record_every))
        finally:
            doing.record(doing.take())  # also what came just before a stop
        followed = known + doing.followed
    done = LinksChecked(
        asked=doing.outcomes.total(),
        **doing.outcomes,
        dead=followed.dead,
        verified=followed.verified,
        unverified=followed.unverified,
        left=in_all - doing.outcomes.total(),
    )
    _log.info("links checked", **msgspec.structs.asdict(done))
    return done


class _Round:
    def __init__(
        self,
        connection: psycopg.Connection,
        addresses: list[Due],
        witnesses: list[str],
        stop: Callable[[], bool],
        progress: Progress,
    ) -> None:
        self.outcomes: Counter[str] = Counter()
        self.followed = Recorded()
        self._connection = connection
        self._stop = stop
        self._progress = progress
        self._total = len(addresses)
        self._came = 0
        self._sure: list[_Result] = []
        self._unsure: list[_Result] = []  # none of them reached a server, one after the other
        self._unreached: set[str] = set()  # their hosts
        self._witnesses = deque(witnesses, _WITNESSES)
        self._doubting = asyncio.Lock()
        hosts: dict[str, list[Due]] = {}
        for each in addresses:
            hosts.setdefault(_host(each.address), []).append(each)
        self._hosts = deque(hosts.values())

    async def carry_out(self, pace: Pace, permitted: Permitted, seconds: float, record_every: float) -> None:
        asker = Asker(pace, permitted, seconds)
        working = asyncio.gather(*(self._work(asker) for _ in range(_HOSTS_AT_ONCE)))
        try:
            while not working.done() and not self._stop():
                await asyncio.wait([working], timeout=record_every)
                # In a thread: it may wait for an import, and no limit of time may run out for that.
                await asyncio.to_thread(self.record, self.take())
            if working.done():
                working.result()
                self._sure += self._unsure
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
            await asker.close()

    async def _work(self, asker: Asker) -> None:
        while self._hosts:
            for each in self._hosts.popleft():
                asked = await asker.ask(each.address)
                self._came += 1
                self._progress(self._came, self._total)
                if asked.outcome == "answers":
                    self._witnesses.append(each.address)
                self._unsure.append((each, asked))
                if asked.reached:
                    self._trust()
                else:
                    self._unreached.add(_host(each.address))
                    await self._must_be_online(asker)

    def _trust(self) -> None:
        self._sure += self._unsure
        self._unsure = []
        self._unreached.clear()

    async def _must_be_online(self, asker: Asker) -> None:
        async with self._doubting:
            if len(self._unreached) < _UNREACHED:
                return
            for witness in list(self._witnesses):
                if (await asker.ask(witness)).reached:
                    self._trust()
                    return
            raise Offline(
                f"{len(self._unreached)} hosts in a row could not be reached, nor any that answered before: is this "
                "machine online? Nothing was recorded of them; check again once it is"
            )

    def take(self) -> list[_Result]:
        """What is sure by now and not recorded yet."""
        sure, self._sure = self._sure, []
        return sure

    def record(self, results: list[_Result]) -> None:
        """Record what became of addresses."""
        if results:
            programs = [id for each, _ in results for id in each.programs]
            self.followed += record(self._connection, {each.address: asked for each, asked in results}, programs)
            self.outcomes.update(asked.outcome for _, asked in results)


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
