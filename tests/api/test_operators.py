"""What operators read needs a key where others than this machine can ask.

1. Rejected records, the state of the index and metrics are refused without one; any key of scope read will do.
2. Runs and networks are shown to everybody, but not what went wrong, nor a feed's mapping and where it came from.
3. It is closed unless the API listens on this machine alone or the settings open it.
"""

from __future__ import annotations

import json

import pytest

from app.api.imports import CLOSED
from app.settings import Settings
from tests.words import Catalogue, program

_REFUSED = ("/api/index", "/metrics", "/api/import/runs/{}/rejected")


@pytest.fixture(scope="module")
def stocked(shared_catalogue: Catalogue) -> Catalogue:
    shared_catalogue.store(program("A"))
    shared_catalogue.build_suggestions()
    return shared_catalogue


def _failed_run(catalogue: Catalogue, source: str = "feed") -> int:
    parameters = {"mapping": "secret = 1", "file": "https://shop/feed", "seed": 1}
    ((run,),) = catalogue.rows(
        "insert into import_runs (source, state, partial, parameters, error, author, finished_at) "
        "values (%s, 'failed', true, %s, 'line 7: private', 'Ann', now()) returning id",
        source,
        json.dumps(parameters),
    )
    catalogue.rows("insert into import_run_networks (run_id, network_id, active) values (%s, 1, false)", run)
    catalogue.rows(
        "insert into rejected_records (run_id, line, network_id, reason, raw) values (%s, 1, 1, 'no name', '{}')", run
    )
    return int(run)


def test_what_is_refused(stocked: Catalogue) -> None:  # 1
    closed = stocked.opened(open_operations=False)
    run = _failed_run(stocked)
    for path in (each.format(run) for each in _REFUSED):
        refused = closed.get(path)
        assert (refused.status_code, refused.json()["type"]) == (401, "/problems/key-needed")
        assert closed.get(path, headers=stocked.key("read")).status_code == 200
        assert closed.get(path, headers={"Authorization": "Bearer afx_x"}).status_code == 401
        assert stocked.api.get(path).status_code == 200


def test_runs(stocked: Catalogue) -> None:  # 2
    closed = stocked.opened(open_operations=False)
    run = _failed_run(stocked)
    with_key = stocked.key("read")

    def ways(headers: dict[str, str]) -> list[dict[str, object]]:
        return [
            closed.get(f"/api/import/runs/{run}", headers=headers).json(),
            closed.get("/api/import/runs", headers=headers).json()["runs"][0],
            closed.get("/api/import/bulk", headers=headers).json()["runs"][0],
            json.loads(closed.get(f"/api/import/runs/{run}/events", headers=headers).text.split("data: ")[1]),
        ]

    for shown in ways({}):
        assert (shown["id"], shown["state"]) == (run, "failed")
        assert (shown["error"], shown["author"], shown["parameters"]) == (CLOSED, None, {"seed": 1})
    for shown in ways(with_key):
        assert (shown["error"], shown["author"]) == ("line 7: private", "Ann")
        assert shown["parameters"] == {"mapping": "secret = 1", "file": "https://shop/feed", "seed": 1}


def test_networks(stocked: Catalogue) -> None:  # 2
    closed = stocked.opened(open_operations=False)
    _failed_run(stocked, source="api")
    ((slug,),) = stocked.rows("select slug from networks where id = 1")
    for path in ("/api/networks", f"/api/networks/{slug}"):
        assert "private" not in closed.get(path).text
        assert "private" in closed.get(path, headers=stocked.key("read")).text


def test_no_route_shows_it(stocked: Catalogue) -> None:  # 2
    closed = stocked.opened(open_operations=False)
    runs = [_failed_run(stocked, source) for source in ("feed", "api")]
    one = stocked.get()["programs"][0]["id"]
    ((slug,),) = stocked.rows("select slug from networks where id = 1")
    named = {"slug": slug, "field": "network", "index": "programs", "object_id": one, "external_id": "x", "id": one}
    asked = 0
    for path, operations in stocked.get("/schema/openapi.json")["paths"].items():
        for run in runs if "get" in operations else []:
            answer = closed.get(path.format_map({**named, "run": run}), follow_redirects=False)
            assert answer.status_code < 500, path
            assert "private" not in answer.text, path
            assert "secret = 1" not in answer.text, path
            asked += 1
    assert asked > 30


@pytest.mark.parametrize(
    ("host", "local"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False),
     ("10.0.0.1", False), ("api.example.com", False)],
)  # fmt: skip
def test_where_it_is_closed(host: str, local: bool) -> None:  # 3
    assert Settings(host=host).local is local
    assert Settings().open_operations is False
