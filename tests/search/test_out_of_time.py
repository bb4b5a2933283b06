"""Where the engine runs out of time, the answer is what it had by then, and says so.

1. A search, its facets and offers, the values of a facet and Algolia's results are answered and marked.
2. Such an answer is never remembered: the next one, in time, is whole.
3. Advice that needs the whole is not given then: that no program has a value.
4. Where a part would be wrong (browsing, an export), it is a 503.

The engine is a real one that stops by itself: on the way there each search gets a filter that keeps it busy for a while
with every program, and less time than that. It looks at the clock between two segments, so there are several.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from app.engines import Engines
from app.settings import Settings
from tests.algolia.asking import ask, one, post
from tests.conftest import new_catalogue
from tests.instep.faults.faulty_engine import Answer, FaultyEngine, Request
from tests.words import Catalogue, program

_SEGMENTS = 6
# The engine's clock for this ticks every 200 ms. Of the segments it searches at most four side by side.
_BUSY_MILLISECONDS = 450
_BUSY = {
    "script": {
        "script": {
            "source": """
                long work(long seed) { for (int i = 0; i < 10000; i++) { seed = seed * 31 + i } return seed }
                long until = System.nanoTime() + params.milliseconds * 1000000L;
                long done = 1;
                while (System.nanoTime() < until) { done = work(done) }
                return done != 0 || done == 0;
            """,
            "params": {"milliseconds": _BUSY_MILLISECONDS},
        }
    }
}


def out_of_time(engine: FaultyEngine, request: Request) -> Answer:
    """Every search that sets itself a limit reaches it."""
    if not request.path.partition("?")[0].endswith(("/_search", "/_msearch")):
        return engine.pass_on(request)
    lines = [_kept_busy(json.loads(line)) for line in request.body.splitlines()]
    body = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    return engine.pass_on(Request(request.method, request.path, request.headers, body))


def offers_out_of_time(engine: FaultyEngine, request: Request) -> Answer:
    """Only the search for the offers of the merchants that were found does."""
    return out_of_time(engine, request) if b'"collapse"' not in request.body else engine.pass_on(request)


def advice_out_of_time(engine: FaultyEngine, request: Request) -> Answer:
    """Only what looks whether something else was meant does."""
    return out_of_time(engine, request) if b'"500ms"' in request.body else engine.pass_on(request)


def _kept_busy(line: dict[str, Any]) -> dict[str, Any]:
    if "timeout" not in line:  # the head of one of several
        assert not line, line
        return line
    return {**line, "timeout": "1ms", "query": {"bool": {"must": [line["query"]], "filter": [_BUSY]}}}


@pytest.fixture(scope="module")
def shop(engines: Engines, settings: Settings, template: str) -> Iterator[tuple[FaultyEngine, Catalogue]]:
    with FaultyEngine(engines.opensearch_url) as engine:
        for catalogue in new_catalogue(engines, settings, template, engine.url):
            for number in range(_SEGMENTS):
                only = {"merchant_domain": f"{number}.com", "category": str(number)}
                catalogue.store(program(f"Tea {number}", network="awin", **only))
            segments = catalogue.search.cat.segments(index=f"{catalogue.alias}-*", format="json")
            assert len(segments) == _SEGMENTS, segments
            yield engine, catalogue


def test_a_search_says_so(shop: tuple[FaultyEngine, Catalogue]) -> None:  # 1, 2
    engine, catalogue = shop
    with engine.misbehaving(out_of_time):
        answer = catalogue.api.get("/api/programs", params={"q": "tea", "facets": "network"})
        page = answer.json()
        assert (answer.status_code, page["partial"]) == (200, True), page
        assert page["total"] < _SEGMENTS
        assert any("partial" in warning["message"] for warning in page["warnings"])
        assert page["facets"]["network"]["exhaustive"] is False
        assert (answer.headers.get("etag"), answer.headers["cache-control"]) == (None, "no-store")
    page = catalogue.get(q="tea", facets="network")
    assert (page["total"], page["partial"], page["warnings"]) == (_SEGMENTS, False, [])


def test_a_value_that_was_not_looked_for_is_not_said_to_be_none(shop: tuple[FaultyEngine, Catalogue]) -> None:  # 3
    engine, catalogue = shop
    asked = {"category": ",".join([*map(str, range(_SEGMENTS)), "none"]), "network": "cj"}
    with engine.misbehaving(advice_out_of_time):
        page = catalogue.get(expect=200, **asked)
        assert (page["total"], page["partial"], page["warnings"]) == (0, False, [])
    (warning,) = catalogue.get(expect=200, **asked)["warnings"]
    assert warning["value"] == "none"


def test_offers_of_merchants_say_so(shop: tuple[FaultyEngine, Catalogue]) -> None:  # 1, 2
    engine, catalogue = shop
    asked = {"collapse": "merchant", "perPage": "100", "network": "awin"}
    with engine.misbehaving(offers_out_of_time):
        page = catalogue.get(expect=200, **asked)
        assert (page["total"], page["partial"]) == (_SEGMENTS, True)
        assert sum(len(each["offers"]) for each in page["programs"]) < _SEGMENTS
    page = catalogue.get(expect=200, **asked)
    assert sum(len(each["offers"]) for each in page["programs"]) == _SEGMENTS


def test_values_of_a_facet_say_so(shop: tuple[FaultyEngine, Catalogue]) -> None:  # 1, 2
    engine, catalogue = shop
    with engine.misbehaving(out_of_time):
        answer = catalogue.api.get("/api/facets/network")
        assert (answer.json()["partial"], answer.json()["exhaustive"]) == (True, False)
        assert "etag" not in answer.headers
    found = catalogue.get("/api/facets/network")
    assert (found["partial"], found["exhaustive"]) == (False, True)
    assert found["values"][0]["count"] == _SEGMENTS


@pytest.mark.parametrize(
    "queries", [[{"query": "tea"}], [{"facets": ["network"]}, {"hitsPerPage": 0}], [{"query": "tea"}, {"query": ""}]]
)
def test_algolias_results_say_so(shop: tuple[FaultyEngine, Catalogue], queries: list[dict[str, Any]]) -> None:  # 1, 2
    engine, catalogue = shop
    with engine.misbehaving(out_of_time):
        for result in ask(catalogue, *queries):
            assert result["nbHits"] < _SEGMENTS
            assert result["exhaustiveNbHits"] is False
            assert not any(result["exhaustive"].values())
    for result in ask(catalogue, *queries):
        assert (result["nbHits"], result["exhaustiveNbHits"]) == (_SEGMENTS, True)


def test_algolias_values_of_a_facet_say_so(shop: tuple[FaultyEngine, Catalogue]) -> None:  # 1, 2
    engine, catalogue = shop
    with engine.misbehaving(out_of_time):
        assert one(catalogue, type="facet", facet="network")["exhaustiveFacetsCount"] is False
    assert one(catalogue, type="facet", facet="network")["exhaustiveFacetsCount"] is True


def test_what_must_be_whole_is_refused(shop: tuple[FaultyEngine, Catalogue]) -> None:  # 4
    engine, catalogue = shop
    with engine.misbehaving(out_of_time):
        for format in ("ndjson", "csv"):
            problem = catalogue.get("/api/programs/export", expect=503, format=format)
            assert problem["type"] == "/problems/search-unavailable"
        problem = post(catalogue, "/1/indexes/programs/browse", {}, expect=503)
        assert problem["type"] == "/problems/search-unavailable"
