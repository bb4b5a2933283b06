"""One hit a merchant, with its offers on all networks: who pays best is seen at a glance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from app.search.body import TIMEOUT
from app.search.filters import ALIVE, Clause, clause, effective
from app.search.page import Dressed, Found, Offers, chosen, program
from app.search.request import MERCHANT, SearchRequest
from mappings.document import ALONE

# Merchants have a handful of offers; a page of a hundred merchants stays far below this.
_MOST_OFFERS = 2000
_BEST_PAID_FIRST = [
    {"commissionMax": {"order": "desc", "missing": "_last"}},
    {"commissionFixedMaxUsd": {"order": "desc", "missing": "_last"}},
    {"epc": {"order": "desc", "missing": "_last"}},
    {"id": "asc"},
]


def keys_of(found: Found) -> list[str]:
    """The merchants on a page of a collapsed search."""
    return [hit.fields[MERCHANT][0] for hit in found.hits.hits]


def offers_body(request: SearchRequest, keys: list[str]) -> dict[str, Any]:
    """The request for all offers of some merchants: of every network, whatever the search was narrowed to, but for
    `status`."""
    status = clause(effective(request.filters)["status"])
    return {
        "size": _MOST_OFFERS,
        "timeout": TIMEOUT,
        "query": {"bool": {"filter": [ALIVE, status, _near(keys), {"terms": {MERCHANT: keys}}]}},
        "sort": _BEST_PAID_FIRST,
        "docvalue_fields": [MERCHANT],
    }


def _near(keys: list[str]) -> Clause:
    """Programs among which those of the merchants are, by fields that are indexed: a merchant's key is not."""
    domains = [domain for key in keys if (domain := key.rpartition("/")[0])]
    ids = [key.removeprefix(ALONE) for key in keys if key.startswith(ALONE)]
    return {"bool": {"should": [{"terms": {"merchantDomain": domains}}, {"terms": {"id": ids}}]}}


def gather(found: Found, request: SearchRequest, synced: Mapping[str, str], dressed: Dressed | None = None) -> Offers:
    """The offers by merchant, the best paid first; `dressed` with what is private of them."""
    offers: dict[str, list[msgspec.Raw]] = {}
    for hit in found.hits.hits:
        offer = msgspec.Raw(chosen(program(hit.source, synced), request.fields))
        if dressed:
            offer = dressed(int(hit.id), offer)
        offers.setdefault(hit.fields[MERCHANT][0], []).append(offer)
    return offers
