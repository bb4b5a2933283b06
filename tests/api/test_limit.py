"""A client has as many requests as the limit says.

1. A bucket is full at first, gives no more than it holds, and fills evenly.
2. Who has had enough is told so (429), when to come back, and how much was allowed.
3. X-Forwarded-For counts only from proxies that are trusted, and never further back than the first that is not.
4. Pages, health and documentation are not limited.
"""

from __future__ import annotations

from typing import Any

import pytest
from litestar import get
from litestar.testing import create_test_client

from app.api.limiting import Buckets, RateLimit, client_of, read_networks
from app.api.problems import HANDLERS
from app.failures import Misuse


def test_a_bucket() -> None:
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


@get("/healthz")
async def free() -> str:
    return "alive"


def test_too_many() -> None:
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
def test_who_asks(peer: str, forwarded: str, client: str) -> None:
    scope: Any = {"client": (peer, 1), "headers": [(b"x-forwarded-for", forwarded.encode())] if forwarded else []}
    assert client_of(scope, read_networks("10.0.0.0/8, ::1")) == client


def test_says_what_is_wrong_with_the_setting() -> None:
    with pytest.raises(Misuse, match="AFFINDEX_TRUSTED_PROXIES"):
        read_networks("10.0.0.0/99")
