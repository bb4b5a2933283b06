"""Programs are pinned to queries.

1. They come first and in their order, whether the words find them or not, and say that they are pinned; on Algolia's
   wire and among merchants too.
2. They are found within filters only, and count in totals, facets and exports as others do. In another order than
   relevance they are in their place.
3. A query is the same however it is written: case, accents, plural, a typing error; with more words it is another.
4. Pages follow one another without a program twice or lost; a cursor goes on as it began, whatever is edited meanwhile.
5. What words find is decided without pins: words are left out, corrected and told as ever. Watches do not tell of pins.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.learning.editing import pin, remove, same
from tests.words import Catalogue, program

_TEAS = [f"Tea {number}" for number in range(7)]


@pytest.fixture
def stocked(catalogue: Catalogue) -> Catalogue:
    catalogue.store(
        *(program(name, description="tea for everybody", epc=float(n)) for n, name in enumerate(_TEAS)),
        program("Boots", description="hiking boots", network="cj", epc=9.0),
        program("Kettle", description="kettles", network="cj", status="closed"),
        program("Tea 7", description="tea", network="cj", epc=0.5),
    )
    return catalogue


def test_first_and_in_their_order(stocked: Catalogue) -> None:  # 1
    total = stocked.get(q="tea")["total"]
    pin(stocked, "tea", "Boots", "Tea 6", "Tea 2")
    answer = stocked.get(q="tea", perPage=100)
    assert [each["name"] for each in answer["programs"]][:3] == ["Boots", "Tea 6", "Tea 2"]
    assert [each.get("pinned") for each in answer["programs"]][:4] == [True, True, True, None]
    assert sum("pinned" in each for each in answer["programs"]) == 3
    assert answer["total"] == len(answer["programs"]) == total + 1
    assert (answer["matched"], answer["understood"]["words"][0]["text"]) == ("exact", "tea")
    few = stocked.get(q="tea", fields="name", highlight="true", explain="true")["programs"]
    assert [(each["name"], each.get("pinned")) for each in few][:2] == [("Boots", True), ("Tea 6", True)]
    assert few[0]["explain"]["matched"] == {"pinned:1": few[0]["explain"]["score"]}
    assert few[1]["explain"]["matched"]["pinned:2"] == few[1]["explain"]["score"]


def test_within_filters(stocked: Catalogue) -> None:  # 2
    pin(stocked, "tea", "Kettle", "Boots", "Tea 6")
    assert stocked.found("tea", perPage=2) == ["Boots", "Tea 6"]
    assert stocked.found("tea", network="awin", perPage=1) == ["Tea 6"]
    assert stocked.found("tea", network="cj") == ["Boots", "Tea 7"]
    assert stocked.found("tea", status="closed") == ["Kettle"]
    assert stocked.counts("network", q="tea") == {"awin": 7, "cj": 2}
    assert stocked.found("boots") == ["Boots"]
    assert stocked.found("tea", network="cj", epc="..1") == ["Tea 7"]


def test_in_another_order(stocked: Catalogue) -> None:  # 2
    pin(stocked, "tea", "Tea 3", "Boots")
    assert stocked.found("tea", sort="-epc", perPage=3) == ["Boots", "Tea 6", "Tea 5"]
    assert stocked.get(q="tea", sort="-epc")["total"] == stocked.get(q="tea")["total"] == 9


@pytest.mark.parametrize("q", ["Hiking Boots", "hiking boot", "HIKING  BÓOTS", "hikking boots"])
def test_a_query_however_it_is_written(stocked: Catalogue, q: str) -> None:  # 3
    pin(stocked, "hiking boots", "Tea 1")
    assert stocked.found(q)[0] == "Tea 1"


@pytest.mark.parametrize("q", ["boots", "hiking boots cheap tea", "hiking -boots", ""])
def test_another_query(stocked: Catalogue, q: str) -> None:  # 3
    before = stocked.get(q=q)["total"]
    pin(stocked, "hiking boots", "Tea 1")
    found = stocked.get(q=q)
    assert found["total"] == before
    assert not any("pinned" in each for each in found["programs"])


def test_pages_follow_one_another(stocked: Catalogue) -> None:  # 4
    pin(stocked, "tea", "Boots", "Tea 6")
    whole = stocked.found("tea", perPage=100)
    by_page = [name for page in range(1, 6) for name in stocked.found("tea", perPage=2, page=page)]
    assert by_page == whole


def test_a_cursor_goes_on_as_it_began(stocked: Catalogue) -> None:  # 4
    edit = pin(stocked, "tea", "Boots", "Tea 6", "Tea 2")
    whole = stocked.found("tea", perPage=100)
    answer: dict[str, Any] = stocked.get(q="tea", perPage=2)
    names = [each["name"] for each in answer["programs"]]
    changes: list[Callable[[], object]] = [
        lambda: remove(stocked, edit),
        lambda: pin(stocked, "tea", "Tea 5"),
        lambda: same(stocked, "tea", "boots"),
    ]
    while answer["nextCursor"]:
        if changes:
            changes.pop(0)()
        answer = stocked.get(q="tea", perPage=2, cursor=answer["nextCursor"])
        names += [each["name"] for each in answer["programs"]]
    assert not changes
    assert names == whole


def test_words_are_read_as_ever(stocked: Catalogue) -> None:  # 5
    pin(stocked, "green boots", "Tea 4")
    answer = stocked.get(q="green boots")
    assert (answer["matched"], answer["leftOut"]) == ("some", ["green"])
    assert [each["name"] for each in answer["programs"]] == ["Tea 4", "Boots"]
    pin(stocked, "qzxv", "Tea 1")
    answer = stocked.get(q="qzxv")
    assert [each["name"] for each in answer["programs"]] == ["Tea 1"]
    assert (answer["matched"], answer["total"]) == ("exact", 1)


def test_algolia(stocked: Catalogue) -> None:  # 1, 2
    pin(stocked, "tea", "Boots")
    asked = {"query": "tea", "facets": ["network"], "attributesToRetrieve": ["name"]}
    found = stocked.api.post("/1/indexes/programs/query", json=asked).json()
    assert [(each["name"], each.get("pinned")) for each in found["hits"]][:2] == [
        ("Boots", True),
        (found["hits"][1]["name"], None),
    ]
    assert found["facets"]["network"] == {"awin": 7, "cj": 2}
    assert found["nbHits"] == 9
    again = stocked.api.post("/1/indexes/programs/query", json={"query": "green boots", "filters": "network:cj"}).json()
    assert [each["name"] for each in again["hits"]] == ["Boots"]


def test_merchants_and_exports(stocked: Catalogue) -> None:  # 1, 2
    pin(stocked, "tea", "Boots")
    assert stocked.found("tea", collapse="merchant")[0] == "Boots"
    lines = stocked.api.get("/api/programs/export", params={"q": "tea", "format": "ndjson"}).text.splitlines()
    assert len(lines) == 9 + 1
    assert any('"Boots"' in line for line in lines)


def test_watches_do_not_tell_of_pins(stocked: Catalogue) -> None:  # 5
    pin(stocked, "tea", "Boots")
    key = stocked.key("import")
    made = stocked.api.post("/api/alerts", json={"name": "tea", "query": "q=tea"}, headers=key)
    assert made.status_code == 201, made.text
    assert made.json()["watch"]["matches"] == 8
