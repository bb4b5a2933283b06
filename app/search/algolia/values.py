"""Search among the values of a facet: the same rules as the native route has, in this protocol's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.search.algolia.attributes import FACETABLE, LEVELS, level_of
from app.search.algolia.query import Query
from app.search.code_names import codes_called
from app.search.facets import MOST_BOUNDED_VALUES, exactly, first_values, spelled
from app.search.typed import Match, Typed, match, typed
from mappings import codes
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
    """The values that answer what was typed, the best first; and whether all there are were looked through.

    Typing errors are forgiven only if nothing begins as typed.
    """
    assert asked.facet is not None
    facet = FACETABLE[asked.facet]
    if _name(place) not in group:
        return [], True
    terms = group[_name(place)]
    counts = {spelled(facet, bucket): bucket["doc_count"] for bucket in terms["buckets"]}
    if asked.facet in LEVELS:
        counts = {value: count for value, count in counts.items() if level_of(value) == LEVELS[asked.facet]}
    labels = codes.labels(facet.codes) if facet.codes else {}
    wanted = typed(asked.facet_query)
    called = codes_called(facet.codes, wanted) if facet.codes else {}
    found: list[tuple[Match, FacetHit]] = []
    for typos in (False, True):
        for value, count in counts.items():
            if (best := _best(wanted, value, labels.get(value), called.get(value), typos=typos)) is not None:
                found.append((best[0], FacetHit(value, _marked(value, best[1], asked), count)))
        if found:
            break
    found.sort(key=lambda one: (one[0].rank, -one[1].count, one[1].value))
    exact = terms["doc_count_error_upper_bound"] == 0 and terms["sum_other_doc_count"] == 0
    return [hit for _, hit in found[: asked.facet_hits]], exact


def _best(
    wanted: Typed, value: str, label: str | None, called: Match | None, *, typos: bool
) -> tuple[Match, tuple[tuple[int, int], ...]] | None:
    """How a value answers, by its code or by a name; and what to mark in the code, which is all a client shows."""
    # A code of two letters is meant as it is typed.
    by_value = match(wanted, value, typos=typos and label is None)
    by_label = match(wanted, label, typos=typos) if label else None
    best = min((each for each in (by_value, by_label, called) if each), key=lambda each: each.rank, default=None)
    return (best, by_value.spans if by_value else ()) if best else None


def _marked(value: str, spans: tuple[tuple[int, int], ...], asked: Query) -> str:
    """The client escapes what it shows, so nothing is escaped here."""
    parts: list[str] = []
    done = 0
    for start, end in spans:
        parts += [value[done:start], asked.tags.before, value[start:end], asked.tags.after]
        done = end
    return "".join((*parts, value[done:]))
