"""Every hit, total and count of this protocol equals a brute-force search over the same rows, on one shard and three.

1. `filters`, `facetFilters` and `numericFilters` mean what they say, in any nesting and mixture.
2. Several queries of one request do not disturb each other, however they are folded.
3. A page with refinements, as InstantSearch asks for it, counts each facet under the other facets' refinements.
4. Values selected anywhere in a request are counted exactly, however rare they are, on both levels of a path too; and
   at 0 where nothing found has them, so that a list of which all must hold lets them be taken back. So are whole
   numbers.
5. Asking for the statuses that are the default is still asking: the facet then counts what was asked for.
"""

from __future__ import annotations

import itertools
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import oracle
from tests.algolia import brute_force
from tests.algolia.asking import ask, one, url_encoded
from tests.algolia.brute_force import Expression
from tests.oracle import Row
from tests.words import Catalogue

_VALUES = (
    "network",
    "category",
    "vertical",
    "status",
    "geoTargeting",
    "language",
    "commissionType",
    "recurring",
    "primaryRegion",
    "hasProductFeed",
    "categoryPath.lvl0",
    "categoryPath.lvl1",
)
_NUMBERS = ("epc", "cookieDays", "commissionMax", "popularity", "conversionRate")
_FACETS = (*_VALUES, *_NUMBERS)


@pytest.fixture(scope="module", params=[1, 3], ids=["1 shard", "3 shards"])
def stocked(request: pytest.FixtureRequest, shared_catalogue: Catalogue) -> tuple[Catalogue, list[Row]]:
    return shared_catalogue, oracle.stock(shared_catalogue, request.param)


# -- as it is written ------------------------------------------------------------------------------------------------


def _written(expression: Expression) -> str:
    """In the grammar of `filters`."""
    match expression:
        case ("is", attribute, value):
            quoted = brute_force.text(value).replace("\\", "\\\\").replace('"', '\\"')
            return f'{attribute}:"{quoted}"'
        case ("to", attribute, low, high):
            return f"{attribute}:{low!r} TO {high!r}"
        case ("not", inner):
            return f"NOT ({_written(inner)})" if inner[0] in ("and", "or") else f"NOT {_written(inner)}"
        case ("and" | "or" as word, members):
            return "(" + f" {word.upper()} ".join(_written(each) for each in members) + ")"
        case (sign, attribute, number):
            return f"{attribute}{sign}{number!r}"
    raise AssertionError(expression)


def _facet_filter(attribute: str, value: Any, excluded: bool = False) -> str:
    text = brute_force.text(value)
    escaped = "\\" + text if text.startswith("-") else text
    return f"{attribute}:{'-' if excluded else ''}{text if excluded else escaped}"


# -- what is drawn ---------------------------------------------------------------------------------------------------


def _known(rows: list[Row], attribute: str) -> list[Any]:
    return sorted({value for row in rows for value in brute_force.values(row, attribute)}, key=str) or ["none"]


def _equalities(rows: list[Row]) -> st.SearchStrategy[Expression]:
    values = {attribute: _known(rows, attribute) for attribute in _VALUES}
    return st.sampled_from(_VALUES).flatmap(
        lambda attribute: st.tuples(st.just("is"), st.just(attribute), st.sampled_from(values[attribute]))
    )


def _comparisons(rows: list[Row]) -> st.SearchStrategy[Expression]:
    values = {attribute: _known(rows, attribute) for attribute in _NUMBERS}
    compared = st.sampled_from(_NUMBERS).flatmap(
        lambda attribute: st.tuples(
            st.sampled_from(("<", "<=", ">", ">=", "=", "!=")), st.just(attribute), st.sampled_from(values[attribute])
        )
    )
    ranged = st.sampled_from(_NUMBERS).flatmap(
        lambda attribute: st.lists(st.sampled_from(values[attribute]), min_size=2, max_size=2).map(
            lambda two: ("to", attribute, min(two), max(two))
        )
    )
    return compared | ranged


def _expressions(rows: list[Row]) -> st.SearchStrategy[Expression]:
    return st.recursive(
        _equalities(rows) | _comparisons(rows),
        lambda inner: (
            inner.map(lambda each: ("not", each))
            | st.lists(inner, min_size=2, max_size=3).map(lambda each: ("and", each))
            | st.lists(inner, min_size=2, max_size=3).map(lambda each: ("or", each))
        ),
        max_leaves=6,
    )


