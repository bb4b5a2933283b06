"""A search as the holder of a key sees it: narrowed by private filters, with private members and facets."""

from __future__ import annotations

from typing import Any

import msgspec

from app.search.body import search_body
from app.search.engine import PARTS, SearchEngine
from app.search.filters import Clause, all_of
from app.search.page import Dressed, Found
from app.search.private.asked import PrivateAsked, PrivateFilter, as_filter
from app.search.private.compared import compared, with_comparison
from app.search.private.sets import NAMES, SHORTLISTED, TAGS, IdSets, PrivateSets
from app.search.query_analysis import QueryAnalysis
from app.search.request import SearchRequest

_MOST_TAGS = 200  # counted; the most used ones
_UNKNOWN = "unknown"


class PrivateView:
    """What one request is told beyond what everybody is."""

    def __init__(self, sets: PrivateSets, asked: PrivateAsked) -> None:
        self.sets = sets
        self.asked = asked
        self._clauses = {each.name: _clause(each, sets.by_name[each.name]) for each in asked.filters}

    @property
    def among(self) -> Clause | None:
        """What every program of the answer must satisfy; None for no filter."""
        return all_of(self._clauses.values()) if self._clauses else None

    def dressed(self, id: int, document: bytes | msgspec.Raw) -> msgspec.Raw:
        """A program with its private members."""
        members = self.sets.members(id)
        wanted = {
            name: value
            for name, value in members.items()
            if name in self.asked.members or (name == "relations" and "relation" in self.asked.members)
        }
        body = b"{}" if self.asked.alone else bytes(document)
        if not wanted:
            return msgspec.Raw(body)
        separator = b"," if len(body) > 2 else b""
        return msgspec.Raw(body[:-1] + separator + msgspec.json.encode(wanted)[1:])

    def dressing_offers(self, found: Found) -> Dressed:
        """How offers of merchants are told: with how each compares to the joined one of its merchant."""
        comparisons = compared(found, self.sets)
        return lambda own, document: with_comparison(self.dressed(own, document), comparisons.get(own))

    async def counted(
        self, engine: SearchEngine, request: SearchRequest, analysis: QueryAnalysis
    ) -> tuple[dict[str, dict[str, Any]], bool]:
        """The private facets, each under all filters but its own, and whether all of the index was counted."""
        if not self.asked.facets:
            return {}, True
        found = await engine.search(self._counting(request, analysis), **PARTS)
        return {name: self._facet(name, found) for name in self.asked.facets}, not found.partial

    def _counting(self, request: SearchRequest, analysis: QueryAnalysis) -> dict[str, Any]:
        bare = msgspec.structs.replace(
            request, facets=(), per_page=0, page=1, cursor=None, sort=(), collapse=False, explain=False
        )
        body = search_body(bare, analysis)
        body["aggs"] = {name: self._aggregation(name) for name in self.asked.facets}
        return body

    def _aggregation(self, name: str) -> dict[str, Any]:
        sets = self.sets.by_name[name]
        values: dict[str, Any] = {"filters": {value: sets.clause(value) for value in self._values(name)}}
        if name == TAGS:
            counted: dict[str, Any] = {"known": {"filter": sets.known}}
        else:  # exclusive, so that what is in none is what is unknown
            counted = {}
            values["other_bucket_key"] = _UNKNOWN
        if values["filters"]:
            counted["values"] = {"filters": values}
        others = [clause for each, clause in self._clauses.items() if each != name]
        return {"filter": all_of(others), "aggs": counted}

    def _values(self, name: str) -> list[str]:
        sets = self.sets.by_name[name]
        if name != TAGS:
            return list(sets.order)
        chosen = [value for each in self.asked.filters if each.name == name for value in each.values]
        often = sorted(sets.values, key=lambda value: (-len(sets.values[value]), value))[:_MOST_TAGS]
        return list(dict.fromkeys((*often, *chosen)))

    def _facet(self, name: str, found: Found) -> dict[str, Any]:
        group = found.aggregations[name]
        buckets = group.get("values", {"buckets": {}})["buckets"]
        chosen = {value for each in self.asked.filters if each.name == name for value in each.values}
        counts = {value: bucket["doc_count"] for value, bucket in buckets.items() if value != _UNKNOWN or name == TAGS}
        if name == TAGS:
            unknown = group["doc_count"] - group["known"]["doc_count"]
            counts = dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
            counts = {value: count for value, count in counts.items() if count or value in chosen}
        else:
            unknown = buckets[_UNKNOWN]["doc_count"]
        values = [
            {
                "value": value == "true" if name == SHORTLISTED else value,
                "filter": as_filter(value),
                "count": count,
                "selected": value in chosen,
            }
            for value, count in counts.items()
        ]
        if name == SHORTLISTED:
            values.append({"value": False, "filter": "false", "count": unknown, "selected": False})
            unknown = 0
        whole = name != TAGS or len(self.sets.by_name[name].values) <= _MOST_TAGS
        return {"values": values, "exhaustive": whole and not found.partial, "unknown": unknown}


def _clause(wanted: PrivateFilter, sets: IdSets) -> Clause:
    included = [sets.clause(value) for value in wanted.values]
    excluded = [sets.clause(value) for value in wanted.excluded_values]
    absent: Clause = {"bool": {"must_not": [sets.known]}}
    if wanted.unknown:
        included.append(absent)
    if wanted.unknown is False:
        excluded.append(absent)
    body: dict[str, Any] = {}
    if included:
        body |= {"should": included, "minimum_should_match": 1}
    if excluded:
        body["must_not"] = excluded
    return {"bool": body}


EVERYTHING = PrivateAsked(members=NAMES)
