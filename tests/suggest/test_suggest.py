"""Suggestions.

1. One answer holds programs, merchants, categories, queries and networks, in one shape, ready to search with; as many,
   and of the groups, that are asked for.
2. What begins as typed comes first: the whole text, then words of it in any order; popularity orders equals.
3. Accents, case and what stands between letters do not matter.
4. One typing error is forgiven from 4 letters, two from 8, never in a number; transpositions are one error.
5. Nothing is suggested twice: a name of many programs is one suggestion, a vertical and its namesake one category.
6. Closed and deleted programs are not suggested.
7. The text is marked where it was typed, and escaped everywhere.
8. Whatever is typed gets a right answer or a 400 that says what is wrong.
9. Suggestions work while Postgres is away; before they are first built the answer is a 503 that says so.
10. A network that has programs is suggested by any of its names, mistyped ones too, once.
11. What topics are called is a query, in each language that programs about them are written in.
"""

from __future__ import annotations

import html
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from litestar.testing import TestClient

from app.api.application import create_app
from app.api.index import Operator
from app.engines import open_search_async
from app.search.suggest import GROUPS, MOST_SUGGESTIONS
from tests.words import Catalogue, program

_WATER = "Micellar water for every skin, and clay masks too."

# An import draws it over a whole network, so a test sets it itself.
_POPULAR = {"Nordvik Outdoor": 60, "Nordvik": 10, "Outdoor Nordvik Store": 95, "Nordlicht": 99, "same name": 50}


@pytest.fixture(scope="module")
def shop(shared_catalogue: Catalogue) -> Catalogue:
    catalogue = shared_catalogue
    catalogue.store(
        program("Nordvik Outdoor", network="cj", merchant_domain="nordvik-outdoor.de"),
        program("Nordvik", merchant_domain="nordvik.com"),
        program("Outdoor Nordvik Store", merchant_domain="nordvik.shop"),
        program("Nordlicht"),
        program("Café Zürich", category="Food/Drink", vertical="food", merchant_domain="cafe-zuerich.ch"),
        program("Same Name", network="cj"),
        program("same name", network="rakuten"),
        program("Same Name", network="awin"),
        program("Radio 2001"),
        program("<b>Bold</b> & Co", merchant_domain="bold.example.com"),
        program("Gone Fishing", status="closed", category="Angling", merchant_domain="gone-fishing.com"),
        program("Paused Fishing", status="paused"),
        program("Beauty One", category="Beauty", vertical="beauty", description=_WATER),
        program("Beauty Two", category="Beauty", vertical="beauty", description=_WATER),
        program("Beauty Three", category="Skin, Hair", vertical="beauty", description=_WATER),
        program("متجر الزهور"),
    )
    for name, popularity in _POPULAR.items():
        catalogue.rows("update programs set popularity = %s where name = %s", popularity, name)
    catalogue.build_suggestions()
    return catalogue


def suggested(catalogue: Catalogue, q: str, group: str, **parameters: Any) -> list[str]:
    answer = catalogue.get("/api/suggest", q=q, **parameters)
    return [each["label"] for each in answer["groups"][group]]


def test_one_answer_holds_every_group_in_one_shape(shop: Catalogue) -> None:  # 1
    answer = shop.get("/api/suggest", q="be")
    assert list(answer) == ["q", "matched", "partial", "tookMs", "builtAt", "groups"]
    assert (answer["q"], answer["matched"], answer["partial"]) == ("be", "exact", False)
    assert list(answer["groups"]) == list(GROUPS) == ["programs", "merchants", "categories", "queries", "networks"]
    members = {"value", "label", "highlighted", "parameter", "filter", "count", "id", "network"}
    assert all(set(each) == members for group in answer["groups"].values() for each in group)


def test_every_suggestion_finds_what_it_promises(shop: Catalogue) -> None:  # 1
    promised = 0
    for q in ("", "nord", "same", "beauty", "skin", "mic", "food", "cafe", "bold"):
        for group in shop.get("/api/suggest", q=q)["groups"].values():
            for each in group:
                found = shop.get(**{each["parameter"]: each["filter"]})
                assert found["total"] >= 1, each
                if each["parameter"] != "q":
                    assert found["total"] == each["count"], each
                if each["id"]:
                    named = [one["id"] for one in found["programs"] if one["name"].lower() == each["label"].lower()]
                    assert len(named) == each["count"]
                    assert each["id"] in named
                promised += 1
    assert promised > 30


