"""Search among the values of one facet: typing errors forgiven, counted under every filter but the facet's own.

The engine counts all values in the one request that any facet takes, and what was typed is matched here: no text of a
user's becomes a pattern, and a value is found by its name as well as by its code. Merchants are too many for that;
they are looked up among the suggestions first, and then only those found are counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from app.search.bad_request import BadRequest, meaning
from app.search.body import search_body
from app.search.controls import CONTROLS
from app.search.engine import SearchEngine
from app.search.facets import MOST_BOUNDED_VALUES, answers
from app.search.filters import Clause, effective
from app.search.find import find
from app.search.page import Found
from app.search.parameters import Reader
from app.search.request import DEFAULT_FACET_VALUES, SearchRequest
from app.search.request_parser import read_request
from app.search.suggest import beginning, body, forgiven, look_up
from app.search.typed import checked, marked
from app.search.value_matcher import AnsweringValue, answering_values
from mappings.catalogue import FACETS, Searchable
from mappings.field import Terms
from mappings.suggestions import MOST_OF_A_KIND, Kind

MOST_VALUES_FOUND = 100
_MERCHANTS = (Kind.MERCHANT, Kind.CLOSED_MERCHANT)
_TAKEN = ("q", "queryLanguage", "literal", "prefix", "includeUnknown")


class FacetValue(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A value of a facet. `highlighted` is its label, or else its value, as HTML with the typed part in <mark>."""

    value: str | bool
    filter: str
    highlighted: str
    count: int
    selected: bool
    label: str | None = None
    excluded: bool = False


class FacetValues(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The values that answer what was typed. `exhaustive`: all there are were looked through, and counted exactly."""

    field: str
    facet_query: str
    matched: str
    exhaustive: bool
    took_ms: int
    values: list[FacetValue]
    partial: bool = False  # not all of the index answered, or not in time


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A checked request."""

    facet: Searchable
    facet_query: str
    limit: int
    request: SearchRequest = SearchRequest()  # its words and filters

    @property
    def canonical(self) -> bytes:
        """The same for every request that has the same answer, however it was written."""
        return self.request.bound + msgspec.json.encode((self.facet.key, self.facet_query, self.limit))


def read_asked(field: str, parameters: Mapping[str, list[str]]) -> Asked:
    """Check and read a request. Raises BadRequest, or KeyError for a field that is no facet with values."""
    reader = Reader(parameters)
    rest = {name: values for name, values in parameters.items() if name not in ("facetQuery", "limit")}
    for name in [name for name in rest if name in CONTROLS and name not in _TAKEN]:
        del rest[name]
        message = f"'{name}' is not a parameter of this route; it takes facetQuery, limit, q and any filter"
        reader.wrong(name, message, problem="unknown-parameter")
    request = SearchRequest()
    try:
        request = read_request(rest)
    except BadRequest as bad:
        reader.errors += bad.errors
    facet_query = ""
    try:
        facet_query = checked("facetQuery", reader.single("facetQuery"))
    except BadRequest as bad:
        reader.errors += bad.errors
    limit = reader.whole("limit", DEFAULT_FACET_VALUES, 1, MOST_VALUES_FOUND)
    reader.done()
    return Asked(facet=FACETS[field], facet_query=facet_query, limit=limit, request=request)


def searchable(field: str) -> str | None:
    """None if a facet's values can be searched; otherwise what is wrong with its name."""
    values = [key for key, facet in FACETS.items() if isinstance(facet.facet, Terms)]
    if field in values:
        return None
    if field in FACETS:
        return f"'{field}' counts ranges and has no values to search; a search answers them with facets={field}"
    end, _ = meaning(field, values)
    return f"'{field[:80]}' is not a facet{end}"


async def facet_values(engine: SearchEngine, asked: Asked) -> FacetValues:
    """The values that answer what was typed, the best first. Raises EngineAway."""
    facet = asked.facet
    assert isinstance(facet.facet, Terms)
    looked_up = not facet.facet.bounded and bool(asked.facet_query)
    if looked_up:
        candidates, whole, partial = await merchants_that_begin(engine, asked.facet_query)
        # What is selected is counted whether the suggestions know it or not.
        chosen = asked.request.filters.get(facet.key)
        candidates += [*chosen.values, *chosen.excluded_values] if chosen else []
        among: Clause | None = {"terms": {facet.path: candidates}}
        counted = max(len(candidates), 1)
    else:
        among, whole, partial = None, True, False
        counted = MOST_BOUNDED_VALUES if facet.facet.bounded else asked.limit
    request = msgspec.structs.replace(
        asked.request, per_page=0, facets=(facet.key,), facet_limits={facet.key: counted}, sort=()
    )
    found, analysis = await find(engine, request.wording, lambda analysis: search_body(request, analysis, among=among))
    values, exact = _counted(found, request, facet)
    if looked_up or not facet.facet.bounded:
        exhaustive = exact and whole
    else:
        exhaustive = exact and len(values) < MOST_BOUNDED_VALUES
    partial = partial or found.partial
    shown = _shown(values, facet, asked.facet_query)
    return FacetValues(
        field=facet.key,
        facet_query=asked.facet_query,
        matched="typo" if any(each.match.typos for each, _ in shown) else analysis.matched,
        exhaustive=exhaustive and not partial,
        took_ms=found.took,
        values=[value for _, value in shown[: asked.limit]],
        partial=partial,
    )


def _counted(found: Found, request: SearchRequest, facet: Searchable) -> tuple[list[dict[str, Any]], bool]:
    answer = answers(request, effective(request.filters), found.aggregations)[facet.key]
    return answer["values"], answer["exhaustive"]


def _shown(
    values: list[dict[str, Any]], facet: Searchable, facet_query: str
) -> list[tuple[AnsweringValue, FacetValue]]:
    """What answers of a facet's values, as it is shown, the best first."""
    by_code = {
        str(each["value"]).lower() if isinstance(each["value"], bool) else each["value"]: each for each in values
    }
    counts = {code: each["count"] for code, each in by_code.items()}
    return [
        (each, FacetValue(**by_code[each.value], highlighted=_highlighted(each), label=each.label))
        for each in answering_values(facet, counts, facet_query)
    ]


def _highlighted(each: AnsweringValue) -> str:
    return marked(each.label, each.in_label) if each.label else marked(each.value, each.in_value)


class Merchants(NamedTuple):
    """The merchants that may answer what was typed; whether these are all; whether not all was looked through."""

    domains: list[str]
    whole: bool
    partial: bool


async def merchants_that_begin(engine: SearchEngine, facet_query: str) -> Merchants:
    """The merchants that may answer what was typed. Raises EngineAway.

    Those that begin so come first, those with typing errors too: whether any begins so under the filters, and errors
    are not forgiven, is known only when they are counted.
    """
    found = await look_up(engine, body(forgiven(facet_query) or beginning(facet_query), _MERCHANTS, MOST_OF_A_KIND))
    whole = all(len(found.hits[kind]) < MOST_OF_A_KIND for kind in _MERCHANTS)
    domains = [each.value for kind in _MERCHANTS for each in found.hits[kind]]
    return Merchants(domains, whole and not found.partial, found.partial)
