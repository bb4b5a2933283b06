"""What is known of the engines by looking at them some times a second, and `/readyz`, which looks by itself.

1. One look that comes too late, as the first of a process may on a busy machine, makes nothing unready.
2. An engine that does not answer some looks in a row is missing, and that is said within about a second.
3. What an older look saw never takes the place of what a newer one did.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterator
from typing import Any, cast

import pytest
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from app.api.probe import Probe
from app.engines import Engines
from app.search.engine import LOOK_SECONDS, EngineAway, SearchEngine
from app.search.lexicon import NO_LEXICON
from app.settings import Settings
from mappings.index import DESIGN
from tests.conftest import new_catalogue
from tests.instep.faults.faulty_engine import Answer, FaultyEngine, Request
from tests.words import Catalogue, program


@pytest.fixture
def engine(engines: Engines) -> Iterator[FaultyEngine]:
    with FaultyEngine(engines.opensearch_url) as engine:
        yield engine


@pytest.fixture
def catalogue(engines: Engines, settings: Settings, template: str, engine: FaultyEngine) -> Iterator[Catalogue]:
    yield from new_catalogue(engines, settings, template, engine.url)


def _late(times: float) -> Any:
    looks = itertools.count()

    def fault(engine: FaultyEngine, request: Request) -> Answer | None:
        if "/_stats/" in request.path and next(looks) < times:
            time.sleep(1.5 * LOOK_SECONDS)
        return engine.pass_on(request)

    return fault


@pytest.mark.waits
def test_a_look_that_is_late_says_nothing_yet(catalogue: Catalogue, engine: FaultyEngine) -> None:  # 1
    catalogue.store(program())
    catalogue.work()
    with engine.misbehaving(_late(2)):  # the first of this process, and the first of the route
        assert catalogue.get("/readyz")["status"] == "ready"


@pytest.mark.waits
def test_an_engine_that_is_always_late_is_missing(catalogue: Catalogue, engine: FaultyEngine) -> None:  # 2
    catalogue.store(program())
    catalogue.work()
    assert catalogue.get("/readyz")["status"] == "ready"
    with engine.misbehaving(_late(float("inf"))):
        began = time.monotonic()
        assert catalogue.get("/readyz", expect=503)["parts"]["search"] == "missing"
        assert time.monotonic() - began < 4 * LOOK_SECONDS


class _Scripted:
    """A search engine whose looks are answered by the test, in the order it wants."""

    alias = "programs"
    state = suggestions = ""
    lexicon = NO_LEXICON
    outdated = False

    async def design_of(self, _: str) -> int:
        return DESIGN

    def __init__(self) -> None:
        self.looks: list[asyncio.Future[bytes]] = []

    async def request(self, *_: object, **__: object) -> bytes:
        self.looks.append(asyncio.get_running_loop().create_future())
        return await self.looks[-1]


class _NoPool:
    def connection(self) -> Any:
        raise PoolTimeout


def _stats(generation: str) -> bytes:
    return f'{{"indices":{{"{generation}":{{"shards":{{}}}}}}}}'.encode()


@pytest.mark.parametrize("older", [_stats("programs-1"), b'{"indices":{}}', EngineAway()], ids=["old", "none", "away"])
def test_an_older_look_never_hides_a_newer_one(older: bytes | EngineAway) -> None:  # 3
    async def run() -> None:
        engine = _Scripted()
        probe = Probe(cast("SearchEngine", engine), cast("AsyncConnectionPool[Any]", _NoPool()))
        first, second = asyncio.create_task(probe.look()), asyncio.create_task(probe.look())
        while len(engine.looks) < 2:
            await asyncio.sleep(0)
        engine.looks[1].set_result(_stats("programs-2"))
        await second
        assert probe.search_ready
        seen = engine.state
        if isinstance(older, bytes):
            engine.looks[0].set_result(older)
        else:
            engine.looks[0].set_exception(older)
        await first
        assert probe.search_ready
        assert probe.index.generation == "programs-2"
        assert engine.state == seen

    asyncio.run(run())
