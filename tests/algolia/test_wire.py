"""What the clients send is understood, whichever of them sends it.

1. Version 5 sends parameters as members and `text/plain`; version 4 sends them in one URL-encoded string under a form's
   content type; Searchkit sends a bare list with an object inside. All get the same results.
2. The star of the path may be escaped.
3. Results come in the order of the queries; pages begin at 0, and an offset and a length may stand for one.
4. Parameters that we do not know change nothing.
5. An index `programs_<field>_<asc|desc>` is the same programs in another order; another index is a 404 that names the
   nearest.
6. One query about one index, and a facet's values, have routes of their own.
7. Browsers send all of this without asking first, and may read answers and errors: of too many requests too, with the
   seconds after which the client tries again.
8. Every search has to end before a browser's client gives up on it.
"""

from __future__ import annotations

from typing import Any

import pytest

from app.api.limiting import RateLimit
from app.search.algolia.fold import fold
from app.search.algolia.query import read_query
from app.search.query_analysis import NOTHING_ASKED
from tests.algolia.asking import QUERIES, V4, ask, names, one, post, url_encoded
from tests.words import Catalogue, program


@pytest.fixture(scope="module")
def catalogue(shared_catalogue: Catalogue) -> Catalogue:
    shared_catalogue.store(
        program("Blue Tea", network="awin", epc=1.0, category="Tea", geo_targeting=("DE", "US")),
        program("Green Tea", network="cj", epc=3.0, category="Tea", recurring=True),
        program("Coffee", network="cj", epc=2.0, category="Coffee, Cocoa", recurring=False),
        program("Mate", network="rakuten"),
    )
    return shared_catalogue


QUERY: dict[str, Any] = {
    "query": "tea",
    "page": 0,
    "hitsPerPage": 5,
    "facets": ["network", "epc"],
    "facetFilters": [["network:awin", "network:cj"]],
    "numericFilters": ["epc>=0.5"],
    "maxValuesPerFacet": 10,
    "highlightPreTag": "__ais-highlight__",
    "highlightPostTag": "__/ais-highlight__",
}


def _plain(result: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in result.items() if name not in ("params", "processingTimeMS")}


def test_all_clients_get_the_same(catalogue: Catalogue) -> None:  # 1
    v5 = post(catalogue, QUERIES, {"requests": [{"indexName": "programs", **QUERY}]})
    body = {"requests": [{"indexName": "programs", "params": url_encoded(QUERY)}]}
    v4 = post(catalogue, QUERIES, body, headers=V4)
    searchkit = post(catalogue, QUERIES, [{"indexName": "programs", "params": QUERY}])
    json = post(catalogue, QUERIES, body, headers={"Content-Type": "application/json"})
    (expected,) = map(_plain, v5["results"])
    assert sorted(names(expected)) == ["Blue Tea", "Green Tea"]
    assert expected["facets"] == {"network": {"awin": 1, "cj": 1}, "epc": {}}
    for other in (v4, searchkit, json):
        assert list(map(_plain, other["results"])) == [expected]


def test_the_star_may_be_escaped(catalogue: Catalogue) -> None:  # 2
    path = f"{QUERIES.replace('*', '%2A')}?x-algolia-agent=a&x-algolia-api-key=k&x-algolia-application-id=i"
    assert post(catalogue, path, {"requests": [{"indexName": "programs"}]})["results"][0]["nbHits"] == 4


def test_results_keep_the_order_of_queries(catalogue: Catalogue) -> None:  # 3
    queries = ["coffee", "", "mate", "coffee", "nothing of the kind", ""]
    results = ask(catalogue, *({"query": q, "hitsPerPage": n % 2} for n, q in enumerate(queries)))
    assert [result["query"] for result in results] == queries
    assert [result["nbHits"] for result in results] == [1, 4, 1, 1, 0, 4]
    assert [len(result["hits"]) for result in results] == [0, 1, 0, 1, 0, 1]


@pytest.mark.parametrize(
    "facets", ["network", ["network"], '["network"]', "network,recurring", ["*"], "*", [], "", None], ids=repr
)
def test_facets_may_be_a_list_or_a_text(catalogue: Catalogue, facets: Any) -> None:  # 1
    result = one(catalogue, facets=facets)
    if facets:
        assert result["facets"]["network"] == {"cj": 2, "awin": 1, "rakuten": 1}
    else:
        assert "facets" not in result


def test_unknown_parameters_change_nothing(catalogue: Catalogue) -> None:  # 4
    unknown = {
        "clickAnalytics": True,
        "analyticsTags": ["a"],
        "userToken": "u",
        "aroundLatLng": "1,2",
        "parameterOfNextYear": {"deep": [1]},
        "ruleContexts": ["x"],
        "enablePersonalization": True,
    }
    assert _plain(one(catalogue, query="tea", **unknown)) == _plain(one(catalogue, query="tea"))