@st.composite
def _query(draw: st.DrawFn, rows: list[Row]) -> tuple[dict[str, Any], list[Expression]]:
    """A query with its conditions, spread over every way to give them."""
    query: dict[str, Any] = {"hitsPerPage": draw(st.sampled_from((0, 0, 3)))}
    query["facets"] = draw(st.lists(st.sampled_from(_FACETS), max_size=4, unique=True))
    query["maxValuesPerFacet"] = 1000
    expressions: list[Expression] = []
    if draw(st.booleans()):
        expressions.append(draw(_expressions(rows)))
        query["filters"] = _written(expressions[0])
    groups: list[Any] = []
    for _ in range(draw(st.integers(0, 2))):
        group = draw(st.lists(_equalities(rows), min_size=1, max_size=3))
        signed = [("not", each) if draw(st.integers(0, 3)) == 0 else each for each in group]
        expressions.append(("or", signed))
        written = [
            _facet_filter(each[1][1], each[1][2], excluded=True) if each[0] == "not" else _facet_filter(*each[1:])
            for each in signed
        ]
        groups.append(written if len(written) > 1 or draw(st.booleans()) else written[0])
    if groups:
        query["facetFilters"] = groups
    numbers: list[Any] = []
    for _ in range(draw(st.integers(0, 2))):
        group = draw(st.lists(_comparisons(rows), min_size=1, max_size=2))
        expressions.append(("or", group))
        numbers.append([_written(each) for each in group])
    if numbers:
        query["numericFilters"] = numbers
    return query, expressions


def _agrees(result: dict[str, Any], query: dict[str, Any], rows: list[Row], expressions: list[Expression]) -> None:
    shown = brute_force.under(rows, expressions)
    assert result["nbHits"] == len(shown)
    assert result["exhaustiveNbHits"]
    ids = {str(row["id"]) for row in shown}
    assert {hit["objectID"] for hit in result["hits"]} <= ids
    assert len(result["hits"]) == min(query["hitsPerPage"], len(shown))
    for facet in query["facets"]:
        under = brute_force.under(rows, expressions, facet)
        nonzero = {value: count for value, count in result["facets"][facet].items() if count}
        if facet in _VALUES or facet in ("cookieDays", "popularity"):
            assert nonzero == brute_force.counts(under, facet), facet
        values = [value for row in under for value in brute_force.values(row, facet)]
        if facet in _NUMBERS and values:
            stats = result["facets_stats"][facet]
            assert (stats["min"], stats["max"]) == (min(values), max(values))
            assert stats["sum"] == pytest.approx(sum(values))
            assert stats["avg"] == pytest.approx(sum(values) / len(values))
        elif facet in _NUMBERS:
            assert facet not in result.get("facets_stats", {})
    assert result["exhaustiveFacetsCount"]


# -- the promises ----------------------------------------------------------------------------------------------------


@settings(max_examples=40)
@given(data=st.data())
def test_queries_of_one_request(stocked: tuple[Catalogue, list[Row]], data: st.DataObject) -> None:  # 1, 2
    catalogue, rows = stocked
    drawn = data.draw(st.lists(_query(rows), min_size=1, max_size=5))
    queries: list[dict[str, Any]] = [
        {"params": url_encoded(query)} if data.draw(st.booleans()) else query for query, _ in drawn
    ]
    for result, (query, expressions) in zip(ask(catalogue, *queries), drawn, strict=True):
        _agrees(result, query, rows, expressions)


@settings(max_examples=15)
@given(data=st.data())
def test_queries_with_words(stocked: tuple[Catalogue, list[Row]], data: st.DataObject) -> None:  # 1
    """Which programs hold the words is the native search's answer; all the rest follows from it."""
    catalogue, rows = stocked
    words = data.draw(st.sampled_from(("", "shop", "online shop", "travel", "zzzz")))
    holding = rows
    if words:
        every = "active,paused,closed"
        pages = (
            catalogue.get(q=words, prefix="last", status=every, fields="id", perPage="100", page=str(page))["programs"]
            for page in range(1, 9)
        )
        found = {each["id"] for each in itertools.chain.from_iterable(itertools.takewhile(bool, pages))}
        holding = [row for row in rows if row["id"] in found]
    drawn = data.draw(st.lists(_query(rows), min_size=1, max_size=3))
    queries = [{**query, "query": words} for query, _ in drawn]
    other = {"query": "something else", "hitsPerPage": 1}
    results = ask(catalogue, *queries, other)
    for result, (query, expressions) in zip(results[:-1], drawn, strict=True):
        _agrees(result, query, holding, expressions)


