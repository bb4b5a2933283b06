"""HEAD is GET without the body, on every route that takes GET.

1. Status and headers are those of GET; nothing follows them.
2. A stream ends with its headers: nothing is read from the engines for nobody.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.words import Catalogue, program

# Of these two answers to one question may differ: drawn, or counted down.
_OWN = ("x-request-id", "date")
_STILL = ("/api/fields", "/schema", "/schema/openapi.json", "/schema-assets/swagger-ui.css")


@pytest.fixture(scope="module")
def stocked(shared_catalogue: Catalogue) -> Catalogue:
    shared_catalogue.store(*(program(f"Shop {number}", description="Words. " * 30) for number in range(40)))
    return shared_catalogue


def _routes(catalogue: Catalogue) -> list[str]:
    one = str(catalogue.get()["programs"][0]["id"])
    named = {"slug": "awin", "field": "network", "index": "programs", "object_id": one, "external_id": "x"}
    paths = catalogue.get("/schema/openapi.json")["paths"]
    return [
        path.format_map({**named, "id": one, "run": "1"})
        for path, operations in paths.items()
        if "get" in operations and not path.endswith("/events")
    ]


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_every_route(stocked: Catalogue, encoding: str) -> None:  # 1
    routes = _routes(stocked)
    assert len(routes) > 15
    for path in [*routes, "/api/programs?perPage=40", "/schema", "/schema-assets/swagger-ui.css"]:
        headers = {"Accept-Encoding": encoding, **stocked.key("admin")}
        got, head = (stocked.api.request(method, path, headers=headers) for method in ("GET", "HEAD"))
        assert head.status_code == got.status_code, path
        assert head.content == b""
        assert _told(head, path) == _told(got, path)


def _told(answer: Any, path: str) -> dict[str, str]:
    # figures of other answers may differ from moment to moment, and with them their length
    moving = () if path in _STILL else ("content-length",)
    return {name: value for name, value in answer.headers.items() if name not in (*_OWN, *moving)}


def test_a_stream_ends_with_its_headers(stocked: Catalogue) -> None:  # 2
    head = stocked.api.head("/api/programs/export?format=csv")
    assert (head.status_code, head.headers["x-total-count"], head.content) == (200, "40", b"")
    assert stocked.api.app.state.app_state.exports.running == 0


def test_kept_answers(stocked: Catalogue) -> None:  # 1
    tag = stocked.api.head("/api/programs").headers["etag"]
    assert stocked.api.head("/api/programs", headers={"If-None-Match": tag}).status_code == 304
