"""Imports through the API.

1. An import is queued (202, Location) and carried out by a worker; its counts are those of the rows.
2. The same `Idempotency-Key` gives the same run; with other parameters it is a conflict.
3. One import of a network at a time; the answer names the run that has it.
4. Progress is told as events, until the end.
5. What cannot be imported is a 400 that says what can; a run that there is not is a 404.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from app.jobs import IMPORTS, worker
from tests.words import Catalogue


def _carry_out(catalogue: Catalogue) -> None:
    """What the worker does, until nothing is left to do."""

    async def work() -> None:
        jobs = worker(catalogue.engines.database_url, catalogue.connect)
        async with jobs.open_async():
            await jobs.run_worker_async(queues=[IMPORTS], wait=False, install_signal_handlers=False)

    asyncio.run(work())


def _start(catalogue: Catalogue, body: dict[str, Any], expect: int = 202, **headers: str) -> Any:
    answer = catalogue.api.post(
        "/api/import/bulk",
        json=body,
        headers={**catalogue.key("import"), **{k.replace("_", "-"): v for k, v in headers.items()}},
    )
    assert answer.status_code == expect, answer.text
    return answer


def test_is_queued_and_carried_out(catalogue: Catalogue) -> None:  # 1
    catalogue.rebuild()
    answer = _start(catalogue, {"networks": ["cj", "awin"], "limit": 120, "seed": 3})
    run = answer.json()
    assert answer.headers["location"] == f"/api/import/runs/{run['id']}"
    assert (run["state"], run["partial"]) == ("queued", True)
    _carry_out(catalogue)
    done = catalogue.get(answer.headers["location"])
    assert done["state"] == "done"
    assert {each["network"]: (each["read"], each["created"]) for each in done["networks"]} == {
        "cj": (120, 120),
        "awin": (120, 120),
    }
    assert catalogue.rows("select count(*) from programs") == [(240,)]
    totals = catalogue.get("/api/import/bulk")
    assert (totals["programs"], totals["imports"]["done"], totals["imports"]["created"]) == (240, 1, 240)
    assert catalogue.get("/api/import/runs")["runs"][0] == done
    catalogue.index()
    assert catalogue.get()["total"] == 240


def test_asked_twice(catalogue: Catalogue) -> None:  # 2
    first = _start(catalogue, {"networks": ["cj"], "limit": 5}, Idempotency_Key="once").json()
    assert _start(catalogue, {"networks": ["cj"], "limit": 5}, Idempotency_Key="once").json()["id"] == first["id"]
    conflict = _start(catalogue, {"networks": ["cj"], "limit": 6}, expect=409, Idempotency_Key="once").json()
    assert (conflict["type"], conflict["run"]) == ("/problems/idempotency-conflict", first["id"])
    _carry_out(catalogue)
    assert catalogue.rows("select count(*) from import_runs") == [(1,)]


def test_a_network_that_is_being_imported(catalogue: Catalogue) -> None:  # 3
    first = _start(catalogue, {"networks": ["cj"], "limit": 5}).json()
    busy = _start(catalogue, {"networks": ["awin", "cj"], "limit": 5}, expect=409).json()
    assert (busy["type"], busy["run"], busy["network"]) == ("/problems/network-busy", first["id"], "cj")
    _start(catalogue, {"networks": ["awin"], "limit": 5})


def test_events(catalogue: Catalogue) -> None:  # 4
    run = _start(catalogue, {"networks": ["cj"], "limit": 5}).json()["id"]
    _carry_out(catalogue)
    with catalogue.api.stream("GET", f"/api/import/runs/{run}/events") as answer:
        text = "".join(answer.iter_text())
    assert "event: end" in text
    assert '"state":"done"' in text


@pytest.mark.parametrize(
    "body",
    [{"networks": ["cjj"]}, {"networks": ["impact"]}, {"limit": 0}, {"seed": -1}, {"limits": 5}, {"networks": "cj"}],
)
def test_refuses(catalogue: Catalogue, body: dict[str, Any]) -> None:  # 5
    problem = _start(catalogue, body, expect=400).json()
    assert problem["detail"]
    assert problem["message"] == problem["detail"]


def test_a_run_that_is_not_there(catalogue: Catalogue) -> None:  # 5
    for path in ("/api/import/runs/99", "/api/import/runs/99/rejected", "/api/import/runs/99/events"):
        assert catalogue.get(path, expect=404)["type"] == "/problems/not-found"
