"""Time as the networks' rooms see it: it can be waited for, and waiting can be stopped."""

from __future__ import annotations

import threading
import time
from typing import Protocol

from app.networks.failures import Stopped


class Clock(Protocol):
    """Seconds since the epoch, and a way to let some pass."""

    def now(self) -> float: ...

    def sleep(self, seconds: float) -> None: ...


class WallClock:
    """The machine's time. Once `stop` is set, whoever waits raises Stopped."""

    def __init__(self, stop: threading.Event | None = None) -> None:
        self._stop = stop or threading.Event()

    def now(self) -> float:
        return time.time()

    def sleep(self, seconds: float) -> None:
        if self._stop.wait(max(0.0, seconds)):
            raise Stopped("stopped while waiting for the network; the next sync goes on from here")
