"""Answer the queries of a request: one search where they fold into one, else one `_msearch`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.search.algolia.fold import fold
from app.search.algolia.query import Query
from app.search.algolia.results import Result, results
from app.search.engine import SearchEngine


async def answer(engine: SearchEngine, queries: Sequence[Query], *, synced: Mapping[str, str]) -> list[Result]:
    """The results in the order of the queries. Raises EngineAway."""
    searches = fold(queries)
    founds = await engine.search_many([each.body for each in searches])
    placed: dict[int, Result] = {}
    for folded, found in zip(searches, founds, strict=True):
        placed |= results(folded, found, dict(enumerate(queries)), synced)
    return [placed[place] for place in range(len(queries))]
