"""The circuit breaker of searches: closed, open, one trial at a time, closed.

1. After three failures in a row nothing is sent for a while.
2. Then one request may try, however many ask; if it fails the circuit stays open.
3. One that is answered closes it; then everybody is served.
"""

from __future__ import annotations

import asyncio

import pytest

from app.engines import open_search_async
from app.search import engine as engine_module
from app.search.engine import EngineAway, SearchEngine
from tests.instep.faults import faulty_engine as faults
from tests.instep.faults.faulty_engine import FaultyEngine
from tests.words import Catalogue, program


def test_open_trial_closed(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    # A busy machine must not end what the test is looking at: time passes when it says so.
    monkeypatch.setattr(engine_module, "_OPEN_SECONDS", 3600.0)
    monkeypatch.setattr(engine_module, "SUSPECT_SECONDS", 30.0)
    monkeypatch.setattr(engine_module, "REQUEST_SECONDS", 30.0)
    catalogue.store(program("A"))
    with FaultyEngine(catalogue.engines.opensearch_url) as proxy:
        asyncio.run(_open_trial_closed(catalogue, proxy))


async def _open_trial_closed(catalogue: Catalogue, proxy: FaultyEngine) -> None:
    engine = SearchEngine(open_search_async(proxy.url, catalogue.settings), catalogue.alias)

    async def many(number: int) -> tuple[int, int]:
        """How many of so many searches at once are answered, and how many came to the engine."""
        proxy.asked.clear()
        told = await asyncio.gather(*(engine.search({}) for _ in range(number)), return_exceptions=True)
        assert all(isinstance(each, EngineAway) for each in told if isinstance(each, BaseException))
        return sum(not isinstance(each, BaseException) for each in told), proxy.asked["_search"]

    try:
        assert await many(10) == (10, 10)
        with proxy.misbehaving(faults.unavailable):
            for _ in range(3):
                assert await many(1) == (0, 1)
            assert await many(10) == (0, 0)
            engine._open_until = 0.0
            assert await many(10) == (0, 1)
            assert await many(10) == (0, 0)
        engine._open_until = 0.0
        answered, asked = await many(10)
        assert answered == asked == 1
        assert await many(10) == (10, 10)
    finally:
        await engine._client.close()
