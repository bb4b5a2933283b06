"""Processes of this machine that we did not start, or that somebody before us did: found by what they were told."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

_PROCESSES = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
_FIRST_POLL_SECONDS = 0.01


class Found:
    """A running process that is no child of ours, with what `subprocess.Popen` can do."""

    def __init__(self, pid: int, command: list[str], began: str, parent: int) -> None:
        self.pid = pid
        self.command = command
        self.parent = parent  # when it was found
        self._began = began  # with the number it names the process for ever: numbers are given anew
        self.returncode: int | None = None

    def user(self) -> int | None:
        """The number of the user it runs as; None once it has ended."""
        with suppress(OSError, StopIteration):
            lines = (_PROCESSES / str(self.pid) / "status").read_text("utf-8", "replace").splitlines()
            return int(next(line.split()[2] for line in lines if line.startswith("Uid:")))  # the one that counts
        return None

    def poll(self) -> int | None:
        """0 once it has ended (how is only told to its parent), None while it runs."""
        if self.returncode is None and _began(self.pid) != self._began:
            self.returncode = 0
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, if it still runs."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end. Raises subprocess.TimeoutExpired."""
        deadline = None if timeout is None else time.monotonic() + timeout
        pause = _FIRST_POLL_SECONDS
        while (status := self.poll()) is None:
            if deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(self.command, timeout or 0.0)
            time.sleep(pause)
            pause = min(2 * pause, 0.1)
        return status

    def end(self, stop_signal: signal.Signals, seconds: float) -> None:
        """Ask it to stop, wait for so long, then insist."""
        self.send_signal(stop_signal)
        try:
            self.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            self.wait()


def find_by_command(belongs: Callable[[list[str]], bool]) -> list[Found]:
    """Running processes whose command line, word by word, is such; without their children, which begin as copies."""
    found = [process for process in _all() if belongs(process.command)]
    pids = {process.pid for process in found}
    return [process for process in found if process.parent not in pids]


def find_by_environment(variable: str, value: str) -> list[Found]:
    """Running processes of ours that were started with this value of an environment variable."""
    wanted = os.fsencode(f"{variable}={value}")
    found = []
    for process in _all():
        with suppress(OSError):
            if wanted in (_PROCESSES / str(process.pid) / "environ").read_bytes().split(b"\0"):
                found.append(process)
    return found


def cpu_seconds(pid: int) -> float:
    """Processor time that a process has taken; 0 where it cannot be known."""
    with suppress(OSError, ValueError, IndexError):
        fields = _stat(pid)
        return (int(fields[11]) + int(fields[12])) / _TICKS
    return 0.0


def _all() -> Iterator[Found]:
    with suppress(OSError):
        for folder in _PROCESSES.iterdir():
            if not folder.name.isdigit() or int(folder.name) == os.getpid():
                continue
            pid = int(folder.name)
            with suppress(OSError):
                words = [os.fsdecode(word) for word in (folder / "cmdline").read_bytes().split(b"\0")[:-1]]
                if words and (began := _began(pid)):
                    yield Found(pid, words, began, int(_stat(pid)[1]))


def _began(pid: int) -> str | None:
    """When a process began, in ticks since the machine did; None if it has ended, reaped or not.

    One whose first thread alone has ended still holds its files and ports.
    """
    with suppress(OSError, ValueError, IndexError):
        fields = _stat(pid)
        return None if fields[0] in ("Z", "X") and int(fields[17]) <= 1 else fields[19]
    return None


def _stat(pid: int) -> list[str]:
    """What stands after the name in a process' line: its state is the first."""
    return (_PROCESSES / str(pid) / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
