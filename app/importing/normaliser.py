"""Normalising in a process of its own, so that a text which stops it stops nothing else.

A batch that takes too long is ended, and its records are read again one by one, each in time of its own: the one that
gets stuck again is rejected with that reason, and the rest goes on. So every record that is rejected got stuck twice.
"""

from __future__ import annotations

import atexit
import os
import select
import subprocess
import sys
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Lock

import structlog

from app.failures import Failure
from app.importing.normaliser_process import Done, Kind, Work, done_of, length, written
from app.normalising.warnings import RecordWarnings
from mappings.network_program import NetworkProgram
from mappings.networks import BY_SLUG

_log = structlog.get_logger()

SECONDS = 20.0  # for a batch, which takes a hundredth of one; a machine may be busy with other things
_ALONE_SECONDS = 5.0  # for a record, which takes a tenth of a millisecond
_START_SECONDS = 60.0
_GRACE_SECONDS = 5.0  # behind its own alarm the process is ended from here
_MOST_STUCK = 100  # records in one run, which take ten minutes: more are an attack
_MOST_IDLE = 2
_MODULE = "app.importing.normaliser_process"

Numbered = Sequence[tuple[int, NetworkProgram]]


class TooManyStuck(Failure):
    """Record after record gets stuck: the source is made to harm, or a fault of ours."""


class Fault(Exception):
    """Normalising raised what it must never raise; the message is what it was."""


class _Gone(Exception):
    """The process ended, or was ended, before it answered."""


class _Process:
    def __init__(self, module: str) -> None:
        self.module = module
        self.busy = False
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        try:
            self._receive(_START_SECONDS)  # it says that it is there
        except _Gone:
            self.end()
            raise Fault(f"the normaliser's process did not start (exit {self._process.returncode})") from None

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def send(self, work: Work) -> None:
        assert self._process.stdin is not None
        self.busy = True
        rest = memoryview(written(work))
        try:
            while rest:
                rest = rest[self._process.stdin.write(rest) or 0 :]
        except OSError:
            raise _Gone from None

    def receive(self, seconds: float) -> Done:
        done = self._receive(seconds + _GRACE_SECONDS)
        self.busy = False
        return done

    def _receive(self, seconds: float) -> Done:
        until = time.monotonic() + seconds
        head = self._read(9, until)
        return done_of(head, self._read(length(head), until))

    def _read(self, size: int, until: float) -> bytes:
        assert self._process.stdout is not None
        descriptor = self._process.stdout.fileno()
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        parts: list[bytes] = []
        while size:
            if not poll.poll(max(0.0, until - time.monotonic()) * 1000):
                raise _Gone
            part = os.read(descriptor, min(size, 1 << 20))
            if not part:
                raise _Gone
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def end(self) -> None:
        """End it, whatever it does; nothing of it is left."""
        with suppress(OSError):
            self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with suppress(OSError):
                    pipe.close()
        self._process.wait()


class Normaliser:
    """Normalises batches in order, one ahead: while a batch is worked on, the next is read.

    A batch may take so many `seconds`, a record of one that took longer so many `alone`; `most_stuck` may take longer.
    """

    def __init__(
        self,
        module: str = _MODULE,
        seconds: float = SECONDS,
        alone: float = _ALONE_SECONDS,
        most_stuck: int = _MOST_STUCK,
    ) -> None:
        self._module = module
        self._seconds = seconds
        self._alone = alone
        self._most_stuck = most_stuck
        self._process: _Process | None = None
        self._stuck = 0

    def each(self, batches: Iterable[Numbered], kind: Kind) -> Iterator[Done]:
        """What becomes of each batch. An error of the source is raised behind what was read before it."""
        waiting: Numbered | None = None
        source = iter(batches)
        while True:
            failed: Exception | None = None
            batch = None
            try:
                batch = next(source, None)
            except Exception as error:
                failed = error
            if waiting is not None:
                done = self._answered(waiting, kind)
                if batch is not None:
                    self._ask(batch, kind, self._seconds)
                yield done
            elif batch is not None:
                self._ask(batch, kind, self._seconds)
            if failed is not None:
                raise failed
            if batch is None:
                return
            waiting = batch

    def close(self) -> None:
        """Give the process to whoever needs one next; one that is in the middle of something is ended."""
        process, self._process = self._process, None
        if process is not None:
            _give_back(process)

    def _ask(self, batch: Numbered, kind: Kind, seconds: float) -> None:
        if self._process is None:
            self._process = _taken(self._module)
        with suppress(_Gone):  # found out where the answer is waited for
            self._process.send(Work(kind, seconds, list(batch), BY_SLUG.added))

    def _answered(self, batch: Numbered, kind: Kind) -> Done:
        done = self._received(self._seconds)
        if done is not None:
            return done
        _log.warning("a batch of records got stuck", first=batch[0][0] if batch else 0, records=len(batch))
        whole, warnings = Done(), RecordWarnings()
        for numbered in batch:
            self._ask([numbered], kind, self._alone)
            one = self._received(self._alone)
            if one is None:
                self._stuck += 1
                if self._stuck > self._most_stuck:
                    raise TooManyStuck(
                        f"more than {self._most_stuck} records take longer than {self._alone:g} seconds each"
                    )
                whole.rejected.append((numbered[0], f"it takes longer than {self._alone:g} seconds to read"))
                continue
            whole.rows += one.rows
            whole.programs += one.programs
            whole.rejected += one.rejected
            warnings.add(one.warnings)
        whole.warnings = warnings.listed()
        return whole

    def _received(self, seconds: float) -> Done | None:
        """The answer; None if the process got stuck, or ended, of which nothing is left then."""
        assert self._process is not None
        try:
            done = self._process.receive(seconds)
        except _Gone:
            self._process.end()
            self._process = None
            return None
        if done.fault is not None:
            raise Fault(done.fault)
        return done


@contextmanager
def normalising(normaliser: Normaliser | None = None) -> Generator[Normaliser]:
    """A normaliser for as long as it is needed."""
    own = normaliser or Normaliser()
    try:
        yield own
    finally:
        own.close()


# -- processes that wait for work: starting one takes half a second ---------------------------------------------------

_idle: list[_Process] = []
_owner = os.getpid()
_lock = Lock()


def _taken(module: str) -> _Process:
    with _lock:
        global _owner
        if _owner != os.getpid():  # a copy of the process that started them
            _idle.clear()
            _owner = os.getpid()
        for process in [each for each in _idle if each.module == module]:
            _idle.remove(process)
            if process.alive:
                return process
            process.end()
    return _Process(module)


def _give_back(process: _Process) -> None:
    with _lock:
        if process.alive and not process.busy and len(_idle) < _MOST_IDLE:
            _idle.append(process)
            return
    process.end()


@atexit.register
def _end_all() -> None:
    with _lock:
        while _owner == os.getpid() and _idle:
            _idle.pop().end()