@settings(max_examples=15)
@given(data=st.data())
def test_a_refined_page(stocked: tuple[Catalogue, list[Row]], data: st.DataObject) -> None:  # 3
    catalogue, rows = stocked
    refined: dict[str, list[Any]] = {}
    for facet in data.draw(st.lists(st.sampled_from(_VALUES[:-2]), max_size=3, unique=True)):
        values = sorted({value for row in rows for value in brute_force.values(row, facet)}, key=str)
        refined[facet] = data.draw(st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True))
    low = data.draw(st.sampled_from((None, 0.1, 0.5)))

    def filters(but: str | None = None) -> tuple[dict[str, Any], list[Expression]]:
        kept = {facet: values for facet, values in refined.items() if facet != but}
        expressions: list[Expression] = [
            ("or", [("is", facet, value) for value in values]) for facet, values in kept.items()
        ]
        query: dict[str, Any] = {
            "facetFilters": [[_facet_filter(facet, value) for value in values] for facet, values in kept.items()]
        }
        if low is not None and but != "epc":
            query["numericFilters"] = [f"epc>={low}"]
            expressions.append((">=", "epc", low))
        return query, expressions

    facets = [*refined, "epc", "categoryPath.lvl0", "categoryPath.lvl1"]
    asked = [({**filters()[0], "facets": facets, "hitsPerPage": 8}, filters()[1])]
    for facet in (*refined, "epc"):
        query, expressions = filters(but=facet)
        asked.append(({**query, "facets": [facet], "hitsPerPage": 0}, expressions))
    for result, (query, expressions) in zip(ask(catalogue, *(query for query, _ in asked)), asked, strict=True):
        _agrees(result, {"maxValuesPerFacet": 1000, **query}, rows, expressions)


def test_selected_values_are_counted_however_rare(stocked: tuple[Catalogue, list[Row]]) -> None:  # 4
    catalogue, rows = stocked
    by_count = sorted(brute_force.counts(brute_force.under(rows, []), "category").items(), key=lambda pair: pair[1])
    rarest, count = by_count[0]
    _, counted = ask(
        catalogue,
        {"facetFilters": [[f"category:{rarest}"]], "hitsPerPage": 3},
        {"facets": "category", "maxValuesPerFacet": 2, "hitsPerPage": 0},
    )
    assert counted["facets"]["category"] == {**dict(sorted(by_count, key=lambda p: (-p[1], p[0]))[:2]), rarest: count}
    assert msgspec.json.encode(counted)


@pytest.mark.parametrize("level", [0, 1])
def test_selected_levels_are_counted_however_rare(stocked: tuple[Catalogue, list[Row]], level: int) -> None:  # 4
    catalogue, rows = stocked
    attribute = f"categoryPath.lvl{level}"
    by_count = sorted(brute_force.counts(brute_force.under(rows, []), attribute).items(), key=lambda p: (-p[1], p[0]))
    rarest, count = by_count[-1]
    _, counted = ask(
        catalogue,
        {"facetFilters": [[f"{attribute}:{rarest}"]], "hitsPerPage": 3},
        {"facets": [attribute], "maxValuesPerFacet": 2, "hitsPerPage": 0},
    )
    assert counted["facets"][attribute] == {**dict(by_count[:2]), rarest: count}


def test_selected_values_that_nothing_has_are_counted_at_0(stocked: tuple[Catalogue, list[Row]]) -> None:  # 4
    catalogue, rows = stocked
    vertical = next(iter(brute_force.counts(rows, "categoryPath.lvl0")))
    selected = {"network": "awin", "recurring": "true", "geoTargeting": "US", "categoryPath.lvl0": vertical}
    result = one(
        catalogue,
        query="zzzzqqqq",
        facets=[*selected, "language", "epc"],
        facetFilters=[*(f"{attribute}:{value}" for attribute, value in selected.items()), "language:-en"],
    )
    assert result["nbHits"] == 0
    counted = {attribute: {value: 0} for attribute, value in selected.items()}
    assert result["facets"] == {**counted, "language": {}, "epc": {}}


def test_selected_whole_numbers_are_counted_however_rare(stocked: tuple[Catalogue, list[Row]]) -> None:  # 4
    catalogue, rows = stocked
    by_count = sorted(
        brute_force.counts(brute_force.under(rows, []), "cookieDays").items(), key=lambda pair: (-pair[1], int(pair[0]))
    )
    rarest, count = by_count[-1]
    _, counted, nowhere = ask(
        catalogue,
        {"facetFilters": [[f"cookieDays:{rarest}", "cookieDays:12345", "cookieDays:-7"]], "hitsPerPage": 3},
        {"facets": "cookieDays", "maxValuesPerFacet": 1, "hitsPerPage": 0},
        {"facets": "cookieDays", "maxValuesPerFacet": 1, "hitsPerPage": 0, "query": "zzzzqqqq"},
    )
    assert counted["facets"]["cookieDays"] == {**dict(by_count[:1]), rarest: count, "12345": 0}
    assert nowhere["facets"]["cookieDays"] == {rarest: 0, "12345": 0}


def test_asking_for_the_default_statuses(stocked: tuple[Catalogue, list[Row]]) -> None:  # 5
    catalogue, rows = stocked
    asked, default = ask(
        catalogue,
        {"facets": "status", "facetFilters": [["status:active", "status:paused"]]},
        {"facets": "status", "hitsPerPage": 0},
    )
    assert asked["facets"]["status"].keys() == {"active", "paused"}
    assert default["facets"]["status"] == brute_force.counts(rows, "status")
    assert asked["nbHits"] == default["nbHits"] == len(brute_force.under(rows, []))
