"""One id finds everything of a request.

1. It is the client's `X-Request-ID`, else the trace of its `traceparent`, else drawn; what is none is not repeated.
2. Every answer bears it, problems name it, log lines carry it, and the search engine is told it.
3. Requests that run side by side keep theirs apart.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any

import aiohttp
import pytest
import structlog
from structlog.testing import CapturingLogger

from app.observability import logs
from app.observability.request_id import REQUEST_ID, id_of
from tests.serving import serving
from tests.words import Catalogue, program

_DRAWN = re.compile(r"[0-9a-f]{16}")
_TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.mark.parametrize("sent", ["x", "a-b_c/d:1", "~" * 128])
def test_the_clients_own(sent: str) -> None:  # 1
    assert id_of({b"x-request-id": sent.encode()}) == sent


@pytest.mark.parametrize("sent", ["", " ", "a b", "é", "a\r\nb", "\x7f", "~" * 129, "x" * 100_000])
def test_one_that_is_none_is_drawn_anew(sent: str) -> None:  # 1
    assert _DRAWN.fullmatch(id_of({b"x-request-id": sent.encode("latin-1")}))


@pytest.mark.parametrize(
    ("sent", "taken"),
    [
        (f"00-{_TRACE}-b7ad6b7169203331-01", True),
        (f"cc-{_TRACE}-b7ad6b7169203331-00", True),
        (f"ff-{_TRACE}-b7ad6b7169203331-01", False),
        (f"00-{'0' * 32}-b7ad6b7169203331-01", False),
        (f"00-{_TRACE}-{'0' * 16}-01", False),
        (f"00-{_TRACE.upper()}-b7ad6b7169203331-01", False),
        ("00-", False),
    ],
)
def test_a_trace(sent: str, taken: bool) -> None:  # 1
    assert (id_of({b"traceparent": sent.encode()}) == _TRACE) is taken
    assert id_of({b"traceparent": sent.encode(), b"x-request-id": b"mine"}) == "mine"


def test_answers_and_problems(catalogue: Catalogue) -> None:  # 2
    catalogue.store(program("A"))
    asked = {"X-Request-ID": "mine"}
    for path in ("/api/programs", "/healthz", "/schema", "/metrics", "/nowhere", "/api/programs?page=0"):
        answer = catalogue.api.get(path, headers=asked)
        assert answer.headers.get_list("x-request-id") == ["mine"], path
        if answer.status_code >= 400:
            assert answer.json()["requestId"] == "mine"
    drawn = [catalogue.api.get("/nowhere") for _ in range(2)]
    assert drawn[0].json()["requestId"] != drawn[1].json()["requestId"]
    for each in drawn:
        assert each.json()["requestId"] == each.headers["x-request-id"]


def test_log_lines() -> None:  # 2
    heard = CapturingLogger()
    logs.configure("info")
    try:
        structlog.configure(logger_factory=lambda *_: heard)
        token = REQUEST_ID.set("mine")
        structlog.get_logger().warning("something")
        REQUEST_ID.reset(token)
        structlog.get_logger().warning("something")
    finally:
        structlog.reset_defaults()
    first, second = (call.args[0] for call in heard.calls)
    assert '"requestId": "mine"' in first
    assert "requestId" not in second


def test_the_search_engine_is_told(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:  # 2
    told: list[Any] = []
    real = aiohttp.ClientSession.request

    def listening(self: aiohttp.ClientSession, method: str, url: Any, **options: Any) -> Any:
        if "_search" in str(url):
            told.append((options["headers"] or {}).get("X-Opaque-Id"))
        return real(self, method, url, **options)

    catalogue.store(program("A"))
    monkeypatch.setattr(aiohttp.ClientSession, "request", listening)
    catalogue.api.get("/api/programs?q=a", headers={"X-Request-ID": "mine"})
    assert told
    assert set(told) == {"mine"}


def test_side_by_side(catalogue: Catalogue) -> None:  # 3
    catalogue.store(program("A"))
    engines = catalogue.engines

    async def ask(session: aiohttp.ClientSession, address: str, id: str) -> tuple[str, str]:
        async with session.get(f"{address}/api/programs/{10**9}", headers={"X-Request-ID": id}) as answer:
            return answer.headers["x-request-id"], (await answer.json(content_type=None))["requestId"]

    async def ask_all(address: str) -> None:
        ids = [f"id-{number}" for number in range(100)]
        async with aiohttp.ClientSession() as session:
            assert await asyncio.gather(*(ask(session, address, id) for id in ids)) == [(id, id) for id in ids]

    with serving(
        catalogue.settings,
        database_url=engines.database_url,
        opensearch_url=engines.opensearch_url,
        alias=catalogue.alias,
    ) as address:
        asyncio.run(ask_all(address))
