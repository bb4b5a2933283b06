"""Ask a network: within its limits, again where that is safe, never with a credential in what is told."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

import httpx2
import stamina
import structlog

from app.networks.api import Api, NetworkAnswer, Request, text_of
from app.networks.auth import Auth
from app.networks.budget import Budget
from app.networks.clock import Clock
from app.networks.failures import (
    AccessDenied,
    AddressRefused,
    CredentialsRefused,
    NotAnAnswer,
    NotThere,
    Passing,
    Unavailable,
)
from app.networks.limit_headers import wait_after
from app.settings import Secret

_log = structlog.get_logger()
Read = TypeVar("Read")

_ATTEMPTS = 6
_FIRST_WAIT, _LONGEST_WAIT, _JITTER = 0.5, 20.0, 2.0  # seconds between attempts
_MOST_REDIRECTS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PASSING = frozenset({408, 425, 500, 502, 503, 504, 520, 521, 522, 523, 524})
_AGENT = "Affindex/1 (catalogue sync)"
_CONNECT_SECONDS = 10.0


@dataclass(slots=True)
class Counts:
    """What a client has done: calls sent, those that failed in a way that passes, those refused as too many."""

    calls: int = 0
    failed: int = 0
    limited: int = 0


class Client:
    """Asks one network. Safe to share between threads."""

    def __init__(
        self,
        api: Api,
        auth: Auth,
        budget: Budget,
        clock: Clock,
        transport: httpx2.BaseTransport,
        *,
        secrets: Iterable[Secret] = (),
        base_url: str | None = None,
        attempts: int = _ATTEMPTS,
    ) -> None:
        self.api = api
        self.counts = Counts()
        self._auth = auth
        self._budget = budget
        self._clock = clock
        self._led_elsewhere = base_url is not None
        self._base = (base_url or api.base_url).rstrip("/")
        self._attempts = attempts
        self._hidden = [secret.reveal() for secret in secrets if len(secret.reveal()) >= _SHORTEST_HIDDEN]
        self._http = httpx2.Client(
            transport=transport,
            timeout=httpx2.Timeout(api.timeout, connect=min(_CONNECT_SECONDS, api.timeout)),
            headers={"User-Agent": _AGENT},
            follow_redirects=False,
            trust_env=False,
        )

    def close(self) -> None:
        self._http.close()
        self._budget.close()

    def ask(self, request: Request, read: Callable[[NetworkAnswer], Read]) -> Read:
        """What `read` makes of the answer. `read` may raise Passing for an answer that another try may better.

        Raises NotThere for a 404, and a NetworkFailure for everything that trying again does not mend.
        """
        renewed = False

        def once() -> Read:
            nonlocal renewed
            proof, answer = self._exchange(request, self._proof)
            if answer.status == 401 and not renewed and self._auth.renew(proof):
                renewed = True
                _, answer = self._exchange(request, self._proof)
            return self._read(request, answer, read)

        return self._again(request, once)

    def _proof(self) -> Mapping[str, str]:
        return self._auth.headers(self._send)

    def _send(self, request: Request, proof: Mapping[str, str]) -> NetworkAnswer:
        """Send a request of the authentication itself: retried, but never authenticated."""
        return self._again(
            request, lambda: self._read(request, self._exchange(request, lambda: proof)[1], lambda same: same)
        )

    def _again(self, request: Request, once: Callable[[], Read]) -> Read:
        attempts = self._attempts if request.repeatable else 1
        try:
            for attempt in stamina.retry_context(
                on=Passing,
                attempts=attempts,
                timeout=None,
                wait_initial=_FIRST_WAIT,
                wait_max=_LONGEST_WAIT,
                wait_jitter=_JITTER,
            ):
                with attempt:
                    result = once()
        except Passing as passing:
            raise Unavailable(
                f"{self._shown(request)}: {passing}" + (f" ({attempts} attempts)" if attempts > 1 else "")
            ) from None
        return result

    def _read(self, request: Request, answer: NetworkAnswer, read: Callable[[NetworkAnswer], Read]) -> Read:
        try:
            self._judge(request, answer)
            return read(answer)
        except Passing as passing:
            self.counts.failed += 1
            if self.api.limit.downloads:
                self._budget.give_back()
            raise Passing(self._scrubbed(str(passing))) from None
        except (NotAnAnswer, AccessDenied, CredentialsRefused) as failure:
            self.counts.failed += 1
            if self.api.limit.downloads:
                self._budget.give_back()
            raise type(failure)(f"{self._shown(request)}: {self._scrubbed(str(failure))}") from None

    def _judge(self, request: Request, answer: NetworkAnswer) -> None:
        """Raise for everything but an answer to the question."""
        status = answer.status
        wait = wait_after(status in self.api.limited, answer.headers, self._clock.now())
        if wait > 0:
            self._budget.block(wait)
        if status in self.api.limited:
            self.counts.limited += 1
            raise Passing(f"too many calls (status {status})")
        if status in _PASSING:
            raise Passing(f"status {status}")
        if status in (200, 206) and self.api.refused(answer):
            raise CredentialsRefused(f"the credentials are refused: {self.api.explain(answer)}")
        if status in (200, 206) or (status == 304 and (request.etag or request.last_modified)):
            if self.api.limit.downloads and status == 304:
                self._budget.give_back()
            return
        said = self.api.explain(answer) or text_of(answer)
        if self.api.refused(answer):
            raise CredentialsRefused(f"the credentials are refused, or the address is wrong ({status}): {said}")
        if status == 403:
            raise AccessDenied(f"the credentials do not allow this (403): {said}")
        if status == 404:
            raise NotThere
        raise NotAnAnswer(f"status {status}: {said}")

    # -- one exchange ---------------------------------------------------------------------------------------------

    def _exchange(
        self, request: Request, prove: Callable[[], Mapping[str, str]]
    ) -> tuple[Mapping[str, str], NetworkAnswer]:
        """Send a request once, within the budget; the headers that proved who we are, and the answer."""
        self._budget.take()
        proof = prove()  # after the wait, in which a token may have ended
        self.counts.calls += 1
        url = self._url(request)
        for _ in range(_MOST_REDIRECTS + 1):
            ours = _origin(url) == _origin(self._base_of(request))
            try:
                answer = self._transfer(request, url, proof if ours else {})
            except (httpx2.TransportError, httpx2.DecodingError, httpx2.InvalidURL) as error:
                self.counts.failed += 1
                if self.api.limit.downloads:
                    self._budget.give_back()
                raise Passing(f"{type(error).__name__}: {self._scrubbed(str(error))}"[:300]) from None
            if answer.status not in _REDIRECTS:
                return proof, answer
            url = self._redirected(request, url, answer)
        raise NotAnAnswer(f"{self._shown(request)}: it redirects more than {_MOST_REDIRECTS} times")

    def _transfer(self, request: Request, url: str, proof: Mapping[str, str]) -> NetworkAnswer:
        headers = {"Accept": request.accept, **proof}
        if request.etag:
            headers["If-None-Match"] = request.etag
        if request.last_modified:
            headers["If-Modified-Since"] = request.last_modified
        most = self.api.largest_answer
        until = time.monotonic() + self.api.deadline
        with self._http.stream(
            request.method,
            url,
            headers=headers,
            json=request.json,
            data=dict(request.form) if request.form is not None else None,
        ) as response:
            body = bytearray()
            for block in response.iter_bytes():
                body += block
                if len(body) > most:
                    raise NotAnAnswer(
                        f"{self._shown(request)}: the answer is larger than {most // 1_000_000} MB; it is not read"
                    )
                if time.monotonic() > until:
                    raise httpx2.ReadTimeout(f"not whole after {self.api.deadline:.0f} s", request=response.request)
            headers = {name.lower(): value for name, value in response.headers.items()}
            return NetworkAnswer(response.status_code, headers, bytes(body))

    def _base_of(self, request: Request) -> str:
        return self._base if request.base_url is None or self._led_elsewhere else request.base_url

    def _url(self, request: Request) -> str:
        url = f"{self._base_of(request)}/{request.path.lstrip('/')}"
        if not request.query:
            return url
        return f"{url}{'&' if '?' in url else '?'}{httpx2.QueryParams(dict(request.query))}"

    def _redirected(self, request: Request, url: str, answer: NetworkAnswer) -> str:
        """Where an answer leads. Only a GET is led on, and never from https to http."""
        target = urljoin(url, answer.headers.get("location", ""))
        parts = urlsplit(target)
        if (
            request.method != "GET"
            or not parts.hostname
            or parts.scheme not in ("https", urlsplit(self._base_of(request)).scheme)
        ):
            raise AddressRefused(f"{self._shown(request)}: it redirects to {_place(target)}, where it is not followed")
        _log.info("redirected", network=self.api.network, to=_place(target))
        return target

    # -- what may be told -----------------------------------------------------------------------------------------

    def _shown(self, request: Request) -> str:
        """A request in a message: without its query, and with nothing secret in its path."""
        return self._scrubbed(f"{self.api.network}: {request.method} {request.path.partition('?')[0]}")

    def _scrubbed(self, text: str) -> str:
        for secret in self._hidden:
            text = text.replace(secret, "•••")
        return text


_SHORTEST_HIDDEN = 4  # shorter ones would blot out half of every message


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    port: int | None = None
    with suppress(ValueError):
        port = parts.port
    return parts.scheme, parts.hostname, port or {"https": 443, "http": 80}.get(parts.scheme)


def _place(url: str) -> str:
    """Scheme and host of an address, which may be told; the rest may hold anything."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}" if parts.hostname else "nowhere"
