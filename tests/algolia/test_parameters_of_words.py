"""What Algolia's parameters say of how words are read.

1. `typoTolerance: false` corrects nothing.
2. `restrictSearchableAttributes` seeks words in names, topics, categories or domains alone.
3. `optionalWords` lift and need not be found; where all are optional, one is enough.
4. `queryLanguages` says whose words they are, and `queryType` whether the last may go on.
5. Signs are words' own without `advancedSyntax: true`, with which they leave out and hold together.
6. `removeWordsIfNoResults` leaves words out as it says, only where no program has all; without it, as everywhere.
   Filters change nothing of it.
7. `distinct` shows and counts each merchant once.
8. None of them makes a query that costs more than the engine takes.
9. A value that cannot be is refused with what can.
10. Browsing reads words the same.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from msgspec.structs import replace

from app.search.analysing import analyse
from app.search.body import query as query_of
from app.search.query_analysis import Wording
from app.search.text_query import SOUGHT_IN, leaves
from tests.algolia.asking import ask, names, one, post, refused
from tests.search.test_reading_queries import _HELD, _WORDS, MOST_LEAVES
from tests.words import Catalogue, program

AMBER = {"Amber Lantern", "Walnut Row", "Plain House", "Delta"}


@pytest.fixture(scope="module")
def catalogue(shared_catalogue: Catalogue) -> Catalogue:
    english: dict[str, Any] = {"text_language": "en"}
    shared_catalogue.store(
        program("Amber Lantern", description="Walnut shelves.", category="Lighting", **english),
        program("Walnut Row", description="Amber beads.", category="Jewelry", **english),
        program("Plain House", description="Lantern oil.", category="Amber Goods", **english),
        program("Delta", description="Nothing.", merchant_domain="amber-supply.com", **english),
        program("Echo", description="Scents.", topics=("perfume",), **english),
        program("Foxtrot", description="A book about perfume.", **english),
        program("Golf", description="Hooks.", **english),
        program("Hotel", description="Hooks of copper, which hold whatever is hung on them.", **english),
        program("Southwind", description="Gift.", **english),
        program("Nordwind", description="Gift.", text_language="de"),
        program("Twin Mills", network="awin", merchant_domain="twinmills.com", epc=1.0, **english),
        program("Twin Mills", network="cj", merchant_domain="twinmills.com", epc=2.0, **english),
        program("Other Mills", network="cj", merchant_domain="othermills.com", epc=1.5, **english),
    )
    return shared_catalogue


@pytest.mark.parametrize(
    ("tolerance", "found"),
    [(True, True), ("min", True), ("strict", True), ("true", True), (False, False), ("false", False)],
)
def test_typing_errors(catalogue: Catalogue, tolerance: Any, found: bool) -> None:  # 1
    hits = names(one(catalogue, query="lantren", typoTolerance=tolerance))
    assert set(hits) == ({"Amber Lantern", "Plain House"} if found else set())


@pytest.mark.parametrize(
    ("query", "attributes", "finds"),
    [
        ("amber", [], AMBER),
        ("amber", ["name"], {"Amber Lantern"}),
        ("amber", ["category"], {"Plain House"}),
        ("amber", ["merchantDomain"], {"Delta"}),
        ("amber", "name,category", {"Amber Lantern", "Plain House"}),
        ("amb", ["name"], {"Amber Lantern"}),
        ("ambre", ["category"], {"Plain House"}),
        ("https://amber-supply.com/shop", ["merchantDomain"], {"Delta"}),
        ("amber-supply.com", ["name"], set()),
        ("perfume", [], {"Echo", "Foxtrot"}),
        ("perfume", ["topics"], {"Echo"}),
        ("perfume", ["name"], set()),
        ("beads", ["topics"], set()),
        ("amber goods", ["name", "category"], {"Amber Lantern", "Plain House"}),  # goods need not be found
        ("amber house", ["name", "category"], {"Plain House"}),
    ],
)
def test_attributes(catalogue: Catalogue, query: str, attributes: Any, finds: set[str]) -> None:  # 2
    strictly = {"removeWordsIfNoResults": "none"}
    result = one(catalogue, query=query, restrictSearchableAttributes=attributes, **strictly)
    assert set(names(result)) == finds
    assert result["nbHits"] == len(finds)


def test_what_is_left_out_is_left_out_of_the_same_attributes(catalogue: Catalogue) -> None:  # 2
    asked = {"query": "walnut -amber", "advancedSyntax": True}
    assert names(one(catalogue, **asked)) == []
    assert names(one(catalogue, **asked, restrictSearchableAttributes=["name"])) == ["Walnut Row"]


def test_words_need_not_be_found(catalogue: Catalogue) -> None:  # 3
    asked = {"query": "amber beads", "removeWordsIfNoResults": "none"}
    assert names(one(catalogue, **asked)) == ["Walnut Row"]
    assert set(names(one(catalogue, **asked, optionalWords=["beads"]))) == AMBER
    assert names(one(catalogue, **asked, optionalWords="nothing else")) == ["Walnut Row"]


def test_optional_words_lift(catalogue: Catalogue) -> None:  # 3
    both = {"Golf", "Hotel"}
    assert names(one(catalogue, query="hooks"))[0] == "Golf"  # the shorter text
    hits = names(one(catalogue, query="hooks copper", optionalWords=["copper"]))
    assert (hits[0], set(hits)) == ("Hotel", both)


def test_one_of_optional_words_is_enough(catalogue: Catalogue) -> None:  # 3
    asked = {"query": "oil beads", "removeWordsIfNoResults": "none"}
    assert names(one(catalogue, **asked)) == []
    assert set(names(one(catalogue, **asked, optionalWords=["oil beads"]))) == {"Plain House", "Walnut Row"}
    (hit, *_) = one(catalogue, query="oil shelves", optionalWords="oil,shelves")["hits"]
    assert "<em>" in hit["_highlightResult"]["description"]["value"]


def test_the_first_language_is_that_of_the_words(catalogue: Catalogue) -> None:  # 4
    german, english = ask(
        catalogue, {"query": "gift", "queryLanguages": ["de", "en"]}, {"query": "gift", "queryLanguages": ["en"]}
    )
    assert names(german) == ["Nordwind", "Southwind"]
    assert names(english) == ["Southwind", "Nordwind"]
    assert one(catalogue, query="gift", queryLanguages=["pt-br"])["nbHits"] == 2


@pytest.mark.parametrize("kind", [None, "prefixLast", "prefixAll", "prefixNone"])
def test_the_last_word_may_go_on(catalogue: Catalogue, kind: str | None) -> None:  # 4
    found = names(one(catalogue, query="lant", **({"queryType": kind} if kind else {})))
    assert set(found) == (set() if kind == "prefixNone" else {"Amber Lantern", "Plain House"})


@pytest.mark.parametrize(
    ("query", "plainly", "advanced"),
    [
        ("walnut -beads", ["Walnut Row"], ["Amber Lantern"]),
        ('"beads amber"', ["Walnut Row"], []),
        ('"amber beads"', ["Walnut Row"], ["Walnut Row"]),
    ],
)
def test_signs(catalogue: Catalogue, query: str, plainly: list[str], advanced: list[str]) -> None:  # 5
    asked = {"query": query, "removeWordsIfNoResults": "none"}
    assert names(one(catalogue, **asked)) == plainly
    assert names(one(catalogue, **asked, advancedSyntax=False)) == plainly
    assert names(one(catalogue, **asked, advancedSyntax=True)) == advanced


@pytest.mark.parametrize(
    ("query", "removing", "finds"),
    [
        ("beads oil amber", "none", set()),
        ("beads oil amber", "lastWords", {"Walnut Row"}),
        ("beads oil amber", "firstWords", {"Plain House"}),
        ("beads oil amber", "allOptional", AMBER),
        ("amber beads", "lastWords", {"Walnut Row"}),
        ("amber beads", "allOptional", {"Walnut Row"}),
    ],
)
def test_words_are_removed(catalogue: Catalogue, query: str, removing: str, finds: set[str]) -> None:  # 6
    asked = {"query": query, "removeWordsIfNoResults": removing}
    assert set(names(one(catalogue, **asked))) == finds
    assert one(catalogue, **asked, filters="network:cj")["nbHits"] == 0


def test_words_are_left_out_as_everywhere(catalogue: Catalogue) -> None:  # 6
    everywhere = {each["name"] for each in catalogue.get(q="amber hooks", prefix="last")["programs"]}
    assert set(names(one(catalogue, query="amber hooks"))) == everywhere == AMBER


@pytest.mark.parametrize("distinct", [True, 1, "true", "1"])
def test_each_merchant_once(catalogue: Catalogue, distinct: Any) -> None:  # 7
    asked = {"query": "mills", "distinct": distinct, "facets": ["network"]}
    result = one(catalogue, **asked)
    assert sorted(names(result)) == ["Other Mills", "Twin Mills"]
    assert (result["nbHits"], result["nbPages"], result["exhaustiveNbHits"]) == (2, 1, True)
    assert result["facets"]["network"] == {"cj": 2, "awin": 1}  # of programs, as Algolia counts by default


def test_the_first_of_a_merchant_is_shown(catalogue: Catalogue) -> None:  # 7
    asked = {"query": "mills", "indexName": "programs_epc_desc", "hitsPerPage": 1, "distinct": True}
    first, second, third, counted = ask(
        catalogue, asked, asked | {"page": 1}, asked | {"page": 2}, asked | {"hitsPerPage": 0, "filters": "epc < 2"}
    )
    assert [(hit["name"], hit["epc"]) for page in (first, second, third) for hit in page["hits"]] == [
        ("Twin Mills", 2.0),
        ("Other Mills", 1.5),
    ]
    assert (first["nbHits"], first["nbPages"], counted["nbHits"]) == (2, 2, 2)
    assert one(catalogue, query="mills", distinct=False)["nbHits"] == 3


def test_browsing_reads_words_the_same(catalogue: Catalogue) -> None:  # 10
    asked = {"query": "amber beads", "removeWordsIfNoResults": "none"}
    path = "/1/indexes/programs/browse"
    assert [hit["name"] for hit in post(catalogue, path, asked)["hits"]] == ["Walnut Row"]
    more = asked | {"optionalWords": ["beads"], "hitsPerPage": 1}
    page = post(catalogue, path, more)
    assert page["nbHits"] == len(AMBER)
    post(catalogue, path, {"cursor": page["cursor"], "optionalWords": []}, expect=400)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"restrictSearchableAttributes": ["description"]}, "words are not sought in descriptions alone"),
        ({"restrictSearchableAttributes": ["merchantDomian"]}, "did you mean 'merchantDomain'?"),
        ({"typoTolerance": "maybe"}, "none of true, false, min, strict"),
        ({"queryType": "prefix"}, "none of prefixLast, prefixAll, prefixNone"),
        ({"queryLanguages": ["tlh-x"]}, "expected languages as ISO 639-1"),
        ({"advancedSyntax": "yes"}, "none of false, true"),
        ({"removeWordsIfNoResults": "lastWord"}, "did you mean 'lastWords'?"),
        ({"removeWordsIfNoResults": "leastTelling"}, "is none of none, lastWords, firstWords, allOptional"),
        ({"distinct": 2}, "expected true or 1"),
        ({"optionalWords": {"a": 1}}, "expected a list of names"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused(catalogue: Catalogue, wrong: dict[str, Any], says: str) -> None:  # 9
    assert says in refused(catalogue, query="amber", **wrong)


@examples(max_examples=100)
@given(
    words=st.lists(st.sampled_from(_WORDS), min_size=1, max_size=100),
    attributes=st.lists(st.sampled_from(SOUGHT_IN), unique=True),
    optional=st.lists(st.sampled_from(_WORDS)),
    signs=st.booleans(),
    any_term=st.booleans(),
)
def test_no_query_costs_more_than_the_engine_takes(
    words: list[str], attributes: list[str], optional: list[str], signs: bool, any_term: bool
) -> None:  # 8
    q = " ".join(words).encode()[:512].decode()
    analysis = analyse(Wording(q, begun=True, signs=signs, optional=tuple(optional)), _HELD)
    asked = query_of(replace(analysis, sought_in=tuple(attributes), any_term=any_term), ())
    assert leaves(asked) <= MOST_LEAVES
