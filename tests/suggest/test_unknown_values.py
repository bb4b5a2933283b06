"""Values of free-text filters that no program has.

1. A value of category, categories, categoryPath, merchantDomain or dataSource that no program has is warned of, with
   the nearest that one has; the search itself is as asked.
2. A value that exists is not, whatever else is filtered and whatever the status of the programs that have it.
3. Without suggestions the warning stands, only a merchant's nearest is missing.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.words import Catalogue, program


@pytest.fixture(scope="module")
def shop(shared_catalogue: Catalogue) -> Catalogue:
    shared_catalogue.store(
        program("A", category="Home & Garden", vertical="home", merchant_domain="nordvik.com", network="cj"),
        program("B", category="Health", categories=("Health", "Health & Beauty"), vertical="health"),
        program("C", category="Food, Drink", vertical="food", data_source="generator:cj"),
        program("D", category="Retired", merchant_domain="closed-shop.com", status="closed"),
    )
    shared_catalogue.build_suggestions()
    return shared_catalogue


def warned(catalogue: Catalogue, **parameters: Any) -> list[tuple[str, str, str | None]]:
    warnings = catalogue.get(**parameters)["warnings"]
    return [(each["parameter"], each["value"], each.get("didYouMean")) for each in warnings]


@pytest.mark.parametrize(
    ("parameter", "value", "nearest"),
    [
        ("category", "home & garden", "Home & Garden"),
        ("category", "Home and Garden", "Home & Garden"),
        ("category", "Helth", "Health"),
        ("category", "food", "Food, Drink"),
        ("category", "zzz", None),
        ("category", "*", None),
        ("categories", "Health & Beuaty", "Health & Beauty"),
        ("categoryPath", "home & garden > home & garden", "Home & Garden > Home & Garden"),
        ("merchantDomain", "nordvik.de", "nordvik.com"),
        ("merchantDomain", "nrodvik.com", "nordvik.com"),
        ("merchantDomain", "qqq.zz", None),
        ("dataSource", "generator:cjj", "generator:cj"),
        ("externalId", "no such id", None),
    ],
)
def test_warns_of_a_value_that_no_program_has(
    shop: Catalogue, parameter: str, value: str, nearest: str | None
) -> None:  # 1
    asked: dict[str, Any] = {parameter: value}
    assert shop.get(**asked)["total"] == 0
    assert warned(shop, **asked) == [(parameter, value, nearest)]


def test_the_message_can_be_pasted(shop: Catalogue) -> None:  # 1
    (warning,) = shop.get(category=r"food\, drinks")["warnings"]
    assert (warning["value"], warning["didYouMean"]) == ("food, drinks", "Food, Drink")
    assert r"category=Food\, Drink" in warning["message"]


def test_warns_beside_values_that_exist(shop: Catalogue) -> None:  # 1
    answer = shop.get(category="Health,Helth")
    assert answer["total"] == 1
    assert warned(shop, category="Health,Helth") == [("category", "Helth", "Health")]
    assert warned(shop, category="!Helth") == [("category", "Helth", "Health")]


@pytest.mark.parametrize(
    "parameters",
    [
        {"category": "Health"},
        {"category": "Health,unknown"},
        {"category": "!Health"},
        {"category": "Retired"},
        {"category": "Health", "network": "cj"},
        {"merchantDomain": "closed-shop.com"},
        {"categoryPath": "Home & Garden"},
        {"category": "unknown"},
    ],
)
def test_does_not_warn_of_values_that_exist(shop: Catalogue, parameters: dict[str, str]) -> None:  # 2
    assert warned(shop, **parameters) == []


def test_many_values_are_answered(shop: Catalogue) -> None:  # 1
    shop.get(category=",".join(f"value {number}" for number in range(900)))


def test_warns_without_suggestions(catalogue: Catalogue) -> None:  # 3
    catalogue.store(program("A", merchant_domain="nordvik.com"))
    assert warned(catalogue, merchantDomain="nordvik.de") == [("merchantDomain", "nordvik.de", None)]
