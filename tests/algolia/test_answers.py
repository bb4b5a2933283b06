"""What an answer must have, since Algolia's widgets break without it. Each of the first nine was seen to break them.

1. `nbPages` and `hits` are always there, for queries that want no hits too.
2. `_highlightResult` has a text for every attribute that has a value, matched or not, numbers too; lists have lists.
3. Texts go out as they are: the client escapes them.
4. Numbers have `facets_stats` and, without values, still an empty member of `facets`.
5. Booleans are counted as "true" and "false".
6. `renderingContent` orders the facets for dynamic widgets.
7. Nothing asks the client to load a script, or gives it a query id to report to Algolia.
8. Errors are problem documents with the `message` that the client shows, and never a 5xx for a bad query.
9. Dates are Unix seconds where Algolia wants numbers.
10. It has what is asked for and no more: attributes, snippets around the match, so many values by count or by name; a
    facet that there is not is left out.
11. A path has an attribute for each of its levels.
12. Closed programs are seen when they are asked for.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.algolia.asking import QUERIES, ask, one, post, refused
from tests.words import Catalogue, program


@pytest.fixture(scope="module")
def catalogue(shared_catalogue: Catalogue) -> Catalogue:
    shared_catalogue.store(
        program(
            'Tea & <b>"Co"</b>',
            text_language="en",
            description="We sell running shoes, and all day long we drink tea. "
            + "More about us. " * 20
            + "Tea again.",
            network="awin",
            category="Hotels & Accommodation",
            vertical="travel",
            epc=1.5,
            cookie_days=30,
            recurring=True,
            launched_at=date(2024, 3, 1),
            geo_targeting=("DE", "US"),
        ),
        program("Plain", network="cj", vertical="travel", category="Rail", recurring=False, cookie_days=30),
    )
    return shared_catalogue


def _hit(catalogue: Catalogue, **parameters: Any) -> dict[str, Any]:
    (hit,) = one(catalogue, query="tea", **parameters)["hits"]
    return dict(hit)


@pytest.mark.parametrize("per_page", [0, 1, 20])
def test_pages_and_hits_are_always_there(catalogue: Catalogue, per_page: int) -> None:  # 1
    result = one(catalogue, hitsPerPage=per_page)
    assert result["nbPages"] == {0: 0, 1: 2, 20: 1}[per_page]
    assert len(result["hits"]) == min(per_page, 2)
    assert {"nbHits", "page", "hitsPerPage", "query", "params", "index", "processingTimeMS"} <= result.keys()
    assert result["exhaustive"] == {"facetsCount": True, "facetValues": True, "nbHits": True, "typo": True}
    assert all(hit["objectID"] == str(hit["id"]) for hit in result["hits"])


def _leaves(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return [leaf for each in value for leaf in _leaves(each)]
    if "value" in value and "matchLevel" in value:
        return [value]
    return [leaf for each in value.values() for leaf in _leaves(each)]


@pytest.mark.parametrize("query", ["", "tea"])
def test_every_attribute_with_a_value_is_highlighted_as_text(catalogue: Catalogue, query: str) -> None:  # 2
    for hit in one(catalogue, query=query)["hits"]:
        highlighted = hit["_highlightResult"]
        filled = {name for name, value in hit.items() if value is not None and not name.startswith(("_", "objectID"))}
        assert highlighted.keys() == filled
        assert all(isinstance(leaf["value"], str) for leaf in _leaves(highlighted))
        assert highlighted["cookieDays"]["value"] == "30"
        assert highlighted["recurring"]["value"] in ("true", "false")
        assert highlighted["categoryPath"]["lvl0"]["value"] == hit["categoryPath"]["lvl0"]


def test_lists_are_highlighted_as_lists(catalogue: Catalogue) -> None:  # 2
    assert [leaf["value"] for leaf in _hit(catalogue)["_highlightResult"]["geoTargeting"]] == ["DE", "US"]


def test_what_matched_is_between_the_marks_and_the_rest_as_it_is(catalogue: Catalogue) -> None:  # 2, 3
    marks = {"highlightPreTag": "__ais-highlight__", "highlightPostTag": "__/ais-highlight__"}
    name = _hit(catalogue, **marks)["_highlightResult"]["name"]
    assert name == {
        "value": '__ais-highlight__Tea__/ais-highlight__ & <b>"Co"</b>',
        "matchLevel": "full",
        "fullyHighlighted": False,
        "matchedWords": ["tea"],
    }
    assert _hit(catalogue)["_highlightResult"]["name"]["value"] == '<em>Tea</em> & <b>"Co"</b>'


def test_stems_are_highlighted(catalogue: Catalogue) -> None:  # 2
    (hit,) = one(catalogue, query="shoe tea")["hits"]
    description = hit["_highlightResult"]["description"]
    assert "running <em>shoes</em>" in description["value"]
    assert (description["matchLevel"], description["matchedWords"]) == ("full", ["shoe", "tea"])
    assert hit["_highlightResult"]["name"]["matchLevel"] == "partial"


def test_snippets_are_around_the_match(catalogue: Catalogue) -> None:  # 10
    (hit,) = one(catalogue, query="drink", attributesToSnippet=["description:6"])["hits"]
    snippet = hit["_snippetResult"]["description"]
    assert snippet == {"value": "…we <em>drink</em> tea. More about us.…", "matchLevel": "full"}
    bare = _hit(catalogue, attributesToSnippet="name:1,cookieDays", snippetEllipsisText="[…]")["_snippetResult"]
    assert bare["name"]["value"] == "<em>Tea</em>[…]"
    assert bare["cookieDays"] == {"value": "30", "matchLevel": "none"}


def test_only_what_is_wanted_is_answered(catalogue: Catalogue) -> None:  # 10
    hit = _hit(catalogue, attributesToRetrieve=["name", "categoryPath.lvl0"], attributesToHighlight=["name"])
    assert hit.keys() == {"objectID", "name", "categoryPath", "_highlightResult"}
    assert hit["_highlightResult"].keys() == {"name"}
    assert "description" not in _hit(catalogue, attributesToRetrieve=["*", "-description"])
    assert _hit(catalogue, attributesToHighlight=[])["_highlightResult"] == {}


def test_numbers_have_statistics(catalogue: Catalogue) -> None:  # 4
    result = one(catalogue, facets=["epc", "cookieDays", "conversionRate"])
    assert result["facets"] == {"epc": {}, "cookieDays": {"30": 2}, "conversionRate": {}}
    assert result["facets_stats"] == {
        "epc": {"min": 1.5, "max": 1.5, "avg": 1.5, "sum": 1.5},
        "cookieDays": {"min": 30, "max": 30, "avg": 30, "sum": 60},
    }


def test_dates_are_unix_seconds_and_hits_have_the_date(catalogue: Catalogue) -> None:  # 9
    march = 1709251200
    result = one(catalogue, facets="launchedAt", numericFilters=[f"launchedAt>={march}", f"launchedAt<{march + 1}"])
    assert result["facets_stats"]["launchedAt"]["min"] == march
    assert [hit["launchedAt"] for hit in result["hits"]] == ["2024-03-01"]
    assert one(catalogue, numericFilters=[f"launchedAt>{march}"])["nbHits"] == 0


def test_booleans_are_true_and_false(catalogue: Catalogue) -> None:  # 5
    assert one(catalogue, facets="recurring")["facets"]["recurring"] == {"true": 1, "false": 1}
    assert one(catalogue, facetFilters=[["recurring:true"]])["nbHits"] == 1


def test_paths_have_an_attribute_for_each_level(catalogue: Catalogue) -> None:  # 11
    (vertical,) = one(catalogue, facets="categoryPath.lvl0")["facets"]["categoryPath.lvl0"]
    below = one(catalogue, facets=["categoryPath.lvl1"], facetFilters=[f"categoryPath.lvl0:{vertical}"])
    assert below["facets"]["categoryPath.lvl1"] == {f"{vertical} > Hotels & Accommodation": 1, f"{vertical} > Rail": 1}
    (hit,) = one(catalogue, facetFilters=[[f"categoryPath.lvl1:{vertical} > Rail"]])["hits"]
    assert hit["categoryPath"] == {"lvl0": vertical, "lvl1": f"{vertical} > Rail"}
    assert one(catalogue, facetFilters=[[f"categoryPath.lvl1:{vertical}"]])["nbHits"] == 0


def test_facets_have_an_order_for_dynamic_widgets(catalogue: Catalogue) -> None:  # 6
    ordering = one(catalogue, facets=["*"])["renderingContent"]["facetOrdering"]
    assert ordering["facets"]["order"][:3] == ["network", "operatedBy", "dataSource"]
    assert "categoryPath.lvl0" in ordering["facets"]["order"]
    assert ordering["values"]["network"] == {"sortRemainingBy": "count"}


def test_nothing_reports_to_anybody(catalogue: Catalogue) -> None:  # 7
    result = one(catalogue, clickAnalytics=True, userToken="somebody")
    assert not {"_automaticInsights", "queryID", "abTestID", "userData"} & result.keys()


def test_values_come_by_count_or_by_name(catalogue: Catalogue) -> None:  # 10
    path = {"facets": ["network"], "maxValuesPerFacet": 1}
    assert one(catalogue, **path)["facets"]["network"] == {"awin": 1}
    descending = one(catalogue, facets=["network"], sortFacetValuesBy="alpha")["facets"]["network"]
    assert list(descending) == ["awin", "cj"]


def test_more_values_than_there_can_be_are_capped(catalogue: Catalogue) -> None:  # 10
    result = one(catalogue, facets=["network"], maxValuesPerFacet=100_000)
    assert result["facets"]["network"] == {"awin": 1, "cj": 1}


def test_an_unknown_facet_is_left_out(catalogue: Catalogue) -> None:  # 10
    result = one(catalogue, facets=["brand", "network", "merchant"])
    assert result["facets"] == {"network": {"awin": 1, "cj": 1}}
    assert result["renderingContent"]["facetOrdering"]["facets"]["order"] == ["network"]
    assert one(catalogue, facets=["brand"])["nbHits"] == result["nbHits"]


def test_an_error_is_one_document_for_both_worlds(catalogue: Catalogue) -> None:  # 8
    wrong = {"indexName": "programs", "page": -1, "numericFilters": ["epk>1"]}
    body = {"requests": [{"indexName": "programs"}, wrong]}
    answer = catalogue.api.post(QUERIES, json=body)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert "did you mean 'epc'?" in problem["message"]
    assert [error["parameter"] for error in problem["errors"]] == ["requests[1].page", "requests[1].numericFilters"]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"hitsPerPage": 1001}, "from 0 to 1,000"),
        ({"hitsPerPage": "many"}, "expected a whole number"),
        ({"page": True}, "expected a whole number"),
        ({"facets": [1]}, "expected a list of names"),
        ({"facets": "[1"}, "not JSON"),
        ({"facetFilters": ["network"]}, "has no colon"),
        ({"facetFilters": [[["network:awin"]]]}, "nested at most twice"),
        ({"facetFilters": {"network": "awin"}}, "expected a list"),
        ({"facetFilters": ["brand:x"]}, "'brand' is not an attribute that can be filtered by"),
        ({"numericFilters": ["epc>=high"]}, "expected a number"),
        ({"numericFilters": ["name>1"]}, "not an attribute"),
        ({"numericFilters": ["network>1"]}, "'network' is not numeric"),
        ({"numericFilters": ["epc:3 TO 1"]}, "lower end above"),
        ({"filters": "network:awin AND"}, "it ends there"),
        ({"filters": "network:awin or network:cj"}, "written in capitals"),
        ({"filters": "category:Home Garden"}, "quotes"),
        ({"type": "facets"}, "did you mean 'facet'?"),
        ({"type": "facet", "facet": "nework"}, "did you mean 'network'?"),
        ({"type": "facet", "facet": "network", "maxFacetHits": 101}, "from 1 to 100"),
        ({"query": "x" * 513}, "at most 512"),
        ({"query": {"a": 1}}, "expected a text"),
        ({"params": 7}, "neither a text nor an object"),
        ({"params": "query=%FF"}, "not UTF-8"),
        ({"sortFacetValuesBy": "size"}, "none of count, alpha"),
        ({"attributesToSnippet": ["name:few"]}, "attribute:words"),
    ],
    ids=str,
)
def test_a_bad_value_says_what_to_do(catalogue: Catalogue, wrong: dict[str, Any], says: str) -> None:  # 8
    assert says in refused(catalogue, **wrong)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"\xff", "not JSON"),
        (b'"queries"', "no list of queries"),
        (b'{"requests":{}}', "no list of queries"),
        (b'{"requests":[1]}', "requests[0] is not an object"),
        (b'{"requests":[{}]}', "names no index"),
        (b"[" * 100_000, "not JSON"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_bad_body_says_what_to_do(catalogue: Catalogue, body: bytes, says: str) -> None:  # 8
    assert says in post(catalogue, QUERIES, body, expect=400)["message"]


def test_more_than_50_queries_are_refused(catalogue: Catalogue) -> None:  # 8
    queries = [{"indexName": "programs", "hitsPerPage": 0}]
    assert len(post(catalogue, QUERIES, {"requests": queries * 50})["results"]) == 50
    problem = post(catalogue, QUERIES, {"requests": queries * 51}, expect=400)
    assert problem["message"].startswith("Too many queries in multi query request")


def test_closed_programs_are_seen_when_asked_for(catalogue: Catalogue) -> None:  # 12
    catalogue_of_two = ask(
        catalogue, {"facets": "status"}, {"facetFilters": ["status:closed"]}, {"filters": "NOT status:paused"}
    )
    assert [result["nbHits"] for result in catalogue_of_two] == [2, 0, 2]
