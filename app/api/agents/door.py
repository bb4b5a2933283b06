"""`/mcp`: the tools over streamable HTTP, each request for itself, answered in JSON.

A page of another site must not reach a catalogue in somebody's own network through that person's browser: by a name
that it lets point here (`Host`), or by asking from where it is (`Origin`). Addresses cannot be made to point elsewhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from ipaddress import ip_address
from typing import TYPE_CHECKING, cast

from litestar import asgi
from litestar.handlers import ASGIRouteHandler
from litestar.types import HTTPScope, Receive, Scope, Send

from app.api.application_state import ApplicationState
from app.api.problems import Problem

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

PATH = "/mcp"
_LARGEST_BODY = 1_000_000
_OWN = frozenset({"localhost", "127.0.0.1", "::1"})
_SCHEMES = ("http", "https")


def read_hosts(names: str) -> frozenset[str]:
    """Names separated by commas, in lower case."""
    return frozenset(name.strip().lower() for name in names.split(",") if name.strip())


class Door:
    """Opens when the first agent comes; `close` ends what is under way. `hosts` are names by which we are reached."""

    def __init__(self, app_state: Callable[[], ApplicationState], version: str, hosts: frozenset[str]) -> None:
        self._app_state = app_state
        self._version = version
        self._hosts = hosts | _OWN
        self._running: asyncio.Task[None] | None = None
        self._opened: asyncio.Future[StreamableHTTPSessionManager] | None = None

    @property
    def route(self) -> ASGIRouteHandler:
        """The route as the application takes it."""

        async def agents(scope: Scope, receive: Receive, send: Send) -> None:
            self._admit(cast("HTTPScope", scope))  # nobody else is let in by the server
            manager = await self._manager()
            await manager.handle_request(scope, receive, send)  # type: ignore[arg-type]

        return asgi(PATH, copy_scope=True)(agents)

    async def close(self) -> None:
        """Let nobody in any more."""
        if self._running:
            self._running.cancel()
            with suppress(asyncio.CancelledError):
                await self._running

    async def _manager(self) -> StreamableHTTPSessionManager:
        if self._opened is None or (self._opened.done() and self._opened.exception()):
            self._opened = asyncio.get_running_loop().create_future()
            self._running = asyncio.create_task(self._run(self._opened))
        return await asyncio.shield(self._opened)

    async def _run(self, opened: asyncio.Future[StreamableHTTPSessionManager]) -> None:
        try:
            # Seconds, during which everybody else is answered.
            protocol = await asyncio.to_thread(import_module, "app.api.agents.protocol")
            managers = await asyncio.to_thread(import_module, "mcp.server.streamable_http_manager")
            manager: StreamableHTTPSessionManager = managers.StreamableHTTPSessionManager(
                protocol.server(self._app_state, self._version),
                json_response=True,
                stateless=True,
                max_request_body_size=_LARGEST_BODY,
            )
            async with manager.run():
                opened.set_result(manager)
                await asyncio.Event().wait()
        except Exception as error:
            if opened.done():
                raise
            opened.set_exception(error)

    def _admit(self, scope: HTTPScope) -> None:
        """Raise Problem for who may not ask, or asks in a way that there is not."""
        headers = _headers(scope)
        host = headers.get(b"host", "")
        if not self._is_ours(host):
            raise Problem(
                421,
                "unknown-host",
                f"'{host[:80]}' is no name of ours; AFFINDEX_HOSTS lists the names by which agents may ask",
            )
        origin = headers.get(b"origin")
        if origin is not None and not self._may_ask(origin, host):
            raise Problem(403, "unknown-origin", f"pages of '{origin[:80]}' may not ask; AFFINDEX_HOSTS lists who may")
        if scope["method"] != "POST":
            detail = "agents ask by POST; nothing is kept between requests, so there is no stream to open or to end"
            raise Problem(405, "method-not-allowed", detail, headers={"Allow": "POST"})

    def _is_ours(self, host: str) -> bool:
        name = _name(host)
        return name in self._hosts or _is_address(name)

    def _may_ask(self, origin: str, host: str) -> bool:
        scheme, _, authority = origin.lower().partition("://")
        if scheme not in _SCHEMES:
            return False
        return authority == host.lower() or _name(authority) in self._hosts


def _headers(scope: Scope) -> dict[bytes, str]:
    return {name: value.decode("latin-1") for name, value in scope["headers"]}


def _name(authority: str) -> str:
    """The host of `host:port`, in lower case and without the brackets of an address."""
    authority = authority.lower()
    if authority.startswith("["):
        return authority[1:].partition("]")[0]
    return authority.partition(":")[0]


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
