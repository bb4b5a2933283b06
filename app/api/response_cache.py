"""The response cache: answers that follow from the index alone, made once for all who ask at once, and not sent again
to those who have them. They are never older than a refresh of the index plus one look of the probe."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Hashable, Iterator, Mapping
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from litestar import Litestar, MediaType, Request, Response
from litestar.response.base import ASGIResponse

from app.api.application_state import ApplicationState
from app.api.compression import SMALLEST, packed, takes_gzip, with_end
from app.observability.instruments import CACHE
from mappings.index import fingerprint

# Whoever keeps an answer asks whether it still holds; the answer to that is cheap.
_REVALIDATE = "no-cache"
_OF_WORDS = (".toml", ".json", ".bin")

_CLIENT_CLOSED_REQUEST = 499  # as proxies log it
_UNWATCHED_SECONDS = 0.1  # most answers are there sooner, and watching the client costs as much as reading a request

Make = Callable[[], Awaitable[bytes]]

_HIT, _MISS, _NOT_MODIFIED = (CACHE.labels(result) for result in ("hit", "miss", "not-modified"))

# Put before an answer that must not be cached: part of the index did not answer. Leading blanks are valid JSON.
UNCACHEABLE = b" "


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


async def cached(
    request: Request[Any, Any, Any],
    app_state: ApplicationState,
    key: tuple[str, bytes],
    make: Make,
    end: bytes = b"",
    *,
    suggested: bool = False,
    media_type: str = MediaType.JSON,
    headers: Mapping[str, str] = {},
) -> Response[bytes | None]:
    """Answer with what `make` makes for `key` (a route and its canonical request), or 304.

    `make` must use the search engine alone, and if `suggested` nothing of it but the suggestions. `end` is put behind
    what is cached, and `headers` beside it. What `make` raises is raised.
    """
    state = _state_of_suggestions(app_state) if suggested else _state(app_state)
    etag = f'W/"{hashlib.blake2b(repr((state, key)).encode(), digest_size=12).hexdigest()}"'
    tagged = {**headers, "ETag": etag, "Cache-Control": _REVALIDATE} if state else {**headers}
    if state and holds(_header(request, b"if-none-match"), etag):
        _NOT_MODIFIED.inc()
        return Ready(None, status_code=304, headers=tagged)
    body = app_state.pages.known((key, state)) if state else None
    (_MISS if body is None else _HIT).inc()
    if body is None:
        if not app_state.pages.flying((key, state)):
            await app_state.engine.refuse_if_busy()
        with app_state.pages.flight(
            (key, state), make, lambda made: bool(state) and not made.startswith(UNCACHEABLE)
        ) as making:
            body = await while_connected(request, making)
    if body.startswith(UNCACHEABLE):
        tagged = {**headers, "Cache-Control": "no-store"}
    elif state and len(body) >= SMALLEST and takes_gzip(_header(request, b"accept-encoding").encode("latin-1")):
        begin = await _compressed(app_state, (key, state), body)
        zipped = {**tagged, "Content-Encoding": "gzip"}
        return Ready(with_end(begin, end), media_type=media_type, headers=zipped)
    return Ready(body.removeprefix(UNCACHEABLE) + end, media_type=media_type, headers=tagged)


async def _compressed(app_state: ApplicationState, key: Hashable, body: bytes) -> bytes:
    """A cached answer in gzip, compressed once for all who take it so, and kept beside it."""
    return await app_state.pages.get(("gzip", key), lambda: asyncio.to_thread(packed, body))


def _state(app_state: ApplicationState) -> str:
    """What answers follow from besides the request; empty while it is not known what the index holds."""
    if not app_state.engine.state:
        return ""
    day = int(time.time() // 86_400)  # "new" is a matter of the day
    return f"{app_state.engine.state} {app_state.engine.suggestions} {_build()} {day} {app_state.probe.synced_mark}"


def _state_of_suggestions(app_state: ApplicationState) -> str:
    return f"{app_state.engine.suggestions} {_build()}" if app_state.engine.suggestions else ""


@cache
def _build() -> str:
    """What makes this code answer as it does."""
    words = b"".join(_read(files("mappings")))
    parts = (version("affindex"), fingerprint(), hashlib.sha256(words).hexdigest())
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _read(folder: Traversable) -> Iterator[bytes]:
    """The files of words, topics, facts and names below a folder, in order."""
    for each in sorted(folder.iterdir(), key=lambda each: each.name):
        if each.is_dir():
            yield from _read(each)
        elif each.name.endswith(_OF_WORDS):
            yield each.read_bytes()


def _header(request: Request[Any, Any, Any], name: bytes) -> str:
    """A header as it was sent; `request.headers` would take apart all of them."""
    return next((value.decode("latin-1") for sent, value in request.scope["headers"] if sent == name), "")


def holds(given: str, etag: str) -> bool:
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
