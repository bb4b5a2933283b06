"""The index over the API: its state for everybody, operations for admins, metrics for Prometheus.

1. GET /api/index tells generations, lag, dead letters and what became of operations; of a build how far it is, its rate
   and what is left; of a pause why and since when. `affindex index status` prints the same.
2. Rebuild and verify answer 202 and run on; rollback is done when it answers; all need scope admin.
3. What an index refuses is kept as a dead letter, and pushed again once the cause is gone.
4. A generation that takes no changes does not keep them from the one that serves.
5. JSON of something else in the engine's place is an error of the engine.
6. Changes of programs are kept as long as was said.
"""

from __future__ import annotations

import time
from typing import Any

import msgspec
import psycopg
import pytest
from opensearchpy import SerializationError

from app.cli.context import console
from app.cli.index import show
from indexing import dead_letters, generations, operations
from indexing.follow import drain
from indexing.maintenance import prune_history
from indexing.status import read_status
from tests.words import Catalogue, program


def _done(catalogue: Catalogue, kind: str) -> dict[str, Any]:
    for _ in range(200):
        for each in catalogue.get("/api/index")["operations"]:
            if each["kind"] == kind and each["state"] != "running":
                operation: dict[str, Any] = each
                return operation
        time.sleep(0.05)
    raise AssertionError(f"{kind} does not end")


def test_operations(catalogue: Catalogue) -> None:  # 1, 2
    catalogue.store(program("A"))
    (before,) = catalogue.get("/api/index")["generations"]
    assert (before["state"], before["documents"], before["current"]) == ("serving", 1, True)
    admin = catalogue.key("admin")
    assert catalogue.api.post("/api/index/rebuild").status_code == 401
    assert catalogue.api.post("/api/index/rebuild", headers=catalogue.key("import")).status_code == 403
    assert catalogue.api.post("/api/index/rebuild", headers=admin).status_code == 202
    done = _done(catalogue, "rebuild")
    assert done["state"] == "done", done
    assert done["result"]["documents"] == 1
    assert generations.target(catalogue.search, catalogue.alias) == done["result"]["generation"] != before["name"]
    back = catalogue.api.post("/api/index/rollback", headers=admin)
    assert (back.status_code, back.json()) == (200, {"generation": before["name"]})
    assert catalogue.api.post("/api/index/verify", json={"deep": True}, headers=admin).status_code == 202
    assert _done(catalogue, "verify")["result"]["inStep"]
    scraped = catalogue.api.get("/metrics").text
    assert "affindex_verify_in_step 1.0" in scraped
    assert "affindex_search_ready 1.0" in scraped


class _Looked(psycopg.Connection[Any]):
    """A connection that looks from outside before it gives back a lock."""

    outside: str
    seen: list[Any]

    def execute(self, query: Any, *rest: Any, **options: Any) -> psycopg.Cursor[Any]:
        if "pg_advisory_unlock" in str(query):
            with psycopg.connect(self.outside) as another:
                self.seen = another.execute(f"select state from ({operations.NEWEST}) o").fetchall()
        return super().execute(query, *rest, **options)


def test_one_that_ends_is_never_taken_for_killed(catalogue: Catalogue) -> None:  # 1
    """Its end is on record before the lock goes that says its process is alive."""
    with _Looked.connect(catalogue.engines.database_url) as connection:
        connection.outside = catalogue.engines.database_url
        id = operations.begin(connection, "verify")
        operations.finish(connection, id, "verify", msgspec.Struct)
        assert connection.seen == [("done",)]


