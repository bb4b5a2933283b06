"""A search request as one OpenSearch request body, pasteable into any console."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.search import facets as facetting
from app.search.filters import ALIVE, Clause, all_of, effective
from app.search.ordering import ordering
from app.search.pinned import with_pinned
from app.search.query_analysis import NOTHING_ASKED, QueryAnalysis
from app.search.request import MERCHANT, MERCHANTS, RELEVANCE, SearchRequest
from app.search.text_query import matching

# A search that takes longer answers with what it has and says that it is partial.
TIMEOUT = "1500ms"
MOST_COUNTED_EXACTLY = 40_000  # the engine's limit; above it the number of merchants is within a percent or so


def search_body(
    request: SearchRequest,
    analysis: QueryAnalysis = NOTHING_ASKED,
    search_after: list[Any] | None = None,
    among: Clause | None = None,
) -> dict[str, Any]:
    """The body of the one request that answers a search: hits, total and facets, all of them `among` these."""
    filters = effective(request.filters)
    divided = facetting.divide(filters, request.facets)
    scored = any(each.key == RELEVANCE for each in request.sort) or request.explain
    body: dict[str, Any] = {
        "size": request.per_page,
        "track_total_hits": True,
        "timeout": TIMEOUT,
        "query": query(analysis, [*divided.before, *([among] if among else [])], scored=scored, named=request.explain),
        "sort": ordering(request.sort),
    }
    if search_after:
        body["search_after"] = search_after
    elif request.page > 1:
        body["from"] = (request.page - 1) * request.per_page
    if divided.after:
        body["post_filter"] = all_of(divided.after.values())
    aggregated = facetting.aggregations(request, filters, divided)
    if request.collapse:
        body["collapse"] = {"field": MERCHANT}
        aggregated[MERCHANTS] = {"filter": all_of(divided.after.values()), "aggs": {"count": counted_merchants()}}
    if aggregated:
        body["aggs"] = aggregated
    if request.explain:
        body["explain"] = True
    return body


def counted_merchants() -> dict[str, Any]:
    """The aggregation that counts merchants."""
    return {"cardinality": {"field": MERCHANT, "precision_threshold": MOST_COUNTED_EXACTLY}}


def query(
    analysis: QueryAnalysis, clauses: Iterable[Clause], *, scored: bool = True, named: bool = False
) -> dict[str, Any]:
    """The programs that an analysed query finds and that satisfy the clauses; all that are not deleted for neither."""
    parts: dict[str, Any] = {"filter": [ALIVE, *clauses]}
    if analysis.q:
        asked = matching(analysis, scored=scored, named=named)
        if analysis.pinned:
            asked = with_pinned(asked, analysis.pinned, scored=scored, named=named)
        parts["filter"] += asked.pop("filter", [])
        parts |= asked
    return {"bool": parts}


def count_body(query: dict[str, Any], enough: int = 1) -> dict[str, Any]:
    """The request that tells whether `query` finds so many programs."""
    return {"size": 0, "track_total_hits": enough, "terminate_after": enough, "timeout": "500ms", "query": query}
