"""A search request as one OpenSearch request body, pasteable into any console."""

from __future__ import annotations

from typing import Any

from app.search import facets as facetting
from app.search.filters import ALIVE, all_of, effective
from app.search.ordering import ordering
from app.search.reading import AS_IT_STANDS, Reading
from app.search.request import SearchRequest
from app.search.words import matching

# A search that takes longer answers with what it has and says that it is partial.
TIMEOUT = "1500ms"


def search_body(
    request: SearchRequest, search_after: list[Any] | None = None, reading: Reading = AS_IT_STANDS
) -> dict[str, Any]:
    """The body of the one request that answers a search: hits, total and facets."""
    filters = effective(request.filters)
    divided = facetting.divide(filters, request.facets)
    query: dict[str, Any] = {"filter": [ALIVE, *divided.before]}
    if request.q:
        query["must"] = [matching(request.q, reading)]
    body: dict[str, Any] = {
        "size": request.per_page,
        "track_total_hits": True,
        "timeout": TIMEOUT,
        "query": {"bool": query},
        "sort": ordering(request.sort),
    }
    if search_after:
        body["search_after"] = search_after
    else:
        body["from"] = (request.page - 1) * request.per_page
    if divided.after:
        body["post_filter"] = all_of(divided.after.values())
    if aggregated := facetting.aggregations(request, filters, divided):
        body["aggs"] = aggregated
    if request.highlight and request.q:
        body["highlight"] = _highlight()
    if request.explain:
        body["explain"] = True
    return body


def _highlight() -> dict[str, Any]:
    return {
        "pre_tags": [MARK],
        "post_tags": [UNMARK],
        "fields": {
            "name": {"number_of_fragments": 0},
            "description": {"fragment_size": 160, "number_of_fragments": 1},
        },
    }


# Private-use characters mark what matched until the text around them has been escaped.
MARK, UNMARK = "\ue000", "\ue001"
