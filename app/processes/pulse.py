"""Whether a process that lives still works: each tells its parent that it does, every second, by a datagram.

A process that hangs, or was stopped by a signal, has not ended; nobody would start it again. No file is needed, and
nothing waits for anybody: the parent counts the looks at which it was told nothing, so that a machine that slept, or
a parent that was stopped itself, makes nobody late.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import threading
from contextlib import suppress

VARIABLE = "PULSE_OF_AFFINDEX"  # port and token of whoever listens; no setting, so it has not their prefix
EVERY_SECONDS = 1.0
LOOK_SECONDS = 0.5
_LARGEST = 100


class Pulses:
    """What the parent hears. `look` is called every LOOK_SECONDS."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self._token = secrets.token_hex(16)
        self._missed: dict[int, int] = {}  # process -> looks since it was heard
        self._heard: set[int] = set()

    @property
    def address(self) -> str:
        """What the child is given as VARIABLE."""
        return f"{self._socket.getsockname()[1]} {self._token}"

    def look(self, *pids: int) -> None:
        """Take what has come; `pids` are the processes that should tell something."""
        self._missed = {pid: self._missed.get(pid, 0) + 1 for pid in pids}
        self._heard &= set(pids)
        with suppress(BlockingIOError):
            while True:
                token, _, pid = self._socket.recv(_LARGEST).decode("ascii", "replace").partition(" ")
                if token == self._token and pid.isdigit() and int(pid) in self._missed:
                    self._missed[int(pid)] = 0
                    self._heard.add(int(pid))

    def silent(self, pid: int, seconds: float, first_seconds: float) -> bool:
        """Whether a process has told nothing for so many seconds of looks; for the first time it may take longer."""
        limit = seconds if pid in self._heard else first_seconds
        return self._missed.get(pid, 0) * LOOK_SECONDS > limit

    def close(self) -> None:
        """Hear nothing any more."""
        self._socket.close()


class Pulse:
    """What a child tells, if somebody listens: `address` is the VARIABLE of its environment."""

    def __init__(self, address: str | None) -> None:
        self._port, _, self._token = (address or "").partition(" ")
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM) if self._token else None

    def tell(self) -> None:
        """Tell once."""
        if self._socket:
            with suppress(OSError):  # nobody listens any more
                self._socket.sendto(f"{self._token} {os.getpid()}".encode(), ("127.0.0.1", int(self._port)))

    async def keep_telling(self) -> None:
        """Tell from an event loop, until cancelled: a loop that is blocked tells nothing."""
        while self._socket:
            self.tell()
            await asyncio.sleep(EVERY_SECONDS)

    def tell_from_a_thread(self) -> None:
        """Tell from a thread of its own, as long as the process lives."""

        def keep_telling() -> None:
            never = threading.Event()
            while not never.wait(EVERY_SECONDS):
                self.tell()

        if self._socket:
            self.tell()
            threading.Thread(target=keep_telling, name="pulse", daemon=True).start()
