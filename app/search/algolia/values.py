"""Search among the values of a facet: the same rules as the native route has, in this protocol's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.search.algolia.attributes import FACETABLE, LEVELS, level_of
from app.search.algolia.query import Query
from app.search.facets import MOST_BOUNDED_VALUES, exactly, first_values, spelled
from app.search.value_matcher import answering_values
from mappings.field import Terms


@dataclass(frozen=True, slots=True)
class FacetHit:
    """A value that matched, its matching part between the tags."""

    value: str
    highlighted: str
    count: int


def is_unbounded(attribute: str) -> bool:
    """Whether a facet has too many values to look through them all."""
    facet = FACETABLE[attribute].facet
    return isinstance(facet, Terms) and not facet.bounded


def looked_through(attribute: str, place: int, among: list[str] | None) -> dict[str, Any]:
    """The aggregation of the values that are looked through: all, or `among` these; of too many the most frequent."""
    facet = FACETABLE[attribute]
    if among is not None:
        return {_name(place): exactly(facet, among)} if among else {}
    return {_name(place): first_values(facet, MOST_BOUNDED_VALUES)}


def _name(place: int) -> str:
    return f"search:{place}"


def facet_hits(asked: Query, place: int, group: Mapping[str, Any]) -> tuple[list[FacetHit], bool]:
    """The values that answer what was typed, the best first; and whether all there are were looked through."""
    assert asked.facet is not None
    facet = FACETABLE[asked.facet]
    if _name(place) not in group:
        return [], True
    terms = group[_name(place)]
    counts = {spelled(facet, bucket): bucket["doc_count"] for bucket in terms["buckets"]}
    if asked.facet in LEVELS:
        counts = {value: count for value, count in counts.items() if level_of(value) == LEVELS[asked.facet]}
    found = answering_values(facet, counts, asked.facet_query)
    exact = terms["doc_count_error_upper_bound"] == 0 and terms["sum_other_doc_count"] == 0
    # A client shows the code and nothing else, so what is marked is marked in it.
    return [
        FacetHit(each.value, _marked(each.value, each.in_value, asked), each.count)
        for each in found[: asked.facet_hits]
    ], exact


def _marked(value: str, spans: tuple[tuple[int, int], ...], asked: Query) -> str:
    """The client escapes what it shows, so nothing is escaped here."""
    parts: list[str] = []
    done = 0
    for start, end in spans:
        parts += [value[done:start], asked.tags.before, value[start:end], asked.tags.after]
        done = end
    return "".join((*parts, value[done:]))
