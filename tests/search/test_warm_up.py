"""An engine that was just started is asked searches that nobody asked for.

1. As many as are wanted, one for each twenty programs at most; none of an empty catalogue, or before suggestions are
   built.
2. None while anybody else asks.
3. An engine that does not answer ends nothing.
4. Each of them is a search that the engine takes, of words that the catalogue holds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from app.engines import open_search_async
from app.search.engine import EngineAway, SearchEngine
from app.search.lexicon import HeldLexicon
from app.search.page import Found
from app.search.warm_up import warm_up
from tests.words import Catalogue, program

PROGRAMS = 100


class _Asked(SearchEngine):
    """An engine that counts what it is asked; others ask it as long as `busy` says."""

    asked = 0
    failing = False
    busy = 0

    @property
    def under_way(self) -> int:
        self.busy = max(self.busy - 1, 0)
        return self.busy

    async def search(self, body: Mapping[str, Any], **parameters: Any) -> Found:
        assert not self.busy
        self.asked += 1
        if self.failing:
            raise EngineAway("away")
        return await super().search(body, **parameters)


@pytest.fixture(scope="module")
def stocked(shared_catalogue: Catalogue) -> Catalogue:
    words = ("garden", "tea", "shoes", "travel")
    shared_catalogue.store(
        *(program(f"Shop {n}", description=f"{words[n % 4]} and {words[n % 3]}") for n in range(PROGRAMS))
    )
    return shared_catalogue


def _warmed(catalogue: Catalogue, searches: int, seconds: float = 20.0, **state: Any) -> _Asked:
    async def warmed() -> _Asked:
        client = open_search_async(catalogue.engines.opensearch_url, catalogue.settings)
        try:
            engine = _Asked(client, catalogue.alias)
            held = await engine.lexicon_written()
            assert held
            engine.lexicon = await engine.read_lexicon(held) or engine.lexicon
            engine.state = engine.suggestions = "seen"
            for name, value in state.items():
                setattr(engine, name, value)
            async with asyncio.timeout(seconds):
                await warm_up(engine, searches)
            return engine
        finally:
            await client.close()

    return asyncio.run(warmed())


def test_as_many_as_are_wanted(stocked: Catalogue) -> None:  # 1, 4
    assert _warmed(stocked, 3).asked == 3


def test_few_of_a_small_catalogue(stocked: Catalogue) -> None:  # 1
    assert _warmed(stocked, 1_000).asked == PROGRAMS // 20


def test_an_empty_catalogue_is_waited_for(stocked: Catalogue) -> None:  # 1
    with pytest.raises(TimeoutError):
        _warmed(stocked, 3, seconds=1.0, lexicon=HeldLexicon())


def test_suggestions_are_built_first(stocked: Catalogue) -> None:  # 1
    with pytest.raises(TimeoutError):
        _warmed(stocked, 3, seconds=1.0, suggestions="")


def test_others_come_first(stocked: Catalogue) -> None:  # 2
    engine = _warmed(stocked, 3, busy=5)
    assert (engine.busy, engine.asked) == (0, 3)


def test_an_engine_that_is_away(stocked: Catalogue) -> None:  # 3
    assert _warmed(stocked, 3, failing=True).asked == 3
