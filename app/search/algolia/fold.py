"""Several queries as one search.

InstantSearch asks for a page and, for every refined facet, for its counts without that refinement. What all these
queries have in common narrows the search itself; what only some ask for becomes the `post_filter` of the one that
wants hits, and a filter aggregation for each of the others. Queries with other words, or a second one with hits,
begin a search of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from app.search.algolia.attributes import FACETABLE
from app.search.algolia.counts import aggregations
from app.search.algolia.expression import Expression, as_clause, both, selected, whole_numbers
from app.search.algolia.query import Query
from app.search.algolia.values import looked_through
from app.search.body import TIMEOUT, counted_merchants, query
from app.search.filters import DEFAULT_STATUS
from app.search.ordering import ordering
from app.search.query_analysis import QueryAnalysis, Wording
from app.search.request import MERCHANT, MERCHANTS, RELEVANCE

Conditions = frozenset[Expression]
STATUS = "status"


@dataclass(frozen=True, slots=True)
class Folded:
    """One search that answers several queries. `views` names the aggregation that counts under some conditions."""

    wording: Wording
    analysis: QueryAnalysis
    body: dict[str, Any]
    places: tuple[int, ...]  # of the queries in the request
    shows: int | None  # the place of the one whose hits are wanted
    views: Mapping[Conditions, str]


def fold(
    queries: Sequence[Query], analyses: Mapping[Wording, QueryAnalysis], merchants: Mapping[int, list[str]]
) -> list[Folded]:
    """As few searches as answer the queries, each query in exactly one of them.

    `analyses` are by the words, `merchants` those among which a query for merchants looks, by its place.
    """
    groups: list[list[int]] = []
    for place, each in enumerate(queries):
        for group in groups:
            fits = queries[group[0]].wording == each.wording
            if fits and not (each.wanted and any(queries[other].wanted for other in group)):
                group.append(place)
                break
        else:
            groups.append([place])
    chosen = _chosen(queries)
    return [
        _folded({place: queries[place] for place in group}, analyses[queries[group[0]].wording], chosen, merchants)
        for group in groups
    ]


def conditions_of(asked: Query, facet: str | None = None) -> Conditions:
    """What a facet of a query counts under; without a facet what its programs must satisfy.

    The default of `status` is its own filter, so that closed programs can still be seen in it.
    """
    return asked.conditions | {DEFAULT_STATUS} if asked.only_open and facet != STATUS else asked.conditions


def _chosen(queries: Iterable[Query]) -> dict[str, tuple[str, ...]]:
    """The values that any of the queries selects, by field."""
    found: dict[str, dict[str, None]] = {}
    for each in queries:
        for condition in each.conditions:
            for leaf in selected(condition):
                found.setdefault(leaf.field.key, {}).update(dict.fromkeys((*leaf.values, *whole_numbers(leaf))))
    return {key: tuple(sorted(values)) for key, values in found.items()}


def _folded(
    queries: Mapping[int, Query],
    analysis: QueryAnalysis,
    chosen: Mapping[str, tuple[str, ...]],
    merchants: Mapping[int, list[str]],
) -> Folded:
    shows = next((place for place, each in queries.items() if each.wanted), None)
    views: dict[Conditions, dict[str, Any]] = {}
    for place, each in queries.items():
        if place != shows:
            views.setdefault(conditions_of(each, each.facet), {})
        if each.by_merchant and not each.facet:
            views.setdefault(conditions_of(each), {})[MERCHANTS] = counted_merchants()
        for facet in each.facets:
            counts = aggregations(facet, each.facet_values, each.by_name, chosen.get(FACETABLE[facet].key, ()))
            _merge(views.setdefault(conditions_of(each, facet), {}), counts)
        if each.facet:
            views[conditions_of(each, each.facet)] |= looked_through(each.facet, place, merchants.get(place))
    every = [*views, *([conditions_of(queries[shows])] if shows is not None else [])]
    common = reduce(frozenset.intersection, every)
    names = {conditions: f"view:{number}" for number, conditions in enumerate(views)}
    first = next(iter(queries.values()))
    body: dict[str, Any] = {
        "size": 0,
        "track_total_hits": True,
        "timeout": TIMEOUT,
        "query": query(analysis, _clauses(common), scored=_scored(queries, shows)),
    }
    if shows is not None:
        body |= _page(queries[shows])
        if after := conditions_of(queries[shows]) - common:
            body["post_filter"] = as_clause(both(in_order(after)))
    if views:
        body["aggs"] = {
            names[conditions]: {
                "filter": as_clause(both(in_order(conditions - common))),
                **({"aggs": counts} if counts else {}),
            }
            for conditions, counts in views.items()
        }
    return Folded(first.wording, analysis, body, tuple(queries), shows, names)


def _merge(counts: dict[str, Any], more: Mapping[str, Any]) -> None:
    """Add aggregations; of two of the same name the one that returns more values."""
    for name, aggregation in more.items():
        known = counts.get(name)
        if known is None or known.get("terms", {}).get("size", 0) < aggregation.get("terms", {}).get("size", 0):
            counts[name] = aggregation


def _scored(queries: Mapping[int, Query], shows: int | None) -> bool:
    return shows is not None and any(each.key == RELEVANCE for each in queries[shows].sort)


def _page(asked: Query) -> dict[str, Any]:
    once = {"collapse": {"field": MERCHANT}} if asked.by_merchant else {}
    return {"from": asked.first, "size": asked.wanted, "sort": ordering(asked.sort), **once}


def _clauses(conditions: Conditions) -> list[dict[str, Any]]:
    return [as_clause(each) for each in in_order(conditions)]


def in_order(conditions: Conditions) -> list[Expression]:
    """Always in the same order: equal searches are equal bytes, which the engine's own cache goes by."""
    return sorted(conditions, key=repr)
