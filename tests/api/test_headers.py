"""What every answer says by its headers, whatever the route and its status.

1. It is not to be guessed at, framed, or told to other sites, and not kept unless it says for how long.
2. A page says what it may load, itself or by the rule for all.
3. The character set stands once, and no header stands twice.
4. Whoever asks with another method is told which there are.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest

from tests.words import Catalogue, program

_REFUSED = "/api/programs?page=0"
_PATHS = [
    "/api/programs",
    "/api/programs?perPage=1&facets=*",
    "/api/programs/export",
    "/api/programs/export?format=csv",
    "/api/key",
    "/api/fields",
    "/api/networks",
    "/api/import/runs",
    "/metrics",
    "/healthz",
    "/schema",
    "/schema/openapi.json",
    "/schema-assets/swagger-ui.css",
    "/nowhere",
    "/api/programs/0",
    _REFUSED,
]


@pytest.fixture(scope="module")
def stocked(shared_catalogue: Catalogue) -> Catalogue:
    shared_catalogue.store(*(program(f"Shop {number}") for number in range(30)))
    return shared_catalogue


@pytest.mark.parametrize("path", _PATHS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "OPTIONS"])
def test_every_answer(stocked: Catalogue, path: str, method: str) -> None:  # 1, 3
    answer = stocked.api.request(method, path)
    headers = answer.headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] in ("no-referrer", "same-origin")
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "cache-control" in headers
    assert headers.get("server", "") == ""
    assert headers.get("content-type", "").count("charset") <= 1
    twice = [name for name, count in Counter(name.lower() for name, _ in headers.multi_items()).items() if count > 1]
    assert not twice


def test_the_page_of_the_documentation_loads_from_here_alone(stocked: Catalogue) -> None:  # 2
    page = stocked.api.get("/schema")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert not re.search(r"https?:|\*", policy)
    assert re.findall(r'(?:src|href)="(\w+:)?//', page.text) == []


def test_what_a_key_shows_is_not_kept(stocked: Catalogue) -> None:  # 1
    key = stocked.key("admin")
    for path in ("/api/key", "/api/index", "/metrics"):
        assert stocked.api.get(path, headers=key).headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/api/programs", {"GET", "HEAD", "OPTIONS", "POST"}),
        ("POST", "/api/programs/1", {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "PUT"}),
        ("GET", "/api/index/rebuild", {"OPTIONS", "POST"}),
        ("HEAD", "/api/index/rebuild", {"OPTIONS", "POST"}),
        ("TRACE", "/healthz", {"GET", "HEAD", "OPTIONS"}),
    ],
)
def test_which_methods_there_are(stocked: Catalogue, method: str, path: str, allowed: set[str]) -> None:  # 4
    refused = stocked.api.request(method, path)
    assert refused.status_code == 405
    assert set(refused.headers["allow"].split(", ")) == allowed


def test_options_says_so_too(stocked: Catalogue) -> None:  # 4
    for path, operations in stocked.get("/schema/openapi.json")["paths"].items():
        answer: Any = stocked.api.options(re.sub(r"\{(\w+)\}", "1", path))
        assert answer.status_code == 204, path
        wanted = {"OPTIONS", *(method.upper() for method in operations), *(["HEAD"] if "get" in operations else [])}
        assert set(answer.headers["allow"].split(", ")) == wanted, path
