"""Processes of ours that a command starts and ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from app.engines.found import Found, find_by_environment
from app.processes.pulse import VARIABLE, Pulses

_STOP_SECONDS = 7.0  # a worker's jobs have 4 of them
_KILLED_SECONDS = 1.0
_COMMAND = "from app.cli import main; main()"
_START = "from app.processes.parent import end_with_parent; end_with_parent({parent}); {code}"
_MARK = "PART_OF_AFFINDEX"  # the data directory of the `up` whose part a process is; no setting


class Child:
    """An `affindex` command in a process of its own, given the engines' URLs, ended before the engines are.

    `words` follow its name. `code` is what runs instead, by that name. With `pulses` it tells that it works, and is
    killed once it is silent for `silent_seconds`: then it is gone as any other that ends.
    """

    starts_slowly = False

    def __init__(
        self,
        name: str,
        environment: dict[str, str],
        code: str = _COMMAND,
        *,
        words: tuple[str, ...] = (),
        pulses: Pulses | None = None,
        silent_seconds: float = 0.0,
        first_seconds: float = 0.0,
    ) -> None:
        self.name = name
        self._code = code
        self._words = words
        self._environment = environment
        self._pulses = pulses
        self._silent_seconds, self._first_seconds = silent_seconds, first_seconds
        self._hung = ""
        self._stop_at: float | None = None
        if pulses:
            self._environment = {**environment, VARIABLE: pulses.address}

    def __enter__(self) -> Child:
        self.start()
        return self

    def start(self) -> None:
        """Start it, or start it again. It gets a session of its own: Ctrl-C on the terminal is for us to handle."""
        self._hung = ""
        command = [sys.executable, "-c", _START.format(parent=os.getpid(), code=self._code), self.name, *self._words]
        self.process = subprocess.Popen(command, env=self._environment, start_new_session=True)

    def gone(self) -> str | None:
        """What there is to say if it has ended by itself, or was ended because it hung; None while it runs."""
        pid = self.process.pid
        if self._pulses and self._pulses.silent(pid, self._silent_seconds, self._first_seconds) and not self._hung:
            self._hung = f"'affindex {self.name}' hangs: no sign of life for a while; it is killed"
            self._kill_session()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(_KILLED_SECONDS)
        status = self.process.poll()
        if status is None:
            return None
        self._kill_session()  # processes of its own that it left behind
        return self._hung or f"'affindex {self.name}' ended with status {status}"

    def ask_to_stop(self) -> None:
        """Begin to stop it; the time it has runs from here."""
        if self._stop_at is None:
            self._stop_at = time.monotonic() + _STOP_SECONDS
            if self.process.poll() is None:
                self.process.terminate()

    def __exit__(self, *_: object) -> None:
        self.ask_to_stop()
        assert self._stop_at is not None
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(max(self._stop_at - time.monotonic(), 0.0))
        self._kill_session()
        self.process.wait()

    def _kill_session(self) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)


def marked(environment: dict[str, str], data: Path) -> dict[str, str]:
    """An environment by which `left_behind` finds the process, and those it starts."""
    return {**environment, _MARK: str(data)}


def left_behind(data: Path) -> list[Found]:
    """Processes of an `up` over this data, whether it still lives or not."""
    return find_by_environment(_MARK, str(data))
