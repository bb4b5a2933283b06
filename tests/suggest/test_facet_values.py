"""Search among the values of a facet.

1. Values are counted under all filters but the facet's own, and under `q`, exactly as a search's facets are
   (`test_facet_values_oracle.py` holds that against brute force).
2. A value is found by the beginning of its words, by its code or its name, accents and case aside.
3. If nothing begins as typed, typing errors are forgiven: one from 4 letters, two from 8, none in a number.
4. Nearer values come first, then the more frequent ones; nothing typed gives the most frequent.
5. Each value carries its escaped filter, and is marked and escaped for a page.
6. Merchants, who are too many to go through, are found by the same rules.
7. Between two builds of the suggestions a merchant that is gone, or is not under the filters, is never listed; a new
   one is not found yet, unless it is selected, and then it is counted as it is.
8. What cannot be asked is a 400 or a 404 that says so; any text is answered.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.words import Catalogue, program


def values(catalogue: Catalogue, field: str, facet_query: str = "", **parameters: Any) -> list[Any]:
    answer = catalogue.get(f"/api/facets/{field}", facetQuery=facet_query, **parameters)
    return [each["value"] for each in answer["values"]]


@pytest.fixture(scope="module")
def shop(shared_catalogue: Catalogue) -> Catalogue:
    shared_catalogue.store(
        program("A", network="cj", category="Food, Drink", language=("de",), geo_targeting=("DE", "AT")),
        program("B", network="awin", category="Health & Wellness", language=("de", "en"), geo_targeting=("DE",)),
        program("C", network="awin", category="Health", language=("en",), geo_targeting=("GB",), recurring=True),
        program("D", network="rakuten", category="<b>Café</b>", merchant_domain="nordvik-outdoor.de"),
        program("E", network="rakuten", category="Health", merchant_domain="nordvik.com", vertical="pets"),
        program("F", network="cj", category="Top 2001", merchant_domain="smith.co.uk", status="paused"),
        program("G", network="cj", category="Old", merchant_domain="nordvik-closed.com", status="closed"),
        program("H", network="cj", category="unknown", merchant_domain="nordvik.com"),
    )
    shared_catalogue.build_suggestions()
    return shared_catalogue


@pytest.mark.parametrize(
    ("field", "facet_query", "found"),
    [
        ("geoTargeting", "germ", ["DE"]),
        ("geoTargeting", "DE", ["DE"]),
        ("geoTargeting", "united k", ["GB"]),
        ("geoTargeting", "Germny", ["DE"]),
        ("geoTargeting", "xx", []),
        ("geoTargeting", "uk", ["GB"]),
        ("geoTargeting", "England", ["GB"]),
        ("geoTargeting", "deuts", ["DE"]),
        ("geoTargeting", "DEU", ["DE"]),
        ("geoTargeting", "Niemcy", ["DE"]),
        ("language", "deutsch", ["de"]),
        ("vertical", "animals", ["pets"]),
        ("language", "german", ["de"]),
        ("language", "ENGL", ["en"]),
        ("network", "rakuten adv", ["rakuten"]),
        ("vertical", "anim", []),
        ("category", "health", ["Health", "Health & Wellness"]),
        ("category", "welness", ["Health & Wellness"]),
        ("category", "hae", []),
        ("category", "haelth", ["Health", "Health & Wellness"]),
        ("category", "drink fo", ["Food, Drink"]),
        ("category", "fooddr", ["Food, Drink"]),
        ("category", "cafe", ["<b>Café</b>"]),
        ("category", "2001", ["Top 2001"]),
        ("category", "2002", []),
        ("recurring", "tr", [True]),
        ("merchantDomain", "nordvik", ["nordvik.com", "nordvik-outdoor.de"]),
        ("merchantDomain", "outdor", ["nordvik-outdoor.de"]),
        ("merchantDomain", "nothing", []),
        ("merchantDomain", "", ["nordvik.com", "nordvik-outdoor.de", "smith.co.uk"]),
    ],
)
def test_finds(shop: Catalogue, field: str, facet_query: str, found: list[Any]) -> None:  # 2, 3, 4, 6
    assert values(shop, field, facet_query) == found


def test_counts_under_the_filters_but_its_own(shop: Catalogue) -> None:  # 1, 6
    answer = shop.get("/api/facets/category", facetQuery="health", network="awin", category="Health")
    assert [(each["value"], each["count"], each["selected"]) for each in answer["values"]] == [
        ("Health", 1, True),
        ("Health & Wellness", 1, False),
    ]
    assert answer["exhaustive"] is True
    (nordvik,) = shop.get("/api/facets/merchantDomain", facetQuery="nordvik", network="cj")["values"]
    assert (nordvik["value"], nordvik["count"]) == ("nordvik.com", 1)
    assert values(shop, "merchantDomain", "nordvik", status="closed") == ["nordvik-closed.com"]
    assert values(shop, "merchantDomain", "nordvik", q="E") == ["nordvik.com"]


def test_selected_values_come_back_at_zero(shop: Catalogue) -> None:  # 1
    answer = shop.get("/api/facets/category", facetQuery="heal", category="Health", network="cj")
    assert [(each["value"], each["count"], each["selected"]) for each in answer["values"]] == [("Health", 0, True)]


def test_values_are_ready_to_paste_and_to_show(shop: Catalogue) -> None:  # 5
    (food,) = shop.get("/api/facets/category", facetQuery="food")["values"]
    assert (food["filter"], food["highlighted"]) == (r"Food\, Drink", "<mark>Food</mark>, Drink")
    (cafe,) = shop.get("/api/facets/category", facetQuery="cafe")["values"]
    assert cafe["highlighted"] == "&lt;b&gt;<mark>Café</mark>&lt;/b&gt;"
    (unknown,) = shop.get("/api/facets/category", facetQuery="unk")["values"]
    assert unknown["filter"] == r"\unknown"
    (germany,) = shop.get("/api/facets/geoTargeting", facetQuery="germ")["values"]
    assert (germany["value"], germany["label"]) == ("DE", "Germany")
    assert germany["highlighted"] == "<mark>Germ</mark>any"
    for each in shop.get("/api/facets/category")["values"]:
        assert shop.get(category=each["filter"])["total"] == each["count"]


def test_errors_are_forgiven_where_nothing_begins_so_under_the_filters(catalogue: Catalogue) -> None:  # 3, 6
    catalogue.store(
        program("A", network="cj", merchant_domain="cream.com", category="Cream"),
        program("B", network="awin", merchant_domain="dream.com", category="Dream"),
    )
    catalogue.build_suggestions()
    for field, cream, dream in (("category", "Cream", "Dream"), ("merchantDomain", "cream.com", "dream.com")):
        assert values(catalogue, field, "cream") == [cream]
        assert values(catalogue, field, "cream", network="awin") == [dream]


def test_merchants_between_two_builds(catalogue: Catalogue) -> None:  # 7
    catalogue.store(
        program("A", network="cj", merchant_domain="tea-gone.com"),
        program("B", network="cj", merchant_domain="tea-moved.com"),
        program("C", network="cj", merchant_domain="tea-stays.com"),
    )
    catalogue.build_suggestions()
    catalogue.rows("delete from programs where name = 'A'")
    catalogue.rows("update programs set status = 'closed' where name = 'B'")
    catalogue.store(program("D", network="awin", merchant_domain="tea-new.com"))
    assert values(catalogue, "merchantDomain", "tea") == ["tea-stays.com"]
    assert values(catalogue, "merchantDomain", "tea", status="closed") == ["tea-moved.com"]
    selected = ["tea-new.com", "!tea-gone.com"]
    answer = catalogue.get("/api/facets/merchantDomain", facetQuery="tea", merchantDomain=selected)
    assert [(each["value"], each["count"], each["selected"]) for each in answer["values"]] == [
        ("tea-new.com", 1, True),
        ("tea-stays.com", 1, False),
        ("tea-gone.com", 0, False),
    ]
    catalogue.build_suggestions()
    assert values(catalogue, "merchantDomain", "tea") == ["tea-new.com", "tea-stays.com"]


def test_limit(shop: Catalogue) -> None:  # 4
    assert values(shop, "category", limit="1") == ["Health"]
    assert values(shop, "category", "health", limit="1") == ["Health"]


@pytest.mark.parametrize(
    ("path", "parameters", "status", "said"),
    [
        ("nework", {}, 404, "did you mean 'network'?"),
        ("epc", {}, 404, "counts ranges"),
        ("name", {}, 404, "is not a facet"),
        ("network", {"limit": "101"}, 400, "from 1 to 100"),
        ("network", {"limit": ["1", "2"]}, 400, "once is enough"),
        ("network", {"sort": "epc"}, 400, "not a parameter of this route"),
        ("network", {"nework": "cj"}, 400, "did you mean 'network'?"),
        ("network", {"facetQuery": "x" * 513}, 400, "at most 512"),
        ("network", {"epc": "5..1"}, 400, "above the upper end"),
    ],
)
def test_refuses(shop: Catalogue, path: str, parameters: dict[str, Any], status: int, said: str) -> None:  # 8
    assert said in shop.get(f"/api/facets/{path}", expect=status, **parameters)["detail"]


@pytest.mark.parametrize("field", ["category", "merchantDomain"])
@pytest.mark.parametrize(
    "facet_query", ["*", ".*", '"', "\\", "\0", "[", "@&~<>", "x" * 512, "\u202ea", "日本", "a " * 200]
)
def test_odd_input_is_answered(shop: Catalogue, field: str, facet_query: str) -> None:  # 8
    shop.get(f"/api/facets/{field}", facetQuery=facet_query)
