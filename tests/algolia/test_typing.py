"""What is found while somebody types.

1. The last word may be unfinished (Algolia's `prefixLast`): what has it whole comes first.
2. The marks are on what it begins.
3. Where nothing begins so, typing errors are forgiven.
4. Which of these it is follows from the words alone: filters never change it, and all queries of a request agree.
5. Values of a facet are found by their code or their name, typing errors forgiven.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.algolia.asking import ask, names, one
from tests.words import Catalogue, program


@pytest.fixture(scope="module")
def catalogue(shared_catalogue: Catalogue) -> Catalogue:
    teas = [program(f"Tea {number}", network="awin", geo_targeting=("US",)) for number in ("one", "two", "three")]
    shared_catalogue.store(
        *teas,
        program("Teapots", network="cj", geo_targeting=("DE",), category="Kitchen"),
        program("Travel Agency", network="cj", geo_targeting=("FR",), category="Travel"),
        program("Travellers Rest", network="awin", geo_targeting=("DE",), category="Hotels"),
    )
    return shared_catalogue


def test_whole_words_come_first(catalogue: Catalogue) -> None:  # 1
    found = names(one(catalogue, query="tea"))
    assert sorted(found[:3]) == ["Tea one", "Tea three", "Tea two"]
    assert found[3:] == ["Teapots"]


@pytest.mark.parametrize("query", ["t", "tr", "trav", "TRAVEL", "travel"])
def test_the_last_word_may_be_unfinished(catalogue: Catalogue, query: str) -> None:  # 1
    assert {"Travel Agency", "Travellers Rest"} <= set(names(one(catalogue, query=query)))


def test_words_before_it_narrow(catalogue: Catalogue) -> None:  # 1
    assert names(one(catalogue, query="travel ag")) == ["Travel Agency"]


def test_what_is_begun_is_marked(catalogue: Catalogue) -> None:  # 2
    hits = {hit["name"]: hit["_highlightResult"]["name"] for hit in one(catalogue, query="trav")["hits"]}
    assert hits["Travel Agency"]["value"] == "<em>Travel</em> Agency"
    assert hits["Travel Agency"]["matchLevel"] == "full"


def test_typing_errors_are_forgiven(catalogue: Catalogue) -> None:  # 3
    (hit,) = one(catalogue, query="travle agncy")["hits"]
    assert hit["_highlightResult"]["name"]["value"] == "<em>Travel</em> <em>Agency</em>"


def test_filters_never_change_the_reading(catalogue: Catalogue) -> None:  # 4
    tea: dict[str, Any] = {"query": "tea"}
    everywhere, narrowed, nowhere = ask(
        catalogue,
        {**tea, "facets": ["network"]},
        {**tea, "facetFilters": ["network:cj"], "hitsPerPage": 0},
        {**tea, "facetFilters": ["network:rakuten"], "hitsPerPage": 0},
    )
    assert (everywhere["nbHits"], narrowed["nbHits"], nowhere["nbHits"]) == (4, 1, 0)
    assert one(catalogue, query="tea", facetFilters=["network:cj"])["nbHits"] == 1
    trav = ask(catalogue, {"query": "trav"}, {"query": "trav", "facetFilters": ["network:cj"], "hitsPerPage": 0})
    assert [result["nbHits"] for result in trav] == [2, 1]


@pytest.mark.parametrize(
    ("facet", "typed", "finds"),
    [
        ("geoTargeting", "germ", [("DE", 2)]),
        ("geoTargeting", "de", [("DE", 2)]),
        ("geoTargeting", "germny", [("DE", 2)]),
        ("category", "kitc", [("Kitchen", 1)]),
        ("category", "hotles", [("Hotels", 1)]),
        ("category", "nothing", []),
        ("network", "", [("awin", 4), ("cj", 2)]),
    ],
)
def test_values_of_a_facet(catalogue: Catalogue, facet: str, typed: str, finds: list[tuple[str, int]]) -> None:  # 5
    hits = one(catalogue, type="facet", facet=facet, facetQuery=typed)["facetHits"]
    assert [(hit["value"], hit["count"]) for hit in hits] == finds
