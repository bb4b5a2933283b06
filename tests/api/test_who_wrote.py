"""Every write has an author: the name of the key it was made with, and the request's id.

1. Runs, operations on the index and marks say who asked for them, by which request.
2. A key may have an end, after which it is none; when it was used last is known to the minute.
"""

from __future__ import annotations

import contextvars
import datetime as dt
import time

import pytest

from app import jobs
from app.api.bounds import ApplicationBounds
from app.api.keys import create_key
from app.observability.request_id import REQUEST_ID
from tests.words import Catalogue, program


def _key(catalogue: Catalogue, name: str, scope: str = "admin", ends: dt.datetime | None = None) -> dict[str, str]:
    with catalogue.connect() as connection:
        return {"Authorization": f"Bearer {create_key(connection, name, scope, ends)}", "X-Request-ID": f"of-{name}"}


def test_runs(catalogue: Catalogue) -> None:  # 1
    answer = catalogue.api.post(
        "/api/import/bulk", json={"networks": ["cj"], "limit": 1}, headers=_key(catalogue, "Ann")
    )
    assert answer.status_code == 202, answer.text
    assert (answer.json()["author"], answer.json()["requestId"]) == ("Ann", "of-Ann")


def test_jobs_go_on_under_the_requests_id(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:  # 1
    asked = catalogue.api.post(
        "/api/import/bulk", json={"networks": ["cj"], "limit": 1}, headers=_key(catalogue, "Ann")
    )
    seen: list[str] = []
    monkeypatch.setattr(jobs, "carry_out", lambda *_: seen.append(REQUEST_ID.get()))
    contextvars.copy_context().run(jobs._import_bulk, catalogue.connect, asked.json()["id"])
    assert seen == ["of-Ann"]
    assert REQUEST_ID.get() == ""


def test_operations(catalogue: Catalogue) -> None:  # 1
    catalogue.store(program("A"))
    key = _key(catalogue, "Ann")
    assert catalogue.api.post("/api/index/verify", json={}, headers=key).status_code == 202
    assert catalogue.api.post("/api/index/rollback", headers=key).status_code == 409
    found = catalogue.rows("select kind, author, request_id from index_operations order by id")
    assert found == [("verify", "Ann", "of-Ann"), ("rollback", "Ann", "of-Ann")]
    until = time.monotonic() + 20
    while catalogue.rows("select 1 from index_operations where state = 'running'"):
        assert time.monotonic() < until
        time.sleep(0.1)
    shown = catalogue.get("/api/index")["operations"]
    assert {(each["kind"], each["author"], each["requestId"]) for each in shown} == set(found)


def test_marks(catalogue: Catalogue) -> None:  # 1
    catalogue.store(program("A"))
    one = catalogue.get()["programs"][0]["id"]
    for name, marks in (("Ann", {"featured": True}), ("Bob", {"vertical": None})):
        catalogue.api.patch(f"/api/programs/{one}", json=marks, headers=_key(catalogue, name, "import"))
    assert catalogue.rows("select program_id, author, request_id, marks from program_marks order by id") == [
        (one, "Ann", "of-Ann", {"featured": True}),
        (one, "Bob", "of-Bob", {"vertical": None}),
    ]


def test_what_needs_no_key_has_no_author(catalogue: Catalogue) -> None:  # 1
    catalogue.store(program("A"))
    one = catalogue.get()["programs"][0]["id"]
    assert catalogue.api.patch(f"/api/programs/{one}", json={"featured": True}).status_code == 401
    assert catalogue.rows("select author from program_marks") == []


def test_an_end(catalogue: Catalogue) -> None:  # 2
    now = dt.datetime.now(dt.UTC)
    past, future = (_key(catalogue, "x", ends=now + dt.timedelta(days=days)) for days in (-1, 1))
    assert catalogue.api.get("/api/key", headers=past).json()["type"] == "/problems/invalid-key"
    assert catalogue.api.get("/api/key", headers=future).status_code == 200
    soon = _key(catalogue, "y", ends=dt.datetime.now(dt.UTC) + dt.timedelta(seconds=1.5))
    api = catalogue.opened(bounds=ApplicationBounds(key_seconds=60.0))
    assert api.get("/api/key", headers=soon).status_code == 200
    time.sleep(1.6)
    assert api.get("/api/key", headers=soon).status_code == 401


def test_last_use(catalogue: Catalogue) -> None:  # 2
    catalogue.api = catalogue.opened(bounds=ApplicationBounds(key_seconds=0.0))
    used, unused = _key(catalogue, "used"), _key(catalogue, "unused")
    assert unused
    for _ in range(2):
        catalogue.api.get("/api/key", headers=used)
    found = dict(catalogue.rows("select name, last_used_at > now() - interval '1 minute' from api_keys"))
    assert found == {"used": True, "unused": None}
    catalogue.rows("update api_keys set last_used_at = now() - interval '2 minutes' where name = 'used'")
    catalogue.api.get("/api/key", headers=used)
    assert dict(catalogue.rows("select name, last_used_at > now() - interval '1 minute' from api_keys")) == found