@pytest.mark.parametrize(
    ("q", "programs"),
    [
        ("nordvik", ["Nordvik", "Nordvik Outdoor", "Outdoor Nordvik Store"]),
        ("nordvik o", ["Nordvik Outdoor", "Outdoor Nordvik Store"]),
        ("outdoor nordvik", ["Outdoor Nordvik Store", "Nordvik Outdoor"]),
        ("nord", ["Nordlicht", "Nordvik Outdoor", "Nordvik", "Outdoor Nordvik Store"]),
        ("nordvikout", ["Nordvik Outdoor"]),
        ("NORDVIK  OUT", ["Nordvik Outdoor", "Outdoor Nordvik Store"]),
        ("cafe zur", ["Café Zürich"]),
        ("ZÜRICH", ["Café Zürich"]),
        ("متجر", ["متجر الزهور"]),
        ("bold co", ["<b>Bold</b> & Co"]),
    ],
)
def test_nearer_beginnings_come_first(shop: Catalogue, q: str, programs: list[str]) -> None:  # 2, 3
    assert suggested(shop, q, "programs") == programs
    assert shop.get("/api/suggest", q=q)["groups"]["programs"][0]["label"] == programs[0]


@pytest.mark.parametrize(
    ("q", "first"),
    [
        ("norvik", "Nordvik"),  # one left out
        ("nordivk", "Nordvik"),  # two exchanged
        ("nordwik out", "Nordvik Outdoor"),
        ("outdor nordwik", "Outdoor Nordvik Store"),
        ("xordvik", "Nordvik"),  # the first letter too
        ("nordlcit", "Nordlicht"),  # two errors in eight letters
        ("caffe zurich", "Café Zürich"),
        ("nordvikoutdor", "Nordvik Outdoor"),  # run together
    ],
)
def test_typing_errors_are_forgiven(shop: Catalogue, q: str, first: str) -> None:  # 3, 4
    answer = shop.get("/api/suggest", q=q)
    assert answer["matched"] == "typo"
    assert answer["groups"]["programs"][0]["label"] == first


@pytest.mark.parametrize(
    "q",
    [
        "radio 2002",  # a number means itself
        "rodia 2001x",
        "cofa",  # two errors in four letters
        "nrdvk",  # two in five
        "zzz",
        "cae zzzzzzzz",
    ],
)
def test_what_is_not_forgiven(shop: Catalogue, q: str) -> None:  # 4
    assert all(not group for group in shop.get("/api/suggest", q=q)["groups"].values())


def test_merchants_categories_and_queries(shop: Catalogue) -> None:  # 1
    assert suggested(shop, "nordvik", "merchants") == ["nordvik.shop", "nordvik-outdoor.de", "nordvik.com"]
    (food,) = [e for e in shop.get("/api/suggest", q="food/d")["groups"]["categories"] if e["parameter"] == "category"]
    assert (food["value"], food["filter"], food["count"]) == ("Food/Drink", "Food/Drink", 1)
    (skin,) = shop.get("/api/suggest", q="skin")["groups"]["categories"]
    assert (skin["value"], skin["filter"]) == ("Skin, Hair", r"Skin\, Hair")
    assert sorted(suggested(shop, "mic", "queries")) == ["micellar", "micellar water"]
    (phrase, *_) = shop.get("/api/suggest", q="clay m")["groups"]["queries"]
    assert (phrase["parameter"], phrase["filter"], phrase["count"]) == ("q", "clay masks", None)


def test_nothing_is_suggested_twice(shop: Catalogue) -> None:  # 5
    (same,) = shop.get("/api/suggest", q="same n")["groups"]["programs"]
    assert (same["label"], same["count"], same["network"]) == ("same name", 3, "rakuten")
    (beauty,) = shop.get("/api/suggest", q="beauty")["groups"]["categories"]
    assert (beauty["parameter"], beauty["filter"], beauty["count"]) == ("vertical", "beauty", 3)


def test_closed_programs_are_not_suggested(shop: Catalogue) -> None:  # 6
    assert suggested(shop, "fishing", "programs") == ["Paused Fishing"]
    assert suggested(shop, "gone", "merchants") == []
    assert suggested(shop, "angl", "categories") == []


def test_what_was_typed_is_marked_and_all_is_escaped(shop: Catalogue) -> None:  # 7
    def marks(q: str) -> str:
        return str(shop.get("/api/suggest", q=q)["groups"]["programs"][0]["highlighted"])

    assert marks("zuri") == "Café <mark>Züri</mark>ch"
    assert marks("nordvikout") == "<mark>Nordvik Out</mark>door"
    assert marks("nordwik") == "<mark>Nordvik</mark>"
    assert marks("bold") == "&lt;b&gt;<mark>Bold</mark>&lt;/b&gt; &amp; Co"


def test_nothing_typed_suggests_what_is_popular(shop: Catalogue) -> None:  # 2
    assert suggested(shop, "", "programs")[:3] == ["Nordlicht", "Outdoor Nordvik Store", "Nordvik Outdoor"]
    assert shop.get("/api/suggest")["groups"] == shop.get("/api/suggest", q="")["groups"]