def test_a_build_says_how_far_it_is(catalogue: Catalogue) -> None:  # 1
    catalogue.store(program("A"))
    catalogue.rows(
        "insert into index_generations (name, state, fingerprint, fields, created_at, built, expected) "
        "values ('half', 'building', 'f', '{id}', now() - interval '10 seconds', 1000, 4000)"
    )
    catalogue.rows("update index_generations set paused_because = 'full', paused_since = now() where state = 'serving'")
    building, serving = sorted(catalogue.get("/api/index")["generations"], key=lambda each: str(each["state"]))
    assert (building["built"], building["expected"]) == (1000, 4000)
    assert 0 < building["rate"] <= 100
    assert building["remainingSeconds"] >= 30
    assert (serving["pausedBecause"], serving["rate"]) == ("full", None)
    assert serving["pausedSince"].endswith("Z")
    with catalogue.connect() as connection:
        status = read_status(connection, catalogue.search, catalogue.alias)
    with console.capture() as captured:
        show(status)
    said = " ".join(captured.get().split())
    for words in ("full", "4,000", "left"):
        assert words in said, said


def test_history_is_kept_as_long_as_was_said(catalogue: Catalogue) -> None:  # 6
    catalogue.put([program("A", cookie_days=30)])
    catalogue.rows("delete from program_history")
    for days, age in ((29, 800), (28, 700), (27, 0)):
        catalogue.rows("update programs set cookie_days = %s", days)
        catalogue.rows("update program_history set at = now() - %s * interval '1 day' where new = %s", age, str(days))
    with catalogue.connect() as connection:
        assert prune_history(connection, 730) == 1
        assert prune_history(connection, 730) == 0
    assert catalogue.rows("select new::int from program_history order by id") == [(28,), (27,)]


def test_dead_letters(catalogue: Catalogue) -> None:  # 3
    catalogue.store(program("A"), program("B"))
    catalogue.rows("alter table programs drop constraint programs_launched_at_check")
    catalogue.rows("update programs set launched_at = '12345-01-01' where name = 'B'")
    catalogue.rows("update programs set name = 'C' where name = 'A'")
    catalogue.index()
    (letter,) = catalogue.get("/api/index")["deadLetters"]
    assert "launchedAt" in letter["reason"]
    catalogue.finds("", ["B", "C"])  # the others went on; of this one the last good state
    catalogue.rows("update programs set launched_at = '2025-01-01' where name = 'B'")
    with catalogue.connect() as connection:
        assert dead_letters.redrive(connection) == 1
    catalogue.index()
    assert catalogue.get("/api/index")["deadLetters"] == []


def test_a_blocked_standby_does_not_hold_up_the_serving_generation(catalogue: Catalogue) -> None:  # 4
    catalogue.store(program("A"), program("B"))
    catalogue.rebuild()
    with catalogue.connect() as connection:
        serving, standby = generations.live(connection)
    catalogue.search.indices.put_settings(index=standby.name, body={"index.blocks.write": True})
    for name in ("C", "D", "E"):
        catalogue.rows("update programs set name = %s where name in ('A', 'C', 'D')", name)
        drain(catalogue.connect, catalogue.search)
        assert {each["name"] for each in catalogue.documents(serving.name).values()} == {"B", name}
    paused = {each["name"]: each["pausedBecause"] for each in catalogue.get("/api/index")["generations"]}
    assert paused[serving.name] is None
    assert "block" in paused[standby.name]
    catalogue.search.indices.put_settings(index=standby.name, body={"index.blocks.write": None})
    for _ in range(100):
        drain(catalogue.connect, catalogue.search)
        if not catalogue.rows("select 1 from changed_programs"):
            break
        time.sleep(0.1)
    assert catalogue.documents(standby.name) == catalogue.documents(serving.name)


@pytest.mark.parametrize("answer", [{}, [], {"_all": {"primaries": {}}}, {"_all": None}])
def test_json_of_something_else(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch, answer: object) -> None:  # 5
    catalogue.store(program("A"))
    monkeypatch.setattr(catalogue.search.transport, "perform_request", lambda *_, **__: answer)
    with catalogue.connect() as connection, pytest.raises(SerializationError, match="something else"):
        read_status(connection, catalogue.search, catalogue.alias)
