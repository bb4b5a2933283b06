"""Engines for the duration of a command: those of the environment, those another command runs, or our own.

Everything is said by locks that the kernel gives back when a process dies. `lock` is held by whoever runs the
engines; `joiners` is shared by those who use them, so that the one who runs them waits before stopping them.
"""

from __future__ import annotations

import fcntl
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import IO
from urllib.parse import urlsplit

import msgspec

from app.engines.jars import Progress, fetch, locked_jars
from app.engines.opensearch import start_opensearch
from app.engines.postgres import start_postgres
from app.engines.process import EngineDied, Servers, private_file
from app.failures import Failure
from app.processes import stopping
from app.settings import Settings, revealed

_TOLD_SECONDS = 10.0
_BROKEN_OFF_SECONDS = 5.0  # for what a broken start still does; what it may still start is ended by itself
_LOOK_SECONDS = 0.05
_HOLD_SECONDS = 2.0  # others try the lock for moments, to see whether somebody holds it
_JOINERS_SECONDS = 600.0


class OwnEngine:
    """An engine that this process runs."""

    starts_slowly = True

    def __init__(self, name: str, servers: Servers, begin: Callable[[], str]) -> None:
        self.name = name
        self._servers = servers
        self._begin = begin

    def start(self) -> None:
        """Start it, again, at the same address; returns when it answers. Raises EngineDied."""
        self._servers.forget_dead(self.name)
        self._begin()

    def gone(self) -> str | None:
        """What there is to say if it has ended; None while it runs."""
        return self._servers.died(self.name)

    def ready(self) -> bool:
        """Whether it has come up, which it has when `start` returns."""
        return True


class Engines:
    """Two engines that answer. `own` are those that this process runs and may start again."""

    def __init__(
        self,
        database_url: str,
        opensearch_url: str,
        servers: Servers | None = None,
        own: Sequence[OwnEngine] = (),
    ) -> None:
        self.database_url = database_url
        self.opensearch_url = opensearch_url
        self.own = own
        self._servers = servers


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
    say: Callable[[str], None] = _say,
    progress: Progress | None = None,
    told_after: float = _TOLD_SECONDS,
) -> Iterator[Engines]:
    """Engines that answer. `hold` asks to be the one who runs them: HeldByOther if somebody else does.

    Who waits for another one's says so after `told_after` seconds.

    Raises EngineDied or DownloadFailed if they cannot be started.
    """
    if settings.database_url and settings.opensearch_url:
        yield Engines(settings.database_url.reveal(), settings.opensearch_url)
        return
    _make_private(settings.data)
    tell_at = time.monotonic() + told_after
    patience = time.monotonic() + _HOLD_SECONDS
    while True:
        stopping.check()
        lock = _try_lock(settings.data / "lock")
        if lock:
            with lock, _own(settings, lock, nodes, say, progress) as engines:
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
        # However long they take to start, or to stop: the lock is free as soon as its holder has ended.
        if time.monotonic() > tell_at:
            tell_at = float("inf")
            say(f"{_who(settings.data / 'lock')}; waiting for its engines")
        time.sleep(0.1)


def _make_private(data: Path) -> None:
    """Make the data directory, for us alone; where Postgres runs as another user, that one may still pass through."""
    data.mkdir(parents=True, exist_ok=True)
    status = data.stat()
    if status.st_uid == os.geteuid():
        data.chmod(status.st_mode & (0o711 if os.geteuid() == 0 else 0o700))


