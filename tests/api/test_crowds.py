"""Many clients at once, who ask again at once whatever they are told, before an engine that is slow.

1. What it can answer is answered, as many as of few clients; all else is a 503 that says when to ask again.
2. That is said soon, and never that the engine is away: waiting for our own places opens no circuit.
3. When the crowd has gone, searches are answered.

How many and how soon exactly is measured by `make crowds`; a machine that does much else says nothing about speed.
"""

from __future__ import annotations

import asyncio

from app.settings import Settings
from tests.api.crowd import crowd, words
from tests.api.starved_engine import starved
from tests.serving import serving
from tests.words import Catalogue, program

_CORES, _LEAST_SECONDS = 4, 0.05
_SECONDS = 1.5  # of each crowd
_TRIES = 4  # the machine may be slowed down by other things in the middle of one
_AWAY = "the search engine does not answer; try again in a second"


def test_a_crowd(catalogue: Catalogue, settings: Settings) -> None:  # 1, 2, 3
    catalogue.store(program("Tea"))
    paths = words()
    with (
        starved(catalogue.engines.opensearch_url, times=1.0, cores=_CORES, least=_LEAST_SECONDS) as engine,
        serving(
            settings,
            database_url=catalogue.engines.database_url,
            opensearch_url=engine,
            alias=catalogue.alias,
        ) as address,
    ):

        def asks(connections: int) -> float:
            """Accepted answers a second."""
            told = asyncio.run(crowd(address, connections, _SECONDS, paths))
            assert told.others == []
            assert _AWAY not in told.reasons
            return told.rate

        asks(8)
        for connections in (24, 120):
            for attempt in range(_TRIES):
                few, many = asks(8), asks(connections)
                if many > few / 2:
                    break
                assert attempt < _TRIES - 1, (connections, few, many)
        alone = asyncio.run(crowd(address, 1, _SECONDS, paths))
        assert alone.accepted
        assert (alone.refused, alone.others) == ([], [])
