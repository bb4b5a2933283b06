"""Answer the queries of a request: one search where they fold into one, else one `_msearch`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from app.search.algolia.fold import Folded, fold
from app.search.algolia.query import Query
from app.search.algolia.results import Result, results
from app.search.algolia.values import is_unbounded
from app.search.engine import SearchEngine
from app.search.facet_values import merchants_that_begin
from app.search.find import known_while_typed, reading_while_typed
from app.search.page import Found
from app.search.reading import AS_IT_STANDS, ENOUGH, Reading, Tier
from app.search.suggest import SuggestionsMissing


async def answer(engine: SearchEngine, queries: Sequence[Query], *, synced: Mapping[str, str]) -> list[Result]:
    """The results in the order of the queries. Raises EngineAway."""
    merchants = await _merchants(engine, queries)
    known = {asked.q: known_while_typed(engine, asked.q) for asked in queries}
    readings = {q: reading or AS_IT_STANDS for q, reading in known.items()}
    searches = fold(queries, readings, {place: found for place, (found, _) in merchants.items()})
    founds = await engine.search_many([each.body for each in searches])
    doubtful = [
        each.q
        for each, found in zip(searches, founds, strict=True)
        if known[each.q] is None and not found.partial and _most(each, found) < ENOUGH
    ]
    if read_again := await _read_again(engine, doubtful):
        readings |= read_again
        searches = fold(queries, readings, {place: found for place, (found, _) in merchants.items()})
        again = [place for place, each in enumerate(searches) if each.q in read_again]
        for place, found in zip(
            again, await engine.search_many([searches[place].body for place in again]), strict=True
        ):
            founds[place] = found
    placed: dict[int, Result] = {}
    for folded, found in zip(searches, founds, strict=True):
        placed |= results(folded, found, queries, synced)
    for place, (_, whole) in merchants.items():
        if not whole:
            placed[place] |= {"exhaustiveFacetsCount": False, "exhaustive": {"facetsCount": False}}
    return [placed[place] for place in range(len(queries))]


def _most(folded: Folded, found: Found) -> int:
    """The most that any of the queries finds: the words alone find as many at least, since filters only narrow."""
    counted: list[int] = [found.aggregations[name]["doc_count"] for name in folded.views.values()]
    return max([found.hits.total.value, *counted])


async def _read_again(engine: SearchEngine, doubtful: Iterable[str]) -> dict[str, Reading]:
    """How words that find few have to be read, where that is not as they stand."""
    words = list(dict.fromkeys(doubtful))
    readings = await asyncio.gather(*(reading_while_typed(engine, q) for q in words))
    return {q: reading for q, reading in zip(words, readings, strict=True) if reading.tier is not Tier.EXACT}


async def _merchants(engine: SearchEngine, queries: Sequence[Query]) -> dict[int, tuple[list[str], bool]]:
    """For each query among merchants: those that answer what was typed, and whether these are all."""
    places = [
        place for place, asked in enumerate(queries) if asked.facet and asked.facet_query and is_unbounded(asked.facet)
    ]
    try:
        found = await asyncio.gather(*(merchants_that_begin(engine, queries[place].facet_query) for place in places))
    except SuggestionsMissing:  # then the most frequent are looked through
        return {}
    return dict(zip(places, found, strict=True))
