"""Watches and imports beside each other: how long until all is told, and what it costs the import."""

from __future__ import annotations

import asyncio
import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from statistics import median
from typing import Any

import msgspec
from opensearchpy import AsyncOpenSearch

from app.alerts.creating import create
from app.alerts.looking import keep_looking
from app.alerts.matching import TooManyMatches
from app.alerts.outlets import Outlets
from app.alerts.wanted import read_watch
from app.benchmarks.imports import full_import
from app.benchmarks.index import full_rebuild
from app.benchmarks.sandbox import Sandbox
from app.importing.run_import import run_import
from app.importing.sources import Source, generated
from app.jobs import ALERTS, defer_telling
from app.jobs import worker as job_worker
from app.search.engine import SearchEngine
from generators import VOLUMES
from indexing.follow import follow
from mappings.network_program import NetworkProgram
from mappings.taxonomy import VERTICALS

WATCHES = 500
_CHANGED = 20  # one program in so many
_WORDS = ("organic", "travel", "shoes", "software", "coffee", "yoga", "hotel", "garden", "kids", "music", "vpn", "dog")
_PATIENCE_SECONDS = 600.0
_LOOK_SECONDS = 0.1
_LEFT = """
    select (select count(*) from changed_programs) + (select count(*) from pushed_programs)
        + (select count(*) from program_history h, watch_cursors c
            where c.source = 'changes' and (h.xid, h.id) > (c.xid, c.row_id))
"""
_UNTOLD = "select count(*) from watches w join watch_events e on e.watch_id = w.id and e.id > w.told"


class Watched(msgspec.Struct, frozen=True, rename="camel"):
    """What was measured, in seconds: imports with every watch paused and with none, and from the end of each of those
    to the last event written, and to the last one taken by a receiver. `events` are those of the imports."""

    programs: int
    watches: int
    matches: int
    changed: int
    import_paused: list[float]
    import_watched: list[float]
    slower: float
    until_written: list[float]
    until_told: list[float]
    events: list[int]


def queries() -> Iterator[str]:
    """Searches that a team would watch, without end and each of them once at least."""
    number = 0
    while True:
        for vertical in VERTICALS:
            for network in VOLUMES:
                yield f"vertical={vertical.slug}&network={network}&cookieDays={number}.."
            yield f"vertical={vertical.slug}&commission={5 + number}.."
            yield f"vertical={vertical.slug}&epc={0.1 * number:.1f}.."
        for word in _WORDS:
            yield f"q={word}&cookieDays={number}.."
        number += 1


def watching(
    place: Sandbox,
    open_client: Callable[[], AsyncOpenSearch],
    *,
    scale: float,
    rounds: int,
    watches: int,
    say: Callable[[str], None],
) -> Watched:
    """Measure in an empty sandbox: imports that change one program in twenty, with all watches paused and with none."""
    say(f"a first import: {full_import(place, scale):.1f} s, and a rebuild: {full_rebuild(place):.1f} s")
    with _receiver() as url, _at_work(place):
        matches = asyncio.run(_made(place, open_client, watches, url, say))
        paused, watched, written, told, events = [], [], [], [], []
        _settled(place)
        changed = 0
        for number in range(rounds):
            with place.connect() as connection:
                connection.execute("update watches set paused_at = now(), revision = revision + 1")
            paused.append(_changing_import(place, scale, 2 * number + 1)[0])
            _settled(place)
            with place.connect() as connection:
                connection.execute("update watches set paused_at = null, revision = revision + 1")
                (before,) = connection.execute("select count(*) from watch_events").fetchone() or (0,)
            seconds, changed = _changing_import(place, scale, 2 * number + 2)
            watched.append(seconds)
            began = time.perf_counter()
            _settled(place)
            written.append(time.perf_counter() - began)
            _wait_for(place, _UNTOLD)
            told.append(time.perf_counter() - began)
            with place.connect() as connection:
                (after,) = connection.execute("select count(*) from watch_events").fetchone() or (0,)
            events.append(after - before)
            say(
                f"round {number + 1}: import {paused[-1]:.1f} s paused, {watched[-1]:.1f} s watched; {events[-1]:,} "
                f"events written after {written[-1]:.1f} s, told after {told[-1]:.1f} s"
            )
    with place.connect() as connection:
        (programs,) = connection.execute("select count(*) from programs").fetchone() or (0,)
    ratio = median(one / other for one, other in zip(watched, paused, strict=True))
    return Watched(programs, watches, matches, changed, paused, watched, round(ratio, 3), written, told, events)


