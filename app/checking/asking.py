"""Ask an address whether it answers: from public addresses only, as robots.txt allows, one request a second and host.

A HEAD is sent, and where that is refused a GET whose body is not read. Redirects are followed, each hop judged as the
first one. Nothing of an answer is believed but its status and where it leads.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args
from urllib.parse import urljoin

import httpx2

from app.checking.pacing import Pace
from app.checking.robots import LARGEST, Rules, read_robots
from app.feeds.public_addresses import is_public
from app.networks.addresses import checked
from app.networks.failures import AddressRefused

AGENT = "Affindex/1"
SECONDS = 15.0
"""What one request may take, however its answer drips."""

Outcome = Literal["answers", "gone", "failed", "refused", "forbidden", "private"]
"""What became of asking: it answers; it is not there (404, 410, no such host); it fails; it answers, and not to us; its
robots.txt forbids to ask; it is no public address."""
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)

Permitted = Callable[[ipaddress.IPv4Address | ipaddress.IPv6Address], bool]

_HOPS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_GONE = frozenset({404, 410})
_BUSY = frozenset({429, 503})  # also what is said to programs alone
_NOT_THERE = frozenset({socket.EAI_NONAME, socket.EAI_NODATA})
_LONGEST_LOCATION = 4_000
_PLAIN = "identity"
_LONGEST_REASON = 200  # characters
_HOSTS_REMEMBERED = 1_000


@dataclass(frozen=True, slots=True)
class AskedLink:
    """What became of asking an address, and why. `reached` if any server answered at all."""

    outcome: Outcome
    because: str
    reached: bool = True


class _Ended(Exception):
    """There is nothing more to ask: this is what became of it."""

    def __init__(self, outcome: Outcome, because: str, *, reached: bool = True) -> None:
        self.asked = AskedLink(outcome, because[:_LONGEST_REASON], reached)


class _Said(NamedTuple):
    status: int
    location: str | None
    encoding: str

    @property
    def onward(self) -> str | None:
        """Where it leads, if it does."""
        return self.location if self.status in _REDIRECTS else None


class Asker:
    """Asks addresses, many at once. What a host's robots.txt says is asked for once, and remembered."""

    def __init__(self, pace: Pace, permitted: Permitted = is_public, seconds: float = SECONDS) -> None:
        self._pace = pace
        self._permitted = permitted
        self._seconds = seconds
        # A connection is made to an address of the net, and may not be used again for another host that is there too.
        self._transport = httpx2.AsyncHTTPTransport(
            trust_env=False, limits=httpx2.Limits(max_connections=None, max_keepalive_connections=0)
        )
        self._rules: OrderedDict[str, asyncio.Future[Rules | AskedLink]] = OrderedDict()

    async def close(self) -> None:
        """Close what is open."""
        await self._transport.aclose()

    async def ask(self, address: str) -> AskedLink:
        """What becomes of asking an address. Never raises for what a server does."""
        try:
            return await self._follow(address)
        except _Ended as ended:
            return ended.asked

    async def _follow(self, address: str) -> AskedLink:
        at = address
        for _ in range(_HOPS + 1):
            url = _url(at)
            await self._must_allow(url)
            said = await self._answer(url)
            if said.onward is None:
                return _judged(said.status)
            at = _onward(at, said.onward)
        return AskedLink("failed", f"it redirects more than {_HOPS} times")

    async def _answer(self, url: httpx2.URL) -> _Said:
        """What is said to HEAD, or to GET where that is refused or left without an answer."""
        try:
            said = await self._request("HEAD", url)
            if said.status < 400 or said.status in _BUSY:
                return said
        except _Ended as ended:
            if not ended.asked.reached:
                raise
        return await self._request("GET", url)

    async def _must_allow(self, url: httpx2.URL) -> None:
        """Raise _Ended where a host's robots.txt forbids to ask, or the host cannot be asked for it."""
        origin = f"{url.scheme}://{url.netloc.decode('ascii', 'replace')}"
        known = self._rules.get(origin)
        if known is None:
            known = self._rules[origin] = asyncio.get_running_loop().create_future()
            if len(self._rules) > _HOSTS_REMEMBERED:
                self._rules.popitem(last=False)
            try:
                known.set_result(await self._robots(origin))
            except _Ended as ended:
                known.set_result(ended.asked)
            except BaseException:
                known.cancel()
                raise
        rules = await known
        if isinstance(rules, AskedLink):
            raise _Ended(rules.outcome, rules.because, reached=rules.reached)
        if not rules.allow(url.raw_path.decode("ascii", "replace")):
            raise _Ended("forbidden", "robots.txt forbids it")

    async def _robots(self, origin: str) -> Rules:
        """The rules of a host. Raises _Ended where it cannot be reached, or its rules cannot be known."""
        at = f"{origin}/robots.txt"
        for _ in range(_HOPS + 1):
            body = bytearray()
            try:
                said = await self._request("GET", _url(at), body)
            except _Ended as ended:
                if not ended.asked.reached and at.startswith(origin):
                    raise
                raise _Ended("forbidden", f"robots.txt cannot be read: {ended.asked.because}") from None
            if said.onward is not None:
                at = _onward(at, said.onward)
            elif 200 <= said.status < 300 and said.encoding == _PLAIN:
                return read_robots(bytes(body))
            elif said.status >= 500 or said.status in _BUSY or 200 <= said.status < 300:
                break
            else:
                return Rules()
        raise _Ended("forbidden", "robots.txt cannot be read, so nothing is asked")

    async def _request(self, method: str, url: httpx2.URL, body: bytearray | None = None) -> _Said:
        """Send one request, in its turn. `body` gets the beginning of what comes."""
        await self._pace.turn(url.host)
        sent = False

        async def trace(event: str, _: object) -> None:
            nonlocal sent
            sent = sent or event == "http11.send_request_headers.started"

        try:
            async with asyncio.timeout(self._seconds):
                request = await self._to_public(method, url)
                request.extensions["trace"] = trace
                answer = await self._transport.handle_async_request(request)
                try:
                    if body is not None:
                        async for piece in answer.aiter_raw():
                            body += piece
                            if len(body) >= LARGEST:
                                break
                finally:
                    await answer.aclose()
                found = answer.headers
                return _Said(answer.status_code, found.get("location"), found.get("content-encoding", _PLAIN))
        except TimeoutError:
            raise _Ended("failed", f"it takes longer than {self._seconds:g} seconds", reached=sent) from None
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
            raise _Ended("failed", str(error) or type(error).__name__, reached=sent) from None

    async def _to_public(self, method: str, url: httpx2.URL) -> httpx2.Request:
        """A request to the very address that was resolved and judged. Raises _Ended."""
        host = url.raw_host.decode("ascii")
        port = url.port or (443 if url.scheme == "https" else 80)
        try:
            resolved = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found = checked(host, (str(entry[4][0]) for entry in resolved), self._permitted)
        except socket.gaierror as error:
            gone = error.errno in _NOT_THERE
            raise _Ended("gone" if gone else "failed", f"{host} cannot be found", reached=False) from None
        except AddressRefused as refused:
            raise _Ended("private", str(refused), reached=False) from None
        return httpx2.Request(
            method,
            url.copy_with(host=found[0]),
            headers={"Host": url.netloc.decode("ascii"), "User-Agent": AGENT, "Accept": "*/*",
                     "Accept-Encoding": _PLAIN, "Connection": "close"},
            extensions={
                "timeout": dict.fromkeys(("connect", "read", "write", "pool"), self._seconds),
                "sni_hostname": host,  # the certificate is checked against the name
            },
        )  # fmt: skip


def _onward(at: str, location: str) -> str:
    """Where a redirect leads. Raises _Ended."""
    try:
        return urljoin(at, location[:_LONGEST_LOCATION])
    except ValueError:
        raise _Ended("failed", "it leads to what is no address") from None


def _url(address: str) -> httpx2.URL:
    """An address of the web without what is of no matter here. Raises _Ended."""
    try:
        url = httpx2.URL(address).copy_with(fragment=None, username=None, password=None)
    except (httpx2.InvalidURL, ValueError):
        raise _Ended("failed", "it leads to what is no address") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise _Ended("failed", f"it leads to '{url.scheme[:20]}:', which is not the web")
    return url


def _judged(status: int) -> AskedLink:
    said = f"it answers {status}"
    if 200 <= status < 300:
        return AskedLink("answers", said)
    if status in _GONE:
        return AskedLink("gone", said)
    return AskedLink("refused" if status in _BUSY or 400 <= status < 500 else "failed", said)
