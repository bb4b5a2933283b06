"""Search among the values of a facet: as one types, with typing errors."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.search.algolia.attributes import FACETABLE, LEVELS, level_of
from app.search.facets import MOST_BOUNDED_VALUES, first_values, spelled

VALUES = "search"
# Of merchants there are as many as programs; the most frequent are searched, and the answer says so.
_MOST_VALUES = 10_000


@dataclass(frozen=True, slots=True)
class FacetHit:
    """A value that matched, its matching part between the marks."""

    value: str
    highlighted: str
    count: int


def every_value(attribute: str) -> dict[str, Any]:
    """The aggregation of all values of a facet, or of the most frequent."""
    facet = FACETABLE[attribute]
    bounded = first_values(facet, MOST_BOUNDED_VALUES)
    if bounded["terms"]["shard_size"] > MOST_BOUNDED_VALUES + 1:
        return first_values(facet, _MOST_VALUES)
    return bounded


def counts(attribute: str, terms: Mapping[str, Any]) -> tuple[dict[str, int], bool]:
    """The values with their counts, and whether these are all and exact."""
    facet = FACETABLE[attribute]
    found = {spelled(facet, bucket): bucket["doc_count"] for bucket in terms["buckets"]}
    if attribute in LEVELS:
        found = {value: count for value, count in found.items() if level_of(value) == LEVELS[attribute]}
    exhaustive = terms["doc_count_error_upper_bound"] == 0 and terms["sum_other_doc_count"] == 0
    return found, exhaustive


def _plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


def search(counted: Mapping[str, int], words: str, most: int, before: str, after: str) -> list[FacetHit]:
    """The values that hold a word beginning so, the most frequent first."""
    wanted = _plain(words).split()
    hits = []
    for value, count in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])):
        plain = _plain(value)
        if all(any(part.startswith(word) for part in plain.replace(">", " ").split()) for word in wanted):
            hits.append(FacetHit(value, _marked(value, wanted, before, after), count))
        if len(hits) == most:
            break
    return hits


def _marked(value: str, words: list[str], before: str, after: str) -> str:
    parts = value.split(" ")
    for place, part in enumerate(parts):
        if match := next((word for word in words if _plain(part).startswith(word)), None):
            parts[place] = f"{before}{part[: len(match)]}{after}{part[len(match) :]}"
    return " ".join(parts)
