"""Facets as this protocol counts them: values with counts, and statistics of numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.search.algolia.attributes import FACETABLE, LEVELS, PATH, level_of
from app.search.facets import MOST_BOUNDED_VALUES, exactly, first_values, peoples_order, spelled
from mappings.catalogue import TEMPORAL, Kind, Searchable
from mappings.field import Terms


@dataclass(frozen=True, slots=True)
class Counted:
    """One facet of one query. `values` in their order, `stats` of a number that some program has."""

    values: dict[str, int]
    stats: dict[str, float] | None
    exhaustive: bool


def aggregations(attribute: str, limit: int, by_name: bool, chosen: tuple[str, ...]) -> dict[str, Any]:
    """What counts a facet. `chosen` values are counted however rare they are, down to 0.

    Fractions have statistics only: as values they would be as many as programs. Whole numbers have both.
    """
    facet = FACETABLE[attribute]
    counted: dict[str, Any] = {}
    if chosen:
        counted[f"chosen:{facet.key}"] = _chosen(facet, chosen)
    if attribute in LEVELS:  # one aggregation counts both levels
        return counted | {f"values:{PATH}": first_values(facet, MOST_BOUNDED_VALUES)}
    if isinstance(facet.facet, Terms) or facet.kind is Kind.INTEGER:
        counted[_of(attribute, by_name)] = first_values(facet, limit, by_name=by_name)
    if not isinstance(facet.facet, Terms):
        counted[f"stats:{attribute}"] = {"stats": {"field": facet.path}}
    return counted


def _chosen(facet: Searchable, values: tuple[str, ...]) -> dict[str, Any]:
    """With the values that no program found has: a list of which all must hold shows them, to be taken back.

    The engine would look at every program for the whole numbers that none has, so each is counted by itself.
    """
    if facet.kind is Kind.INTEGER:
        return {"filters": {"filters": {value: {"term": {facet.path: int(value)}} for value in values}}}
    return {"terms": exactly(facet, list(values))["terms"] | {"min_doc_count": 0}}


def _of(attribute: str, by_name: bool) -> str:
    return f"{'names' if by_name else 'values'}:{attribute}"


def counted(attribute: str, limit: int, by_name: bool, group: Mapping[str, Any]) -> Counted:
    """What was counted of a facet, read from the aggregations of its query."""
    facet = FACETABLE[attribute]
    name = f"values:{PATH}" if attribute in LEVELS else _of(attribute, by_name)
    stats = _stats(facet, group.get(f"stats:{attribute}", {}))
    if name not in group:
        return Counted({}, stats, True)
    values = {spelled(facet, bucket): bucket["doc_count"] for bucket in group[name]["buckets"]}
    exact = _exact(facet, group.get(f"chosen:{facet.key}", {"buckets": []})["buckets"])
    if attribute in LEVELS:
        values, exact = (_on_level(LEVELS[attribute], each) for each in (values, exact))
    order = (lambda pair: peoples_order(pair[0])) if by_name else _by_count
    values = dict(sorted(values.items(), key=order)[:limit]) | exact
    return Counted(values, stats, by_name or group[name]["doc_count_error_upper_bound"] == 0)


def _exact(facet: Searchable, buckets: Any) -> dict[str, int]:
    """The counts of the chosen values; those of whole numbers are keyed."""
    if isinstance(buckets, dict):
        return {value: bucket["doc_count"] for value, bucket in buckets.items()}
    return {spelled(facet, bucket): bucket["doc_count"] for bucket in buckets}


def _on_level(level: int, values: Mapping[str, int]) -> dict[str, int]:
    return {value: count for value, count in values.items() if level_of(value) == level}


def _by_count(pair: tuple[str, int]) -> tuple[int, str]:
    return -pair[1], pair[0]


def _stats(facet: Searchable, stats: Mapping[str, Any]) -> dict[str, float] | None:
    """Least, greatest, average and sum; of dates in Unix seconds."""
    if not stats.get("count"):
        return None
    unit = 1000 if facet.kind in TEMPORAL else 1
    return {name: stats[name] / unit if unit != 1 else stats[name] for name in ("min", "max", "avg", "sum")}
