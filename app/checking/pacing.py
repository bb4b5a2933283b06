"""Turns: however many ask a host, its requests begin a pause apart."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

_HOSTS = 10_000  # of which it is remembered when they were last asked


class Pace:
    """Lets each host be asked once in `seconds`; who asks waits for its turn, in order."""

    def __init__(self, seconds: float = 1.0) -> None:
        self._seconds = seconds
        self._free: OrderedDict[str, float] = OrderedDict()

    async def turn(self, host: str) -> None:
        """Wait until a host may be asked."""
        now = asyncio.get_running_loop().time()
        at = max(self._free.pop(host, now), now)
        self._free[host] = at + self._seconds
        while len(self._free) > _HOSTS and next(iter(self._free.values())) <= now:
            self._free.popitem(last=False)
        if at > now:
            await asyncio.sleep(at - now)
