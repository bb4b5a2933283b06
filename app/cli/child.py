"""Processes of ours that a command starts and ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

_STOP_SECONDS = 8.0
_COMMAND = "from app.cli import main; main()"
_START = "from app.parent import end_with_parent; end_with_parent({parent}); {code}"


class Child:
    """An `affindex` command in a process of its own, given the engines' URLs, ended before the engines are.

    `code` is what runs instead, by that name.
    """

    def __init__(self, name: str, environment: dict[str, str], code: str = _COMMAND) -> None:
        self.name = name
        self._code = code
        self._environment = environment

    def __enter__(self) -> Child:
        self.start()
        return self

    def start(self) -> None:
        """Start it, or start it again. It gets a session of its own: Ctrl-C on the terminal is for us to handle."""
        command = [sys.executable, "-c", _START.format(parent=os.getpid(), code=self._code), self.name]
        self.process = subprocess.Popen(command, env=self._environment, start_new_session=True)

    def gone(self) -> str | None:
        """What there is to say if it has ended by itself; None while it runs."""
        status = self.process.poll()
        return None if status is None else f"'affindex {self.name}' ended with status {status}"

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