async def _made(
    place: Sandbox, open_client: Callable[[], AsyncOpenSearch], watches: int, url: str, say: Callable[[str], None]
) -> int:
    """So many watches; how many programs they match, all together."""
    client, made, matches = open_client(), 0, 0
    engine = SearchEngine(client, place.alias)
    began = time.perf_counter()
    for query in queries():
        if made == watches:
            break
        wanted = read_watch(f"watch {made}", query, webhook=url, plain_http=True)
        with suppress(TooManyMatches):
            watch, _ = await create(engine, place.connect, wanted, None)
            made, matches = made + 1, matches + (watch.matches or 0)
    await client.close()
    say(f"{made} watches of {matches:,} matches made in {time.perf_counter() - began:.1f} s")
    return matches


def _changing_import(place: Sandbox, scale: float, turn: int) -> tuple[float, int]:
    """An import of all programs, of which one in twenty has another cookie than before; seconds, and how many have."""
    plain = generated(tuple(VOLUMES), scale=scale)
    changed = 0

    def records() -> Iterator[Any]:
        nonlocal changed
        for number, record in enumerate(plain.records()):
            # Those of this turn change, those of the last one change back: in each turn as many as in any other.
            if number % (2 * _CHANGED) == turn % (2 * _CHANGED) and isinstance(record, NetworkProgram):
                changed += 2  # as many change back
                record = msgspec.structs.replace(record, cookie=f"{20 + turn} days")
            yield record

    began = time.perf_counter()
    source = Source("generator", plain.networks, records, plain.partial, plain.expected)
    run_import(place.connect, source, {"networks": list(plain.networks)})
    return time.perf_counter() - began, changed


@contextmanager
def _at_work(place: Sandbox) -> Iterator[None]:
    """What a worker does, in threads as there: follow, look, tell."""
    stop = threading.Event()
    url = place.engines.database_url

    async def jobs() -> None:
        app = job_worker(url, place.connect, outlets=Outlets(allow_private=True), stop=stop)
        async with app.open_async():
            running = asyncio.create_task(
                app.run_worker_async(queues=[ALERTS], concurrency=8, install_signal_handlers=False)
            )
            while not stop.is_set():
                await asyncio.sleep(_LOOK_SECONDS)
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running

    threads = [
        threading.Thread(target=follow, args=(place.connect, place.search, stop), daemon=True),
        threading.Thread(
            target=keep_looking,
            args=(place.connect, place.search, place.alias, stop, lambda ids: defer_telling(url, ids)),
            daemon=True,
        ),
        threading.Thread(target=lambda: asyncio.run(jobs()), daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _settled(place: Sandbox) -> None:
    """Wait until everything is pushed and looked at."""
    _wait_for(place, _LEFT)


def _wait_for(place: Sandbox, left: str) -> None:
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        with place.connect() as connection:
            (count,) = connection.execute(left).fetchone() or (0,)
        if not count:
            return
        assert time.monotonic() < until, f"{count:,} are left after {_PATIENCE_SECONDS:.0f} s"
        time.sleep(_LOOK_SECONDS)


@contextmanager
def _receiver() -> Iterator[str]:
    """A receiver of webhooks, in a process of its own."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_receive, args=(theirs,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}/"
    finally:
        process.terminate()
        process.join()


class _Taking(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


def _receive(to: Connection) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Taking)
    to.send(server.server_address[1])
    server.serve_forever()
