"""The edge: what holds for every request and every answer, whatever the route.

A request has an id, and is counted. HEAD is answered as GET, without the body. An answer says by its headers that it
is not to be framed, guessed at or kept unless it says otherwise, and goes out in gzip where that is asked for and worth
it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Send

from app.api.compression import SMALLEST, Pieces, takes_gzip, whole
from app.observability.instruments import NO_ROUTE, count_answer
from app.observability.request_id import AUTHOR, REQUEST_ID, id_of
from app.observability.tracing import sent_context
from app.search.admission import ADMITTED
from app.settings import AccessLog
from indexing.tracing import span, tracing

_log = structlog.get_logger()

_Headers = Iterable[tuple[bytes, bytes]]
_SendAny = Callable[[Any], Awaitable[None]]

# What an answer carries unless it says something else itself, as it goes out: nothing is put together per request.
_CARRIED: tuple[tuple[bytes, bytes], ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),  # what may be kept says so
    (b"vary", b"Accept-Encoding"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"server", b""),  # the server would put its own name and cannot be told not to; what is there, it leaves
)
# The OpenAPI page writes a script and styles into itself; its own policy says which script that is.
_OF_PAGES = (
    b"content-security-policy",
    b"default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    b"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
)
# Media types that shrink; files of the OpenAPI page are not made anew for each answer.
_COMPRESSED = (
    b"application/json",
    b"application/problem+json",
    b"application/vnd.oai.openapi",
    b"application/x-ndjson",
    b"application/atom+xml",
    b"text/csv",
    b"text/html",
    b"text/plain",
)
PIECE_SECONDS = 30.0  # in which a piece of a stream must be taken: 50 kB/s for 1,000 programs of an export
_WITHOUT_BODY = (204, 304)
AT_END = "affindex.at_end"
"""The member of a request's scope that says what to await when its answer has ended, in whichever way."""
_MOST_LOGGED = 1_000  # characters of a path, and of a query
_NAMING_METHODS = (204, 405)  # what OPTIONS is answered with, and a method that there is not


