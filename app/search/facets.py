"""Facets as aggregations of one request, and their answers.

A facet counts under all filters but its own. Filters on fields without a facet in the request narrow the query
itself; the others go into `post_filter`, and each facet counts under those that are not its own. All facets without
a selection share one filter aggregation, which is what makes many facets cheap.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any

import msgspec

from app.search.filters import Clause, all_of, clause
from app.search.grammar import escape
from app.search.percentiles import known_percentiles, percentiles
from app.search.request import Filter, SearchRequest
from mappings.catalogue import FACETS, Kind, Searchable
from mappings.field import Ranges, Terms, Years
from mappings.folding import folded

# The error bound is zero only if shards return more values than there are. No bounded facet has as many as this.
MOST_BOUNDED_VALUES = 4000
_SHARED = "shared"


class Divided(msgspec.Struct, frozen=True):
    """Filter clauses by where they go: into the query, or after it, with the facet fields they belong to."""

    before: tuple[Clause, ...]
    after: Mapping[str, Clause]


def divide(filters: Mapping[str, Filter], facets: tuple[str, ...]) -> Divided:
    """Put aside the filters whose own facet must not see them."""
    before = tuple(clause(wanted) for key, wanted in filters.items() if key not in facets)
    return Divided(before, {key: clause(wanted) for key, wanted in filters.items() if key in facets})


def aggregations(request: SearchRequest, filters: Mapping[str, Filter], divided: Divided) -> dict[str, Any]:
    """The aggregations of every facet asked for; empty for none."""
    shared: list[tuple[str, int, bool]] = []
    groups: dict[str, Any] = {}
    for key in request.facets:
        wanted = key, request.limit_of(key), request.by_name(key)
        if key not in divided.after:
            shared.append(wanted)
            continue
        counted = _counts(*wanted)
        if chosen := [*filters[key].values, *filters[key].excluded_values]:
            counted[f"selected:{key}"] = exactly(FACETS[key], chosen)
        others = [each for name, each in divided.after.items() if name != key]
        groups[f"only:{key}"] = {"filter": all_of(others), "aggs": counted}
    if shared:
        groups[_SHARED] = {"filter": all_of(divided.after.values()), "aggs": _counts_of_all(tuple(shared))}
    return groups


@lru_cache(maxsize=512)  # pages ask for the same facets whatever they search for
def _counts_of_all(facets: tuple[tuple[str, int, bool], ...]) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode({name: count for each in facets for name, count in _counts(*each).items()}))


def _counts(key: str, limit: int, by_name: bool) -> dict[str, Any]:
    facet = FACETS[key]
    path = facet.path
    match facet.facet:
        case Terms():
            counted: dict[str, Any] = {f"values:{key}": first_values(facet, limit, by_name=by_name)}
        case Ranges(edges=edges):
            counted = {
                f"histogram:{key}": {"range": {"field": path, "ranges": _edges(edges)}},
                f"bounds:{key}": {"stats": {"field": path}},
                f"percentiles:{key}": percentiles(path),
            }
        case Years(first=first, last=last):
            years = [{"from": f"{year}-01-01", "to": f"{year + 1}-01-01"} for year in range(first, last + 1)]
            counted = {
                f"histogram:{key}": {"date_range": {"field": path, "format": "strict_date", "ranges": years}},
                f"bounds:{key}": {"stats": {"field": path, "format": "strict_date"}},
            }
        case None:
            raise ValueError(f"{key} is no facet")
    if facet.optional and facet.many:  # of others those that are counted leave those that are not
        counted[f"unknown:{key}"] = {"missing": {"field": path}}
    return counted


def first_values(facet: Searchable, limit: int, *, by_name: bool = False) -> dict[str, Any]:
    """The aggregation of a facet's first values, by count or by name, exact where the facet is bounded.

    The engine orders names by their bytes, capitals and accents apart: of a bounded facet all are taken, to be put
    into people's order.
    """
    bounded = isinstance(facet.facet, Terms) and facet.facet.bounded
    if bounded and by_name:
        limit = max(MOST_BOUNDED_VALUES, limit)
    shard_size = max(MOST_BOUNDED_VALUES, limit + 1) if bounded else 4 * limit + 100
    order = {"order": {"_key": "asc"}} if by_name else {}
    return {"terms": {"field": facet.path, "size": limit, "shard_size": shard_size, **order}}


def peoples_order(value: str) -> tuple[str, str]:
    """What values are ordered by where they are wanted by name: without case and accents first."""
    return folded(value), value


def exactly(facet: Searchable, values: list[str]) -> dict[str, Any]:
    """The aggregation of some values of a facet, however rare they are."""
    included = [value == "true" for value in values] if facet.kind is Kind.FLAG else values
    return {"terms": {"field": facet.path, "size": len(values), "include": included}}


def _edges(edges: tuple[float, ...]) -> list[dict[str, float]]:
    between = [{"from": low, "to": high} for low, high in pairwise(edges)]
    return [{"to": edges[0]}, *between, {"from": edges[-1]}]


def answers(
    request: SearchRequest, filters: Mapping[str, Filter], aggregated: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """The `facets` member of the answer, in the order they were asked for."""
    facets: dict[str, dict[str, Any]] = {}
    for key in request.facets:
        group = aggregated.get(f"only:{key}") or aggregated[_SHARED]
        answer = _terms_answer if isinstance(FACETS[key].facet, Terms) else _ranges_answer
        facets[key] = answer(FACETS[key], group, filters.get(key), request)
        facets[key]["unknown"] = _unknown(FACETS[key], group)
    return facets


def _unknown(facet: Searchable, group: Mapping[str, Any]) -> int:
    """How many programs have no value: all but those that are counted, where none is counted twice."""
    if not facet.optional:
        return 0
    if facet.many:
        return int(group[f"unknown:{facet.key}"]["doc_count"])
    if isinstance(facet.facet, Terms):
        terms = group[f"values:{facet.key}"]
        known = sum(bucket["doc_count"] for bucket in terms["buckets"]) + terms["sum_other_doc_count"]
    else:
        known = group[f"bounds:{facet.key}"]["count"]
    return int(group["doc_count"] - known)


def _terms_answer(
    facet: Searchable, group: Mapping[str, Any], selected: Filter | None, request: SearchRequest
) -> dict[str, Any]:
    terms = group[f"values:{facet.key}"]
    counts = {spelled(facet, bucket): bucket["doc_count"] for bucket in terms["buckets"]}
    by_name = request.by_name(facet.key)
    if by_name:
        counts = {value: counts[value] for value in sorted(counts, key=peoples_order)[: request.limit_of(facet.key)]}
    if selected:
        exact = group.get(f"selected:{facet.key}", {"buckets": []})["buckets"]
        for value in (*selected.values, *selected.excluded_values):
            counts.setdefault(value, 0)
        counts |= {spelled(facet, bucket): bucket["doc_count"] for bucket in exact}
        # The buckets come in this order; those that were selected belong among them.
        order = peoples_order if by_name else lambda value: (-counts[value], value)
        counts = {value: counts[value] for value in sorted(counts, key=order)}
    chosen = set(selected.values if selected else ())
    excluded = set(selected.excluded_values if selected else ())
    values = []
    for value, count in counts.items():
        entry: dict[str, Any] = {
            "value": value == "true" if facet.kind is Kind.FLAG else value,
            "filter": escape(value),
            "count": count,
            "selected": value in chosen,
        }
        if value in excluded:
            entry["excluded"] = True
        values.append(entry)
    return {"values": values, "exhaustive": terms["doc_count_error_upper_bound"] == 0}


def spelled(facet: Searchable, bucket: Mapping[str, Any]) -> str:
    """The value of a bucket as it is written in a filter."""
    return str(bucket["key_as_string"] if facet.kind is Kind.FLAG else bucket["key"])


def _ranges_answer(
    facet: Searchable, group: Mapping[str, Any], selected: Filter | None, request: SearchRequest
) -> dict[str, Any]:
    dated = isinstance(facet.facet, Years)
    least, most = ("min_as_string", "max_as_string") if dated else ("min", "max")
    bounds = group[f"bounds:{facet.key}"]  # one pass over the values instead of two
    buckets = group[f"histogram:{facet.key}"]["buckets"]
    bound = "{}_as_string" if dated else "{}"
    histogram = [
        {
            "from": bucket.get(bound.format("from")),
            "to": bucket.get(bound.format("to")),
            "count": bucket["doc_count"],
        }
        for bucket in buckets
        # below the first edge, and years, are shown only where there is something
        if bucket["doc_count"] or not (dated or "from" not in bucket)
    ]
    answer: dict[str, Any] = {
        "min": bounds.get(least),
        "max": bounds.get(most),
        "histogram": histogram,
    }
    if not dated:
        told = group[f"percentiles:{facet.key}"]["values"]
        answer["percentiles"] = known_percentiles(told, answer["min"], answer["max"])
        answer["percentilesApproximate"] = True
    return answer
