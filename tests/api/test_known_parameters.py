"""Parameters are read the same way on every route.

1. One that a route does not have is refused, with what was probably meant; so is one given twice.
2. One without a value is not given.
3. Members of bodies are of their own kind: 0 is not false, "5" is not 5.
"""

from __future__ import annotations

from typing import Any

import pytest

from app.alerts.wanted import read_watch
from app.alerts.watches import add
from tests.words import Catalogue, program


@pytest.fixture(scope="module")
def stocked(shared_catalogue: Catalogue) -> Catalogue:
    shared_catalogue.store(program("A", network="awin", external_id="x"))
    shared_catalogue.build_suggestions()
    shared_catalogue.rows(
        "insert into import_runs (source, state, partial, parameters) values ('x', 'done', true, '{}')"
    )
    with shared_catalogue.connect() as connection:
        add(connection, read_watch("a watch", "q=a"), "{}", set(), None)
    return shared_catalogue


def _reads(catalogue: Catalogue) -> dict[str, Any]:
    """Each route of ours that is read, filled in, and what the document says of it."""
    one = str(catalogue.get()["programs"][0]["id"])
    places = {"slug": "awin", "field": "network", "external_id": "x", "id": one, "run": "1"}
    paths = catalogue.get("/schema/openapi.json")["paths"]
    return {
        path.format_map(places): operations["get"]
        for path, operations in paths.items()
        if "get" in operations and not path.startswith("/1/")
    }


def _asked(catalogue: Catalogue, path: str) -> Any:
    return catalogue.api.get(path, headers=catalogue.key("admin"), follow_redirects=False)


def test_unknown_ones_are_refused(stocked: Catalogue) -> None:  # 1
    reads = _reads(stocked)
    assert len(reads) > 15
    for path in reads:
        refused = _asked(stocked, f"{path}?no_such=1")
        assert refused.status_code == 400, path
        assert refused.json()["type"] == "/problems/unknown-parameter", path
        assert refused.json()["errors"][0]["parameter"] == "no_such"
    assert stocked.get("/api/changes", expect=400, limt="5")["errors"][0]["didYouMean"] == "limit"


def test_writes_refuse_them_too(stocked: Catalogue) -> None:  # 1
    for method, path in (("PATCH", "/api/programs/1"), ("POST", "/api/import/bulk"), ("POST", "/api/index/verify"),
                         ("POST", "/api/import/feed"), ("POST", "/api/networks/awin/sync"),
                         ("POST", "/api/programs/lookup"), ("POST", "/api/alerts/1/test"),
                         ("DELETE", "/api/alerts/1")):  # fmt: skip
        refused = stocked.api.request(method, f"{path}?no_such=1", json={}, headers=stocked.key("admin"))
        assert (refused.status_code, refused.json()["type"]) == (400, "/problems/unknown-parameter"), path


def test_twice_and_without_a_value(stocked: Catalogue) -> None:  # 1, 2
    tried = 0
    for path, operation in _reads(stocked).items():
        for parameter in operation.get("parameters", []):
            if parameter["in"] != "query" or parameter["schema"].get("type") != "integer":
                continue
            name = parameter["name"]
            plain, empty = _asked(stocked, path), _asked(stocked, f"{path}?{name}=")
            assert empty.status_code == plain.status_code == 200, (path, name, empty.text)
            twice = _asked(stocked, f"{path}?{name}=1&{name}=2")
            assert (twice.status_code, twice.json()["type"]) == (400, "/problems/repeated-parameter"), (path, name)
            tried += 1
    assert tried > 5


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/index/verify", {"repair": 0}),
        ("/api/index/verify", {"deep": "true"}),
        ("/api/import/bulk", {"limit": "5"}),
        ("/api/import/bulk", {"networks": ["cj"], "limit": 5.5}),
    ],
)
def test_members_of_bodies(stocked: Catalogue, path: str, body: dict[str, Any]) -> None:  # 3
    refused = stocked.api.post(path, json=body, headers=stocked.key("admin"))
    assert (refused.status_code, refused.json()["type"]) == (400, "/problems/invalid-body")
    assert stocked.rows("select 1 from index_operations") == []


@pytest.mark.parametrize("body", [{"verified": 0}, {"featured": "false"}, {"featured": 1}])
def test_marks(stocked: Catalogue, body: dict[str, Any]) -> None:  # 3
    one = stocked.get()["programs"][0]["id"]
    refused = stocked.api.patch(f"/api/programs/{one}", json=body, headers=stocked.key("import"))
    assert (refused.status_code, refused.json()["type"]) == (400, "/problems/invalid-body")