def test_limit_and_groups(shop: Catalogue) -> None:  # 1
    answer = shop.get("/api/suggest", q="nord", limit="2", groups="merchants,programs")
    assert list(answer["groups"]) == ["merchants", "programs"]
    assert [len(group) for group in answer["groups"].values()] == [2, 2]


@pytest.mark.parametrize(
    ("parameters", "parameter", "said"),
    [
        ({"q": "x" * 513}, "q", "at most 512"),
        ({"q": ["a", "b"]}, "q", "once is enough"),
        ({"limit": "0"}, "limit", f"from 1 to {MOST_SUGGESTIONS}"),
        ({"limit": "many"}, "limit", f"from 1 to {MOST_SUGGESTIONS}"),
        ({"groups": "merchant"}, "groups", "did you mean 'merchants'?"),
        ({"query": "a"}, "query", "is not a parameter"),
    ],
)
def test_refuses(shop: Catalogue, parameters: dict[str, Any], parameter: str, said: str) -> None:  # 8
    problem = shop.get("/api/suggest", expect=400, **parameters)
    assert [(each["parameter"], said in each["message"]) for each in problem["errors"]] == [(parameter, True)], problem


def test_half_a_character_is_refused(shop: Catalogue) -> None:  # 8
    assert shop.api.get("/api/suggest?q=%ED%A0%80").status_code == 400
    assert shop.api.get("/api/suggest?q=%ff").status_code == 400


@pytest.mark.parametrize(
    "q",
    [
        *(
            "*",
            "?",
            '"',
            "\\",
            "***",
            "a*",
            '"nordvik',
            "nordvik\\",
            "/nord.*/",
            "nord~2",
            "(nord",
            "nord AND",
            "-",
            "+",
        ),
        *("name:nordvik", "{}", "[* TO *]", "\0", "\u202enordvik", "e\u0301", "\u0301" * 200, "a " * 250, "ﬁ" * 100),
        *("x" * 512, "ß" * 256, "𝔫𝔬𝔯𝔡", "日本語", "नमस्ते", "👩‍👩‍👧", "' or 1=1 --", "<script>alert(1)</script>"),
    ],
)
def test_odd_input_is_answered(shop: Catalogue, q: str) -> None:  # 8
    shop.get("/api/suggest", q=q)


@settings(max_examples=60)
@given(q=st.text(max_size=60))
def test_any_text_is_answered_and_its_marks_are_safe(shop: Catalogue, q: str) -> None:  # 7, 8
    for group in shop.get("/api/suggest", q=q)["groups"].values():
        for each in group:
            plain = each["highlighted"].replace("<mark>", "").replace("</mark>", "")
            assert plain == html.escape(each["label"])


def test_works_while_postgres_is_away(shop: Catalogue) -> None:  # 9
    app = create_app(
        database_url="postgresql://nobody@127.0.0.1:1/nothing",
        search=open_search_async(shop.engines.opensearch_url, shop.settings),
        alias=shop.alias,
        secret=b"secret",
        operator=Operator(shop.new_client),
    )
    with TestClient(app) as api:
        answer = api.get("/api/suggest", params={"q": "nordvik"})
    assert answer.status_code == 200
    assert answer.json()["groups"] == shop.get("/api/suggest", q="nordvik")["groups"]


def test_says_when_nothing_has_been_built_yet(catalogue: Catalogue) -> None:  # 9
    answer = catalogue.api.get("/api/suggest", params={"q": "a"})
    assert answer.status_code == 503
    assert "not built yet" in answer.json()["detail"]
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize("q", ["cj", "CJ Aff", "commission jun", "comission junction", "Commission"])
def test_networks_by_any_of_their_names(shop: Catalogue, q: str) -> None:  # 10
    (network,) = shop.get("/api/suggest", q=q, groups="networks")["groups"]["networks"]
    assert (network["label"], network["parameter"], network["filter"]) == ("CJ Affiliate", "network", "cj")
    assert network["count"] == shop.get(network="cj")["total"] == 2


def test_networks_without_programs_are_not_suggested(shop: Catalogue) -> None:  # 10
    assert suggested(shop, "shareasale", "networks") == []
    assert suggested(shop, "", "networks")[0] == "Awin", "the largest first"


def test_names_of_topics(catalogue: Catalogue) -> None:  # 11
    catalogue.store(
        program("Farwell", topics=("travel-insurance",), text_language="en"),
        program("Weitweg", topics=("travel-insurance",), text_language="de"),
    )
    catalogue.build_suggestions()
    assert suggested(catalogue, "travel insu", "queries") == ["travel insurance"]
    assert suggested(catalogue, "reisevers", "queries") == ["reiseversicherungen"]
    assert suggested(catalogue, "assurance vo", "queries") == []
