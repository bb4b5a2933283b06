"""Every program that a query finds, page after page, as `browseObjects` of the clients asks for them.

Unlike pages of a search these have no last one they may reach. Without an order of its own an index is browsed by id,
as nobody looks at what comes first. A cursor holds what was asked, since Algolia's may be sent alone, and the sort
values where a page ended, which hold in whatever generation serves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from app.search.algolia.expression import as_clause
from app.search.algolia.fold import conditions_of, in_order
from app.search.algolia.hits import record, retrieved
from app.search.algolia.query import MOST_HITS, Query, echoed, read_query, sorted_index
from app.search.algolia.wire import Parameters, refused
from app.search.bad_request import BadRequest
from app.search.body import TIMEOUT, query
from app.search.cursor import payload_of, signed
from app.search.engine import SearchEngine
from app.search.find import decided
from app.search.ordering import ordering
from app.search.page import Found
from app.search.query_analysis import QueryAnalysis
from app.search.request import SortKey

_BY_ID = (SortKey("id", False),)
# What moves a page of a search; a cursor does that here.
_MOVING = ("page", "offset", "length")


class _Cursor(msgspec.Struct, array_like=True, frozen=True):
    """Where a page ended: its number from 0, the sort values of its last program, and what had been asked."""

    page: int
    after: list[Any]
    index: str
    given: dict[str, Any]


_cursor = msgspec.json.Decoder(_Cursor).decode


@dataclass(frozen=True, slots=True)
class Browsed:
    """A checked request for a page, `after` the sort values of the one before."""

    asked: Query
    page: int
    after: list[Any] | None


def read_browse(given: Parameters, index: str, secret: bytes) -> Browsed:
    """A request, on its own or going on from a cursor. Raises BadRequest, UnknownIndex."""
    cursor = given.get("cursor")
    asked = {name: value for name, value in given.items() if name != "cursor"}
    for name in _MOVING:
        if asked.pop(name, None) not in (None, 0, "0", ""):
            raise refused(name, f"'{name}' has no meaning in browsing; send the 'cursor' of the answer before instead")
    if cursor in (None, ""):
        return Browsed(_read(asked, index), 0, None)
    payload = payload_of(cursor, secret) if isinstance(cursor, str) else None
    if payload is None:
        raise refused("cursor", "'cursor' is not one of ours; send the one of the answer before, unchanged")
    place = _cursor(payload)
    before, now = _read(place.given, place.index), _read({**place.given, **asked}, index)
    if (before.wording, before.conditions, _order(before)) != (now.wording, now.conditions, _order(now)):
        message = "'cursor' belongs to another query: index, words and filters must stay as they were"
        raise refused("cursor", message)
    return Browsed(now, place.page + 1, place.after)


def _read(given: Parameters, index: str) -> Query:
    asked, errors = read_query({"hitsPerPage": MOST_HITS, **given}, index)
    if asked is None:
        raise BadRequest(errors)
    return asked


def _order(asked: Query) -> tuple[SortKey, ...]:
    return sorted_index(asked.index) or _BY_ID


def _body(browsed: Browsed, analysis: QueryAnalysis) -> dict[str, Any]:
    asked = browsed.asked
    clauses = [as_clause(each) for each in in_order(conditions_of(asked))]
    body: dict[str, Any] = {
        "size": asked.per_page + 1,  # one more says whether there is another page
        "track_total_hits": True,
        "timeout": TIMEOUT,
        "query": query(analysis, clauses, scored=False),
        "sort": ordering(_order(asked)),
    }
    if browsed.after is not None:
        body["search_after"] = browsed.after
    return body


async def browse(engine: SearchEngine, browsed: Browsed, *, secret: bytes, synced: Mapping[str, str]) -> dict[str, Any]:
    """A page, with a `cursor` unless it is the last. Raises EngineAway: a page with holes would be worse than none."""
    analysis = await decided(engine, browsed.asked.wording)
    return _page(browsed, await engine.search(_body(browsed, analysis)), secret, synced)


def _page(browsed: Browsed, found: Found, secret: bytes, synced: Mapping[str, str]) -> dict[str, Any]:
    asked = browsed.asked
    hits = found.hits.hits[: asked.per_page]
    more: dict[str, str] = {}
    if hits and len(found.hits.hits) > len(hits):
        place = _Cursor(browsed.page, hits[-1].sort or [], asked.index, dict(asked.given))
        more["cursor"] = signed(msgspec.json.encode(place), secret)
    total = found.hits.total.value
    return {
        "hits": [retrieved(record(hit.source, synced), asked.retrieve) for hit in hits],
        "nbHits": total,
        "page": browsed.page,
        "nbPages": -(-total // asked.per_page) if asked.per_page else 0,
        "hitsPerPage": asked.per_page,
        "exhaustiveNbHits": True,
        "query": asked.q,
        "params": echoed(asked),
        "processingTimeMS": found.took,
        **more,
    }
