"""A search request as one OpenSearch request body, pasteable into any console."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.search import facets as facetting
from app.search.filters import ALIVE, Clause, all_of, effective
from app.search.highlight import BEST_PART, WHOLE, highlight
from app.search.ordering import ordering
from app.search.reading import AS_IT_STANDS, Reading
from app.search.request import MERCHANT, MERCHANTS, SearchRequest
from app.search.words import matching

# A search that takes longer answers with what it has and says that it is partial.
TIMEOUT = "1500ms"
_MOST_COUNTED_EXACTLY = 40_000  # the engine's limit; above it the number of merchants is within a percent or so


def search_body(
    request: SearchRequest,
    search_after: list[Any] | None = None,
    reading: Reading = AS_IT_STANDS,
    among: Clause | None = None,
) -> dict[str, Any]:
    """The body of the one request that answers a search: hits, total and facets, all of them `among` these."""
    filters = effective(request.filters)
    divided = facetting.divide(filters, request.facets)
    body: dict[str, Any] = {
        "size": request.per_page,
        "track_total_hits": True,
        "timeout": TIMEOUT,
        "query": query(request.q, [*divided.before, *([among] if among else [])], reading),
        "sort": ordering(request.sort),
    }
    if search_after:
        body["search_after"] = search_after
    else:
        body["from"] = (request.page - 1) * request.per_page
    if divided.after:
        body["post_filter"] = all_of(divided.after.values())
    aggregated = facetting.aggregations(request, filters, divided)
    if request.collapse:
        body["collapse"] = {"field": MERCHANT}
        count = {"cardinality": {"field": MERCHANT, "precision_threshold": _MOST_COUNTED_EXACTLY}}
        aggregated[MERCHANTS] = {"filter": all_of(divided.after.values()), "aggs": {"count": count}}
    if aggregated:
        body["aggs"] = aggregated
    if request.highlight and request.q:
        body["highlight"] = highlight(request.q, {"name": WHOLE, "description": BEST_PART}, reading)
    if request.explain:
        body["explain"] = True
    return body


def query(q: str, clauses: Iterable[Clause], reading: Reading = AS_IT_STANDS) -> dict[str, Any]:
    """The programs that hold the words and satisfy the clauses; all that are not deleted for neither."""
    parts: dict[str, Any] = {"filter": [ALIVE, *clauses]}
    if q:
        parts["must"] = [matching(q, reading)]
    return {"bool": parts}
