"""Totals, facets and orders equal a brute-force search over the same rows, for random combinations of filters.

On one shard and on three: a facet that is counted per shard must still be exact.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.search.grammar import escape
from mappings.catalogue import FACETS
from tests import oracle
from tests.oracle import Row, Wanted
from tests.words import Catalogue

_TERMS = (
    "network",
    "category",
    "vertical",
    "status",
    "textLanguage",
    "geoTargeting",
    "language",
    "currency",
    "commissionType",
    "recurring",
    "primaryRegion",
    "approvalMode",
    "hasProductFeed",
    "categoryPath",
)
_RANGES = ("commission", "commissionMin", "commissionMax", "epc", "cookieDays", "conversionRate", "popularity")
_SORTS = ("epc", "commissionMin", "cookieDays", "popularity", "conversionRate", "launchedAt", "network")


@pytest.fixture(scope="module", params=[1, 3], ids=["1 shard", "3 shards"])
def stocked(request: pytest.FixtureRequest, shared_catalogue: Catalogue) -> tuple[Catalogue, list[Row]]:
    return shared_catalogue, oracle.stock(shared_catalogue, request.param)


def _spelled(value: Any) -> str:
    return escape(str(value).lower() if isinstance(value, bool) else str(value))


def _parameter(wanted: Wanted) -> str:
    def item(value: Any) -> str:
        if isinstance(value, tuple):
            low, high = ("" if bound is None else repr(bound) for bound in value)
            return f"{low}..{high}"
        return _spelled(value)

    members = [item(value) for value in wanted.included] + [f"!{item(value)}" for value in wanted.excluded]
    if wanted.unknown is not None:
        members.append("unknown" if wanted.unknown else "!unknown")
    return ",".join(members)


@st.composite
def _filters(draw: st.DrawFn, rows: list[Row]) -> list[Wanted]:
    drawn = []
    for key in draw(st.lists(st.sampled_from(_TERMS + _RANGES), max_size=4, unique=True)):
        optional = key not in ("network", "status")
        unknown = draw(st.sampled_from((None, None, True, False))) if optional else None
        if key in _TERMS:
            values = sorted(oracle.counts(rows, key), key=str) or [None]
            some = st.lists(st.sampled_from(values), max_size=3, unique=True)
            included, excluded = tuple(draw(some)), tuple(draw(some)) if draw(st.booleans()) else ()
            included = tuple(value for value in included if value is not None)
            excluded = tuple(value for value in excluded if value is not None)
        else:
            known = [row[key if key != "commission" else "commissionMin"] for row in rows]
            bounds = sorted({value for value in known if value is not None}) or [0]
            pair = st.tuples(st.sampled_from(bounds), st.sampled_from(bounds)).map(lambda two: (min(two), max(two)))
            spans = pair | pair.map(lambda two: (two[0], None)) | pair.map(lambda two: (None, two[1]))
            included = tuple(draw(st.lists(spans, max_size=2, unique=True)))
            excluded = tuple(draw(st.lists(spans, max_size=1))) if draw(st.booleans()) else ()
        if included or excluded or unknown is not None:
            drawn.append(Wanted(key, included, excluded, unknown))
    return drawn


def _with_default(filters: list[Wanted]) -> list[Wanted]:
    if any(each.key == "status" for each in filters):
        return filters
    return [*filters, Wanted("status", ("active", "paused"))]


@settings(max_examples=60)
@given(data=st.data())
def test_totals_and_facets(stocked: tuple[Catalogue, list[Row]], data: st.DataObject) -> None:
    catalogue, rows = stocked
    filters = data.draw(_filters(rows))
    facets = data.draw(
        st.lists(st.sampled_from([*_TERMS, "epc", "cookieDays", "commissionMax"]), max_size=5, unique=True)
    )
    parameters: dict[str, Any] = {each.key: _parameter(each) for each in filters}
    answer = catalogue.get(**parameters, facets=",".join(facets), facetLimit="1000", perPage="1")
    effective = _with_default(filters)
    assert answer["total"] == len(oracle.matching(rows, effective))
    for key in facets:
        under = oracle.matching(rows, effective, but=key)
        facet = answer["facets"][key]
        unknown = sum(1 for row in under if oracle._is_unknown(row, key)) if FACETS[key].optional else 0
        assert facet["unknown"] == unknown
        if key in _TERMS:
            assert facet["exhaustive"]
            assert {each["value"]: each["count"] for each in facet["values"] if each["count"]} == oracle.counts(
                under, key
            )
            chosen = next((each.included for each in effective if each.key == key), ())
            assert {each["value"] for each in facet["values"] if each["selected"]} == set(chosen)
        else:
            values = [row[key] for row in under if row[key] is not None]
            assert (facet["min"], facet["max"]) == ((min(values), max(values)) if values else (None, None))
            for bucket in facet["histogram"]:
                low, high = bucket["from"], bucket["to"]
                inside = [v for v in values if (low is None or low <= v) and (high is None or v < high)]
                assert bucket["count"] == len(inside)


@settings(max_examples=30)
@given(data=st.data())
def test_orders_and_pages(stocked: tuple[Catalogue, list[Row]], data: st.DataObject) -> None:
    """Every order is right, and pages or cursors put together are the whole of it, nothing twice."""
    catalogue, rows = stocked
    filters = data.draw(_filters(rows))
    key, descending = data.draw(st.sampled_from(_SORTS)), data.draw(st.booleans())
    parameters: dict[str, Any] = {each.key: _parameter(each) for each in filters}
    parameters |= {"sort": ("-" if descending else "") + key, "perPage": "100", "fields": "id"}
    expected = oracle.ordered(oracle.matching(rows, _with_default(filters)), key, descending=descending)
    assert _by_pages(catalogue, parameters) == expected
    assert _by_cursor(catalogue, parameters) == expected


def _by_pages(catalogue: Catalogue, parameters: dict[str, Any]) -> list[int]:
    ids: list[int] = []
    for page in range(1, 20):
        more = [each["id"] for each in catalogue.get(**parameters, page=str(page))["programs"]]
        ids += more
        if len(more) < 100:
            break
    return ids


def _by_cursor(catalogue: Catalogue, parameters: dict[str, Any]) -> list[int]:
    ids: list[int] = []
    cursor: dict[str, Any] = {}
    while True:
        answer = catalogue.get(**parameters, **cursor)
        ids += [each["id"] for each in answer["programs"]]
        if answer["nextCursor"] is None:
            return ids
        cursor = {"cursor": answer["nextCursor"]}


def test_all_facets_at_once(stocked: tuple[Catalogue, list[Row]]) -> None:
    catalogue, rows = stocked
    facets = catalogue.get(facets="*", facetLimit="1000")["facets"]
    assert "merchantDomain" not in facets
    shown = oracle.matching(rows, _with_default([]))
    for key in _TERMS:
        under = oracle.matching(rows, []) if key == "status" else shown
        assert {each["value"]: each["count"] for each in facets[key]["values"] if each["count"]} == oracle.counts(
            under, key
        )


def test_a_search_hit_and_the_program_itself_are_equal(stocked: tuple[Catalogue, list[Row]]) -> None:
    catalogue, _ = stocked
    for hit in catalogue.get(perPage="5", sort="newest")["programs"]:
        assert catalogue.get(f"/api/programs/{hit['id']}") == hit
        assert msgspec.json.encode(hit)
