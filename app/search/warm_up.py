"""Searches that nobody asked for, against an engine that has just been started.

Java translates what is done often, over thousands of searches: until then each costs the engine much more than later.
They are made from words of the catalogue, in the shapes that people ask for, one at a time, wait while anybody else is
asking, and leave the engine as much time as each took. They begin when all else of a start is done: once there are
suggestions.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import count, islice

from app.search.analysing import analyse
from app.search.body import count_body, query, search_body
from app.search.engine import PARTS, SearchEngine
from app.search.lexicon import HeldLexicon
from app.search.request import SearchRequest
from app.search.request_parser import read_request

_LOOK_SECONDS = 0.5  # apart, until there is a catalogue to make searches of
_GIVE_WAY_SECONDS = 0.02
_PROGRAMS_EACH = 20  # a small catalogue costs little without being warm
_RARE = 3  # programs; a word that fewer have finds nothing with another one
_FACETS = ("network", "vertical", "commissionType", "primaryRegion", "epc")
_SHAPES: tuple[dict[str, list[str]], ...] = (
    {"facets": [",".join(_FACETS)], "commission": ["5.."]},
    {"facets": [",".join(_FACETS)]},
    {"perPage": ["24"]},
    {"facets": ["network,topics,textLanguage,cookieDays"], "vertical": ["fashion", "home"]},
    {"sort": ["-epc"], "facets": ["vertical"]},
    {"collapse": ["merchant"]},
)
"""What is asked beside the words; the first more often than the others."""


async def warm_up(engine: SearchEngine, searches: int) -> None:
    """Ask so many searches, fewer of a small catalogue. It may be cancelled at any time."""
    while not (engine.state and engine.suggestions and engine.lexicon.known) or engine.outdated:
        await asyncio.sleep(_LOOK_SECONDS)
    held = engine.lexicon
    most = min(searches, sum(held.lexicon.programs.values()) // _PROGRAMS_EACH)
    for number, request in enumerate(islice(_requests(held), most)):
        while engine.under_way:
            await asyncio.sleep(_GIVE_WAY_SECONDS)
        began = time.monotonic()
        with suppress(Exception):  # what fails here is told to whoever asks the same
            analysis = analyse(request.wording, held)
            await engine.search(search_body(request, analysis), **PARTS)
            if number % len(_SHAPES) == 0:
                await engine.search_many([count_body(query(analysis, (), scored=False))] * 2)
        await asyncio.sleep(time.monotonic() - began)


def _requests(held: HeldLexicon) -> Iterator[SearchRequest]:
    """Searches for two words of the catalogue, common ones more often, without end."""
    chance = random.Random()
    known = {word: each.programs for word, each in held.words.items() if each.programs >= _RARE}
    if not known:
        return
    words, weights = list(known), list(known.values())
    for number in count():
        shape = _SHAPES[0] if number % 2 else _SHAPES[number // 2 % len(_SHAPES)]
        yield read_request({**shape, "q": [" ".join(chance.choices(words, weights, k=2))]})
