"""A token bucket per client, and so many requests of it at once, so that one of them cannot take everything.
Headers: draft-ietf-httpapi-ratelimit-headers.

Each server process keeps its own buckets and gives its share of the limits: a client whose requests all reach one
process has that share, one whose requests spread has all of it.
"""

from __future__ import annotations

import math
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

import structlog
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import Problem
from app.failures import Misuse

_log = structlog.get_logger()

_WINDOW_SECONDS = 60
_MOST_CLIENTS = 50_000  # buckets kept; the one not asked for longest is forgotten first, which only fills it
_LIMITED = ("/api/", "/1/", "/mcp", "/metrics")
_OF_ONE_CLIENT = 64  # bits of an IPv6 address: a provider gives a customer all that begin with them
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
    """Limits the API's routes to `a_minute` requests a client, and `at_once` of them under way; None limits nothing.

    `trusted` proxies may say who the client is.
    """

    scopes = (ScopeType.HTTP,)

    def __init__(self, a_minute: int | None, trusted: Networks, at_once: int | None = None) -> None:
        self._warned = False
        self._buckets = Buckets(a_minute) if a_minute else None
        self._trusted = trusted
        self._policy = f'"default";q={a_minute};w={_WINDOW_SECONDS}'
        self._at_once = at_once
        self._under_way: Counter[str] = Counter()
        self.refused = 0  # since the process began, for either reason

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        if not scope["path"].startswith(_LIMITED):
            await next_app(scope, receive, send)
            return
        self._warn_of_proxy(scope)
        client = household(client_of(scope, self._trusted))
        if self._buckets:
            headers = self._counted(client, self._buckets)

            async def with_headers(message: Message) -> None:
                if message["type"] == "http.response.start":
                    message["headers"] = [*message["headers"], *headers]
                await send(message)

            answer: Send = with_headers
        else:
            answer = send
        if self._at_once is None:
            await next_app(scope, receive, answer)
            return
        if self._under_way[client] >= self._at_once:
            self.refused += 1
            detail = f"{self._at_once} of your requests are being answered; try again when one is"
            raise Problem(429, "too-many-at-once", detail, headers={"Retry-After": "1"})
        self._under_way[client] += 1
        try:
            await next_app(scope, receive, answer)
        finally:
            self._under_way[client] -= 1
            if not self._under_way[client]:
                del self._under_way[client]

    def _counted(self, client: str, buckets: Buckets) -> list[tuple[bytes, bytes]]:
        """The headers that say what is left. Raises Problem where nothing is."""
        allowed, left, seconds = buckets.take(client)
        headers = {"RateLimit-Policy": self._policy, "RateLimit": f'"default";r={left};t={seconds}'}
        if not allowed:
            self.refused += 1
            raise Problem(
                429,
                QUOTA_EXCEEDED,
                f"more than {buckets.size} requests a minute; try again in {seconds} s",
                headers={**headers, "Retry-After": str(seconds)},
            )
        return [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    def _warn_of_proxy(self, scope: Scope) -> None:
        """Once: all clients behind a proxy that is not named share a bucket, which its operator should know."""
        if self._warned or not any(name == b"x-forwarded-for" for name, _ in scope["headers"]):
            return
        peer = scope["client"][0] if scope["client"] else ""
        if not _within(peer, self._trusted):
            self._warned = True
            _log.warning(
                "X-Forwarded-For comes from an address that is no trusted proxy; its clients share one limit",
                peer=peer,
                setting="AFFINDEX_TRUSTED_PROXIES",
            )


@lru_cache(maxsize=4_096)
def household(client: str) -> str:
    """Whose requests are counted together: an IPv4 address, or all of an IPv6 network of 64 bits."""
    try:
        address = ip_address(client.partition("%")[0])
    except ValueError:
        return client
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ip_network((address, _OF_ONE_CLIENT), strict=False))


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
