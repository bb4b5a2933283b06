"""Where only a part of the index answers, a search says so.

1. What the rest of the index finds is answered and marked, by the native and by the Algolia routes.
2. Such an answer is never remembered or kept: when the part is back, so are its programs.
3. Where a part would be wrong (one program, browsing, an export), it is a 503.
"""

from __future__ import annotations

from typing import Any

import pytest

from mappings.index import mapping, settings
from tests.algolia.asking import ask, one, post
from tests.words import Catalogue, program

_MANY = 40


@pytest.fixture
def halved(catalogue: Catalogue) -> Catalogue:
    """A catalogue whose index has two shards, one of which is nowhere: a node takes one of them only, and there is one.

    A shard that was there once comes back by itself whatever forbids it, so this one never was.
    """
    catalogue.put([program(f"Tea {number}", network="awin", epc=1.0) for number in range(_MANY)])
    catalogue.index()
    half = settings(shards=2)
    half["index"]["routing.allocation.total_shards_per_node"] = 1
    name = _halved(catalogue)
    catalogue.search.indices.create(
        index=name, body={"settings": half, "mappings": mapping()}, params={"wait_for_active_shards": "0"}
    )
    _wait(catalogue, 1)
    assert 0 < _write(catalogue) < _MANY
    catalogue.search.indices.update_aliases(
        body={
            "actions": [
                {"remove": {"index": f"{catalogue.alias}-*", "alias": catalogue.alias}},
                {"add": {"index": name, "alias": catalogue.alias}},
            ]
        }
    )
    catalogue.get("/readyz")
    return catalogue


def _halved(catalogue: Catalogue) -> str:
    return f"{catalogue.alias}-halved"


def _write(catalogue: Catalogue) -> int:
    """Index every program where there is a shard for it; how many there were."""
    lines: list[dict[str, Any]] = []
    for id, document in catalogue.documents(_whole(catalogue)).items():
        (copies,) = catalogue.search.search_shards(index=_halved(catalogue), params={"routing": str(id)})["shards"]
        if copies:
            lines += [{"index": {"_id": str(id)}}, document]
    done = catalogue.search.bulk(index=_halved(catalogue), body=lines, params={"refresh": "true"})
    assert not done["errors"], done
    return len(lines) // 2


def _whole(catalogue: Catalogue) -> str:
    """The index that has every program."""
    (name,) = set(catalogue.search.indices.get(index=f"{catalogue.alias}-*")) - {_halved(catalogue)}
    return str(name)


def _wait(catalogue: Catalogue, shards: int) -> None:
    """Until so many shards are there."""
    given = {"wait_for_active_shards": str(shards)}
    health = catalogue.search.cluster.health(index=_halved(catalogue), params=given)
    assert (health["timed_out"], health["active_shards"]) == (False, shards), health


@pytest.mark.parametrize("parameters", [{"q": "tea"}, {"q": "tea", "facets": "network"}, {}], ids=str)
def test_a_search_says_that_it_is_partial(halved: Catalogue, parameters: dict[str, Any]) -> None:  # 1
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


def test_values_of_a_facet_say_so(halved: Catalogue) -> None:  # 1
    answer = halved.api.get("/api/facets/network")
    assert (answer.json()["partial"], answer.json()["exhaustive"]) == (True, False)
    assert "etag" not in answer.headers


def test_algolias_results_say_so(halved: Catalogue) -> None:  # 1
    folded = ask(halved, {"facets": ["network"]}, {"facets": ["network"], "hitsPerPage": 0})
    several = ask(halved, {"query": "tea"}, {"query": ""})
    for result in [*folded, *several]:
        assert 0 < result["nbHits"] < _MANY
        assert not any(result["exhaustive"].values())
        assert result["exhaustiveNbHits"] is False
    assert one(halved, type="facet", facet="network")["exhaustiveFacetsCount"] is False


def test_it_is_forgotten_when_all_is_back(halved: Catalogue) -> None:  # 2
    assert halved.get(q="tea")["total"] < _MANY
    assert one(halved, query="tea")["nbHits"] < _MANY
    more = {"index.routing.allocation.total_shards_per_node": 2}
    halved.search.indices.put_settings(index=_halved(halved), body=more)
    _wait(halved, 2)
    assert _write(halved) == _MANY
    halved.get("/readyz")
    page = halved.get(q="tea")
    assert (page["total"], page["partial"], page["warnings"]) == (_MANY, False, [])
    assert one(halved, query="tea")["nbHits"] == _MANY


def test_browsing_is_never_partial(halved: Catalogue) -> None:  # 3
    problem = post(halved, "/1/indexes/programs/browse", {}, expect=503)
    assert problem["type"] == "/problems/search-unavailable"


@pytest.mark.parametrize("format", ["ndjson", "csv"])
def test_an_export_is_never_partial(halved: Catalogue, format: str) -> None:  # 3
    problem = halved.get("/api/programs/export", expect=503, format=format)
    assert problem["type"] == "/problems/search-unavailable"


def test_a_program_of_the_missing_part_is_not_said_to_be_none(halved: Catalogue) -> None:  # 3
    there = {each["id"] for each in halved.get(perPage=100)["programs"]}
    missing = min(set(halved.documents(_whole(halved))) - there)
    assert halved.get(f"/api/programs/{missing}", expect=503)["type"] == "/problems/search-unavailable"
    assert halved.get(f"/api/programs/{min(there)}")["id"] == min(there)
