"""Engines for the duration of a command: those of the environment, those another command runs, or our own.

Everything is said by locks that the kernel gives back when a process dies. `lock` is held by whoever runs the
engines; `joiners` is shared by those who use them, so that the one who runs them waits before stopping them.
"""

from __future__ import annotations

import fcntl
import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import msgspec

from app.engines.jars import Progress, fetch, locked_jars
from app.engines.opensearch import start_opensearch
from app.engines.postgres import start_postgres
from app.engines.process import EngineDied, Servers
from app.failures import Failure
from app.settings import Settings

_JOIN_SECONDS = 120.0
_HOLD_SECONDS = 2.0  # others try the lock for moments, to see whether somebody holds it
_JOINERS_SECONDS = 600.0


class Engines:
    """Two engines that answer."""

    def __init__(self, database_url: str, opensearch_url: str, servers: Servers | None = None) -> None:
        self.database_url = database_url
        self.opensearch_url = opensearch_url
        self._servers = servers

    def failed(self) -> str | None:
        """What happened to an engine of ours that has ended; None while all run."""
        return self._servers.died() if self._servers else None


class HeldByOther(Failure):
    """Another process runs the engines on this data."""


class Holder(msgspec.Struct, frozen=True):
    """Who holds the data."""

    pid: int
    since: str
    command: str


class _Descriptor(msgspec.Struct, frozen=True):
    pid: int
    database_url: str
    opensearch_url: str


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - what a person waits for


@contextmanager
def running(
    settings: Settings,
    *,
    hold: bool = False,
    nodes: int = 1,
    report: Callable[[str], None] = _say,
    progress: Progress | None = None,
) -> Iterator[Engines]:
    """Engines that answer. `hold` asks to be the one who runs them: HeldByOther if somebody else does.

    Raises EngineDied or DownloadFailed if they cannot be started.
    """
    if settings.database_url and settings.opensearch_url:
        yield Engines(settings.database_url, settings.opensearch_url)
        return
    settings.data.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + _JOIN_SECONDS
    patience = time.monotonic() + _HOLD_SECONDS
    while True:
        lock = _try_lock(settings.data / "lock")
        if lock:
            with lock, _own(settings, lock, nodes, report, progress) as engines:
                yield engines
            return
        if hold and time.monotonic() > patience:
            raise HeldByOther(_who(settings.data / "lock"))
        if hold:
            time.sleep(0.1)
            continue
        with ExitStack() as joined:
            if found := _join(settings, joined):
                yield found
                return
        if time.monotonic() > deadline:
            raise HeldByOther(f"{_who(settings.data / 'lock')}; its engines did not come up")
        time.sleep(0.1)


def _try_lock(path: Path) -> IO[str] | None:
    file = path.open("a+", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def _who(path: Path) -> str:
    try:
        holder = msgspec.json.decode(path.read_bytes(), type=Holder)
    except (OSError, msgspec.DecodeError):
        return f"another process holds {path.parent}"
    return f"{path.parent} is in use by process {holder.pid} ({holder.command}), since {holder.since}"


def _join(settings: Settings, joined: ExitStack) -> Engines | None:
    """The engines that another process runs; None if they are not up, or about to stop."""
    shared = joined.enter_context((settings.data / "joiners").open("a"))
    try:
        fcntl.flock(shared, fcntl.LOCK_SH | fcntl.LOCK_NB)
        described = msgspec.json.decode((settings.data / "engines.json").read_bytes(), type=_Descriptor)
    except (BlockingIOError, OSError, msgspec.DecodeError):
        return None
    probe = _try_lock(settings.data / "lock")
    if probe:  # nobody runs them any more: the description is a leftover
        probe.close()
        return None
    return Engines(described.database_url, described.opensearch_url)


@contextmanager
def _own(
    settings: Settings, lock: IO[str], nodes: int, report: Callable[[str], None], progress: Progress | None
) -> Iterator[Engines]:
    described = settings.data / "engines.json"
    described.unlink(missing_ok=True)
    lock.truncate(0)
    holder = Holder(os.getpid(), f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC", " ".join(sys.argv)[:200])
    lock.write(msgspec.json.encode(holder).decode())
    lock.flush()
    servers = Servers()
    try:
        engines = _start(settings, nodes, report, progress, servers)
        descriptor = _Descriptor(os.getpid(), engines.database_url, engines.opensearch_url)
        half = described.with_suffix(".half")
        half.write_bytes(msgspec.json.encode(descriptor))
        half.rename(described)
        yield engines
    finally:
        try:
            _wait_for_joiners(settings, report)
        finally:
            described.unlink(missing_ok=True)
            servers.stop()


def _start(
    settings: Settings,
    nodes: int,
    report: Callable[[str], None],
    progress: Progress | None,
    servers: Servers,
) -> Engines:
    """Start what the environment does not name, both at once; what was started is in `servers` even on failure."""

    def postgres() -> str:
        return start_postgres(servers, settings.data)

    def opensearch() -> str:
        jars = fetch(locked_jars(), settings.cache, settings.maven_repository, progress, servers.broken_off)
        servers.check()
        return start_opensearch(
            servers, settings.data, jars, heap=settings.opensearch_heap, nodes=nodes, port=settings.opensearch_port
        )

    report("starting Postgres and OpenSearch")
    with ThreadPoolExecutor(2) as pool:
        database = None if settings.database_url else pool.submit(postgres)
        search = None if settings.opensearch_url else pool.submit(opensearch)
        started = [each for each in (database, search) if each]
        try:
            wait(started, return_when=FIRST_EXCEPTION)
            for each in started:
                if each.done():
                    each.result()
        except BaseException:
            servers.broken_off.set()  # whatever the other waits for, nobody needs it now
            raise
        database_url = database.result() if database else settings.database_url
        opensearch_url = search.result() if search else settings.opensearch_url
    assert database_url is not None
    assert opensearch_url is not None
    return Engines(database_url, opensearch_url, servers)


def _wait_for_joiners(settings: Settings, report: Callable[[str], None]) -> None:
    with (settings.data / "joiners").open("a") as shared:
        said = False
        deadline = time.monotonic() + (_JOINERS_SECONDS if sys.exc_info()[0] is None else 0)
        while True:
            try:
                fcntl.flock(shared, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() > deadline:
                    return
                if not said:
                    report("another command is using the engines; waiting for it")
                    said = True
                time.sleep(0.1)


__all__ = ["EngineDied", "Engines", "HeldByOther", "running"]
