"""Programs by their id, and all of them page after page: what the full clients ask for beside searching.

`test_clients.py` drives the clients themselves.

1. Browsing gives every program of a query exactly once, plain, a thousand a page unless told otherwise, and says as
   many as a search finds.
2. A cursor goes on whether it is sent alone or beside what was asked, in the body or in the URL; programs that are
   written meanwhile make nothing come twice.
3. The last page has no cursor.
4. A cursor that is not ours, or beside another query, is a 400 that says so, and so are a page number, and a request
   for several that is none.
5. Several keep their order and may repeat, a thousand at most. A program that is not there is null among them and a 404
   alone, and so is a deleted one; another index is a 404.
6. One program is as a hit has it, or the part that is asked for, and has an ETag, as everywhere.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.algolia.asking import V4, one, post, url_encoded
from tests.words import Catalogue, program

BROWSE = "/1/indexes/programs/browse"
OBJECTS = "/1/indexes/*/objects"


_TEAS = [
    program(f"Tea {number}", network=("awin", "cj")[number % 2], epc=float(number), external_id=str(number))
    for number in range(7)
]


@pytest.fixture(scope="module")
def stocked(shared_catalogue: Catalogue) -> Catalogue:
    shared_catalogue.store(*_TEAS)
    return shared_catalogue


@pytest.fixture
def changing(catalogue: Catalogue) -> Catalogue:
    catalogue.store(*_TEAS)
    return catalogue


def _browsed(catalogue: Catalogue, first: dict[str, Any], *, alone: bool = True) -> list[str]:
    page = post(catalogue, BROWSE, first)
    names = [hit["name"] for hit in page["hits"]]
    while cursor := page.get("cursor"):
        page = post(catalogue, BROWSE, {"cursor": cursor} if alone else {**first, "cursor": cursor})
        names += [hit["name"] for hit in page["hits"]]
    return names


@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize("per_page", [1, 2, 3, 7, 8, 1000])
def test_a_cursor_goes_on(stocked: Catalogue, alone: bool, per_page: int) -> None:  # 1, 2
    asked = {"query": "tea", "filters": "epc > 0", "hitsPerPage": per_page}
    names = _browsed(stocked, asked, alone=alone)
    assert sorted(names) == [f"Tea {number}" for number in range(1, 7)]
    assert post(stocked, BROWSE, asked)["nbHits"] == one(stocked, **asked)["nbHits"] == 6


def test_the_last_page_has_no_cursor(stocked: Catalogue) -> None:  # 3
    page = post(stocked, BROWSE, {"hitsPerPage": 7})
    assert (len(page["hits"]), page["nbPages"], "cursor" in page) == (7, 1, False)
    assert "cursor" in post(stocked, BROWSE, {"hitsPerPage": 6})
    assert "cursor" not in post(stocked, BROWSE, {"hitsPerPage": 0})
    assert "cursor" not in post(stocked, BROWSE, {"query": "nothing of the kind"})


def test_pages_are_a_thousand_by_default_and_plain(stocked: Catalogue) -> None:  # 1
    page = post(stocked, BROWSE, b"")
    assert (page["hitsPerPage"], page["nbHits"], page["page"]) == (1000, 7, 0)
    assert "_highlightResult" not in page["hits"][0]
    assert page["hits"][0]["objectID"] == str(page["hits"][0]["id"])


def test_parameters_may_be_in_the_url_or_in_one_text(stocked: Catalogue) -> None:  # 2
    asked = {"filters": "network:cj", "hitsPerPage": 2, "attributesToRetrieve": ["name"]}
    expected = post(stocked, BROWSE, asked)
    v4 = post(stocked, BROWSE, {"params": url_encoded(asked)}, headers=V4)
    url: dict[str, Any] = {
        "filters": "network:cj",
        "hitsPerPage": "2",
        "attributesToRetrieve": "name",
        "x-algolia-api-key": "k",
    }
    got = stocked.get(BROWSE, **url)
    assert v4["hits"] == got["hits"] == expected["hits"]
    assert "algolia" not in got["params"]
    assert stocked.get(BROWSE, cursor=got["cursor"])["hits"] == post(stocked, BROWSE, {"cursor": v4["cursor"]})["hits"]


def test_nothing_comes_twice_while_programs_are_written(changing: Catalogue) -> None:  # 2
    first = post(changing, "/1/indexes/programs_epc_asc/browse", {"hitsPerPage": 3})
    changing.store(program("Behind", epc=0.5), program("Tea 5 again", network="cj", epc=5.0, external_id="5"))
    rest = post(changing, "/1/indexes/programs_epc_asc/browse", {"cursor": first["cursor"], "hitsPerPage": 1000})
    names = [hit["name"] for hit in first["hits"] + rest["hits"]]
    assert names == ["Tea 0", "Tea 1", "Tea 2", "Tea 3", "Tea 4", "Tea 5 again", "Tea 6"]


def test_a_cursor_goes_on_in_another_generation(changing: Catalogue) -> None:  # 2
    first = post(changing, BROWSE, {"hitsPerPage": 3})
    changing.rebuild()
    rest = post(changing, BROWSE, {"cursor": first["cursor"], "hitsPerPage": 1000})
    assert [hit["id"] for hit in first["hits"] + rest["hits"]] == list(range(1, 8))


@pytest.mark.parametrize(
    "changed", [{"query": "tea 1"}, {"filters": "network:awin"}, {"numericFilters": ["epc>1"]}], ids=str
)
def test_a_cursor_belongs_to_its_query(stocked: Catalogue, changed: dict[str, Any]) -> None:  # 4
    asked = {"query": "tea", "filters": "network:cj", "hitsPerPage": 1}
    cursor = post(stocked, BROWSE, asked)["cursor"]
    problem = post(stocked, BROWSE, {**asked, **changed, "cursor": cursor}, expect=400)
    assert "belongs to another query" in problem["message"]
    other = post(stocked, "/1/indexes/programs_epc_asc/browse", {**asked, "cursor": cursor}, expect=400)
    assert "belongs to another query" in other["message"]
    assert post(stocked, BROWSE, {**asked, "hitsPerPage": 2, "cursor": cursor})["hitsPerPage"] == 2


@pytest.mark.parametrize("cursor", ["x", "é", "AAAA" * 20, 7, ["a"], {"a": 1}, True], ids=str)
def test_a_forged_cursor_is_refused(stocked: Catalogue, cursor: Any) -> None:  # 4
    assert "not one of ours" in post(stocked, BROWSE, {"cursor": cursor}, expect=400)["message"]


def test_a_damaged_cursor_is_refused(stocked: Catalogue) -> None:  # 4
    cursor = post(stocked, BROWSE, {"hitsPerPage": 1})["cursor"]
    other = "A" if cursor[40] != "A" else "B"
    for damaged in (cursor[:-4], cursor[:40] + other + cursor[41:], cursor + "AAAA"):
        assert "not one of ours" in post(stocked, BROWSE, {"cursor": damaged}, expect=400)["message"]


@pytest.mark.parametrize("given", [{"page": 1}, {"offset": 5, "length": 5}], ids=str)
def test_browsing_has_no_page_numbers(stocked: Catalogue, given: dict[str, Any]) -> None:  # 4
    assert "has no meaning in browsing" in post(stocked, BROWSE, given, expect=400)["message"]


def test_programs_by_their_id(stocked: Catalogue) -> None:  # 6
    (hit,) = one(stocked, query="tea 3", filters="epc = 3")["hits"]
    path = f"/1/indexes/programs/{hit['objectID']}"
    whole = stocked.get(path)
    assert whole == {name: value for name, value in hit.items() if name != "_highlightResult"}
    assert stocked.get(path, attributesToRetrieve='["name","epc"]') == {
        "objectID": hit["objectID"],
        "name": "Tea 3",
        "epc": 3.0,
    }
    assert stocked.get(path, attributesToRetrieve="epc,name") == stocked.get(path, attributesToRetrieve="name,epc")


def test_one_program_is_not_sent_again(stocked: Catalogue) -> None:  # 6
    stocked.get("/readyz")
    path = f"/1/indexes/programs/{one(stocked)['hits'][0]['objectID']}"
    tag = stocked.api.get(path).headers["etag"]
    assert stocked.api.get(path, headers={"If-None-Match": tag}).status_code == 304
    assert stocked.api.get(f"{path}?attributesToRetrieve=name", headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("id", ["0", "-1", "007", "settings", "9" * 30, "1.5", "²", "%00", "'", "999999999"])
def test_what_is_not_there_is_a_404(stocked: Catalogue, id: str) -> None:  # 5
    assert stocked.get(f"/1/indexes/programs/{id}", expect=404)["message"] == "ObjectID does not exist"


def test_a_deleted_program_is_not_there(changing: Catalogue) -> None:  # 5
    id = one(changing, query="tea 3", filters="epc = 3")["hits"][0]["objectID"]
    requests = {"requests": [{"indexName": "programs", "objectID": id}]}
    assert post(changing, OBJECTS, requests)["results"][0]["name"] == "Tea 3"
    changing.rows("delete from programs where id = %s", int(id))
    changing.index()
    assert post(changing, OBJECTS, requests)["results"] == [None]
    changing.get(f"/1/indexes/programs/{id}", expect=404)
    assert len(_browsed(changing, {"hitsPerPage": 2})) == 6


def test_several_keep_their_order_and_may_repeat(stocked: Catalogue) -> None:  # 5
    ids = [hit["objectID"] for hit in one(stocked, indexName="programs_epc_desc")["hits"]]
    asked = [ids[2], "nothing", ids[0], ids[2]]
    requests = [{"indexName": "programs", "objectID": id, "attributesToRetrieve": ["name"]} for id in asked]
    requests[0]["attributesToRetrieve"] = ["epc"]
    found = post(stocked, OBJECTS, {"requests": requests})["results"]
    assert found == [
        {"objectID": ids[2], "epc": 4.0},
        None,
        {"objectID": ids[0], "name": "Tea 6"},
        {"objectID": ids[2], "name": "Tea 4"},
    ]
    assert post(stocked, OBJECTS, {"requests": []})["results"] == []


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        ({"objectID": "1"}, "names no index"),
        ({"indexName": "programs"}, "names no object"),
        ({"indexName": "programs", "objectID": True}, "names no object"),
        ({"indexName": "programs", "objectID": "1", "attributesToRetrieve": [1]}, "expected a list of names"),
        (7, "not an object"),
    ],
    ids=str,
)
def test_a_bad_request_for_several_says_what_to_do(stocked: Catalogue, request_: Any, says: str) -> None:  # 4
    assert says in post(stocked, OBJECTS, {"requests": [request_]}, expect=400)["message"]


def test_more_than_a_thousand_are_refused(stocked: Catalogue) -> None:  # 5
    requests = [{"indexName": "programs", "objectID": str(number)} for number in range(1, 1002)]
    assert len(post(stocked, OBJECTS, {"requests": requests[:1000]})["results"]) == 1000
    assert "at most 1000" in post(stocked, OBJECTS, {"requests": requests}, expect=400)["message"]


def test_another_index_does_not_exist(stocked: Catalogue) -> None:  # 5
    stocked.get("/1/indexes/product/1", expect=404)
    stocked.get("/1/indexes/product/browse", expect=404)
    assert "does not exist" in post(stocked, "/1/indexes/product/browse", {}, expect=404)["message"]
    requests = {"requests": [{"indexName": "product", "objectID": "1"}]}
    assert "does not exist" in post(stocked, OBJECTS, requests, expect=404)["message"]
