"""A token bucket per client, so that one of them cannot take everything. Headers: draft-ietf-httpapi-ratelimit-headers.

Each server process keeps its own buckets and gives its share of the limit: a client whose requests all reach one
process has that share, one whose requests spread has all of it.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import Problem
from app.failures import Misuse

_WINDOW_SECONDS = 60
_MOST_CLIENTS = 50_000  # buckets kept; the one not asked for longest is forgotten first, which only fills it
_LIMITED = ("/api/", "/1/")
QUOTA_EXCEEDED = "https://iana.org/assignments/http-problem-types#quota-exceeded"

Networks = tuple[IPv4Network | IPv6Network, ...]


def read_networks(text: str) -> Networks:
    """Addresses and networks separated by commas: `10.0.0.0/8,127.0.0.1`. Raises Misuse."""
    try:
        return tuple(ip_network(each.strip(), strict=False) for each in text.split(",") if each.strip())
    except ValueError as error:
        raise Misuse(f"AFFINDEX_TRUSTED_PROXIES: {error}; expected addresses or networks such as 10.0.0.0/8") from None


class Buckets:
    """A bucket of `size` tokens per client, filled up evenly within a minute."""

    def __init__(self, size: int, now: Callable[[], float] = time.monotonic) -> None:
        self.size = size
        self._now = now
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # client -> (tokens, when)

    def take(self, client: str) -> tuple[bool, int, int]:
        """(whether there was a token, tokens left, seconds until the bucket is full or has one again)."""
        now = self._now()
        rate = self.size / _WINDOW_SECONDS
        tokens, since = self._buckets.pop(client, (float(self.size), now))
        tokens = min(tokens + (now - since) * rate, self.size)
        allowed = tokens >= 1
        if allowed:
            tokens -= 1
        self._buckets[client] = (tokens, now)
        if len(self._buckets) > _MOST_CLIENTS:
            self._buckets.popitem(last=False)
        missing = self.size - tokens if allowed else 1 - tokens
        return allowed, int(tokens), math.ceil(missing / rate)


class RateLimit(ASGIMiddleware):
    """Limits the API's routes to `a_minute` requests a client; `trusted` proxies may say who that is."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, a_minute: int, trusted: Networks) -> None:
        self._buckets = Buckets(a_minute)
        self._trusted = trusted
        self._policy = f'"default";q={a_minute};w={_WINDOW_SECONDS}'

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        if not scope["path"].startswith(_LIMITED):
            await next_app(scope, receive, send)
            return
        allowed, left, seconds = self._buckets.take(client_of(scope, self._trusted))
        headers = {"RateLimit-Policy": self._policy, "RateLimit": f'"default";r={left};t={seconds}'}
        if not allowed:
            raise Problem(
                429,
                QUOTA_EXCEEDED,
                f"more than {self._buckets.size} requests a minute; try again in {seconds} s",
                headers={**headers, "Retry-After": str(seconds)},
            )

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message["headers"],
                    *((name.lower().encode(), value.encode()) for name, value in headers.items()),
                ]
            await send(message)

        await next_app(scope, receive, with_headers)


def client_of(scope: Scope, trusted: Networks) -> str:
    """Who asks: the peer, or whom the nearest proxy that is not ours says it speaks for."""
    client = scope["client"][0] if scope["client"] else ""
    forwarded = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
    hops = [hop.strip() for hop in b",".join(forwarded).decode("latin-1").split(",") if hop.strip()]
    for hop in reversed(hops):
        if not _within(client, trusted) or not _address(hop):
            break
        client = hop
    return client


def _within(address: str, networks: Iterable[IPv4Network | IPv6Network]) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in networks if network.version == parsed.version)


def _address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
