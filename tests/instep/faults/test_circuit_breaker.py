"""The circuit breaker of searches: closed, open, one trial at a time, closed.

1. After three failures in a row nothing is sent for a while.
2. Then one request may try, however many ask; if it fails the circuit stays open.
3. One that is answered closes it; then everybody is served.
4. What is refused or given up for its own sake (a bad request, too many clauses, a phase out of time, too much memory)
   opens it for nobody, and neither does a search that takes too long while others are answered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from opensearchpy.exceptions import TransportError

from app.engines import open_search_async
from app.search.admission import Admission
from app.search.circuit import Circuit
from app.search.engine import EngineAway, EnginePatience, SearchEngine
from tests.instep.faults import faulty_engine as faults
from tests.instep.faults.faulty_engine import Answer, Fault, FaultyEngine, Request, refusal
from tests.words import Catalogue, program


def test_open_trial_closed(catalogue: Catalogue) -> None:  # 1, 2, 3
    catalogue.store(program("A"))
    with FaultyEngine(catalogue.engines.opensearch_url) as proxy:
        asyncio.run(_open_trial_closed(catalogue, proxy))


async def _open_trial_closed(catalogue: Catalogue, proxy: FaultyEngine) -> None:
    # A busy machine must not end what the test is looking at: time passes when it says so.
    patience = EnginePatience(request=30.0, suspect=30.0)
    engine = SearchEngine(open_search_async(proxy.url, catalogue.settings), catalogue.alias, patience)
    engine.circuit = Circuit(seconds=3600.0)
    engine.admission = Admission(longest_wait=30.0)

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
            engine.circuit.open_until = 0.0
            assert await many(10) == (0, 1)
            assert await many(10) == (0, 0)
        engine.circuit.open_until = 0.0
        answered, asked = await many(10)
        assert answered == asked == 1
        assert await many(10) == (10, 10)
    finally:
        await engine._client.close()


def _of_dear_ones(fault: Fault) -> Fault:
    """A fault of those searches alone that are dear."""
    return lambda engine, request: fault(engine, request) if b"dear" in request.body else engine.pass_on(request)


_DEAR = {"query": {"match": {"name": "dear"}}}


@pytest.mark.parametrize(
    ("status", "type"),
    [
        (400, "search_phase_execution_exception"),
        (400, "too_many_clauses"),
        (500, "too_many_nested_clauses"),
        (503, "search_phase_execution_exception"),
        (504, "search_timeout_exception"),
        (429, "circuit_breaking_exception"),
        (429, "rejected_execution_exception"),
        (500, "null_pointer_exception"),
    ],
)
def test_one_client_opens_it_for_nobody(catalogue_at_rest: Catalogue, status: int, type: str) -> None:  # 4
    def refused(_: FaultyEngine, __: Request) -> Answer:
        return refusal(status, type)

    async def test(engine: SearchEngine) -> None:
        for _ in range(5):
            with pytest.raises((EngineAway, TransportError)):
                await engine.search(_DEAR)
        assert engine.circuit.failures == 0
        assert (await engine.search({})).hits.total.value == 1

    _over(catalogue_at_rest, _of_dear_ones(refused), test)


def test_searches_that_take_too_long_open_it_for_nobody(catalogue_at_rest: Catalogue) -> None:  # 4
    async def test(engine: SearchEngine) -> None:
        over = asyncio.Event()

        async def dear() -> None:
            with pytest.raises(EngineAway, match="takes too long"):
                await engine.search(_DEAR)

        async def others() -> int:
            answered = 0
            while not over.is_set():
                answered += (await engine.search({})).hits.total.value
            return answered

        asked = asyncio.ensure_future(others())
        await asyncio.gather(*(dear() for _ in range(3)))
        over.set()
        assert await asked
        assert (engine.circuit.failures, engine.circuit.opened) == (0, 0)

    _over(catalogue_at_rest, _of_dear_ones(faults.hanging), test, EnginePatience(request=2.0))


@pytest.fixture(scope="module")
def catalogue_at_rest(shared_catalogue: Catalogue) -> Catalogue:
    shared_catalogue.store(program("A"))
    return shared_catalogue


def _over(
    catalogue: Catalogue,
    fault: Fault,
    test: Callable[[SearchEngine], Coroutine[Any, Any, None]],
    patience: EnginePatience | None = None,
) -> None:
    async def run(url: str) -> None:
        client = open_search_async(url, catalogue.settings)
        engine = SearchEngine(client, catalogue.alias, patience or EnginePatience())
        try:
            await test(engine)
        finally:
            await engine._client.close()

    with FaultyEngine(catalogue.engines.opensearch_url) as proxy, proxy.misbehaving(fault):
        asyncio.run(run(proxy.url))
