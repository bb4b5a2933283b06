"""Answer a search: read what it was asked, ask the engine, make the page."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from app.search.body import search_body
from app.search.cursor import seal, unseal
from app.search.did_you_mean import did_you_mean
from app.search.engine import PARTS, EngineAway, SearchEngine
from app.search.find import find
from app.search.merchants import gather, keys_of, offers_body
from app.search.page import Found, Notice, Offers, Page, page
from app.search.reading import Reading, Tier
from app.search.request import DEEPEST_RESULT, SearchRequest
from app.search.unknown_values import unknown_values


async def answer(engine: SearchEngine, request: SearchRequest, *, secret: bytes, synced: Mapping[str, str]) -> Page:
    """The page of a checked request. Raises BadRequest for a cursor of another search, EngineAway."""
    after = unseal(request, secret) if request.cursor else None
    parameters = {"include_named_queries_score": "true"} if request.explain else {}
    found, reading = await find(engine, request.q, lambda reading: search_body(request, after, reading), **parameters)
    hits = found.hits.hits
    more = len(hits) == request.per_page
    reach = found.groups if request.collapse else found.hits.total.value
    if not request.cursor:
        more = more and request.page * request.per_page < reach
    next_cursor = seal(request, hits[-1].sort or [], secret) if more and not request.collapse else None
    warnings: list[Notice] = []
    if not request.cursor and request.page * request.per_page == DEEPEST_RESULT and next_cursor:
        warnings.append(Notice(parameter="page", message="the last page there is; 'nextCursor' goes on"))
    if not found.partial:  # what is missing may be in the part that did not answer
        warnings += await _doubts(engine, request, reading, found.hits.total.value)
    return page(
        found,
        request,
        synced=synced,
        next_cursor=next_cursor,
        warnings=warnings,
        matched="typo" if reading.tier is Tier.TYPO else "exact",
        offers=await _offers(engine, request, found, synced) if request.collapse else None,
    )


async def _doubts(engine: SearchEngine, request: SearchRequest, reading: Reading, found: int) -> list[Notice]:
    """What was likely not meant: values that no program has, words that find nothing."""
    notices: list[Notice] = []
    with suppress(EngineAway):  # the page is there already; advice is not worth losing it
        notices += await unknown_values(engine, request.filters, found)
        # Where the words alone find something, it is the filters that leave nothing.
        alone = not request.q or reading.tier is Tier.EXACT
        if not found and not alone and (meant := await did_you_mean(engine, request.q, reading)):
            notices.append(meant)
    return notices


async def _offers(engine: SearchEngine, request: SearchRequest, found: Found, synced: Mapping[str, str]) -> Offers:
    keys = keys_of(found)
    return gather(await engine.search(offers_body(request, keys), **PARTS), request, synced) if keys else {}
