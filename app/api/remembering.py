"""Answers that follow from the index alone: remembered, made once for all who ask at once, and not sent again to
those who have them. They are never older than a refresh of the index plus one look of the probe."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import Any

from litestar import Litestar, MediaType, Request, Response
from litestar.response.base import ASGIResponse

from app.api.catalogue import Catalogue
from mappings.index import fingerprint

# Whoever keeps an answer asks whether it still holds; the answer to that is cheap.
_REVALIDATE = "no-cache"
_WORD_FILES = ("synonyms.toml", "intents.toml")

_CLIENT_CLOSED_REQUEST = 499  # as proxies log it
_UNWATCHED_SECONDS = 0.1  # most answers are there sooner, and watching the client costs as much as reading a request

Make = Callable[[], Awaitable[bytes]]

# Put before an answer that must not be remembered: part of the index did not answer. Leading blanks are valid JSON.
PASSING = b" "


class Gone(Exception):
    """The client went away before it had its answer."""


class Ready(Response[bytes | None]):
    """Bytes that go out as they are: how Litestar would encode something else is not even looked up."""

    def to_asgi_response(
        self, app: Litestar | None, request: Request[Any, Any, Any], *, is_head_response: bool = False, **_: Any
    ) -> ASGIResponse:
        return ASGIResponse(
            body=self.content or b"",
            headers=self.headers,
            is_head_response=is_head_response,
            media_type=self.media_type,
            status_code=self.status_code,
        )


async def remembered(
    request: Request[Any, Any, Any],
    catalogue: Catalogue,
    key: tuple[str, bytes],
    make: Make,
    end: bytes = b"",
    *,
    suggested: bool = False,
) -> Response[bytes | None]:
    """Answer with what `make` makes for `key` (a route and its canonical request), or 304.

    `make` must use the search engine alone, and if `suggested` nothing of it but the suggestions. `end` is put behind
    what is remembered. What `make` raises is raised.
    """
    state = _state_of_suggestions(catalogue) if suggested else _state(catalogue)
    etag = f'W/"{hashlib.blake2b(repr((state, key)).encode(), digest_size=12).hexdigest()}"'
    headers = {"ETag": etag, "Cache-Control": _REVALIDATE} if state else {}
    if state and _holds(_header(request, b"if-none-match"), etag):
        return Ready(None, status_code=304, headers=headers)
    body = catalogue.pages.known((key, state)) if state else None
    if body is None:
        with catalogue.pages.making(
            (key, state), make, lambda made: bool(state) and not made.startswith(PASSING)
        ) as making:
            body = await while_connected(request, making)
    if body.startswith(PASSING):
        headers = {"Cache-Control": "no-store"}
    return Ready(body.removeprefix(PASSING) + end, media_type=MediaType.JSON, headers=headers)


def _state(catalogue: Catalogue) -> str:
    """What answers follow from besides the request; empty while it is not known what the index holds."""
    if not catalogue.engine.state:
        return ""
    day = int(time.time() // 86_400)  # "new" is a matter of the day
    return f"{catalogue.engine.state} {catalogue.engine.suggestions} {_build()} {day} {catalogue.probe.synced_mark}"


def _state_of_suggestions(catalogue: Catalogue) -> str:
    return f"{catalogue.engine.suggestions} {_build()}" if catalogue.engine.suggestions else ""


@cache
def _build() -> str:
    """What makes this code answer as it does."""
    words = [files("mappings").joinpath(name).read_bytes() for name in _WORD_FILES]
    parts = (version("affindex"), fingerprint(), words)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _header(request: Request[Any, Any, Any], name: bytes) -> str:
    """A header as it was sent; `request.headers` would take apart all of them."""
    return next((value.decode("latin-1") for sent, value in request.scope["headers"] if sent == name), "")


def _holds(given: str, etag: str) -> bool:
    """Whether `If-None-Match` names the tag; weak comparison (RFC 9110 13.1.2)."""
    tags = {tag.strip().removeprefix("W/") for tag in given.split(",")}
    return "*" in tags or etag.removeprefix("W/") in tags


def client_gone(_: Request[Any, Any, Any], __: Exception) -> Response[None]:
    """Nobody reads it."""
    return Response(None, status_code=_CLIENT_CLOSED_REQUEST)


async def while_connected(request: Request[Any, Any, Any], work: asyncio.Task[bytes]) -> bytes:
    """The result of some work, as long as the client is there to get it. Raises Gone."""
    result = asyncio.shield(work)
    left: asyncio.Task[None] | None = None

    def watch() -> None:
        nonlocal left
        left = asyncio.ensure_future(_left(request))
        left.add_done_callback(lambda _: result.cancel())

    watching = asyncio.get_running_loop().call_later(_UNWATCHED_SECONDS, watch)
    try:
        return await result
    except asyncio.CancelledError:
        if left and left.done():
            raise Gone from None
        raise
    finally:
        watching.cancel()
        if left:
            left.cancel()


async def _left(request: Request[Any, Any, Any]) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
