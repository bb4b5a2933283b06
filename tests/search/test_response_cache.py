"""Answers are remembered, never too long.

1. Who has an answer is told that it still holds (304), without OpenSearch being asked.
2. However a request is written, its answer is remembered once; a thousand equal ones at once cost one.
3. Whatever becomes searchable changes the tag; what has nothing to do with the answer does not.
4. What is remembered is bounded and no failure, and a caller who leaves does not disturb the others.
5. Values of a facet and suggestions are remembered the same way; suggestions until others are built.
"""

from __future__ import annotations

import asyncio

import pytest

from app.search.single_flight import SingleFlightCache
from tests.words import Catalogue, program


def _searches(catalogue: Catalogue) -> int:
    indexes = f"{catalogue.alias}-*,{catalogue.alias}_suggestions-*"
    stats = catalogue.search.indices.stats(index=indexes, metric="search")
    return int(stats["_all"]["total"]["search"]["query_total"])


def test_not_sent_again(catalogue: Catalogue) -> None:  # 1, 2
    catalogue.store(program("A"))
    catalogue.get("/readyz")
    first = catalogue.api.get("/api/programs", params={"q": "a", "facets": "network"})
    before = _searches(catalogue)
    again = catalogue.api.get("/api/programs?facets=network&q=%20a", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert catalogue.api.get("/api/programs?q=a&facets=network").json()["programs"] == first.json()["programs"]
    assert _searches(catalogue) == before


@pytest.mark.waits
def test_changes_with_the_index(catalogue: Catalogue) -> None:  # 3
    catalogue.store(program("A", external_id="a"))
    catalogue.get("/readyz")
    tag = catalogue.api.get("/api/programs").headers["etag"]
    one = catalogue.get()["programs"][0]["id"]
    assert catalogue.api.get("/api/programs", headers={"If-None-Match": tag}).status_code == 304
    catalogue.store(program("B", external_id="a"))
    answer = catalogue.api.get("/api/programs", headers={"If-None-Match": tag})
    assert answer.status_code == 200
    assert answer.json()["programs"][0]["name"] == "B"
    assert catalogue.get(f"/api/programs/{one}")["name"] == "B"


@pytest.mark.waits
def test_changes_with_the_generation(catalogue: Catalogue) -> None:  # 3
    catalogue.store(program("A"))
    catalogue.get("/readyz")
    tag = catalogue.api.get("/api/programs").headers["etag"]
    catalogue.rebuild()
    catalogue.get("/readyz")
    answer = catalogue.api.get("/api/programs", headers={"If-None-Match": tag})
    assert answer.status_code == 200
    assert answer.json()["index"]["generation"].startswith(catalogue.alias)


@pytest.mark.parametrize(
    ("path", "written_otherwise"),
    [
        (
            "/api/facets/network?facetQuery=aw&network=cj,awin",
            "/api/facets/network?network=awin&network=cj&facetQuery=+aw",
        ),
        ("/api/facets/merchantDomain?facetQuery=tea", "/api/facets/merchantDomain?limit=20&facetQuery=tea"),
        ("/api/suggest?q=te", "/api/suggest?limit=5&q=te+"),
    ],
)
def test_values_and_suggestions_are_not_sent_again(
    catalogue: Catalogue, path: str, written_otherwise: str
) -> None:  # 5
    catalogue.store(program("Tea", merchant_domain="tea.example"))
    catalogue.build_suggestions()
    catalogue.get("/readyz")
    first = catalogue.api.get(path)
    assert first.status_code == 200
    before = _searches(catalogue)
    again = catalogue.api.get(written_otherwise, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert catalogue.api.get(written_otherwise).json() == first.json()
    assert _searches(catalogue) == before


def test_values_change_with_the_index(catalogue: Catalogue) -> None:  # 5
    catalogue.store(program("A"))
    catalogue.get("/readyz")
    assert [each["count"] for each in catalogue.get("/api/facets/network")["values"]] == [1]
    catalogue.store(program("B"))
    assert [each["count"] for each in catalogue.get("/api/facets/network")["values"]] == [2]


def test_suggestions_change_when_others_are_built(catalogue: Catalogue) -> None:  # 3, 5
    def labels(path: str, member: str) -> list[str]:
        answer = catalogue.get(path)
        listed = answer["groups"]["programs"] if "groups" in answer else answer["values"]
        return sorted(each[member] for each in listed)

    catalogue.store(program("Tea one", merchant_domain="tea-one.example"))
    catalogue.build_suggestions()
    catalogue.get("/readyz")
    tag = catalogue.api.get("/api/suggest?q=tea").headers["etag"]
    assert labels("/api/facets/merchantDomain?facetQuery=tea", "value") == ["tea-one.example"]
    catalogue.store(program("Tea two", merchant_domain="tea-two.example"))
    assert catalogue.api.get("/api/suggest?q=tea", headers={"If-None-Match": tag}).status_code == 304
    catalogue.build_suggestions()
    catalogue.get("/readyz")
    assert catalogue.api.get("/api/suggest?q=tea", headers={"If-None-Match": tag}).status_code == 200
    assert labels("/api/suggest?q=tea", "label") == ["Tea one", "Tea two"]
    assert labels("/api/facets/merchantDomain?facetQuery=tea", "value") == ["tea-one.example", "tea-two.example"]


def test_made_once_for_all() -> None:  # 2
    made = 0

    async def make() -> int:
        nonlocal made
        made += 1
        await asyncio.sleep(0.01)
        return 7

    async def thousand() -> list[int]:
        values: SingleFlightCache[int] = SingleFlightCache(10)
        return await asyncio.gather(*(values.get("key", make) for _ in range(1000)))

    assert asyncio.run(thousand()) == [7] * 1000
    assert made == 1


def test_who_leaves_disturbs_nobody() -> None:  # 4
    ended: list[str] = []

    async def make() -> int:
        try:
            await asyncio.sleep(0.05)
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise
        return 7

    async def both() -> int:
        values: SingleFlightCache[int] = SingleFlightCache(10)
        leaving, staying = (asyncio.ensure_future(values.get("key", make)) for _ in range(2))
        await asyncio.sleep(0.01)
        leaving.cancel()
        return await staying

    async def alone() -> None:
        values: SingleFlightCache[int] = SingleFlightCache(10)
        leaving = asyncio.ensure_future(values.get("key", make))
        await asyncio.sleep(0.01)
        leaving.cancel()
        await asyncio.sleep(0.01)

    assert asyncio.run(both()) == 7
    assert not ended
    asyncio.run(alone())
    assert ended == ["cancelled"]


def test_failures_are_not_remembered() -> None:  # 4
    async def fail() -> int:
        raise ValueError("no")

    async def twice() -> int:
        values: SingleFlightCache[int] = SingleFlightCache(10)
        with pytest.raises(ValueError, match="no"):
            await values.get("key", fail)

        async def make() -> int:
            return 7

        return await values.get("key", make)

    assert asyncio.run(twice()) == 7


def test_is_bounded() -> None:  # 4
    values: SingleFlightCache[bytes] = SingleFlightCache(100, len)
    for number in range(50):
        values.store(number, b"x" * 10)
    assert sum(values.known(number) is not None for number in range(50)) == 10
    values.store("giant", b"x" * 90)
    assert values.known("giant") is None
    values.store(49, b"y" * 5)
    assert values.known(49) == b"y" * 5
