"""Who may come in at `/mcp`, and how.

1. `Host` is an address, `localhost` or a name of the settings: no other name can be made to point here.
2. A page of another site may not ask; one of ours, or of this machine, may.
3. Only POST asks; nothing is kept between requests. A body is bounded.
4. Requests count by the rate limit.
5. The SDK is loaded by the first who comes, not before.
"""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from app.api.agents.door import Door, read_hosts
from app.api.limiting import RateLimit
from tests.words import Catalogue, program

_ASKED = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
_HERE = {"Host": "localhost:8000", "Accept": "application/json, text/event-stream"}


@pytest.fixture(scope="module")
def stocked(shared_catalogue: Catalogue) -> Catalogue:
    shared_catalogue.store(program("Tea"))
    return shared_catalogue


def _ask(api: Any, headers: dict[str, str], asked: Any = _ASKED) -> Any:
    return api.post("/mcp", json=asked, headers={**_HERE, **headers})


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:8000", "192.168.7.2:80", "LOCALHOST"])
def test_a_host_of_ours(stocked: Catalogue, host: str) -> None:  # 1
    answer = _ask(stocked.api, {"Host": host})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["x-request-id"]
    assert len(answer.json()["result"]["tools"]) > 5


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "evil.example:8000", "[", ""])
def test_another_host(stocked: Catalogue, host: str) -> None:  # 1
    answer = _ask(stocked.api, {"Host": host})
    assert answer.status_code == 421
    assert answer.json()["type"] == "/problems/unknown-host"


@pytest.mark.parametrize("origin", ["http://localhost:6274", "https://127.0.0.1", "http://192.168.7.2:8000"])
def test_a_page_that_may(stocked: Catalogue, origin: str) -> None:  # 2
    assert _ask(stocked.api, {"Origin": origin, "Host": "192.168.7.2:8000"}).status_code == 200


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://192.168.7.9:8000", "https://localhost.evil.example", "file://"]
)
def test_a_page_that_may_not(stocked: Catalogue, origin: str) -> None:  # 2
    answer = _ask(stocked.api, {"Origin": origin, "Host": "192.168.7.2:8000"})
    assert answer.status_code == 403
    assert answer.json()["type"] == "/problems/unknown-origin"


def test_names_of_the_settings() -> None:  # 1, 2
    door = Door(lambda: pytest.fail("asked"), "1", read_hosts("affindex.example.com, Other.example"))
    assert door._is_ours("affindex.example.com")
    assert door._is_ours("OTHER.example:443")
    assert door._may_ask("https://affindex.example.com", "10.0.0.1")
    assert not door._is_ours("example.com")
    assert read_hosts(" , ") == frozenset()


@pytest.mark.parametrize("method", ["GET", "DELETE", "HEAD", "PUT"])
def test_only_post(stocked: Catalogue, method: str) -> None:  # 3
    answer = stocked.api.request(method, "/mcp", headers=_HERE)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


def test_bodies(stocked: Catalogue) -> None:  # 3
    assert _ask(stocked.api, {}, {**_ASKED, "params": {"cursor": "x" * 1_000_001}}).status_code == 413
    broken = stocked.api.post("/mcp", content=b"{", headers={**_HERE, "Content-Type": "application/json"})
    assert broken.status_code == 400
    assert stocked.api.post("/mcp", content=b"{}", headers=_HERE).status_code == 400


def test_the_limit_counts_them(stocked: Catalogue) -> None:  # 4
    api = stocked.opened(limit=RateLimit(2, ()))
    assert [_ask(api, {}).status_code for _ in range(3)] == [200, 200, 429]


def test_the_sdk_waits_for_who_comes_first() -> None:  # 5
    code = (
        "import sys; from app.api.openapi.offline import application; application(); "
        "import app.cli.mcp; print(sorted({'mcp', 'mcp_types', 'pydantic'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"
