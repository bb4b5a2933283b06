"""How long an engine that starts is waited for: as long as it lives and gives a sign of that."""

from __future__ import annotations

import time
from collections.abc import Callable

from app.engines.found import cpu_seconds
from app.engines.process import EngineDied, Server, Servers, tail

SILENT_SECONDS = 120.0  # without an answer, a line of log or work: such an engine hangs
_TOLD_EVERY_SECONDS = 30.0
_WORK_SECONDS = 5.0  # of processor time; a Java runtime that waits for nothing takes some, but not so much


class Patience:
    """The wait for one server. `say` is told now and then that it goes on, and what the server says of itself."""

    def __init__(
        self,
        servers: Servers,
        server: Server,
        say: Callable[[str], None] | None = None,
        silent_seconds: float = SILENT_SECONDS,
    ) -> None:
        self._servers = servers
        self._server = server
        self._say = say
        self._silent_seconds = silent_seconds
        self._began = self._sign_at = self._told_at = time.monotonic()
        self._sign: object = None

    def wait(self, seconds: float, said: str = "") -> None:
        """Wait for a moment; `said` is what the server answered, another text being another sign of life.

        Raises EngineDied if it has ended, or was ended here because it has given no sign for too long, and BrokenOff.
        """
        self._servers.check()
        if died := self._server.died():
            raise EngineDied(died)
        now = time.monotonic()
        try:
            written = self._server.log.stat().st_size
        except OSError:
            written = 0
        sign = said, written, cpu_seconds(self._server.process.pid) // _WORK_SECONDS
        if sign != self._sign:
            self._sign, self._sign_at = sign, now
        if now - self._sign_at > self._silent_seconds:
            self._server.end()
            raise EngineDied(
                f"{self._server.name} hung while it started: no sign of life for {self._silent_seconds:.0f} s, "
                f"so it was ended; the end of its log:\n{tail(self._server.log)}"
            )
        if self._say and now - self._told_at > _TOLD_EVERY_SECONDS:
            self._told_at = now
            self._say(f"{self._server.name} is still starting after {now - self._began:.0f} s{said and f': {said}'}")
        time.sleep(seconds)

    def unchanged(self) -> float:
        """Seconds since the last sign that was another than the one before."""
        return time.monotonic() - self._sign_at
