"""The vital signs of a process of ours: its memory, whether its event loop keeps up, and what else is looked at."""

from __future__ import annotations

import asyncio
import os
import resource
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from app.observability.instruments import LOOP_LAG, MEMORY

_EVERY_SECONDS = 1.0
_STATM = Path("/proc/self/statm")


class Vitals:
    """Looks every second, from the event loop it watches; `process` is `api` or `worker`, `looks` are done as well."""

    def __init__(self, process: str, *looks: Callable[[], None]) -> None:
        self._lag = LOOP_LAG.labels(process)
        self._memory = MEMORY.labels(process)
        self._looks = looks
        self.turned_at = time.monotonic()  # when the event loop last turned

    async def keep_looking(self) -> None:
        """Look until cancelled."""
        while True:
            self._memory.set(resident_bytes())
            for look in self._looks:
                look()
            self.turned_at = time.monotonic()
            await asyncio.sleep(_EVERY_SECONDS)
            self._lag.observe(max(time.monotonic() - self.turned_at - _EVERY_SECONDS, 0.0))


def resident_bytes() -> int:
    """Resident memory now; where that cannot be read, its peak."""
    with suppress(OSError):
        return int(_STATM.read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
