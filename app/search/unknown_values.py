"""Values of filters over free text that no program has: valid, but likely not what was meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from app.search.bad_request import nearest
from app.search.engine import EngineAway, SearchEngine
from app.search.facets import MOST_BOUNDED_VALUES
from app.search.filters import ALIVE
from app.search.grammar import escape
from app.search.page import Notice
from app.search.request import Filter
from app.search.suggest import beginning, body, forgiven, look_up, resembling
from app.search.typed import distance, match, typed
from mappings.catalogue import FACETS, FILTERS, Kind, Searchable
from mappings.field import Terms
from mappings.suggestions import Kind as Suggested

# Fields that may hold any text. (An id from a network is like no other: nothing is near it.)
FREE_TEXT = tuple(key for key, searched in FILTERS.items() if searched.kind is Kind.STRING and searched.codes is None)
# So many are looked into; a request with more is a machine's.
_MOST_VALUES = 20


async def unknown_values(engine: SearchEngine, filters: Mapping[str, Filter], found: int) -> list[Notice]:
    """A notice for each value that no program has, with the nearest that one has. Raises EngineAway.

    `found` is what the search found: a value that was required and found something needs no second look.
    """
    asked = {
        key: values
        for key in FREE_TEXT
        if (wanted := filters.get(key)) and (values := _in_doubt(wanted, found)) and len(values) <= _MOST_VALUES
    }
    if not asked:
        return []
    notices = []
    for key, values in (await _missing(engine, asked)).items():
        for value in values:
            meant = await _nearest(engine, FILTERS[key], value)
            end = f"; did you mean '{key}={escape(meant)}'?" if meant else ""
            message = f"no program has the {key} '{value[:200]}'{end}"
            notices.append(Notice(parameter=key, value=value, did_you_mean=meant, message=message))
    return notices


def _in_doubt(wanted: Filter, found: int) -> list[str]:
    values = [*wanted.values, *wanted.excluded_values]
    certain = found > 0 and len(wanted.values) == 1 and not wanted.unknown
    return [value for value in values if not (certain and value in wanted.values)]


async def _missing(engine: SearchEngine, asked: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Those of the values that no program has, closed ones included, in the order they were asked for."""
    counted = await _terms(engine, {key: {"size": len(each), "include": each} for key, each in asked.items()})
    return {key: [value for value in values if value not in counted[key]] for key, values in asked.items()}


async def _terms(engine: SearchEngine, asked: Mapping[str, dict[str, Any]]) -> dict[str, list[str]]:
    aggregations = {key: {"terms": {"field": FILTERS[key].path, **options}} for key, options in asked.items()}
    request = {"size": 0, "timeout": "500ms", "query": {"bool": {"filter": [ALIVE]}}, "aggs": aggregations}
    (found,) = await engine.search_many([request])
    if found.partial:
        raise EngineAway("not all of the index answered; what is missing may have these values")
    return {key: [bucket["key"] for bucket in found.aggregations[key]["buckets"]] for key in asked}


async def _nearest(engine: SearchEngine, searched: Searchable, value: str) -> str | None:
    facet = FACETS.get(searched.key)
    if facet is None or not isinstance(facet.facet, Terms):
        return None
    if not facet.facet.bounded:
        return await _nearest_merchant(engine, value)
    existing = (await _terms(engine, {searched.key: {"size": MOST_BOUNDED_VALUES}}))[searched.key]
    return _best(value, existing) or nearest(value, existing)


def _best(value: str, among: Iterable[str]) -> str | None:
    """The value that begins so, or would without typing errors; of equals the one with the least besides."""
    wanted = typed(value)
    if not wanted.joined:
        return None
    answering = [
        (found.typos, distance(wanted.joined, typed(each).joined), each)
        for each in among
        if (found := match(wanted, each))
    ]
    return min(answering)[2] if answering else None


async def _nearest_merchant(engine: SearchEngine, value: str) -> str | None:
    wanted = typed(value).joined
    kinds = (Suggested.MERCHANT, Suggested.CLOSED_MERCHANT)
    with suppress(EngineAway):  # the warning stands without it
        for query in (beginning(value), forgiven(value), resembling(value)):
            found = await look_up(engine, body(query, kinds, 20)) if query else None
            near = [hit.value for kind in kinds for hit in found.hits[kind]] if found else []
            if near:
                return min(near, key=lambda each: (distance(wanted, typed(each).joined), each))
    return None
