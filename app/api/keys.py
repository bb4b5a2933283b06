"""API keys: who may do what. Reads are open, but for an operator's where others can ask; writes need a key whose scope
allows them."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import Any, TypedDict

import msgspec
import psycopg
from litestar import Request, Router, get
from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from app.api.application_state import ApplicationState, Key
from app.api.known_parameters import known_only
from app.api.problems import Problem
from app.observability.request_id import AUTHOR

# What the OpenAPI document says of a route that `needs` a key, and of one that does so where operations are closed.
_KEY: list[dict[str, list[str]]] = [{"key": []}]
_PERHAPS: list[dict[str, list[str]]] = [{}, {"key": []}]
SCOPES = ("read", "import", "admin")  # each includes those before it
_PREFIX = "afx_"
_SHOWN = 10  # characters that tell keys apart in a list; far too few to guess the rest


def new_key() -> str:
    """A key nobody can guess (256 bits)."""
    return _PREFIX + secrets.token_urlsafe(32)


def digest(key: str) -> bytes:
    """What is stored of a key. It is random, so a plain hash is enough."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()


def create_key(connection: psycopg.Connection, name: str, scope: str, expires_at: datetime | None = None) -> str:
    """Store a new key, which ends at a time if one is given, and return it, the only time it is seen; commits."""
    key = new_key()
    connection.execute(
        "insert into api_keys (name, sha256, prefix, scope, expires_at) values (%s, %s, %s, %s, %s)",
        (name, digest(key), key[:_SHOWN], scope, expires_at),
    )
    connection.commit()
    return key


async def key_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Key | None:
    """The request's key; None without one. Raises Problem for a key that is not ours or has ended."""
    return await key_in(connection.headers.get("authorization", ""), connection.app.state.app_state)


async def key_in(authorization: str, app_state: ApplicationState) -> Key | None:
    """The key that a header names; as `key_of`."""
    kind, _, key = authorization.partition(" ")
    if kind.lower() != "bearer" or not key:
        return None
    hashed = digest(key.strip())
    known = app_state.keys.get(hashed)
    if known is None or known[0] < time.monotonic():
        async with app_state.database() as database:
            row = await (await database.execute(_KNOWN, {"sha256": hashed})).fetchone()
            if row and row["unnoted"]:
                # Where nothing can be written now, the key is good all the same.
                with suppress(psycopg.errors.ReadOnlySqlTransaction):
                    async with database.transaction():
                        await database.execute(_NOTED, {"sha256": hashed})
        if len(app_state.keys) > 1000:  # wrong keys are cached too; they must not fill the memory
            app_state.keys.clear()
        believed = app_state.bounds.key_seconds
        believed = min(believed, row["seconds"]) if row else believed
        known = (time.monotonic() + believed, Key(row["name"], row["scope"]) if row else None)
        app_state.keys[hashed] = known
    if known[1] is None:
        raise Problem(401, "invalid-key", "this API key is unknown, revoked or past its end", headers=CHALLENGE)
    return known[1]


_KNOWN = """
    select name, scope, coalesce(extract(epoch from expires_at - now())::float8, 'infinity') as seconds,
        coalesce(last_used_at < now() - interval '1 minute', true) as unnoted
    from api_keys where sha256 = %(sha256)s and revoked_at is null and (expires_at is null or expires_at > now())
"""
_NOTED = "update api_keys set last_used_at = now() where sha256 = %(sha256)s"


CHALLENGE = {"WWW-Authenticate": 'Bearer realm="affindex"'}


class Guarded(TypedDict):
    """What a route that needs a key is given: what stops everybody else, and what the OpenAPI document says of it."""

    guards: list[Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], Awaitable[None]]]
    security: list[dict[str, list[str]]]


def needs(scope: str) -> Guarded:
    """Let only keys of a scope, or a wider one, through to a route: `@post(…, **needs("import"))`.

    What is written behind it has the key's name as its author.
    """

    async def guard(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        await _let_through(connection, scope)

    return {"guards": [guard], "security": _KEY}


def needs_where_closed(scope: str) -> Guarded:
    """The same for what an operator reads, where that is closed (`create_app(open_operations=False)`)."""

    async def guard(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        if not connection.app.state.open_operations:
            await _let_through(connection, scope)

    return {"guards": [guard], "security": _PERHAPS}


async def shows_operations(connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
    """Whether an answer may hold what operators alone see. Raises Problem for a key that is not ours."""
    return bool(connection.app.state.open_operations) or await key_of(connection) is not None


async def _let_through(connection: ASGIConnection[Any, Any, Any, Any], scope: str) -> None:
    key = await key_of(connection)
    if key is None:
        raise Problem(
            401,
            "key-needed",
            f"this needs an API key with scope '{scope}': send 'Authorization: Bearer afx_…' "
            "(`affindex keys create` makes one)",
            headers=CHALLENGE,
        )
    if SCOPES.index(key.scope) < SCOPES.index(scope):
        raise Problem(403, "scope-needed", f"this needs an API key with scope '{scope}'; yours has '{key.scope}'")
    AUTHOR.set(key.name)


class Scope(msgspec.Struct, frozen=True):
    """What a key may do: its scope, among the scopes there are, each of which includes those before it."""

    scope: str
    scopes: tuple[str, ...]


@get("/api/key", **needs("read"), summary="What my key may do", tags=["operate"])
async def mine(request: Request[Any, Any, Any]) -> Scope:
    """The scope of the key the request was sent with; 401 without one. The wider scopes include those before them."""
    key = await key_of(request)
    assert key is not None  # the guard has seen it
    return Scope(key.scope, SCOPES)


ROUTES = Router(path="/", route_handlers=[mine], before_request=known_only)
