"""Ask the engine, reading the words as they stand first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.search.body import query
from app.search.engine import PARTS, SearchEngine
from app.search.filters import ALIVE, Clause
from app.search.page import Found
from app.search.reading import (
    AS_BEGUN,
    AS_IT_STANDS,
    ENOUGH,
    Reading,
    Tier,
    count_body,
    meant_body,
    mistyped,
)
from app.search.words import as_written, holds_as_written

BodyOf = Callable[[Reading], dict[str, Any]]
"""The request for a way of reading the words."""


async def find(engine: SearchEngine, q: str, body_of: BodyOf, **parameters: str) -> tuple[Found, Reading]:
    """What is found, and how the words had to be read. Raises EngineAway.

    Filters only narrow: a request that finds enough as its words stand shows that the words alone do. So the tier is
    asked for only when it does not, and remembered for this state of the index. What is found may be partial.
    """
    parameters |= PARTS
    reading = known_reading(engine, q)
    if reading is None:
        found = await engine.search(body_of(AS_IT_STANDS), **parameters)
        if found.partial or found.hits.total.value >= ENOUGH or _holds(found, q):
            return found, AS_IT_STANDS
        reading = await reading_of(engine, q)
        if reading.tier is Tier.EXACT:
            return found, reading
    return await engine.search(body_of(reading), **parameters), reading


def _holds(found: Found, q: str) -> bool:
    return any(holds_as_written(q, hit.matched_queries or ()) for hit in found.hits.hits)


def known_reading(engine: SearchEngine, q: str) -> Reading | None:
    """How the words are read, if that is known without asking."""
    return engine.readings.known((q, engine.state)) if q else AS_IT_STANDS


def known_while_typed(engine: SearchEngine, q: str) -> Reading | None:
    """The same for who is still typing."""
    return engine.readings.known((q, engine.state, Tier.BEGUN)) if q else AS_IT_STANDS


async def reading_of(engine: SearchEngine, q: str) -> Reading:
    """How the words are read: by what they find alone, without any filter. Raises EngineAway."""
    if not q:
        return AS_IT_STANDS
    # Before the index has been looked at, nothing can be remembered for what it holds.
    return await engine.readings.get((q, engine.state), lambda: _probe(engine, q), lambda _: engine.state != "")


async def _probe(engine: SearchEngine, q: str) -> Reading:
    # The first one is cheap, and mostly tells.
    if await _finds(engine, written(q), 1) or await _finds(engine, query(q, ()), ENOUGH):
        return AS_IT_STANDS
    return mistyped((await engine.search(meant_body(q))).suggest)


def written(q: str) -> Clause:
    """Programs that hold all words as they are written."""
    return {"bool": {"filter": [ALIVE, as_written(q)]}}


async def _finds(engine: SearchEngine, asked: Clause, enough: int) -> bool:
    return (await engine.search(count_body(asked, enough))).hits.total.value >= enough


async def reading_while_typed(engine: SearchEngine, q: str) -> Reading:
    """The same for who is still typing: before words are taken to be mistyped, the last may be unfinished."""
    key = (q, engine.state, Tier.BEGUN)
    return await engine.readings.get(key, lambda: _typed(engine, q), lambda _: engine.state != "")


async def _typed(engine: SearchEngine, q: str) -> Reading:
    if await _finds(engine, written(q), ENOUGH) or await _finds(engine, query(q, ()), ENOUGH):
        return AS_IT_STANDS
    if await _finds(engine, query(q, (), AS_BEGUN), 1):
        return AS_BEGUN
    return await reading_of(engine, q)