def edge(app: ASGIApp, methods: Mapping[str, Iterable[str]], access_log: AccessLog = "off") -> ASGIApp:
    """An application behind the edge; `methods` are those of each path, as its template says it.

    `access_log`: whether each answer is logged, and whether with the query that was sent.
    """

    async def handler(scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        began = time.perf_counter()
        method = scope["method"]
        sent = dict(scope["headers"])
        id = id_of(sent)
        REQUEST_ID.set(id)
        AUTHOR.set("")  # of no request before, whatever the server does with contexts
        ADMITTED.set(False)
        carried = (*_CARRIED, (b"x-request-id", id.encode()))

        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                headers = list(message["headers"])
                said = dict(headers)
                if said.get(b"content-type", b"").startswith(b"text/html") and _OF_PAGES[0] not in said:
                    headers.append(_OF_PAGES)
                    said[_OF_PAGES[0]] = _OF_PAGES[1]
                headers += [each for each in carried if each[0] not in said]
                if message["status"] in _NAMING_METHODS:
                    _name_methods(headers, methods.get(scope.get("path_template", ""), ()))
                message["headers"] = headers
                status = message["status"]
                count_answer(method, scope.get("path_template", ""), status, time.perf_counter() - began)
            if message.get("more_body"):
                await _in_time(send, message)
            else:
                await send(message)

        if method == "HEAD":
            scope["method"] = "GET"
            bodiless = _Bodiless(receive, sending)
            receive, answer = bodiless.receive, bodiless.send
        else:
            answer = sending
        if takes_gzip(sent.get(b"accept-encoding")):
            answer = _Compressing(answer).send
        try:
            if tracing():
                with span(method, context=sent_context(sent)) as current:
                    await app(scope, receive, answer)
                    route = scope.get("path_template") or NO_ROUTE
                    current.update_name(f"{method} {route}")
                    current.set_attributes(
                        {
                            "http.request.method": method,
                            "http.route": route,
                            "http.response.status_code": status,
                            "affindex.request_id": id,
                        }
                    )
            else:
                await app(scope, receive, answer)
        finally:
            # However it ended: a stream that is broken off is closed only when somebody collects it.
            if leave := scope.get(AT_END):
                await leave()
        if access_log != "off":
            _log.info("answered", **_logged(scope, method, status, time.perf_counter() - began, access_log))

    return handler


async def _in_time(send: Send, message: Message) -> None:
    """Send a piece of a stream; one that nobody takes ends the stream, and frees what it holds."""
    try:
        async with asyncio.timeout(PIECE_SECONDS):
            await send(message)
    except TimeoutError:
        raise ConnectionAbortedError("the client did not take a piece of the answer in time") from None


def _logged(scope: Any, method: str, status: int, seconds: float, access_log: AccessLog) -> dict[str, Any]:
    """What the access log says of an answer: nothing that was searched for, and nobody's address."""
    said = {
        "method": method,
        "route": scope.get("path_template") or None,
        "status": status,
        "ms": round(seconds * 1e3, 1),
    }
    if access_log == "queries":
        query = scope["query_string"].decode("ascii", "replace")
        said |= {"path": scope["path"][:_MOST_LOGGED], "query": query[:_MOST_LOGGED]}
    return said


def _name_methods(headers: list[tuple[bytes, bytes]], all_of_path: Iterable[str]) -> None:
    """Name every method of a path, where Litestar names those of one of its handlers; whoever may GET may HEAD."""
    for place, (name, value) in enumerate(headers):
        if name == b"allow":
            methods = {*value.decode("ascii").replace(" ", "").split(","), *all_of_path}
            if "GET" in methods:
                methods.add("HEAD")
            headers[place] = (name, ", ".join(sorted(methods)).encode())


class _Bodiless:
    """The answer to HEAD: that to GET, of which nothing is sent but the headers."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._answered = asyncio.Event()

    async def send(self, message: Message) -> None:
        if self._answered.is_set():
            return
        await self._send(message)
        if message["type"] == "http.response.start":
            self._answered.set()
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def receive(self) -> Any:
        """As from the client, who has gone once the headers are sent: a stream ends there."""
        if self._answered.is_set():
            return {"type": "http.disconnect"}
        asked = asyncio.ensure_future(self._receive())
        answered = asyncio.ensure_future(self._answered.wait())
        try:
            await asyncio.wait((asked, answered), return_when=asyncio.FIRST_COMPLETED)
            return asked.result() if asked.done() else {"type": "http.disconnect"}
        finally:
            asked.cancel()
            answered.cancel()


class _Compressing:
    """An answer in gzip if it is worth it; one that is encoded already goes through as it is."""

    def __init__(self, send: Send) -> None:
        self._send: _SendAny = send
        self._start: Any = None  # held back until it is known whether and how the answer is compressed
        self._pieces: Pieces | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if _worth(message["status"], message["headers"]):
                self._start = message
                return
        elif message["type"] == "http.response.body":
            if self._start is not None:
                await self._begun(message)
                return
            if self._pieces is not None:
                await self._piece(self._pieces, message)
                return
        await self._send(message)

    async def _begun(self, message: Any) -> None:
        start, self._start = self._start, None
        body = message.get("body", b"")
        headers = [each for each in start["headers"] if each[0] != b"content-length"]
        headers.append((b"content-encoding", b"gzip"))
        if message.get("more_body"):
            self._pieces = Pieces()
            await self._send({**start, "headers": headers})
            await self._piece(self._pieces, message)
            return
        if len(body) < SMALLEST:
            await self._send(start)
            await self._send(message)
            return
        body = await asyncio.to_thread(whole, body)
        headers.append((b"content-length", str(len(body)).encode()))
        await self._send({**start, "headers": headers})
        await self._send({**message, "body": body})

    async def _piece(self, pieces: Pieces, message: Any) -> None:
        more = message.get("more_body", False)
        body = message.get("body", b"")
        work = asyncio.to_thread(pieces.add, body, not more) if len(body) >= SMALLEST else None
        done = await work if work else pieces.add(body, not more)
        if done or not more:
            await self._send({**message, "body": done})


def _worth(status: int, headers: _Headers) -> bool:
    said = dict(headers)
    return (
        status not in _WITHOUT_BODY
        and b"content-encoding" not in said
        and said.get(b"content-type", b"").startswith(_COMPRESSED)
        and int(said.get(b"content-length", SMALLEST)) >= SMALLEST
    )
