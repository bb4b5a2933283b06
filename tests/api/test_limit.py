"""A client has as many requests as the limit says.

1. A bucket is full at first, gives no more than it holds, and fills evenly.
2. Who has had enough is told so (429), when to come back, and how much was allowed.
3. X-Forwarded-For counts only from proxies that are trusted, and never further back than the first that is not; a
   setting of proxies that cannot be read is refused.
4. Pages, health and documentation are not limited; what Prometheus scrapes is.
5. All addresses of one IPv6 network of 64 bits are one client.
6. A proxy that is not named is warned of, once.
7. A client has so many requests under way at once, each until its answer is sent; others have their own.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from litestar import get
from litestar.testing import create_test_client
from structlog.testing import capture_logs

from app.api.limiting import Buckets, RateLimit, client_of, household, read_networks
from app.api.problems import HANDLERS, Problem
from app.failures import Misuse


def test_a_bucket() -> None:  # 1
    now = 0.0
    buckets = Buckets(60, lambda: now)
    assert [buckets.take("a")[0] for _ in range(61)] == [True] * 60 + [False]
    assert buckets.take("a") == (False, 0, 1)
    assert buckets.take("b")[0]
    now = 2.0
    assert [buckets.take("a")[0] for _ in range(3)] == [True, True, False]
    now = 1000.0
    assert buckets.take("a") == (True, 59, 1)


@get("/api/x")
async def limited() -> str:
    return "x"


@get("/metrics")
async def scraped() -> str:
    return "x 1"


@get("/healthz")
async def free() -> str:
    return "alive"


def test_too_many() -> None:  # 2, 4
    with create_test_client([limited, free], middleware=[RateLimit(2, ())], exception_handlers=HANDLERS) as client:
        first = client.get("/api/x")
        assert first.headers["ratelimit-policy"] == '"default";q=2;w=60'
        assert first.headers["ratelimit"] == '"default";r=1;t=30'
        client.get("/api/x")
        refused = client.get("/api/x")
        assert refused.status_code == 429
        assert 1 <= int(refused.headers["retry-after"]) <= 30
        assert refused.json()["type"].endswith("#quota-exceeded")
        assert client.get("/healthz").status_code == 200


def test_scrapes_count() -> None:  # 4
    with create_test_client([limited, scraped], middleware=[RateLimit(2, ())], exception_handlers=HANDLERS) as client:
        assert [client.get(path).status_code for path in ("/metrics", "/api/x", "/metrics")] == [200, 200, 429]


def test_too_many_at_once() -> None:  # 7
    async def test() -> None:
        limit = RateLimit(None, (), at_once=2)
        over = asyncio.Event()

        async def answers(*_: Any) -> Any:
            await over.wait()

        def asks(client: str, path: str = "/api/x") -> asyncio.Task[None]:
            scope: Any = {"path": path, "client": (client, 1), "headers": []}
            return asyncio.ensure_future(limit.handle(scope, answers, answers, answers))

        first, second = asks("2001:db8::1"), asks("2001:db8::2")
        await asyncio.sleep(0)
        with pytest.raises(Problem) as refused:
            await asks("2001:db8::3")
        assert (refused.value.status, refused.value.type, refused.value.headers) == (
            429,
            "too-many-at-once",
            {"Retry-After": "1"},
        )
        first.cancel()  # who leaves makes room
        with pytest.raises(asyncio.CancelledError):
            await first
        others = [asks("2001:db8::3"), asks("2001:db8:0:1::1"), *(asks("2001:db8::1", "/healthz") for _ in range(3))]
        await asyncio.sleep(0)
        over.set()
        await asyncio.gather(second, *others)
        assert (limit.refused, limit._under_way) == (1, {})

    asyncio.run(test())


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("fe80::1%eth0", "fe80::2", True),
        ("9.9.9.9", "9.9.9.8", False),
        ("::ffff:9.9.9.9", "9.9.9.9", True),
        ("unix", "unix", True),
    ],
)
def test_households(one: str, other: str, same: bool) -> None:  # 5
    assert (household(one) == household(other)) is same


def test_a_proxy_that_is_not_named_is_warned_of() -> None:  # 6
    async def nothing(*_: Any) -> Any:
        pass

    behind: Any = {"path": "/api/x", "client": ("10.0.0.1", 1), "headers": [(b"x-forwarded-for", b"1.1.1.1")]}
    with capture_logs() as warned:
        for networks in ("10.0.0.0/8", "11.0.0.0/8"):
            limit = RateLimit(100, read_networks(networks))
            for _ in range(3):
                asyncio.run(limit.handle(behind, nothing, nothing, nothing))
    assert [(each["setting"], each["peer"]) for each in warned] == [("AFFINDEX_TRUSTED_PROXIES", "10.0.0.1")]


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("9.9.9.9", "1.1.1.1", "9.9.9.9"),
        ("10.0.0.1", "1.1.1.1", "1.1.1.1"),
        ("10.0.0.1", "6.6.6.6, 1.1.1.1", "1.1.1.1"),
        ("10.0.0.1", "1.1.1.1, 10.0.0.2", "1.1.1.1"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("::1", "2001:db8::7", "2001:db8::7"),
    ],
)
def test_who_asks(peer: str, forwarded: str, client: str) -> None:  # 3
    scope: Any = {"client": (peer, 1), "headers": [(b"x-forwarded-for", forwarded.encode())] if forwarded else []}
    assert client_of(scope, read_networks("10.0.0.0/8, ::1")) == client


def test_says_what_is_wrong_with_the_setting() -> None:  # 3
    with pytest.raises(Misuse, match="AFFINDEX_TRUSTED_PROXIES"):
        read_networks("10.0.0.0/99")
