"""A feed from an address, spooled to disk: only from the public internet, however often it redirects.

Each hop's name is resolved once, every address it has must be public, and the connection goes to the address that
was checked: a name that changes its mind between check and use gains nothing.
"""

from __future__ import annotations

import http.client
import ipaddress
import os
import socket
import ssl
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from app.feeds.leftovers import PREFIX
from app.feeds.limits import CHUNK, LIMITS, Limits
from app.feeds.public_addresses import is_public
from app.feeds.refusal import NotAFeed, shown

_HOPS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_AGENT = "affindex"

Permitted = Callable[[ipaddress.IPv4Address | ipaddress.IPv6Address], bool]


class FetchPatience(NamedTuple):
    """Seconds to connect and `between` two pieces of an answer, and for the `whole` of it, however it drips."""

    between: float
    whole: float


PATIENCE = FetchPatience(between=30.0, whole=1800.0)


def is_address(text: str) -> bool:
    """Whether a command's FILE is an address to fetch."""
    return text.lower().startswith(("http://", "https://"))


@contextmanager
def fetched(
    address: str, limits: Limits = LIMITS, permitted: Permitted = is_public, patience: FetchPatience = PATIENCE
) -> Iterator[Path]:
    """The file behind an address, for as long as it is needed. Raises NotAFeed."""
    descriptor, name = tempfile.mkstemp(prefix=PREFIX)
    path = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            for piece in pieces(address, limits, permitted, patience):
                file.write(piece)
        yield path
    finally:
        path.unlink(missing_ok=True)


def pieces(address: str, limits: Limits, permitted: Permitted, patience: FetchPatience = PATIENCE) -> Iterator[bytes]:
    """What is behind an address, piece by piece, at most `limits.file` bytes of it. Raises NotAFeed."""
    at = address
    deadline = time.monotonic() + patience.whole
    for _ in range(_HOPS + 1):
        connection, target = _connected(at, permitted, patience)
        try:
            connection.request("GET", target, headers={"User-Agent": _AGENT, "Accept-Encoding": "identity"})
            with connection.getresponse() as answer:
                if answer.status in _REDIRECTS and (location := answer.getheader("Location")):
                    at = urljoin(at, location)
                    continue
                if answer.status != 200:
                    raise NotAFeed(f"{_named(at)} answers {answer.status} {shown(answer.reason, 60)}")
                yield from _body(answer, limits, patience, deadline)
                return
        except (OSError, http.client.HTTPException) as error:
            raise NotAFeed(f"{_named(at)} cannot be fetched: {_said(error)}") from None
        finally:
            connection.close()
    raise NotAFeed(f"{_named(address)} redirects more than {_HOPS} times")


def _body(
    answer: http.client.HTTPResponse, limits: Limits, patience: FetchPatience, deadline: float
) -> Iterator[bytes]:
    declared = answer.getheader("Content-Length")
    if declared and declared.isdecimal() and int(declared) > limits.file:
        raise NotAFeed(f"it has {int(declared):,} bytes; at most {limits.file:,} are taken")
    read = 0
    while piece := answer.read1(CHUNK):
        read += len(piece)
        if time.monotonic() > deadline:
            raise NotAFeed(f"it takes longer than {patience.whole:.0f} seconds to come")
        if read > limits.file:
            raise NotAFeed(f"it has more than {limits.file:,} bytes; no more are taken")
        yield piece
    if declared and declared.isdecimal() and read != int(declared):
        raise NotAFeed(f"it is truncated: {read:,} of {int(declared):,} bytes came")


@cache
def _trusting() -> ssl.SSLContext:
    return ssl.create_default_context()  # reading the certificates takes its time


class _Pinned(http.client.HTTPConnection):
    """A connection to the address that was checked, whatever the name resolves to by now."""

    def __init__(self, host: str, port: int, to: str, secure: bool, seconds: float) -> None:
        super().__init__(host, port, timeout=seconds)
        self._to = to
        self._seconds = seconds
        self._secure = secure

    def connect(self) -> None:
        plain = socket.create_connection((self._to, self.port), self._seconds)
        try:
            self.sock = _trusting().wrap_socket(plain, server_hostname=self.host) if self._secure else plain
        except OSError:
            plain.close()
            raise


def _connected(address: str, permitted: Permitted, patience: FetchPatience) -> tuple[_Pinned, str]:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise NotAFeed(f"'{shown(address)}' is no address") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise NotAFeed(f"{_named(address)} is no address of the web; http and https are")
    secure = parts.scheme == "https"
    port = port or (443 if secure else 80)
    try:
        resolved = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotAFeed(f"'{shown(parts.hostname)}' cannot be found") from None
    found = [str(entry[4][0]) for entry in resolved]
    for each in found:
        if not permitted(ipaddress.ip_address(each.partition("%")[0])):
            raise NotAFeed(f"'{shown(parts.hostname)}' is at {each}, a private address; feeds come from public ones")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return _Pinned(parts.hostname, port, found[0], secure, patience.between), target


def _named(address: str) -> str:
    """An address without what may be secret in it: no user, no query."""
    try:
        parts = urlsplit(address)
        return f"{parts.scheme}://{parts.hostname or ''}{shown(parts.path, 80)}"
    except ValueError:
        return "the address"


def _said(error: Exception) -> str:
    if isinstance(error, http.client.IncompleteRead):
        return f"it is truncated after {len(error.partial):,} bytes"
    return shown(str(error)) or type(error).__name__
