"""Where only a part of the index answers, a search says so.

1. What the rest of the index finds is answered and marked, by the native and by the Algolia routes.
2. Such an answer is never remembered or kept: when the part is back, so are its programs.
3. Where a part would be wrong (one program, browsing, an export), it is a 503 or an answer without its end.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from indexing import generations
from tests.algolia.asking import ask, one, post
from tests.words import Catalogue, program

_MANY = 40
_PATIENCE_SECONDS = 30


@pytest.fixture
def halved(catalogue: Catalogue) -> Iterator[Catalogue]:
    """A catalogue of two shards, the first of which is nowhere."""
    catalogue.put([program(f"Tea {number}", network="awin", epc=1.0) for number in range(_MANY)])
    catalogue.rebuild(shards=2)
    catalogue.index()
    catalogue.get("/readyz")
    name = generations.target(catalogue.search, catalogue.alias)
    assert name is not None
    _allocate(catalogue, name, "none")
    node = next(iter(catalogue.search.nodes.info()["nodes"]))
    cancel = {"index": name, "shard": 0, "node": node, "allow_primary": True}
    catalogue.search.cluster.reroute(body={"commands": [{"cancel": cancel}]})
    _wait(catalogue, name, 1)
    until = time.monotonic() + _PATIENCE_SECONDS
    while catalogue.get()["total"] == _MANY:  # the engine may find the shard for a moment longer
        assert time.monotonic() < until, "the index stays whole"
        catalogue.get("/readyz")
    yield catalogue
    _allocate(catalogue, name, "all")


def _allocate(catalogue: Catalogue, name: str, which: str) -> None:
    catalogue.search.indices.put_settings(index=name, body={"index.routing.allocation.enable": which})


def _wait(catalogue: Catalogue, name: str, shards: int) -> None:
    """Until so many shards answer."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while catalogue.search.search(index=name, body={"size": 0})["_shards"]["successful"] != shards:
        assert time.monotonic() < until, f"not {shards} shards answer"
        time.sleep(0.05)


@pytest.mark.parametrize("parameters", [{"q": "tea"}, {"q": "tea", "facets": "network"}, {}], ids=str)
def test_a_search_says_that_it_is_partial(halved: Catalogue, parameters: dict[str, Any]) -> None:
    answer = halved.api.get("/api/programs", params=parameters)
    page = answer.json()
    assert answer.status_code == 200, page
    assert page["partial"] is True
    assert 0 < page["total"] < _MANY
    assert any("partial" in warning["message"] for warning in page["warnings"])
    for facet in page["facets"].values():
        assert facet["exhaustive"] is False
    assert "etag" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"


def test_values_of_a_facet_say_so(halved: Catalogue) -> None:
    answer = halved.api.get("/api/facets/network")
    assert (answer.json()["partial"], answer.json()["exhaustive"]) == (True, False)
    assert "etag" not in answer.headers


def test_algolias_results_say_so(halved: Catalogue) -> None:
    folded = ask(halved, {"facets": ["network"]}, {"facets": ["network"], "hitsPerPage": 0})
    several = ask(halved, {"query": "tea"}, {"query": ""})
    for result in [*folded, *several]:
        assert 0 < result["nbHits"] < _MANY
        assert not any(result["exhaustive"].values())
        assert result["exhaustiveNbHits"] is False
    assert one(halved, type="facet", facet="network")["exhaustiveFacetsCount"] is False


def test_it_is_forgotten_when_all_is_back(halved: Catalogue) -> None:
    assert halved.get(q="tea")["total"] < _MANY
    assert one(halved, query="tea")["nbHits"] < _MANY
    name = generations.target(halved.search, halved.alias)
    assert name is not None
    _allocate(halved, name, "all")
    _wait(halved, name, 2)
    halved.get("/readyz")
    page = halved.get(q="tea")
    assert (page["total"], page["partial"], page["warnings"]) == (_MANY, False, [])
    assert one(halved, query="tea")["nbHits"] == _MANY


def test_browsing_is_never_partial(halved: Catalogue) -> None:
    problem = post(halved, "/1/indexes/programs/browse", {}, expect=503)
    assert problem["type"] == "/problems/search-unavailable"
