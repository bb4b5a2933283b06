"""One message to a webhook: signed, sent once, to public addresses only. Nothing of the answer is believed but whether
it was taken."""

from __future__ import annotations

import math
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2

from app.alerts.signing import headers
from app.networks.addresses import checked, transport
from app.networks.failures import AddressRefused

_AGENT = "Affindex/1 (webhook)"
_SECONDS = 15.0  # of an attempt in all, however its answer drips
_WATCH_SECONDS = 0.2
_GONE = 410
_LONGEST_WAIT = 86_400.0  # that a receiver may ask for


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of an attempt. `because` is empty where the message was taken; `gone` if none is wanted any more;
    `wait` is the pause in seconds that the receiver asks for."""

    because: str = ""
    status: int | None = None
    gone: bool = False
    wait: float = 0.0

    @property
    def taken(self) -> bool:
        return not self.because


class Poster:
    """Sends messages over connections that are kept."""

    def __init__(self, *, allow_private: bool, seconds: float = _SECONDS) -> None:
        self._transport = transport(allow_private=allow_private)
        self._seconds = seconds
        self._http = httpx2.Client(
            transport=self._transport,
            timeout=seconds,
            headers={"User-Agent": _AGENT},
            follow_redirects=False,
            trust_env=False,
        )
        self._deadline = math.inf
        self._closed = threading.Event()
        threading.Thread(target=self._watch, name="webhook", daemon=True).start()

    def close(self) -> None:
        self._closed.set()
        self._http.close()

    def _watch(self) -> None:
        """End the attempt that takes too long: time limits of a connection begin anew with each byte."""
        while not self._closed.wait(_WATCH_SECONDS):
            if time.monotonic() >= self._deadline:
                self._http.close()
                return

    def post(self, url: str, secret: bytes, id: str, body: bytes) -> Delivery:
        """One attempt. Never raises for what a receiver does."""
        sent = {"Content-Type": "application/json", **headers(secret, id, int(time.time()), body)}
        self._deadline = time.monotonic() + self._seconds
        try:
            with self._http.stream("POST", url, content=body, headers=sent) as answer:
                return _judged(answer)
        except AddressRefused as refused:
            return Delivery(str(refused))
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, RuntimeError, ValueError) as error:
            if time.monotonic() >= self._deadline:
                return Delivery(f"it took longer than {self._seconds:g} seconds")
            return Delivery(f"{type(error).__name__}: {error}"[:300])
        finally:
            self._deadline = math.inf


def _judged(answer: httpx2.Response) -> Delivery:
    if 200 <= answer.status_code < 300:
        return Delivery(status=answer.status_code)
    if answer.status_code == _GONE:
        return Delivery("it answers 410: nothing is wanted any more", answer.status_code, gone=True)
    redirected = "; redirects are not followed" if answer.is_redirect else ""
    return Delivery(f"it answers {answer.status_code}{redirected}", answer.status_code, wait=_asked_for(answer))


def _asked_for(answer: httpx2.Response) -> float:
    """Seconds of `Retry-After`, where that is a number."""
    given = answer.headers.get("retry-after", "")
    return min(float(given), _LONGEST_WAIT) if given.isascii() and given.isdecimal() and len(given) < 8 else 0.0


@contextmanager
def poster(*, allow_private: bool) -> Iterator[Poster]:
    """A poster, closed afterwards."""
    opened = Poster(allow_private=allow_private)
    try:
        yield opened
    finally:
        with suppress(RuntimeError):
            opened.close()


def refusal(url: str, *, allow_private: bool) -> str | None:
    """Why a webhook can never be sent to an address, as far as its name tells now; None if it can."""
    if allow_private:
        return None
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        found = socket.getaddrinfo(host, parts.port or 443, type=socket.SOCK_STREAM)
        checked(host, (str(entry[4][0]) for entry in found))
    except (OSError, UnicodeError):
        return f"{host} cannot be found"
    except AddressRefused as refused:
        return str(refused)
    return None
