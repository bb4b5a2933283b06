"""Topics as a filter, a facet and codes.

1. A topic filters by its slug, or by a word in any of the nine languages that names one topic alone.
2. A word of several topics, and one of none, is a 400 that proposes.
3. Topics are counted; what has none is unknown.
4. `/api/fields` has the labels of topics in the nine languages, and their verticals.
"""

from __future__ import annotations

import pytest

from mappings.topics import LANGUAGES, TOPICS
from tests.words import Catalogue, program


@pytest.fixture(scope="module")
def shop(shared_catalogue: Catalogue) -> Catalogue:
    shared_catalogue.store(
        program("A", topics=("running-shoes", "sandals")),
        program("B", topics=("running-shoes",)),
        program("C", topics=("dog-food",)),
        program("D"),
    )
    return shared_catalogue


@pytest.mark.parametrize(
    ("topics", "names"),
    [
        ("running-shoes", "AB"),
        ("Running-Shoes", "AB"),
        ("sandals,dog-food", "AC"),
        ("!running-shoes", "CD"),
        ("unknown", "D"),
        ("Laufschuhe", "AB"),
        ("chaussures de course", "AB"),
        ("Hundefutter", "C"),
        ("buty do biegania", "AB"),
    ],
)
def test_filters(shop: Catalogue, topics: str, names: str) -> None:  # 1
    shop.finds("", list(names), topics=topics)


@pytest.mark.parametrize(
    ("value", "proposed"), [("ringen", ["rings", "wrestling"]), ("runing-shoes", ["running-shoes"])]
)
def test_proposes(shop: Catalogue, value: str, proposed: list[str]) -> None:  # 2
    (error,) = shop.get(topics=value, expect=400)["errors"]
    assert error["parameter"] == "topics"
    assert all(slug in error["message"] for slug in proposed)
    assert error["didYouMean"] in proposed


def test_counts(shop: Catalogue) -> None:  # 3
    facet = shop.get(facets="topics")["facets"]["topics"]
    assert {each["value"]: each["count"] for each in facet["values"]} == {
        "running-shoes": 2,
        "sandals": 1,
        "dog-food": 1,
    }
    assert facet["unknown"] == 1


def test_labels(shop: Catalogue) -> None:  # 4
    codes = {each["value"]: each for each in shop.get("/api/fields")["codes"]["topic"]}
    assert set(codes) == set(TOPICS)
    shoes = codes["running-shoes"]
    assert (shoes["label"], shoes["vertical"]) == ("running shoes", "fashion")
    assert set(shoes["labels"]) == set(LANGUAGES)
    assert shoes["labels"]["de"] == "Laufschuhe"
