"""Answer the queries of a request: one search where they fold into one, else one `_msearch`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from app.search.algolia.fold import Folded, fold
from app.search.algolia.query import Query
from app.search.algolia.results import Result, results
from app.search.algolia.values import is_unbounded
from app.search.engine import SearchEngine
from app.search.facet_values import Merchants, merchants_that_begin
from app.search.find import decided, first_analysis, in_doubt, known_analysis
from app.search.page import Found
from app.search.query_analysis import QueryAnalysis, Wording
from app.search.suggest import SuggestionsMissing


class AlgoliaAnswer(NamedTuple):
    """The results in the order of the queries, how the words of each matched, and whether all of the index answered."""

    results: list[Result]
    matched: list[str]
    whole: bool


async def answer(engine: SearchEngine, queries: Sequence[Query], *, synced: Mapping[str, str]) -> AlgoliaAnswer:
    """Search for all of the queries. Raises EngineAway."""
    merchants = await _merchants(engine, queries)
    known = {asked.wording: known_analysis(engine, asked.wording) for asked in queries}
    analyses = {wording: each or first_analysis(engine, wording) for wording, each in known.items()}
    searches = fold(queries, analyses, {place: among.domains for place, among in merchants.items()})
    founds = await engine.search_many([each.body for each in searches])
    doubtful = [
        each.wording
        for each, found in zip(searches, founds, strict=True)
        if known[each.wording] is None and not found.partial and in_doubt(each.analysis, _most(each, found))
    ]
    if read_again := await _read_again(engine, doubtful, analyses):
        analyses |= read_again
        searches = fold(queries, analyses, {place: among.domains for place, among in merchants.items()})
        again = [place for place, each in enumerate(searches) if each.wording in read_again]
        for place, found in zip(
            again, await engine.search_many([searches[place].body for place in again]), strict=True
        ):
            founds[place] = found
    placed: dict[int, Result] = {}
    for folded, found in zip(searches, founds, strict=True):
        placed |= results(folded, found, queries, synced)
    for place, among in merchants.items():
        if not among.whole:
            placed[place] |= {"exhaustiveFacetsCount": False, "exhaustive": {"facetsCount": False}}
    partial = any(found.partial for found in founds) or any(among.partial for among in merchants.values())
    return AlgoliaAnswer(
        [placed[place] for place in range(len(queries))],
        [analyses[asked.wording].matched for asked in queries],
        not partial,
    )


def _most(folded: Folded, found: Found) -> int:
    """The most that any of the queries finds: the words alone find as many at least, since filters only narrow."""
    counted: list[int] = [found.aggregations[name]["doc_count"] for name in folded.views.values()]
    return max([found.hits.total.value, *counted])


async def _read_again(
    engine: SearchEngine, doubtful: Iterable[Wording], before: Mapping[Wording, QueryAnalysis]
) -> dict[Wording, QueryAnalysis]:
    """How words that find few have to be read, where that is otherwise than before."""
    wordings = list(dict.fromkeys(doubtful))
    analyses = await asyncio.gather(*(decided(engine, each, before[each]) for each in wordings))
    return {each: now for each, now in zip(wordings, analyses, strict=True) if now != before[each]}


async def _merchants(engine: SearchEngine, queries: Sequence[Query]) -> dict[int, Merchants]:
    """For each query among merchants: those that may answer what was typed."""
    places = [
        place for place, asked in enumerate(queries) if asked.facet and asked.facet_query and is_unbounded(asked.facet)
    ]
    try:
        found = await asyncio.gather(*(merchants_that_begin(engine, queries[place].facet_query) for place in places))
    except SuggestionsMissing:  # then the most frequent are looked through
        return {}
    return dict(zip(places, found, strict=True))
