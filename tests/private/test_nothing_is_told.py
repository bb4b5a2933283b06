"""Nothing of what is private reaches an answer without a key.

1. Naming it anywhere is 401: as filter, facet, member, sort key, limit or order; on Algolia's wire too, however it is
   written; in Atom, exports and values of facets. A key that is none is 401. `facets=*` leaves it out.
2. Bodies, counts and ETags of every open answer are the same bytes whether accounts stand so, otherwise, or not at all,
   and whoever asked with a key before.
3. What a key's holder is told is nowhere among the stored answers.
4. Routes that are private alone are 401 without a key.
5. With one, Algolia's hits tell it and filter by it, and are nobody else's to keep.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.private.telling import tell
from tests.words import Catalogue, program

WORDS = ("joined", "notJoined", "relation", "shortlisted", "declined")
PARAMETERS: list[dict[str, Any]] = [
    {"relation": "joined"},
    {"relation": ""},
    {"tags": "good"},
    {"shortlisted": "true"},
    {"facets": "relation"},
    {"facets": "network, relation"},
    {"facets": ["network", "tags"]},
    {"fields": "name,relation"},
    {"sort": "-relation"},
    {"facetLimit": "relation:5"},
    {"facetOrder": "relation:name"},
    {"includeUnknown": "relation"},
]
OPEN = [
    "/api/programs?facets=*&perPage=100",
    "/api/programs?q=shop&collapse=merchant&highlight=true",
    "/api/programs/1",
    "/api/programs/1/similar",
    "/api/programs/export",
    "/api/programs/export?format=csv",
    "/api/programs.atom",
    "/api/facets/network",
    "/api/stats",
    "/api/changes",
    "/api/changes.atom",
    "/api/programs/1/history",
    "/1/indexes/programs/1",
]
QUERY = {"requests": [{"indexName": "programs", "query": "shop", "facets": ["*"]}]}


@pytest.fixture
def stocked(catalogue: Catalogue) -> Catalogue:
    catalogue.store(*(program(f"Shop {number}", external_id=f"p{number}") for number in range(6)))
    assert catalogue.api
    return catalogue


@pytest.mark.parametrize("path", ["/api/programs", "/api/programs/export", "/api/programs.atom", "/api/facets/network"])
def test_naming_it_needs_a_key(shared_catalogue: Catalogue, path: str) -> None:  # 1
    if "api" not in shared_catalogue.__dict__:
        shared_catalogue.store(program("Shop"))
    for parameters in PARAMETERS:
        answer = shared_catalogue.api.get(path, params=parameters)
        assert answer.status_code == 401, (path, parameters, answer.text)
        assert answer.json()["type"] == "/problems/key-needed"
        assert answer.headers["www-authenticate"].startswith("Bearer")
        basic = shared_catalogue.api.get(path, params=parameters, headers={"Authorization": "Basic eDp5"})
        assert basic.status_code == 401


@pytest.mark.parametrize(
    "asked",
    [
        {"facets": ["relation"]},
        {"facets": "network,relation"},
        {"filters": "relation:joined"},
        {"filters": 'network:awin AND NOT "relation":joined'},
        {"filters": "(relation:joined OR network:cj)"},
        {"facetFilters": [["relation:joined", "network:cj"]]},
        {"facetFilters": ["relation:-joined"]},
        {"facetFilters": '["relation:joined"]'},
        {"attributesToRetrieve": ["name", "relation"]},
        {"attributesToHighlight": ["relation"]},
        {"params": "filters=relation%3Ajoined"},
        {"params": "facets=%5B%22relation%22%5D"},
    ],
)
def test_naming_it_on_algolias_wire(shared_catalogue: Catalogue, asked: dict[str, Any]) -> None:  # 1
    if "api" not in shared_catalogue.__dict__:
        shared_catalogue.store(program("Shop"))
    api = shared_catalogue.api
    bodies = [
        ("/1/indexes/*/queries", {"requests": [{"indexName": "programs"}, {"indexName": "programs", **asked}]}),
        ("/1/indexes/programs/query", asked),
    ]
    for path, body in bodies:
        assert api.post(path, json=body).status_code == 401, (path, body)
    escaped = b'{"facets": ["\\u0072elation"]}'
    assert api.post("/1/indexes/programs/query", content=escaped).status_code == 401
    assert api.post("/1/indexes/programs/facets/relation/query", json={}).status_code == 401
    assert api.post("/1/indexes/programs/query", json={"query": "relation"}).status_code == 200, "a word like any other"


def test_a_key_that_is_none(shared_catalogue: Catalogue) -> None:  # 1
    if "api" not in shared_catalogue.__dict__:
        shared_catalogue.store(program("Shop"))
    wrong = {"Authorization": "Bearer afx_none"}
    assert shared_catalogue.api.get("/api/programs", headers=wrong).status_code == 401
    others = {"Authorization": "Bearer of-a-proxy"}
    assert shared_catalogue.api.get("/api/programs", headers=others).status_code == 200, "not ours: as if without"
    assert shared_catalogue.api.get("/api/programs?relation=joined", headers=others).status_code == 401


@pytest.mark.parametrize("path", ["/api/accounts", "/api/programs/1/relations", "/api/relations/changes"])
def test_private_routes(shared_catalogue: Catalogue, path: str) -> None:  # 4
    if "api" not in shared_catalogue.__dict__:
        shared_catalogue.store(program("Shop"))
    assert shared_catalogue.api.get(path).status_code == 401


def _open_answers(catalogue: Catalogue) -> dict[str, tuple[bytes, str | None]]:
    """Every open answer with its ETag."""
    answers = {path: catalogue.api.get(path) for path in OPEN}
    answers["queries"] = catalogue.api.post("/1/indexes/*/queries", json=QUERY)
    for path, answer in answers.items():
        assert answer.status_code == 200, (path, answer.text)
        lower = answer.text
        assert not any(word in lower for word in WORDS), (path, lower[:2000])
    return {path: (answer.content, answer.headers.get("etag")) for path, answer in answers.items()}


def test_open_answers_are_the_same_bytes(stocked: Catalogue) -> None:  # 2
    key = stocked.key("read")
    before = _open_answers(stocked)
    assert "relation" not in stocked.get(facets="*")["facets"]
    for how in ("joined", "pending", "notjoined"):
        tell(stocked, {f"p{number}": how for number in range(5)})
        found = stocked.api.get("/api/programs?facets=*&perPage=100", headers=key).json()
        assert sum(each["relation"] is not None for each in found["programs"]) == 5, "it is there to be told"
        stocked.api.post("/1/indexes/*/queries", json=QUERY, headers=key)
        for path in ("/api/programs/1", "/api/programs/1/similar", "/api/programs/export"):
            assert stocked.api.get(path, headers=key).status_code == 200
        after = _open_answers(stocked)
        assert {path: etag for path, (_, etag) in after.items()} == {path: etag for path, (_, etag) in before.items()}
        for path, (body, etag) in after.items():
            if etag:  # of the response cache: the very same bytes
                assert body == before[path][0] or b'"index"' in body, path


def test_nothing_is_stored(stocked: Catalogue) -> None:  # 3
    tell(stocked, {"p1": "joined"})
    key = stocked.key("read")
    state = stocked.api.app.state.app_state
    before = len(state.pages._values), len(state.requests._values)
    for path in ("/api/programs?relation=joined", "/api/programs?q=shop&facets=*", "/api/programs/1"):
        assert stocked.api.get(path, headers=key).status_code == 200
    stocked.api.post("/1/indexes/*/queries", json=QUERY, headers=key)
    assert (len(state.pages._values), len(state.requests._values)) == before


def test_algolias_hits_with_a_key(stocked: Catalogue) -> None:  # 5
    tell(stocked, {"p1": "joined", "p2": "pending"})
    key = stocked.key("read")

    def hits(**asked: Any) -> list[dict[str, Any]]:
        answer = stocked.api.post("/1/indexes/programs/query", json=asked, headers=key)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "private, no-store"), answer.text
        found: list[dict[str, Any]] = answer.json()["hits"]
        return found

    assert {each["name"]: each["relation"] for each in hits()} == {
        "Shop 1": "joined",
        "Shop 2": "pending",
        **{f"Shop {number}": None for number in (0, 3, 4, 5)},
    }
    assert [each["name"] for each in hits(filters="relation:joined")] == ["Shop 1"]
    assert len(hits(filters="NOT relation:joined")) == 5
    assert len(hits(facetFilters=[["relation:joined", "relation:pending"]])) == 2
    assert hits(filters="relation:removed") == []
    assert (
        stocked.api.post("/1/indexes/programs/query", json={"filters": "relation:joyned"}, headers=key).status_code
        == 400
    )
    assert all("relation" not in each for each in hits(attributesToRetrieve=["name"]))
