"""Programs like another one: the same shelf, the same words, not the same merchant."""

from __future__ import annotations

from typing import Any

import msgspec

from app.search.body import TIMEOUT
from app.search.filters import ALIVE, DEFAULT_STATUS, clause

_WORDS = ("name", "description")
# The shelf comes before the words, the words before language and country.
_SAME = {"category": 6.0, "vertical": 4.0, "textLanguage": 3.0, "primaryRegion": 2.0, "geoTargeting": 1.0}


class Compared(msgspec.Struct, rename="camel"):
    """What of a program is compared."""

    id: int
    category: str | None = None
    vertical: str | None = None
    text_language: str | None = None
    primary_region: str | None = None
    geo_targeting: list[str] | None = None
    merchant_domain: str | None = None


def similar_body(document: msgspec.Raw, index: str, size: int) -> dict[str, Any]:
    """The request for the programs most like the one of a document, closed ones and the merchant's own left out."""
    one = msgspec.json.decode(document, type=Compared)
    shared = msgspec.to_builtins(one)
    alike = [
        {"constant_score": {"filter": {"terms": {key: value if isinstance(value, list) else [value]}}, "boost": worth}}
        for key, worth in _SAME.items()
        if (value := shared[key])
    ]
    words = {"fields": list(_WORDS), "like": [{"_index": index, "_id": str(one.id)}], "max_query_terms": 20}
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
                "should": [{"more_like_this": {**words, "min_term_freq": 1, "min_doc_freq": 2}}, *alike],
                "minimum_should_match": 1,
            }
        },
        "sort": [{"_score": "desc"}, {"id": "asc"}],
    }