def test_every_field_that_sorts_has_two_indexes(catalogue: Catalogue) -> None:  # 5
    up = one(catalogue, indexName="programs_epc_asc")
    down = one(catalogue, indexName="programs_epc_desc")
    assert names(up) == ["Blue Tea", "Coffee", "Green Tea", "Mate"]
    assert names(down) == ["Green Tea", "Coffee", "Blue Tea", "Mate"]
    assert down["index"] == "programs_epc_desc"
    assert names(one(catalogue, indexName="programs_name_desc", query="tea")) == ["Green Tea", "Blue Tea"]


def test_an_unknown_index_is_a_404_that_names_the_nearest(catalogue: Catalogue) -> None:  # 5
    requests = [{"indexName": "programs"}, {"indexName": "programs_ecp_desc"}]
    problem = post(catalogue, QUERIES, {"requests": requests}, expect=404)
    assert problem["message"] == "Index programs_ecp_desc does not exist; did you mean 'programs_epc_desc'?"


@pytest.mark.parametrize("index", ["products", "programs_epc", "programs_epc_up", "programs_x_asc", "*", "programs_"])
def test_other_indexes_do_not_exist(catalogue: Catalogue, index: str) -> None:  # 5
    message = post(catalogue, QUERIES, {"requests": [{"indexName": index}]}, expect=404)["message"]
    assert message.startswith(f"Index {index} does not exist")


def test_one_index_has_a_route(catalogue: Catalogue) -> None:  # 6
    result = post(catalogue, "/1/indexes/programs_epc_desc/query", {"query": "tea", "hitsPerPage": 1})
    assert names(result) == ["Green Tea"]
    assert post(catalogue, "/1/indexes/programs/query", {"params": "query=coffee"}, headers=V4)["nbHits"] == 1
    assert post(catalogue, "/1/indexes/programs/query", b"")["nbHits"] == 4


def test_values_of_a_facet_are_searched_by_either_version(catalogue: Catalogue) -> None:  # 6
    asked = {"facetQuery": "c", "facetFilters": ["recurring:true"], "maxFacetHits": 3, "highlightPreTag": "<b>"}
    v5 = one(catalogue, type="facet", facet="network", **asked)
    v4 = post(catalogue, "/1/indexes/programs/facets/network/query", asked, headers=V4)
    assert v5["facetHits"] == v4["facetHits"] == [{"value": "cj", "highlighted": "<b>c</em>j", "count": 1}]
    assert v5["exhaustiveFacetsCount"] is True


def test_pages_begin_at_0(catalogue: Catalogue) -> None:  # 3
    pages = [one(catalogue, indexName="programs_epc_asc", hitsPerPage=3, page=page) for page in range(3)]
    assert [names(page) for page in pages] == [["Blue Tea", "Coffee", "Green Tea"], ["Mate"], []]
    assert [(page["page"], page["nbPages"], page["nbHits"]) for page in pages] == [(0, 2, 4), (1, 2, 4), (2, 2, 4)]


def test_an_offset_and_a_length_may_stand_for_a_page(catalogue: Catalogue) -> None:  # 3
    result = one(catalogue, indexName="programs_epc_asc", offset=1, length=2)
    assert names(result) == ["Coffee", "Green Tea"]


def test_browsers_need_not_ask_first_and_may_read_all(catalogue: Catalogue) -> None:  # 7
    origin = {"Origin": "https://shop.example", "Content-Type": "text/plain"}
    good = catalogue.api.post(QUERIES, content=b'{"requests":[]}', headers=origin)
    bad = catalogue.api.post(QUERIES, content=b"{", headers=origin)
    assert (good.status_code, good.json()) == (200, {"results": []})
    assert bad.status_code == 400
    for answer in (good, bad):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "Retry-After" in answer.headers["access-control-expose-headers"]


def test_browsers_may_read_when_to_come_back(catalogue: Catalogue) -> None:  # 7
    limited = catalogue.opened(RateLimit(1, ()))
    origin = {"Origin": "https://shop.example", "Content-Type": "text/plain"}
    answers = [limited.post(QUERIES, content=b'{"requests":[]}', headers=origin) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    refused = answers[1]
    assert refused.headers["access-control-allow-origin"] == "*"
    assert "Retry-After" in refused.headers["access-control-expose-headers"]
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.json()["message"].startswith("more than 1 requests a minute")


def test_every_search_ends_before_a_browser_gives_up() -> None:  # 8
    gives_up_after = 2000  # milliseconds, that Algolia's clients wait for an answer in a browser
    asked: list[dict[str, Any]] = [QUERY, {"hitsPerPage": 3}, {"query": "a", "type": "facet", "facet": "network"}]
    queries = [query for query, _ in (read_query(given, "programs") for given in asked) if query]
    searches = fold(queries, dict.fromkeys((each.wording for each in queries), NOTHING_ASKED), {})
    assert len(searches) == len(asked)
    for search in searches:
        assert int(search.body["timeout"].removesuffix("ms")) < gives_up_after
