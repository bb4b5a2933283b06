"""Answer a search: read what it was asked, ask the engine once, make the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.search.body import search_body
from app.search.cursor import seal, unseal
from app.search.engine import SearchEngine
from app.search.filters import ALIVE
from app.search.page import Found, IndexState, Notice, Page, page
from app.search.reading import AS_IT_STANDS, FEW, Reading, Tier, probe_body, read
from app.search.request import DEEPEST_RESULT, SearchRequest
from app.search.words import matching


async def answer(
    engine: SearchEngine,
    request: SearchRequest,
    *,
    secret: bytes,
    synced: Mapping[str, str],
    index: IndexState,
) -> Page:
    """The page of a checked request. Raises BadRequest for a cursor of another search, EngineAway."""
    after = unseal(request, secret) if request.cursor else None
    found, reading = await _find(engine, request, after)
    hits = found.hits.hits
    more = len(hits) == request.per_page
    if not request.cursor:
        more = more and request.page * request.per_page < found.hits.total.value
    next_cursor = seal(request, hits[-1].sort or [], secret) if more else None
    warnings: list[Notice] = []
    if not request.cursor and request.page * request.per_page == DEEPEST_RESULT and next_cursor:
        warnings.append(Notice(parameter="page", message="the last page there is; 'nextCursor' goes on"))
    return page(
        found,
        request,
        synced=synced,
        index=index,
        next_cursor=next_cursor,
        warnings=warnings,
        matched="typo" if reading.tier is Tier.TYPO else "exact",
    )


async def _find(engine: SearchEngine, request: SearchRequest, after: list[Any] | None) -> tuple[Found, Reading]:
    """What is found, and how the words had to be read.

    Filters only narrow: a request that finds enough as its words stand shows that the words alone do, so the tier is
    asked for only when it does not, and remembered for this state of the index.
    """
    parameters = {"include_named_queries_score": "true"} if request.explain else {}
    key = (request.q, engine.state)
    reading = engine.readings.known(key) if request.q else AS_IT_STANDS
    if reading is None:
        found = await engine.search(search_body(request, after), **parameters)
        if found.partial or found.hits.total.value >= FEW:
            return found, AS_IT_STANDS
        reading = await engine.readings.get(key, lambda: _probe(engine, request.q))
        if reading.tier is Tier.EXACT:
            return found, reading
    return await engine.search(search_body(request, after, reading), **parameters), reading


async def _probe(engine: SearchEngine, q: str) -> Reading:
    alone = {"bool": {"filter": [ALIVE], "must": [matching(q)]}}
    found = await engine.search(probe_body(q, alone))
    return read(found.hits.total.value, found.suggest)
