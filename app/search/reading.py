"""How the words of a query are read: as they stand, or as mistyped. Decided by the words alone, never by filters, so
that totals, facets and pages of one query agree whatever is filtered."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any

import msgspec

from mappings.folding import folded


class Tier(Enum):
    """How strictly the words of a query are taken."""

    EXACT = "exact"
    BEGUN = "begun"  # the last word may go on: only where somebody is still typing
    TYPO = "typo"


class Reading(msgspec.Struct, frozen=True):
    """`corrections` has words that the catalogue holds for folded words that it does not; only of a mistyped query."""

    tier: Tier = Tier.EXACT
    corrections: Mapping[str, str] = msgspec.field(default_factory=lambda: MappingProxyType({}))


AS_IT_STANDS = Reading()
AS_BEGUN = Reading(Tier.BEGUN)

# A query is taken to be mistyped if no program holds its words as they are written, and fewer than this by their stems
# or synonyms: "velismer" is the stem of somebody's "velismere". Who is still typing means the beginning of a word,
# unless the words find as many.
ENOUGH = 2

# Where corrections come from: names, and the goods that descriptions speak of.
_FIELDS = ("name", "description")
_SHORTEST_MISTYPED = 4
_TIMEOUT = "500ms"
_TWO_ERRORS_FROM = 8


def count_body(query: Mapping[str, Any], enough: int = 1) -> dict[str, Any]:
    """The request that tells whether `query` finds so many programs."""
    return {"size": 0, "track_total_hits": enough, "terminate_after": enough, "timeout": _TIMEOUT, "query": query}


def meant_body(q: str) -> dict[str, Any]:
    """The request for words that the catalogue holds and that are near to those of `q`."""
    suggest: dict[str, Any] = {"text": q}
    for name in _FIELDS:
        suggest[name] = {
            "term": {
                "field": name,
                "suggest_mode": "popular",
                "max_edits": 2,
                "prefix_length": 0,
                "min_word_length": _SHORTEST_MISTYPED,
                "string_distance": "damerau_levenshtein",
                "size": 3,
            }
        }
    return {"size": 0, "timeout": _TIMEOUT, "query": {"match_none": {}}, "suggest": suggest}


def mistyped(suggested: Mapping[str, list[dict[str, Any]]]) -> Reading:
    """The reading of words that find too little, from what is near to them."""
    best: dict[str, tuple[float, int, str]] = {}
    for name in _FIELDS:
        for entry in suggested.get(name, ()):
            typed = folded(entry["text"])
            for option in entry["options"]:
                if not _plausible(typed, option["text"]):
                    continue
                candidate = (option["score"], option["freq"], option["text"])
                best[typed] = max(best.get(typed, candidate), candidate)
    return Reading(Tier.TYPO, MappingProxyType({typed: text for typed, (_, _, text) in best.items()}))


def _plausible(typed: str, meant: str) -> bool:
    """One error from 4 letters, two from 8, none in what has digits. The engine's distance bounds the rest."""
    if not (typed.isalpha() and meant.isalpha()):
        return False
    return len(typed) >= _TWO_ERRORS_FROM or _one_error(typed, meant)


def _one_error(one: str, other: str) -> bool:
    """Whether one letter was left out, added, changed, or swapped with its neighbour."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rest, other_rest = one[start:], other[start:]
    if len(rest) == len(other_rest):
        swapped = rest[:2] == other_rest[:2][::-1] and rest[2:] == other_rest[2:]
        return rest[1:] == other_rest[1:] or swapped
    return rest[1:] == other_rest or rest == other_rest[1:]
