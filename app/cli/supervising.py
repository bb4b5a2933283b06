"""What runs is kept running: whatever ends is started again, later each time; only what cannot start ends it all."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import Protocol

from app.failures import Failure

_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 1.0, 30.0
_STEADY_SECONDS = 60.0  # after which an end is a new one, and no more of the same
STARTS = 5  # in a row that came to nothing


class Part(Protocol):
    """An engine or a process of ours."""

    name: str
    starts_slowly: bool  # so that its start must not be waited for

    def start(self) -> None:
        """Start it again; may take long. Raises if it cannot be started."""

    def gone(self) -> str | None:
        """What there is to say if it has ended; None while it runs."""

    def ready(self) -> bool:
        """Whether it does what it is there for."""


class CannotStart(Failure):
    """A part could not be started again and again."""


class Keeper:
    """Keeps one part running. It was started by somebody; `look` is called again and again and never waits.

    While `excused` is true (the disk is full) it may fail to start as often as it does. Its pauses grow from
    `first_pause` to `longest_pause` seconds, until it has run for `steady` seconds.
    """

    def __init__(
        self,
        part: Part,
        say: Callable[[str], None],
        excused: Callable[[], bool] = lambda: False,
        *,
        first_pause: float = _FIRST_PAUSE_SECONDS,
        longest_pause: float = _LONGEST_PAUSE_SECONDS,
        steady: float = _STEADY_SECONDS,
    ) -> None:
        self.steady = steady
        self._first_pause = first_pause
        self._longest_pause = longest_pause
        self._part = part
        self._say = say
        self._excused = excused
        self.ends = 0  # in all
        self._ends = 0  # shortly after each other
        self._in_vain = 0  # starts since it was last ready
        self._was_ready = False
        self._since = time.monotonic()
        self._again_at: float | None = None
        self._starting: Future[None] | None = None

    @property
    def ready(self) -> bool:
        """Whether it runs and has been ready since it was started last."""
        return self._was_ready and self._again_at is None and self._starting is None

    def look(self) -> None:
        """Look after it. Raises CannotStart."""
        now = time.monotonic()
        if self._again_at is not None:
            if now < self._again_at:
                return
            self._again_at = None
            self._starting = _begin(self._part)
        if self._starting:
            if not self._starting.done():
                return
            error, self._starting = self._starting.exception(), None
            if error:
                self._ended(str(error) if isinstance(error, Failure) else repr(error))
                return
            self._since = now
        if gone := self._part.gone():
            self._ended(gone)
            return
        if not self._was_ready and self._part.ready():
            self._was_ready, self._in_vain = True, 0
        if self._was_ready and now - self._since > self.steady:
            self._ends = 0

    def _ended(self, because: str) -> None:
        if not self._was_ready:
            self._in_vain += 1
            if self._in_vain >= STARTS and not self._excused():
                raise CannotStart(f"{self._part.name} cannot be started, {STARTS} times in a row: {because}")
        self._was_ready = False
        pause = min(self._first_pause * 2**self._ends, self._longest_pause)
        self._ends += 1
        self.ends += 1
        self._again_at = time.monotonic() + pause
        self._say(f"{because}\n{self._part.name} is started again in {pause:.0f} s")


def _begin(part: Part) -> Future[None]:
    """Start a part, a slow one in a thread that ends with the process."""
    future: Future[None] = Future()

    def run() -> None:
        try:
            part.start()
        except BaseException as error:
            future.set_exception(error)
        else:
            future.set_result(None)

    if part.starts_slowly:
        Thread(target=run, name=f"start {part.name}", daemon=True).start()
    else:
        run()
    return future
