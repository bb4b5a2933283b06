"""Building the suggestions index.

1. It is old as soon as the catalogue has changed, or was built by other code; built anew it is not.
2. A build is swapped in at once: the alias is never without an index, and the one before stays for who is reading it.
3. A build that fails leaves the one before serving, and nothing of its own behind for longer than the next build.
4. Two do not build at the same time.
5. The keeper builds what is missing and what has become old, waits outages out, and rests in proportion.
6. Sweeping the catalogue's generations leaves the suggestions alone.
7. Completions are phrases of one trade, not what everybody writes.
8. What was being written while it was built, and was committed later, makes it old too.
"""

from __future__ import annotations

import threading
import time
from typing import Any

import psycopg
import pytest
from opensearchpy import OpenSearch

from indexing import suggestions
from indexing.completions import completions
from indexing.index_names import suggestions_like
from tests.words import Catalogue, program


def _programs(catalogue: Catalogue, q: str) -> list[str]:
    return [each["label"] for each in catalogue.get("/api/suggest", q=q)["groups"]["programs"]]


def _stale(catalogue: Catalogue) -> bool:
    with catalogue.connect() as connection:
        return suggestions.stale(connection, catalogue.search, catalogue.alias)


def _indexes(catalogue: Catalogue) -> list[str]:
    return sorted(catalogue.search.indices.get(index=suggestions_like(catalogue.alias)))


def test_a_change_makes_it_old_and_a_build_fresh(catalogue: Catalogue) -> None:  # 1
    catalogue.store(program("First"))
    assert _stale(catalogue)
    catalogue.build_suggestions()
    assert not _stale(catalogue)
    assert _programs(catalogue, "f") == ["First"]
    catalogue.rows("update programs set name = 'Found' where name = 'First'")
    assert _stale(catalogue)
    catalogue.build_suggestions()
    assert _programs(catalogue, "f") == ["Found"]
    catalogue.rows("delete from programs")
    assert _stale(catalogue)
    catalogue.build_suggestions()
    assert _programs(catalogue, "f") == []


@pytest.mark.parametrize(
    "statement", ["update programs set name = 'Written' where name = 'First'", "delete from programs"]
)
def test_what_is_committed_after_the_build_makes_it_old(catalogue: Catalogue, statement: str) -> None:  # 8
    catalogue.store(program("First"), program("Second"))
    with catalogue.connect() as writer:
        writer.execute(statement)  # draws its versions now
        catalogue.build_suggestions()
        assert _stale(catalogue)
    assert _stale(catalogue)
    catalogue.build_suggestions()
    assert not _stale(catalogue)
    assert _programs(catalogue, "first") == []


def test_other_code_makes_it_old(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:  # 1
    catalogue.build_suggestions()
    assert not _stale(catalogue)
    monkeypatch.setattr(suggestions, "fingerprint", lambda: "of tomorrow's code")
    assert _stale(catalogue)


def test_the_one_before_stays_until_the_next_build(catalogue: Catalogue) -> None:  # 2
    for _ in range(4):
        catalogue.build_suggestions()
    assert len(_indexes(catalogue)) == 2
    serving = suggestions.target(catalogue.search, catalogue.alias)
    assert serving
    assert serving[0] in _indexes(catalogue)


def test_readers_never_meet_a_gap(catalogue: Catalogue) -> None:  # 2
    catalogue.store(*(program(f"Reader {number}") for number in range(50)))
    catalogue.build_suggestions()
    catalogue.get("/api/suggest", q="reader")
    stop = threading.Event()

    def build() -> None:
        while not stop.is_set():
            catalogue.build_suggestions()

    builder = threading.Thread(target=build)
    builder.start()
    try:
        until = time.monotonic() + 2.5
        while time.monotonic() < until:
            assert len(_programs(catalogue, "reader")) == 5
    finally:
        stop.set()
        builder.join()


def test_a_failed_build_leaves_the_old_one_serving(catalogue: Catalogue) -> None:  # 3
    catalogue.store(program("Steady"))
    catalogue.build_suggestions()
    before = _indexes(catalogue)
    refusing = _Refusing(catalogue.search)
    with pytest.raises(suggestions.SuggestionsRefused, match="could not be built"):
        suggestions.build(catalogue.connect, refusing, catalogue.alias)  # type: ignore[arg-type]
    assert _indexes(catalogue) == before
    assert _programs(catalogue, "steady") == ["Steady"]


class _Refusing:
    """The real engine, whose new index is taken away while it is being filled."""

    def __init__(self, client: OpenSearch) -> None:
        self._client = client
        self.transport = self

    def perform_request(self, method: str, path: str, **more: Any) -> Any:
        self._client.indices.delete(index=path.split("/")[1])
        return self._client.transport.perform_request(method, path, **more)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


def test_two_do_not_build_at_once(catalogue: Catalogue) -> None:  # 4
    results: list[Any] = []
    both = threading.Barrier(2)

    def build() -> None:
        both.wait()
        results.append(catalogue.build_suggestions())

    catalogue.store(*(program(f"Twice {number}") for number in range(200)))
    threads = [threading.Thread(target=build) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert any(results)
    assert len(_indexes(catalogue)) == len([each for each in results if each])
    assert _programs(catalogue, "twice")


def test_the_keeper_builds_what_is_missing_and_what_is_old(catalogue: Catalogue) -> None:  # 5
    catalogue.store(program("Kept"))
    away = iter([True])

    def connect() -> Any:
        if next(away, False):
            raise psycopg.OperationalError("the database is away")
        return catalogue.connect()

    stop = threading.Event()
    keeper = threading.Thread(
        target=suggestions.keep,
        args=(connect, catalogue.search, catalogue.alias, stop),
        kwargs={"look": 0.05, "fresh": 0.05, "share_of_time": 0},
    )
    keeper.start()
    try:
        _eventually(lambda: suggestions.target(catalogue.search, catalogue.alias) is not None)
        assert _programs(catalogue, "kept") == ["Kept"]
        catalogue.put([program("Kept too")])
        _eventually(lambda: sorted(_programs(catalogue, "kept")) == ["Kept", "Kept too"])
        _eventually(lambda: not _stale(catalogue))
        resting = _indexes(catalogue)
        time.sleep(0.5)
        assert _indexes(catalogue) == resting  # nothing changed, nothing is built
    finally:
        stop.set()
        keeper.join()


def _eventually(true: Any, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it did not come to pass"
        time.sleep(0.05)


def test_rebuilding_the_catalogue_leaves_suggestions_alone(catalogue: Catalogue) -> None:  # 6
    catalogue.store(program("Side by side"))
    catalogue.build_suggestions()
    catalogue.rebuild()
    assert _programs(catalogue, "side") == ["Side by side"]


def test_completions_are_phrases_of_a_trade() -> None:  # 7
    water = ("en", "beauty", "Acme", "Customers love Acme for clay masks. Clay masks and micellar water in the shop")
    boats = (
        "en",
        "travel",
        "Bolt",
        "Customers love Bolt for sailing boats with warm water in the shop",
    )
    others = [("en", "home", "Home", f"Customers love the shop in and with number{number}") for number in range(1000)]
    found = {each.text: each.uses for each in completions([*[water] * 15, *[boats] * 15, *others])}
    assert found["clay masks"] == found["sailing boats"] == 15
    assert found["micellar water"] == 15  # water alone is everybody's
    assert not {
        "customers",
        "customers love",
        "acme",
        "water",
        "the shop",
        "in the",
        "and micellar",
        "masks and",
    } & set(found)
    assert list(completions([water] * 2)) == []
