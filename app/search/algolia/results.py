"""What was found as the `results` that Algolia's clients read. What they break without is always there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.search.algolia.attributes import ALL_FACETS
from app.search.algolia.counts import Counted, counted
from app.search.algolia.fold import Folded, conditions_of
from app.search.algolia.hits import shown
from app.search.algolia.query import Query, echoed
from app.search.algolia.values import facet_hits
from app.search.body import MOST_COUNTED_EXACTLY
from app.search.highlighting import highlighter
from app.search.page import Found
from app.search.request import DEEPEST_RESULT, MERCHANTS

Result = dict[str, Any]


def results(folded: Folded, found: Found, queries: Sequence[Query], synced: Mapping[str, str]) -> dict[int, Result]:
    """The results of the queries that one search answers, by their places in the request."""
    answered: dict[int, Result] = {}
    marking = highlighter(folded.analysis)
    for place in folded.places:
        asked = queries[place]

        def view(facet: str | None, asked: Query = asked) -> Mapping[str, Any]:
            group: Mapping[str, Any] = found.aggregations[folded.views[conditions_of(asked, facet)]]
            return group

        if asked.facet:
            answered[place] = _facet_hits(asked, place, view(asked.facet), found)
            continue
        if asked.by_merchant:
            total = int(view(None)[MERCHANTS]["value"])
        else:
            total = found.hits.total.value if place == folded.shows else view(None)["doc_count"]
        counts = {facet: counted(facet, asked.facet_values, asked.by_name, view(facet)) for facet in asked.facets}
        pinned = folded.analysis.pinned
        hits = [shown(hit, asked, marking, synced, pinned) for hit in found.hits.hits] if place == folded.shows else []
        answered[place] = _page(asked, found, total, counts, hits)
    return answered


def _page(asked: Query, found: Found, total: int, counts: Mapping[str, Counted], hits: list[Result]) -> Result:
    whole = not found.partial
    exact = whole and all(each.exhaustive for each in counts.values())
    counted_all = whole and (not asked.by_merchant or total <= MOST_COUNTED_EXACTLY)
    reachable = min(total, DEEPEST_RESULT)
    return {
        "hits": hits,
        "nbHits": total,
        "page": asked.page,
        "nbPages": -(-reachable // asked.per_page) if asked.per_page else 0,
        "hitsPerPage": asked.per_page,
        **({"offset": asked.first, "length": asked.wanted} if "length" in asked.given else {}),
        **({"facets": {facet: each.values for facet, each in counts.items()}} if asked.facets else {}),
        **_facets_stats(counts),
        "exhaustive": {"facetsCount": exact, "facetValues": exact, "nbHits": counted_all, "typo": whole},
        "exhaustiveFacetsCount": exact,
        "exhaustiveNbHits": counted_all,
        "exhaustiveTypo": whole,
        "renderingContent": _ordering(asked.facets),
        "query": asked.q,
        "params": echoed(asked),
        "index": asked.index,
        "processingTimeMS": found.took,
    }


def _facets_stats(counts: Mapping[str, Counted]) -> Result:
    stats = {facet: each.stats for facet, each in counts.items() if each.stats}
    return {"facets_stats": stats} if stats else {}


def _ordering(facets: tuple[str, ...]) -> Result:
    """In which order dynamic widgets show the facets: that of the catalogue."""
    if not facets:
        return {}
    order = sorted(facets, key=lambda facet: ALL_FACETS.index(facet) if facet in ALL_FACETS else len(ALL_FACETS))
    return {
        "facetOrdering": {
            "facets": {"order": order},
            "values": {facet: {"sortRemainingBy": "count"} for facet in order},
        }
    }


def _facet_hits(asked: Query, place: int, group: Mapping[str, Any], found: Found) -> Result:
    hits, exhaustive = facet_hits(asked, place, group)
    exact = exhaustive and not found.partial
    return {
        "facetHits": [{"value": hit.value, "highlighted": hit.highlighted, "count": hit.count} for hit in hits],
        "exhaustiveFacetsCount": exact,
        "exhaustive": {"facetsCount": exact},
        "processingTimeMS": found.took,
    }
