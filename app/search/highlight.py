"""What matched, marked by the engine: as it is written, or by its stem in any language.

`combined_fields`, which finds most programs, marks only some of what it found. So each field is marked by a query of
its own, over the field and its stems; the engine puts both on the same text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.search.reading import Reading, Tier
from mappings.languages import STEMMERS

# Private-use characters mark what matched until the text around them has been escaped.
MARK, UNMARK = "\ue000", "\ue001"

WHOLE: Mapping[str, Any] = {"number_of_fragments": 0}
BEST_PART: Mapping[str, Any] = {"fragment_size": 160, "number_of_fragments": 1}

# Field to the part of the stemmed text that holds the same words.
_STEMS = {"name": "name", "description": "description", "category.words": "labels", "merchantDomain.words": None}
HIGHLIGHTED = tuple(_STEMS)


def highlight(q: str, parts: Mapping[str, Mapping[str, Any]], reading: Reading) -> dict[str, Any]:
    """The `highlight` of a request body: which fields, and of each all of it or its best part."""
    words = " ".join((q, *reading.corrections.values()))
    match = "match_bool_prefix" if reading.tier is Tier.BEGUN else "match"
    return {
        "pre_tags": [MARK],
        "post_tags": [UNMARK],
        "fields": {field: {**part, **_matching(words, field, match)} for field, part in parts.items()},
    }


def _matching(q: str, field: str, match: str) -> dict[str, Any]:
    stem = _STEMS[field]
    also = [f"sync.stem.{language}.{stem}" for language in STEMMERS] if stem else []
    words = [{match: {each: {"query": q}}} for each in (field, *also)]
    return {"matched_fields": [field, *also], "highlight_query": {"bool": {"should": words}}}
