"""What is logged of requests: enough to find what happened, and not what was searched for.

1. The access log is off; it has no path, no query and no address unless it may, and then so much of them at most.
2. A slow search is logged by its shape, without its words, and its profile under the same id, now and then.
3. A run's lines, and what is asked of OpenSearch for it, bear the id of whoever asked: request, schedule or command;
   so do those of threads of a pool that work for it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from opensearchpy import Urllib3HttpConnection
from structlog.testing import LogCapture

from app.api.slow_queries import shape
from app.importing import run_import
from app.importing.run_import import StagingLost
from app.importing.runs import open_run, run_by_id
from app.importing.sources import generated
from app.jobs import _import_bulk
from app.observability import logs
from app.observability.request_id import REQUEST_ID
from indexing import backfill, suggestions
from tests.words import Catalogue, program


@pytest.fixture
def heard() -> Iterator[list[Any]]:
    capture = LogCapture()
    logs.configure("info")
    structlog.configure(processors=[logs._with_request_id, capture])
    yield capture.entries
    structlog.reset_defaults()


@pytest.fixture(scope="module")
def stocked(shared_catalogue: Catalogue) -> Catalogue:
    shared_catalogue.store(program("Acme"))
    return shared_catalogue


def _of(heard: list[Any], event: str) -> list[Any]:
    return [each for each in heard if each["event"] == event]


def test_access(stocked: Catalogue, heard: list[Any]) -> None:  # 1
    asked = {"X-Request-ID": "mine"}
    stocked.opened().get("/api/programs?q=secret", headers=asked)
    assert _of(heard, "answered") == []
    stocked.opened(access_log="on").get("/api/programs?q=secret", headers=asked)
    (line,) = _of(heard, "answered")
    assert line.pop("ms") >= 0
    assert line == {
        "event": "answered", "log_level": "info", "requestId": "mine",
        "method": "GET", "route": "/api/programs", "status": 200,
    }  # fmt: skip
    with_queries = stocked.opened(access_log="queries")
    with_queries.get("/api/programs?q=secret", headers=asked)
    with_queries.head(f"/{'x' * 5_000}?{'y' * 5_000}")
    named, long = _of(heard, "answered")[1:]
    assert (named["path"], named["query"]) == ("/api/programs", "q=secret")
    assert (long["method"], long["route"], long["status"]) == ("HEAD", None, 404)
    assert (len(long["path"]), len(long["query"])) == (1_000, 1_000)


def test_slow_searches(stocked: Catalogue, heard: list[Any]) -> None:  # 2
    api = stocked.opened(slow_seconds=0.0)
    asked = {"X-Request-ID": "mine"}
    for _ in range(2):  # the second is answered from the cache: nothing was slow
        api.get("/api/programs?q=secretword&network=cj&facets=network", headers=asked)
    deadline = time.monotonic() + 60
    while not (profiles := _of(heard, "profile of a slow search")):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    slow = _of(heard, "slow search")
    assert slow
    assert {each["requestId"] for each in (*slow, *profiles)} == {"mine"}
    assert "bool" in str(slow[0]["shape"])
    assert profiles[0]["parts"]
    assert "secretword" not in str(heard)
    many = len(_of(heard, "slow search"))
    api.get("/api/programs?q=otherword", headers=asked)
    assert len(_of(heard, "slow search")) > many
    assert len(_of(heard, "profile of a slow search")) == 1  # another only after a while
    quick = stocked.opened(slow_seconds=60.0)
    quick.get("/api/programs?q=thirdword")
    assert "thirdword" not in str(heard)


def test_shapes() -> None:  # 2
    asked = {"query": {"bool": {"filter": [{"term": {"a": "x"}}, {"term": {"a": "y"}}, {"range": {"b": {"gte": 1}}}]}}}
    clauses = [{"term": {"a": "?"}}, {"range": {"b": {"gte": "?"}}}]
    assert shape(asked) == {"query": {"bool": {"filter": clauses}}}
    assert shape({"track": True, "none": None, "size": 3}) == {"track": True, "none": None, "size": "?"}


def test_a_run(catalogue: Catalogue, heard: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:  # 3
    def opened() -> int:
        with catalogue.connect() as connection:
            return open_run(
                connection,
                source="generated",
                networks=("cj",),
                partial=True,
                expected={},
                parameters={"networks": ["cj"]},
            )

    def lost(*_: object) -> None:
        raise StagingLost("gone")

    monkeypatch.setattr("app.importing.run_import._stage_all", lost)

    def carried_out(id: str) -> tuple[int, Any]:
        """A run that was opened under an id, and the line of its failure."""
        token = REQUEST_ID.set(id)
        run = opened()
        REQUEST_ID.set("")
        with pytest.raises(StagingLost):
            _import_bulk(catalogue.connect, run)
        REQUEST_ID.reset(token)
        return run, _of(heard, "import failed")[-1]

    run, line = carried_out("mine")
    assert (line["run"], line["requestId"]) == (run, "mine")
    with catalogue.connect() as connection:
        recorded = run_by_id(connection, run)
    assert recorded is not None
    assert recorded.request_id == "mine"
    run, line = carried_out("")
    assert (line["run"], len(line["requestId"])) == (run, 16)


def test_what_is_asked_of_the_engine(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:  # 3
    told: list[Any] = []
    real = Urllib3HttpConnection.perform_request

    def listening(self: Any, method: str, url: str, *rest: Any, **options: Any) -> Any:
        told.append((rest[4] or {}).get("X-Opaque-Id"))
        return real(self, method, url, *rest, **options)

    monkeypatch.setattr(Urllib3HttpConnection, "perform_request", listening)
    client = catalogue.new_client()
    client.info()
    token = REQUEST_ID.set("mine")
    client.info()
    REQUEST_ID.reset(token)
    client.close()
    assert told == [None, "mine"]


def test_threads_of_a_pool(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:  # 3
    staged, pushed = set[tuple[str, str]](), set[tuple[str, str]]()

    def listening(heard: set[tuple[str, str]], real: Any) -> Any:
        def asked(*given: Any, **named: Any) -> Any:
            heard.add((threading.current_thread().name.partition("_")[0], REQUEST_ID.get()))
            return real(*given, **named)

        return asked

    monkeypatch.setattr(run_import, "_stage", listening(staged, run_import._stage))
    for module in (backfill, suggestions):
        monkeypatch.setattr(module, "push", listening(pushed, module.push))
    token = REQUEST_ID.set("mine")
    run_import.run_import(catalogue.connect, generated(("cj",), limit=5), {})
    catalogue.rebuild()
    catalogue.build_suggestions()
    REQUEST_ID.reset(token)
    assert staged == {("staging", "mine")}
    assert {("backfill", "mine"), ("suggestions", "mine")} <= pushed
    assert {id for _, id in pushed} == {"mine"}
