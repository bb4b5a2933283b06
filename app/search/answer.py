"""Answer a search: read what it was asked, ask the engine once, make the page."""

from __future__ import annotations

from collections.abc import Mapping

from app.search.body import search_body
from app.search.cursor import seal, unseal
from app.search.engine import SearchEngine
from app.search.page import IndexState, Notice, Page, page
from app.search.request import DEEPEST_RESULT, SearchRequest


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
    parameters = {"include_named_queries_score": "true"} if request.explain else {}
    found = await engine.search(search_body(request, after), **parameters)
    hits = found.hits.hits
    more = len(hits) == request.per_page
    if not request.cursor:
        more = more and request.page * request.per_page < found.hits.total.value
    next_cursor = seal(request, hits[-1].sort or [], secret) if more else None
    warnings: list[Notice] = []
    if not request.cursor and request.page * request.per_page == DEEPEST_RESULT and next_cursor:
        warnings.append(Notice(parameter="page", message="the last page there is; 'nextCursor' goes on"))
    return page(found, request, synced=synced, index=index, next_cursor=next_cursor, warnings=warnings)
