"""Answer a search: read what it was asked, ask the engine, make the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from app.search.body import search_body
from app.search.cursor import seal, unseal
from app.search.did_you_mean import words_in_doubt
from app.search.engine import PARTS, EngineAway, SearchEngine
from app.search.find import find
from app.search.merchants import gather, keys_of, offers_body
from app.search.page import Found, Notice, Offers, Page, page
from app.search.private.view import PrivateView
from app.search.query_analysis import QueryAnalysis
from app.search.request import DEEPEST_RESULT, SearchRequest
from app.search.unknown_values import unknown_values
from indexing.tracing import span


class Answer(NamedTuple):
    """A page, and whether it is all that could be said: one that is not must not be cached."""

    page: Page
    whole: bool


async def answer(
    engine: SearchEngine,
    request: SearchRequest,
    *,
    secret: bytes,
    synced: Mapping[str, str],
    private: PrivateView | None = None,
) -> Answer:
    """The answer to a checked request, as the holder of a key sees it if it is `private`.

    Raises BadRequest for a cursor of another search, EngineAway.
    """
    among = private.among if private else None
    parameters = {"include_named_queries_score": "true"} if request.explain else {}
    if request.cursor:
        after, analysis = unseal(request, secret)
        found = await engine.search(search_body(request, analysis, after, among), **parameters, **PARTS)
    else:
        found, analysis = await find(
            engine, request.wording, lambda analysis: search_body(request, analysis, among=among), **parameters
        )
    offers: Offers | None = None
    if request.collapse:
        offers = await _offers(engine, request, found, synced, private)
    hits = found.hits.hits
    more = 0 < request.per_page == len(hits)
    reach = found.groups if request.collapse else found.hits.total.value
    if not request.cursor:
        more = more and request.page * request.per_page < reach
    next_cursor = seal(request, analysis, hits[-1].sort or [], secret) if more and not request.collapse else None
    warnings: list[Notice] = []
    if not request.cursor and request.page * request.per_page == DEEPEST_RESULT and next_cursor:
        warnings.append(Notice(parameter="page", message="the last page there is; 'nextCursor' goes on"))
    whole = not found.partial
    if whole:  # what is missing may be in the part that did not answer
        doubts, whole = await _doubts(engine, request, analysis, found.hits.total.value)
        warnings += doubts
    with span("answer"):
        answered = page(
            found,
            request,
            synced=synced,
            next_cursor=next_cursor,
            warnings=warnings,
            analysis=analysis,
            offers=offers,
            dressed=private.dressed if private else None,
        )
    if private:
        counted, all_counted = await private.counted(engine, request, analysis)
        answered.facets |= counted
        whole = whole and all_counted
    return Answer(answered, whole)


async def _doubts(
    engine: SearchEngine, request: SearchRequest, analysis: QueryAnalysis, found: int
) -> tuple[list[Notice], bool]:
    """What was likely not meant: values that no program has, words that find nothing; and whether that is all."""
    notices: list[Notice] = []
    try:
        notices += await unknown_values(engine, request.filters, found)
        if analysis.q and (analysis.absent or not found):
            notices += await words_in_doubt(engine, analysis, found)
    except EngineAway:  # the page is there already; advice is not worth losing it
        return notices, False
    return notices, True


async def _offers(
    engine: SearchEngine, request: SearchRequest, found: Found, synced: Mapping[str, str], private: PrivateView | None
) -> Offers:
    """The offers of the merchants found; what is found is partial if they are."""
    keys = keys_of(found)
    if not keys:
        return {}
    offered = await engine.search(offers_body(request, keys), **PARTS)
    found.timed_out |= offered.partial
    return gather(offered, request, synced, private.dressing_offers(offered) if private else None)
