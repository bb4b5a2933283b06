"""Whatever is sent gets a right answer or a 400 that says why: never a 5xx, and no syntax of a query language.

1. Text of any kind is text, in a query, a facet search, or a value.
2. Thousands of values, deep nesting and huge bodies are answered or refused.
3. Any JSON at all, in any parameter, is answered or refused.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.algolia.asking import QUERIES, V5, names, one, post, refused
from tests.words import Catalogue, program

_STRANGE = [
    "*",
    "?",
    '"',
    "\\",
    '"tea" OR name:*',
    "tea AND NOT (",
    "/.*/",
    "tea~2^9",
    "name:tea",
    "_exists_:name",
    '{"match_all":{}}',
    "<script>alert(1)</script>",
    "'; drop table programs; --",
    "\0",
    "\u202etea",
    "ثيا",
    "a\u0301\u0302\u0303" * 30,
    "\U0001f375" * 50,
    "((((((((((",
    "-",
    "tea " * 128,
    "\ue000tea\ue001",
]


@pytest.fixture(scope="module")
def catalogue(shared_catalogue: Catalogue) -> Catalogue:
    shared_catalogue.store(
        program("Tea", network="awin", category="Tea", epc=1.0), program("*", network="cj", category='"*"')
    )
    return shared_catalogue


@pytest.mark.parametrize("text", _STRANGE, ids=ascii)
def test_text_is_only_text(catalogue: Catalogue, text: str) -> None:  # 1
    for parameters in (
        {"query": text},
        {"query": "tea", "facetFilters": [[f"category:{text}"]]},
        {"type": "facet", "facet": "category", "facetQuery": text},
        {"filters": "category:" + msgspec.json.encode(text).decode()},
    ):
        answer = catalogue.api.post(QUERIES, json={"requests": [{"indexName": "programs", **parameters}]})
        assert answer.status_code in (200, 400), answer.text
        if answer.status_code == 400:
            assert answer.json()["message"]


def test_a_star_is_no_wildcard(catalogue: Catalogue) -> None:  # 1
    assert "Tea" not in names(one(catalogue, query="*"))
    assert names(one(catalogue, facetFilters=['category:"*"'])) == ["*"]
    assert one(catalogue, facetFilters=["category:*"])["nbHits"] == 0
    assert one(catalogue, type="facet", facet="category", facetQuery="x.*")["facetHits"] == []


@pytest.mark.parametrize("many", [900, 1000, 10_000])
def test_many_values(catalogue: Catalogue, many: int) -> None:  # 2
    values = [f"category:{number}" for number in range(many - 1)] + ["category:Tea"]
    if many <= 1000:
        assert names(one(catalogue, facetFilters=[values])) == ["Tea"]
        assert names(one(catalogue, filters=" OR ".join(values))) == ["Tea"]
    else:
        assert "more than 1,000 conditions" in refused(catalogue, facetFilters=[values])
        assert "more than 1,000 conditions" in refused(catalogue, filters=" OR ".join(values))


@pytest.mark.parametrize("many", [400, 401])
def test_many_different_conditions(catalogue: Catalogue, many: int) -> None:  # 2
    conditions = [f"epc!={number}" for number in range(2, many + 2)]
    for parameters in ({"numericFilters": conditions}, {"filters": " AND ".join(conditions)}):
        if many <= 400:
            assert one(catalogue, query="tea", **parameters)["nbHits"] == 1
        else:
            assert "more than can be searched at once" in refused(catalogue, **parameters)


def test_deep_nesting(catalogue: Catalogue) -> None:  # 2
    assert names(one(catalogue, filters="(" * 20 + "network:awin" + ")" * 20)) == ["Tea"]
    assert names(one(catalogue, filters="NOT (" * 9 + "network:cj" + ")" * 9)) == ["Tea"]
    assert "20 deep" in refused(catalogue, filters="(" * 5000 + "network:awin" + ")" * 5000)


def test_deep_alternation(catalogue: Catalogue) -> None:  # 2
    """AND and OR in turn, as deep as the grammar goes, are still a query that the engine takes."""
    text = "network:awin"
    for depth in range(20):
        text = f"({text}) {('AND NOT', 'OR')[depth % 2]} epc:{depth + 5}"
    assert names(one(catalogue, filters=text)) == ["Tea"]


def test_a_huge_body_is_refused(catalogue: Catalogue) -> None:  # 2
    post(catalogue, QUERIES, b'{"requests":[],"x":"' + b"x" * 4_000_000 + b'"}', expect=413)


@pytest.mark.parametrize(
    "body", [b'{"requests":[{"indexName":"programs","query":"\\ud800"}]}', b'{"params":"query=%ED%A0%80"}']
)
def test_half_characters_are_refused(catalogue: Catalogue, body: bytes) -> None:  # 1
    path = QUERIES if b"requests" in body else "/1/indexes/programs/query"
    post(catalogue, path, body, expect=400)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
_PARAMETERS = (
    "query",
    "page",
    "hitsPerPage",
    "offset",
    "length",
    "facets",
    "filters",
    "facetFilters",
    "numericFilters",
    "tagFilters",
    "maxValuesPerFacet",
    "sortFacetValuesBy",
    "attributesToRetrieve",
    "attributesToHighlight",
    "attributesToSnippet",
    "highlightPreTag",
    "snippetEllipsisText",
    "type",
    "facet",
    "facetQuery",
    "maxFacetHits",
    "typoTolerance",
    "restrictSearchableAttributes",
    "optionalWords",
    "queryLanguages",
    "queryType",
    "distinct",
    "advancedSyntax",
    "removeWordsIfNoResults",
    "params",
    "indexName",
)


@settings(max_examples=150)
@given(parameters=st.dictionaries(st.sampled_from(_PARAMETERS), _JSON, max_size=4))
def test_any_parameters(catalogue: Catalogue, parameters: dict[str, Any]) -> None:  # 3
    body = msgspec.json.encode({"requests": [{"indexName": "programs", **parameters}]})
    answer = catalogue.api.post(QUERIES, content=body, headers=V5)
    assert answer.status_code in (200, 400, 404), (parameters, answer.text)
    if answer.status_code != 200:
        assert answer.json()["message"]
    browsing = msgspec.json.encode({"hitsPerPage": 1, **parameters})
    assert catalogue.api.post("/1/indexes/programs/browse", content=browsing, headers=V5).status_code in (200, 400)


@settings(max_examples=50)
@given(body=st.binary(max_size=50) | _JSON.map(msgspec.json.encode))
def test_any_body(catalogue: Catalogue, body: bytes) -> None:  # 3
    for path in (
        QUERIES,
        "/1/indexes/programs/query",
        "/1/indexes/programs/facets/network/query",
        "/1/indexes/programs/browse",
        "/1/indexes/*/objects",
    ):
        assert catalogue.api.post(path, content=body, headers=V5).status_code in (200, 400, 404)
