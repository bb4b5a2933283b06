"""A server process of ours: started apart from the terminal, stopped politely, and found again if we died before it."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from app.failures import Failure

_LOG_LINES = 15
_STOP_SECONDS = 12.0  # of the 15 promised


class EngineDied(Failure):
    """An engine ended when it should not have; the message has the last lines of its log."""


class BrokenOff(Exception):
    """A start was broken off before it was done; nobody waits for what it would have said."""


class Server:
    """A running server."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], log: Path, stop_signal: signal.Signals) -> None:
        self.name = name
        self.process = process
        self.log = log
        self._stop_signal = stop_signal

    def died(self) -> str | None:
        """What there is to say if it has ended; None while it runs."""
        if self.process.poll() is None:
            return None
        return f"{self.name} ended with status {self.process.returncode}; the end of its log:\n{tail(self.log)}"

    def ask_to_stop(self) -> None:
        """Begin a clean stop."""
        if self.process.poll() is None:
            self.process.send_signal(self._stop_signal)

    def wait_or_kill(self, seconds: float) -> None:
        """Wait for the stop, then insist."""
        try:
            self.process.wait(max(seconds, 0.1))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Servers:
    """The servers of one start. Each is here from the moment its process exists: none outlives a broken start."""

    def __init__(self) -> None:
        self.broken_off = threading.Event()
        self._lock = threading.Lock()
        self._running: list[Server] = []

    def add(self, server: Server) -> Server:
        """Take charge of a server. Raises BrokenOff if it is not wanted any more."""
        with self._lock:
            self._running.append(server)
        self.check()
        return server

    def check(self) -> None:
        """Raise BrokenOff if the start is not wanted any more."""
        if self.broken_off.is_set():
            raise BrokenOff

    def forget(self, server: Server) -> None:
        """Give up one that has ended."""
        with self._lock:
            self._running.remove(server)

    def died(self) -> str | None:
        """What there is to say of one that has ended; None while all run."""
        return next((died for server in self._running if (died := server.died())), None)

    def stop(self) -> None:
        """Stop them, all at once."""
        self.broken_off.set()
        with self._lock:
            running = self._running
            for server in running:
                server.ask_to_stop()
            deadline = time.monotonic() + _STOP_SECONDS
            for server in running:
                server.wait_or_kill(deadline - time.monotonic())


def start(
    name: str,
    command: Sequence[str],
    *,
    log: Path,
    stop_signal: signal.Signals,
    user: str | None = None,
    environment: Mapping[str, str] | None = None,
    cwd: Path,
) -> Server:
    """Start a server in a session of its own: Ctrl-C on the terminal is ours to handle, not its.

    Its log is of this start; the one before is kept beside it.
    """
    with suppress(FileNotFoundError):
        log.replace(log.with_name(f"{log.name}.before"))
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=user,
            group=_group(user),
            extra_groups=[] if user else None,
            env=environment,
            cwd=cwd,
        )
    return Server(name, process, log, stop_signal)


def _group(user: str | None) -> int | None:
    if user is None:
        return None
    import pwd

    return pwd.getpwnam(user).pw_gid


def tail(log: Path) -> str:
    """The last lines of a log."""
    with suppress(OSError):
        return "\n".join(log.read_text("utf-8", "replace").splitlines()[-_LOG_LINES:])
    return "(no log)"


def end_orphan(pid: int, marks: Sequence[str], stop_signal: signal.Signals, seconds: float = 10) -> bool:
    """End a server that outlived whoever started it, if `pid` is one: its command line must hold every mark."""
    if not _is(pid, marks):
        return False
    with suppress(ProcessLookupError):
        os.kill(pid, stop_signal)
        deadline = time.monotonic() + seconds
        while _is(pid, marks):
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)
    return True


def exists(pid: int) -> bool:
    """Whether there is a process of this number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _is(pid: int, marks: Sequence[str]) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    except OSError:
        return False
    if status.rpartition(")")[2].split()[:1] == ["Z"]:
        return False
    return all(mark in command for mark in marks)
