"""Proving who we are: static headers, and OAuth 2.0 client credentials."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Mapping
from typing import Protocol

import msgspec

from app.networks.api import NetworkAnswer, Request
from app.networks.clock import Clock
from app.networks.failures import NotAnAnswer
from app.settings import Secret

# A token is renewed this long before it ends, so that none ends on its way.
_MARGIN_SECONDS = 60.0
_SHORTEST_LIFE = 1.0

Send = Callable[[Request, Mapping[str, str]], NetworkAnswer]
"""Send a request with these headers, within the budget and with retries, but without authentication."""


class Auth(Protocol):
    """Headers for a request, and what to do when they were refused."""

    def headers(self, send: Send) -> dict[str, str]:
        """Headers that prove who we are; may have to ask for them."""

    def renew(self, refused: Mapping[str, str]) -> bool:
        """Called after a 401 with the headers that were refused: whether other ones may do."""


class Static:
    """Headers that never change: none, a bearer token, Basic, a key."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = dict(headers)

    def headers(self, send: Send) -> dict[str, str]:
        return dict(self._headers)

    def renew(self, refused: Mapping[str, str]) -> bool:
        return False


def bearer(token: Secret) -> Static:
    """`Authorization: Bearer …`."""
    return Static({"Authorization": f"Bearer {token.reveal()}"})


def basic(user: Secret, password: Secret) -> Static:
    """`Authorization: Basic …`."""
    return Static({"Authorization": f"Basic {_base64(user, password)}"})


class _Token(msgspec.Struct):
    access_token: str
    expires_in: float = 3600.0


class ClientCredentials:
    """OAuth 2.0 client credentials. One token at a time: whoever needs a new one waits for who is fetching it."""

    def __init__(
        self, path: str, client_id: Secret, client_secret: Secret, *, form: Mapping[str, str], scheme: str, clock: Clock
    ) -> None:
        self._request = Request(path, method="POST", form=form)  # repeatable: a token more does no harm
        self._proof = {"Authorization": f"{scheme} {_base64(client_id, client_secret)}"}
        self._clock = clock
        self._lock = threading.Lock()
        self._token: str | None = None
        self._renew_at = 0.0

    def headers(self, send: Send) -> dict[str, str]:
        with self._lock:
            if self._token is None or self._clock.now() >= self._renew_at:
                self._fetch(send)
            return {"Authorization": f"Bearer {self._token}"}

    def renew(self, refused: Mapping[str, str]) -> bool:
        with self._lock:
            # Another thread may have a new one already; only the refused one is thrown away.
            if refused.get("Authorization") == f"Bearer {self._token}":
                self._token = None
            return True

    def _fetch(self, send: Send) -> None:
        answer = send(self._request, self._proof)
        try:
            token = msgspec.json.decode(answer.body, type=_Token, strict=False)
        except msgspec.MsgspecError:
            raise NotAnAnswer("the token call answered without a token") from None
        life = max(token.expires_in, _SHORTEST_LIFE)
        self._token = token.access_token
        self._renew_at = self._clock.now() + life - min(_MARGIN_SECONDS, life / 10)


def _base64(first: Secret, second: Secret) -> str:
    return base64.b64encode(f"{first.reveal()}:{second.reveal()}".encode()).decode()
