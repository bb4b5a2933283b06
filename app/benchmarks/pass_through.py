"""Servers that only hand searches through to OpenSearch, on the server that the API runs on: bare ASGI, no framework.

One asks by opensearch-py as it comes: what a server must cost that does nothing of its own. The other asks by the
API's client, which leaves the engine's answers as they are: what the API costs more than that is its own work.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from opensearchpy import AsyncOpenSearch

from app.engines import open_search_async
from app.engines.connections import security
from app.processes.parent import end_with_parent
from app.processes.pulse import VARIABLE, Pulse
from app.serving import server
from app.settings import read_settings

_Receive = Callable[[], Awaitable[dict[str, Any]]]
_Send = Callable[[dict[str, Any]], Awaitable[None]]
_Application = Callable[[dict[str, Any], _Receive, _Send], Awaitable[None]]

_HEADERS = [(b"content-type", b"application/json")]


def plain() -> _Application:
    """By opensearch-py as it comes, which reads every answer."""
    settings = read_settings(os.environ)
    hosts = (settings.opensearch_url or "").split(",")
    return _application(AsyncOpenSearch(hosts, **security(settings)), msgspec.json.encode)


def lean() -> _Application:
    """By the client of the API."""
    settings = read_settings(os.environ)
    return _application(open_search_async(settings.opensearch_url or "", settings), bytes)


def _application(engine: AsyncOpenSearch, written: Callable[[Any], bytes]) -> _Application:
    """`written` makes bytes of what the client answers."""
    end_with_parent(os.getppid())
    Pulse(os.environ.get(VARIABLE)).tell_from_a_thread()  # whoever tells nothing is taken to hang

    async def application(scope: dict[str, Any], receive: _Receive, send: _Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        answer = b"{}"
        if scope["path"] != "/readyz":
            body = await _body(receive)
            answer = written(await engine.transport.perform_request("POST", scope["path"], body=body))
        length = (b"content-length", b"%d" % len(answer))
        await send({"type": "http.response.start", "status": 200, "headers": [*_HEADERS, length]})
        await send({"type": "http.response.body", "body": answer})

    return application


async def _live(receive: _Receive, send: _Send) -> None:
    while (event := (await receive())["type"]) != "lifespan.shutdown":
        await send({"type": f"{event}.complete"})
    await send({"type": "lifespan.shutdown.complete"})


async def _body(receive: _Receive) -> bytes:
    body: bytes = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body


def main(which: str) -> None:
    """Serve one of them, by its name here, where the environment says."""
    server.serve(f"app.benchmarks.pass_through:{which}", read_settings(os.environ))
