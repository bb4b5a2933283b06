"""Who may ask the search engine now: few at once, few wait, the rest is refused at once.

An engine that is given more than it works on at a time answers no more of it, only later. So requests wait here,
where whoever leaves costs nothing, where a wait is never taken for the engine's failure, and where it is known
beforehand that one would be too long.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from contextlib import suppress
from contextvars import ContextVar

AT_ONCE = 4  # of one process: two of them fill the search threads of an engine of two to five cores
_LONGEST_WAIT_SECONDS = 1.0
# Beyond as many as are under way, so many may wait that came in a burst; each that finds a place free lets one more.
_MOST_CREDIT = 32
_SLOW_SECONDS = 1.5  # answers that take this long are as well asked for one after the other
_LESS, _MORE = 0.9, 0.1  # of the limit, by an answer that was slow and by one that was not
_WEIGHT = 0.1  # of the newest answer in what one typically takes
_FIRST_GUESS_SECONDS = 0.1
_REFUSALS_APART = 0.005
_LONGEST_PAUSE_SECONDS = 0.25  # of one that is refused

ADMITTED: ContextVar[bool] = ContextVar("admitted", default=False)
"""Whether what is being answered was let in already: it goes on before all who were not, and is not refused, since
what was done for it would be in vain. To be unset where an answer begins."""


class Busy(Exception):
    """There are more requests than can be answered in time."""


class Admission:
    """Places of requests at an engine.

    `at_once` at most are under way; fewer (`limit`) while answers take `slow` seconds or longer. As many may wait, more
    in a burst, none longer than `longest_wait`. Refusals are held back for `longest_pause` at most.
    """

    def __init__(
        self,
        at_once: int = AT_ONCE,
        *,
        longest_wait: float = _LONGEST_WAIT_SECONDS,
        longest_pause: float = _LONGEST_PAUSE_SECONDS,
        slow: float = _SLOW_SECONDS,
    ) -> None:
        self.at_once = at_once
        self.longest_wait = longest_wait
        self.slow = slow
        self._longest_pause = longest_pause
        self.limit = float(at_once)
        self.running = 0
        self.refused = 0  # since the process began
        self.seconds = _FIRST_GUESS_SECONDS  # what an answer takes, typically
        self._credit = _MOST_CREDIT
        self._next_refusal = 0.0
        self._newcomers: deque[asyncio.Future[None]] = deque()
        self._let_in: deque[asyncio.Future[None]] = deque()

    @property
    def waiting(self) -> int:
        """How many wait for a place."""
        return len(self._newcomers) + len(self._let_in)

    @property
    def full(self) -> bool:
        """Whether one that comes now is refused."""
        waiting = self.waiting
        if not waiting and self.running < int(self.limit):
            return False
        if (waiting + 1) * self.seconds > self.longest_wait * self.limit and waiting:
            return True
        return waiting >= int(self.limit) and not self._credit

    async def refuse_if_full(self) -> None:
        """Raise Busy, as `enter` would, before anything is done in vain."""
        if not self.full or ADMITTED.get():
            return
        self.refused += 1
        # A crowd that asks again at once would keep the processor busy with refusals alone: they go out one by one.
        now = time.monotonic()
        self._next_refusal = max(self._next_refusal + _REFUSALS_APART, now)
        if (pause := min(self._next_refusal - now, self._longest_pause)) > 0:
            await asyncio.sleep(pause)
        raise Busy

    async def enter(self, longest: float) -> float:
        """Take a place, to be left by `leave`; when that was, by the monotonic clock. Who was let in before waits up
        to `longest` seconds for one. Raises Busy."""
        if self.running < int(self.limit) and not self._newcomers and not self._let_in:
            self._credit = min(self._credit + 1, _MOST_CREDIT)
            self.running += 1
        else:
            await self._wait(longest)
        ADMITTED.set(True)
        return time.monotonic()

    async def _wait(self, longest: float) -> None:
        if ADMITTED.get():
            queue, patience = self._let_in, longest
        else:
            await self.refuse_if_full()
            if self.waiting >= int(self.limit):
                self._credit -= 1
            queue, patience = self._newcomers, self.longest_wait
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue.append(place)
        try:
            async with asyncio.timeout(patience):
                await place
        except BaseException as error:
            if place.done() and not place.cancelled():  # given at the very moment
                self.running -= 1
                self._give()
            else:
                with suppress(ValueError):  # passed over already
                    queue.remove(place)
            if isinstance(error, TimeoutError):
                self.refused += 1
                raise Busy from None
            raise

    def leave(self, since: float, *, counts: bool) -> None:
        """Give a place back that was taken at `since`; whether the time since says what an answer takes."""
        if counts:
            took = time.monotonic() - since
            self.seconds += (took - self.seconds) * _WEIGHT
            if took < self.slow:
                self.limit = min(self.limit + _MORE, self.at_once)
            elif self.running >= int(self.limit):
                self.lessen()
        self.running -= 1
        self._give()

    def lessen(self) -> None:
        """Fewer at once: the engine has too much to do."""
        self.limit = max(self.limit * _LESS, 1.0)

    def _give(self) -> None:
        while self.running < int(self.limit) and (queue := self._let_in or self._newcomers):
            place = queue.popleft()
            if not place.done():
                self.running += 1
                place.set_result(None)
