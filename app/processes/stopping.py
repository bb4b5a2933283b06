"""Signals that ask a command to stop: none is lost, and none interrupts what must be done whole.

Python raises a signal's exception wherever the main thread happens to be: between the start of a process and the note
that it was started, or where exceptions are swallowed. So whoever starts or stops processes holds signals back
(`held`), and looks at places of its own choice (`check`) whether one has come.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _State:
    holding = 0
    number: int | None = None  # of the first signal
    at = 0.0


def install() -> None:
    """Let SIGINT, SIGTERM and SIGHUP stop this process: by an exception, at once or as soon as nobody holds them."""
    for number in _SIGNALS:
        signal.signal(number, _came)


def _came(number: int, _: object) -> None:
    if _State.number is None:
        _State.number, _State.at = number, time.monotonic()
    if not _State.holding:
        _raise(number)


def _raise(number: int) -> NoReturn:
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    raise SystemExit(128 + number)


@contextmanager
def held() -> Iterator[None]:
    """Signals interrupt nothing in here; one that has come is raised by `check`, at the latest at the end."""
    _State.holding += 1
    try:
        yield
    finally:
        _State.holding -= 1
    if not _State.holding:
        check()


def check() -> None:
    """Raise what a signal that has come is raised as: KeyboardInterrupt, or SystemExit with its status."""
    if _State.number is not None:
        _raise(_State.number)


def came() -> bool:
    """Whether a signal has come."""
    return _State.number is not None


def seconds_left(promised: float, otherwise: float) -> float:
    """Seconds that are left of those promised from the signal on; `otherwise` where none has come."""
    if _State.number is None:
        return otherwise
    return max(_State.at + promised - time.monotonic(), 0.0)


def leave(status: int) -> NoReturn:
    """End this process now that everything is stopped, without waiting for threads that read from a network."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)
