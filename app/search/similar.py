"""Programs like another one: the same topics and shelf, the same rare words, not the same merchant."""

from __future__ import annotations

from typing import Any

import msgspec

from app.search.body import TIMEOUT
from app.search.filters import ALIVE, DEFAULT_STATUS, clause
from app.search.lexicon import HeldLexicon
from mappings.index import WORDS
from mappings.tokens import tokens

# What is sold comes before the shelf, the shelf before the words, the words before language and country.
_SAME = {
    "topics": 8.0,
    "category": 6.0,
    "vertical": 4.0,
    "textLanguage": 3.0,
    "primaryRegion": 2.0,
    "geoTargeting": 1.0,
}
_MOST_WORDS = 12
# A word that more of the catalogue has than this says nothing about what a program is like.
_COMMON = 0.02


class Compared(msgspec.Struct, rename="camel"):
    """What of a program is compared."""

    id: int
    name: str = ""
    description: str | None = None
    topics: list[str] | None = None
    category: str | None = None
    vertical: str | None = None
    text_language: str | None = None
    primary_region: str | None = None
    geo_targeting: list[str] | None = None
    merchant_domain: str | None = None


def similar_body(document: msgspec.Raw, lexicon: HeldLexicon, size: int) -> dict[str, Any]:
    """The request for the programs most like the one of a document, closed ones and the merchant's own left out."""
    one = msgspec.json.decode(document, type=Compared)
    shared = msgspec.to_builtins(one)
    alike: list[dict[str, Any]] = [
        {"constant_score": {"filter": {"term": {key: each}}, "boost": worth}}
        for key, worth in _SAME.items()
        for each in (shared[key] if isinstance(shared[key], list) else [shared[key]] if shared[key] else [])[:8]
    ]
    if words := _telling(one, lexicon):
        alike.append({"match": {WORDS: {"query": " ".join(words)}}})
    apart: list[dict[str, Any]] = [{"ids": {"values": [str(one.id)]}}]
    if one.merchant_domain:
        apart.append({"term": {"merchantDomain": one.merchant_domain}})
    return {
        "size": size,
        "timeout": TIMEOUT,
        "query": {
            "bool": {
                "filter": [ALIVE, clause(DEFAULT_STATUS)],
                "must_not": apart,
                "should": alike or [{"match_all": {}}],
                "minimum_should_match": 1,
            }
        },
        "sort": [{"_score": "desc"}, {"id": "asc"}],
    }


def _telling(one: Compared, lexicon: HeldLexicon) -> list[str]:
    """The words of a program that fewest others have, and some do."""
    words = dict.fromkeys(tokens(f"{one.name} {one.description or ''}"))
    most = max(_COMMON * lexicon.lexicon.total, 20)
    counted = {word: lexicon.count(word) for word in words if len(word) > 2}
    shared = [word for word, count in counted.items() if 1 < count <= most]
    if not lexicon.known:
        shared = [word for word in words if len(word) > 4]
    return sorted(shared, key=lambda word: (counted.get(word, 0), word))[:_MOST_WORDS]
