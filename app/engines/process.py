"""A server process of ours: started apart from the terminal, stopped politely, and found again if we died before it."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from app.engines.found import Found
from app.failures import Failure
from app.processes import stopping

_LOG_LINES = 15
_OURS_ALONE = 0o077  # the umask under which an engine writes
_STOP_SECONDS = 12.0
_PROMISED_SECONDS = 14.0  # of the 15 from a signal on, whatever was stopped before the engines
_LEAST_SECONDS = 1.0
_UNREADY_SECONDS = 2.0  # nothing of anybody's is lost with an engine that has never answered


class EngineDied(Failure):
    """An engine ended when it should not have; the message has the last lines of its log."""


class BrokenOff(Exception):
    """A start was broken off before it was done; nobody waits for what it would have said."""


class Server:
    """A running server, started by us or taken over. `ready` is set by whoever has seen it answer."""

    def __init__(
        self, name: str, process: subprocess.Popen[bytes] | Found, log: Path, stop_signal: signal.Signals
    ) -> None:
        self.name = name
        self.process = process
        self.log = log
        self.ready = False
        self._stop_signal = stop_signal

    def died(self) -> str | None:
        """What there is to say if it has ended; None while it runs."""
        if self.process.poll() is None:
            return None
        how = "" if isinstance(self.process, Found) else f" with status {self.process.returncode}"
        return f"{self.name} ended{how}; the end of its log:\n{tail(self.log)}"

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

    def end(self, seconds: float = _UNREADY_SECONDS) -> None:
        """Stop it, or insist after some seconds; it has ended then."""
        self.ask_to_stop()
        self.wait_or_kill(seconds)


class Servers:
    """The servers of one start. Each is here from the moment its process exists: none outlives a broken start."""

    def __init__(self) -> None:
        self.broken_off = threading.Event()
        self._lock = threading.Lock()
        self._running: list[Server] = []

    def add(self, server: Server) -> Server:
        """Take charge of a server. Raises BrokenOff, having ended it, if it is not wanted any more."""
        with self._lock:
            if not self.broken_off.is_set():
                self._running.append(server)
                return server
        server.end()
        raise BrokenOff

    def launch(self, start: Callable[[], Server]) -> Server:
        """Start a server and take charge of it, in one step for whoever stops them. Raises BrokenOff instead."""
        with self._lock:
            self.check()
            server = start()
            self._running.append(server)
            return server

    def check(self) -> None:
        """Raise BrokenOff if the start is not wanted any more."""
        if self.broken_off.is_set():
            raise BrokenOff

    def forget(self, server: Server) -> None:
        """Give up one; if it has not ended, it is ended: what runs and is ours is never out of sight."""
        server.end()
        with self._lock:
            if server in self._running:
                self._running.remove(server)

    def running(self) -> list[Server]:
        """Those in our charge now."""
        with self._lock:
            return list(self._running)

    def died(self, name: str) -> str | None:
        """What there is to say if the server of that name has ended; None while it runs."""
        named = [server for server in self.running() if server.name == name]
        return next((died for server in named if (died := server.died())), None)

    def forget_dead(self, name: str) -> None:
        """Give up those of that name that have ended."""
        with self._lock:
            self._running = [server for server in self._running if server.name != name or not server.died()]

    def break_off(self) -> None:
        """Nobody waits for a start any more: those that have never answered begin to stop."""
        self.broken_off.set()
        for server in self.running():
            if not server.ready:
                server.ask_to_stop()

    def stop(self) -> None:
        """Stop them, all at once, in the time that is promised."""
        with self._lock:
            self.broken_off.set()
            running = list(self._running)
        seconds = max(stopping.seconds_left(_PROMISED_SECONDS, _STOP_SECONDS), _LEAST_SECONDS)
        began = time.monotonic()
        for server in running:
            server.ask_to_stop()
        for server in sorted(running, key=lambda each: each.ready):
            patience = seconds if server.ready else min(seconds, _UNREADY_SECONDS)
            server.wait_or_kill(began + patience - time.monotonic())


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
    with private_file(log).open("ab") as output:
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
            umask=_OURS_ALONE,
        )
    return Server(name, process, log, stop_signal)


def private_file(path: Path) -> Path:
    """A file that only we can read or write, made if there is none; its path."""
    path.touch(mode=0o600)
    path.chmod(0o600)
    return path


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
