"""What is searched for is counted, where that is wanted.

1. Each search counts once under its folded words: made or remembered, by either API; first pages, typed to the end.
2. Its outcome is counted: nothing found, words left out, a word corrected; and how many were found the last time.
3. What is no search of its own is not counted: pages further on, facets beside a search; nor are private filters.
   Nothing is where it is not wanted.
4. Frontends of Algolia ask with every key press: beginnings of what was typed on count nothing.
5. Processes add up what they count; while the database is away nothing of it is lost.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.learning.query_log import QueryLog, SearchOutcome
from tests.learning.counting import asked, counting_api, end, written
from tests.words import Catalogue, program


@pytest.fixture
def stocked(catalogue: Catalogue) -> Catalogue:
    catalogue.store(
        program("Green Tea", description="organic green tea for everybody"),
        program("Black Tea", description="black tea"),
        program("Hiking Boots", description="boots for hikers"),
    )
    return catalogue


def test_nothing_is_counted_unless_it_is_wanted(stocked: Catalogue) -> None:  # 3
    client = stocked.opened()
    client.get("/api/programs", params={"q": "tea"})
    end(client)
    assert written(stocked) == {}


def test_each_search_counts_once(stocked: Catalogue) -> None:  # 1
    client = counting_api(stocked)
    first = client.get("/api/programs", params={"q": "Tèa"})
    client.get("/api/programs", params={"q": "  tea "})
    client.get("/api/programs", params={"q": "tea", "network": "cj"})
    known = client.get("/api/programs", params={"q": "Tèa"}, headers={"If-None-Match": first.headers["etag"]})
    assert known.status_code == 304
    client.get("/api/programs", params={"q": "Tèa"})
    client.get("/api/programs", headers=stocked.key("read"), params={"q": "boots"})
    end(client)
    assert asked(stocked) == {"tea": 5, "boots": 1}


def test_outcomes(stocked: Catalogue) -> None:  # 2
    client = counting_api(stocked)
    for _ in range(2):
        assert client.get("/api/programs", params={"q": "tea"}).json()["total"] == 2
        assert client.get("/api/programs", params={"q": "qzxv"}).json()["total"] == 0
        assert client.get("/api/programs", params={"q": "green boots"}).json()["matched"] == "some"
        assert client.get("/api/programs", params={"q": "hikking"}).json()["matched"] == "typo"
    end(client)
    counts = {
        text: (row["asked"], row["empty"], row["relaxed"], row["corrected"]) for text, row in written(stocked).items()
    }
    assert counts == {
        "tea": (2, 0, 0, 0),
        "qzxv": (2, 2, 0, 0),
        "green boots": (2, 0, 2, 0),
        "hikking": (2, 0, 0, 2),
    }
    assert written(stocked)["tea"]["found"] == 2
    assert written(stocked)["qzxv"]["found"] == 0


def test_what_is_not_counted(stocked: Catalogue) -> None:  # 3
    key = stocked.key("read")
    client = counting_api(stocked)
    for parameters in (
        {"q": ""},
        {"q": "tea", "page": "2"},
        {"q": "te", "prefix": "last"},
        {"q": "tea", "perPage": "0", "facets": "network"},
        {"q": "tea", "perPage": "1", "fields": "id"},
    ):
        assert client.get("/api/programs", params=parameters).status_code == 200
    page = client.get("/api/programs", params={"q": "boots", "perPage": 1}).json()
    assert page["nextCursor"] is None
    cursor = client.get("/api/programs", params={"perPage": 1}).json()["nextCursor"]
    assert client.get("/api/programs", params={"perPage": 1, "cursor": cursor}).status_code == 200
    assert client.get("/api/programs", params={"q": "tea", "nework": "cj"}).status_code == 400
    private = {"q": "tea", "relation": "joined"}
    assert client.get("/api/programs", headers=key, params=private).status_code == 200
    end(client)
    assert asked(stocked) == {"boots": 1}


def test_algolia(stocked: Catalogue) -> None:  # 4
    def search(*queries: dict[str, object], **headers: str) -> None:
        requests = [{"indexName": "programs", **each} for each in queries]
        answer = client.post("/1/indexes/*/queries", json={"requests": requests}, headers=headers)
        assert answer.status_code == 200, answer.text

    client = counting_api(stocked)
    for typed in ("b", "bl", "bla", "black", "black", "black t", "black tea"):
        search({"query": typed})
    search({"query": "tea", "queryType": "prefixNone"}, {"query": "tea", "hitsPerPage": 0, "facets": ["network"]})
    search({"query": "boots", "page": 1}, {"query": "boots", "analytics": False}, {"query": ""})
    search({"query": "boots"}, **stocked.key("read"))
    search({"query": "private", "filters": "relation:joined"}, **stocked.key("read"))
    assert client.post("/1/indexes/programs/query", json={"query": "qzxv"}).status_code == 200
    end(client)
    assert asked(stocked) == {"black tea": 1, "tea": 1, "boots": 1, "qzxv": 1}
    assert written(stocked)["qzxv"]["empty"] == 1


def test_processes_add_up(stocked: Catalogue) -> None:  # 5
    for _ in range(2):
        client = counting_api(stocked)
        client.get("/api/programs", params={"q": "tea"})
        client.get("/api/programs", params={"q": "qzxv"})
        end(client)
    assert asked(stocked) == {"tea": 2, "qzxv": 2}
    assert written(stocked)["qzxv"]["empty"] == 2


def test_while_the_database_is_away(stocked: Catalogue) -> None:  # 5
    client = counting_api(stocked)
    stocked.rows("alter table query_counts rename to moved_away")
    client.get("/api/programs", params={"q": "tea"})
    app_state = client.app.state.app_state
    client.blocking_portal.call(app_state.counting.write, app_state.pool)
    assert len(app_state.counting.log) == 1
    client.get("/api/programs", params={"q": "tea"})
    stocked.rows("alter table moved_away rename to query_counts")
    end(client)
    assert asked(stocked) == {"tea": 2}


def test_what_could_not_be_written_is_older_than_what_came_since() -> None:  # 5
    log = QueryLog()
    log.count(SearchOutcome("tea", 5, "exact"))
    taken = log.take()
    assert len(log) == 0
    log.count(SearchOutcome("Tea", 0, "exact"))
    log.put_back(taken)
    (both,) = log.take()
    assert (both.day, both.asked, both.empty, both.found) == (datetime.now(UTC).date(), 2, 1, 0)
