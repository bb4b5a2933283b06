"""Answer a search: read what it was asked, ask the engine, make the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

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


class Answer(NamedTuple):
    """A page, and whether it is all that could be said: one that is not must not be remembered."""

    page: Page
    whole: bool


async def answer(engine: SearchEngine, request: SearchRequest, *, secret: bytes, synced: Mapping[str, str]) -> Answer:
    """The answer to a checked request. Raises BadRequest for a cursor of another search, EngineAway."""
    after = unseal(request, secret) if request.cursor else None
    parameters = {"include_named_queries_score": "true"} if request.explain else {}
    found, reading = await find(engine, request.q, lambda reading: search_body(request, after, reading), **parameters)
    offers: Offers | None = None
    if request.collapse:
        offers = await _offers(engine, request, found, synced)
    hits = found.hits.hits
    more = len(hits) == request.per_page
    reach = found.groups if request.collapse else found.hits.total.value
    if not request.cursor:
        more = more and request.page * request.per_page < reach
    next_cursor = seal(request, hits[-1].sort or [], secret) if more and not request.collapse else None
    warnings: list[Notice] = []
    if not request.cursor and request.page * request.per_page == DEEPEST_RESULT and next_cursor:
        warnings.append(Notice(parameter="page", message="the last page there is; 'nextCursor' goes on"))
    whole = not found.partial
    if whole:  # what is missing may be in the part that did not answer
        doubts, whole = await _doubts(engine, request, reading, found.hits.total.value)
        warnings += doubts
    answered = page(
        found,
        request,
        synced=synced,
        next_cursor=next_cursor,
        warnings=warnings,
        matched="typo" if reading.tier is Tier.TYPO else "exact",
        offers=offers,
    )
    return Answer(answered, whole)


async def _doubts(
    engine: SearchEngine, request: SearchRequest, reading: Reading, found: int
) -> tuple[list[Notice], bool]:
    """What was likely not meant: values that no program has, words that find nothing; and whether that is all."""
    notices: list[Notice] = []
    try:
        notices += await unknown_values(engine, request.filters, found)
        # Where the words alone find something, it is the filters that leave nothing.
        alone = not request.q or reading.tier is Tier.EXACT
        if not found and not alone and (meant := await did_you_mean(engine, request.q, reading)):
            notices.append(meant)
    except EngineAway:  # the page is there already; advice is not worth losing it
        return notices, False
    return notices, True


async def _offers(engine: SearchEngine, request: SearchRequest, found: Found, synced: Mapping[str, str]) -> Offers:
    """The offers of the merchants found; what is found is partial if they are."""
    keys = keys_of(found)
    if not keys:
        return {}
    offered = await engine.search(offers_body(request, keys), **PARTS)
    found.timed_out |= offered.partial
    return gather(offered, request, synced)
