"""The plainest index and text query that do the same work: what a search costs beside them is what ours adds.

Texts by the standard analyzer in four fields, all words wanted in any of them, the same filters, facets, counts of
unknown values, percentiles and hits.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import msgspec

from app.benchmarks.index import Bodies, filled
from app.benchmarks.sandbox import Sandbox

_TERMS = ("network", "vertical", "commissionType", "primaryRegion")
_EPC_EDGES = (0, 0.1, 0.25, 0.5, 1, 2, 5)
_TEXTS = ("name", "category", "merchantDomain", "description")
_WEIGHTED = ("name^6", "category^2", "merchantDomain^4", "description")


def mapping() -> dict[str, Any]:
    """Only what the query needs; the rest is kept in the source."""
    numbers = ("epc", "commissionMin", "commissionMax")
    return {
        "dynamic": False,
        "properties": {
            **{key: {"type": "text"} for key in _TEXTS},
            **{key: {"type": "keyword"} for key in (*_TERMS, "status")},
            **{key: {"type": "double"} for key in numbers},
            "deleted": {"type": "boolean"},
        },
    }


@contextmanager
def lean_index(sandbox: Sandbox, ready: Bodies) -> Iterator[str]:
    """A lean index of the whole catalogue in one segment, by its name."""
    name = f"{sandbox.alias}-lean"
    with filled(sandbox, name, ready, mapping()):
        sandbox.search.indices.forcemerge(index=name, params={"max_num_segments": "1"})
        yield name


def body(q: str, low: float) -> bytes:
    """The query for all of some words and a commission of at least `low`, with five facets."""
    counted: dict[str, Any] = {key: {"terms": {"field": key, "size": 20, "shard_size": 400}} for key in _TERMS}
    counted |= {f"{key} unknown": {"missing": {"field": key}} for key in (*_TERMS, "epc")}
    ranges = [*({"from": one, "to": other} for one, other in pairwise(_EPC_EDGES)), {"from": _EPC_EDGES[-1]}]
    counted["epc"] = {"range": {"field": "epc", "ranges": ranges}}
    counted["epc bounds"] = {"stats": {"field": "epc"}}
    counted["epc percentiles"] = {"percentiles": {"field": "epc", "percents": [10, 25, 50, 75, 90]}}
    open_below = {"bool": {"must": [_unknown("commissionMax")], "filter": [{"exists": {"field": "commissionMin"}}]}}
    overlap = [{"range": {"commissionMax": {"gte": low}}}, open_below]
    words = {"multi_match": {"query": q, "type": "cross_fields", "operator": "and", "fields": list(_WEIGHTED)}}
    return msgspec.json.encode(
        {
            "size": 20,
            "track_total_hits": True,
            "query": {
                "bool": {
                    "filter": [
                        {"terms": {"status": ["active", "paused"]}},
                        _unknown("deleted"),
                        {"bool": {"should": overlap, "minimum_should_match": 1}},
                    ],
                    "must": [words],
                }
            },
            "aggs": counted,
        }
    )


def _unknown(field: str) -> dict[str, Any]:
    return {"bool": {"must_not": {"exists": {"field": field}}}}