def _try_lock(path: Path) -> IO[str] | None:
    file = private_file(path).open("a+", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


@contextmanager
def locked_if_free(data: Path) -> Iterator[bool]:
    """Whether nobody runs engines over this data; if so, nobody begins to while this lasts."""
    lock = _try_lock(data / "lock") if data.is_dir() else None
    with lock or nullcontext():
        yield lock is not None


def _who(path: Path) -> str:
    try:
        holder = msgspec.json.decode(path.read_bytes(), type=Holder)
    except (OSError, msgspec.DecodeError):
        return f"another process holds {path.parent}"
    return f"{path.parent} is in use by process {holder.pid} ({holder.command}), since {holder.since}"


def _join(settings: Settings, joined: ExitStack) -> Engines | None:
    """The engines that another process runs; None if they are not up, or about to stop."""
    shared = joined.enter_context(private_file(settings.data / "joiners").open("a"))
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
    settings: Settings, lock: IO[str], nodes: int, say: Callable[[str], None], progress: Progress | None
) -> Iterator[Engines]:
    described = settings.data / "engines.json"
    described.unlink(missing_ok=True)
    lock.truncate(0)
    holder = Holder(os.getpid(), f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC", " ".join(sys.argv)[:200])
    lock.write(msgspec.json.encode(holder).decode())
    lock.flush()
    servers = Servers()
    try:
        with stopping.held():
            engines = _start(settings, nodes, say, progress, servers)
        descriptor = _Descriptor(os.getpid(), engines.database_url, engines.opensearch_url)
        half = private_file(described.with_suffix(".half"))
        half.write_bytes(msgspec.json.encode(descriptor))
        half.rename(described)
        yield engines
    finally:
        try:
            _wait_for_joiners(settings, say)
        finally:
            with stopping.held():
                described.unlink(missing_ok=True)
                servers.stop()


def _start(
    settings: Settings,
    nodes: int,
    say: Callable[[str], None],
    progress: Progress | None,
    servers: Servers,
) -> Engines:
    """Start what the environment does not name, both at once; what was started is in `servers` even on failure.

    Signals are held back by the caller, and looked for here: whatever comes, nothing that was begun is forgotten.
    """

    def postgres() -> str:
        return start_postgres(servers, settings.data, say)

    def opensearch(port: int | None = settings.opensearch_port) -> str:
        jars = fetch(locked_jars(), settings.cache, settings.maven_repository, progress, servers.broken_off)
        servers.check()
        return start_opensearch(
            servers, settings.data, jars, heap=settings.opensearch_heap, nodes=nodes, port=port, say=say
        )

    say("starting Postgres and OpenSearch")
    database = None if settings.database_url else _begin("Postgres", postgres)
    search = None if settings.opensearch_url else _begin("OpenSearch", opensearch)
    begun = [each for each in (database, search) if each]
    try:
        while waiting := [each for each in begun if not each.done()]:
            stopping.check()
            with suppress(TimeoutError):
                waiting[0].exception(_LOOK_SECONDS)
            for each in begun:
                if each.done():
                    each.result()
        stopping.check()
        database_url = database.result() if database else revealed(settings.database_url)
        opensearch_url = search.result() if search else settings.opensearch_url
    except BaseException:
        servers.break_off()  # whatever the other waits for, nobody needs it now
        _give_up(begun)
        raise
    assert database_url is not None
    assert opensearch_url is not None
    own = []
    if database:
        own.append(OwnEngine("Postgres", servers, postgres))
    if search:
        port = urlsplit(opensearch_url).port
        own.append(OwnEngine("OpenSearch", servers, lambda: opensearch(port)))
    return Engines(database_url, opensearch_url, servers, own)


def _begin(name: str, work: Callable[[], str]) -> Future[str]:
    """Work in a thread that nobody has to wait for: a download that hangs must not keep a process from ending."""
    future: Future[str] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:
            future.set_exception(error)

    Thread(target=run, name=f"start {name}", daemon=True).start()
    return future


def _give_up(begun: list[Future[str]]) -> None:
    """Let what was begun notice that it is broken off."""
    deadline = time.monotonic() + _BROKEN_OFF_SECONDS
    for each in begun:
        with suppress(TimeoutError):
            each.exception(max(deadline - time.monotonic(), 0.0))


def _wait_for_joiners(settings: Settings, say: Callable[[str], None]) -> None:
    with private_file(settings.data / "joiners").open("a") as shared:
        said = False
        deadline = time.monotonic() + (_JOINERS_SECONDS if sys.exc_info()[0] is None else 0)
        while True:
            try:
                fcntl.flock(shared, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                stopping.check()
                if time.monotonic() > deadline:
                    return
                if not said:
                    say("another command is using the engines; waiting for it")
                    said = True
                time.sleep(0.1)


__all__ = ["EngineDied", "Engines", "HeldByOther", "locked_if_free", "running"]
