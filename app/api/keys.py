"""API keys: who may do what. Reads are open; writes need a key whose scope allows them."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypedDict

import psycopg
from litestar import Request, Router, get
from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from app.api.catalogue import Catalogue
from app.api.problems import Problem

_KEY: list[dict[str, list[str]]] = [{"key": []}]  # what the OpenAPI document says of a route that `needs` one
SCOPES = ("read", "import", "admin")  # each includes those before it
_PREFIX = "afx_"
_SHOWN = 10  # characters that tell keys apart in a list; far too few to guess the rest
_REMEMBERED_SECONDS = 5.0  # a revoked key stops working after this long at most


def new_key() -> str:
    """A key nobody can guess (256 bits)."""
    return _PREFIX + secrets.token_urlsafe(32)


def digest(key: str) -> bytes:
    """What is stored of a key. It is random, so a plain hash is enough."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()


def create_key(connection: psycopg.Connection, name: str, scope: str) -> str:
    """Store a new key and return it, the only time it is seen; commits."""
    key = new_key()
    connection.execute(
        "insert into api_keys (name, sha256, prefix, scope) values (%s, %s, %s, %s)",
        (name, digest(key), key[:_SHOWN], scope),
    )
    connection.commit()
    return key


async def scope_of(connection: ASGIConnection[Any, Any, Any, Any]) -> str | None:
    """The scope of the request's key; None without one. Raises Problem for a key that is not ours."""
    header = connection.headers.get("authorization", "")
    kind, _, key = header.partition(" ")
    if kind.lower() != "bearer" or not key:
        return None
    hashed = digest(key.strip())
    catalogue: Catalogue = connection.app.state.catalogue
    known = catalogue.scopes.get(hashed)
    if known is None or known[0] < time.monotonic():
        async with catalogue.database() as database:
            row = await (
                await database.execute("select scope from api_keys where sha256 = %s and revoked_at is null", (hashed,))
            ).fetchone()
        if len(catalogue.scopes) > 1000:  # wrong keys are remembered too; they must not fill the memory
            catalogue.scopes.clear()
        known = (time.monotonic() + _REMEMBERED_SECONDS, row["scope"] if row else None)
        catalogue.scopes[hashed] = known
    if known[1] is None:
        raise Problem(401, "invalid-key", "this API key is unknown or revoked", headers=_CHALLENGE)
    return known[1]


_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="affindex"'}


class Guarded(TypedDict):
    """What a route that needs a key is given: what stops everybody else, and what the OpenAPI document says of it."""

    guards: list[Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], Awaitable[None]]]
    security: list[dict[str, list[str]]]


def needs(scope: str) -> Guarded:
    """Let only keys of a scope, or a wider one, through to a route: `@post(…, **needs("import"))`."""

    async def guard(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        held = await scope_of(connection)
        if held is None:
            raise Problem(
                401,
                "key-needed",
                f"this needs an API key with scope '{scope}': send 'Authorization: Bearer afx_…' "
                "(`affindex keys create` makes one)",
                headers=_CHALLENGE,
            )
        if SCOPES.index(held) < SCOPES.index(scope):
            raise Problem(403, "scope-needed", f"this needs an API key with scope '{scope}'; yours has '{held}'")

    return {"guards": [guard], "security": _KEY}


@get("/api/key", **needs("read"), summary="What my key may do", tags=["operate"])
async def mine(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """The scope of the key the request was sent with; 401 without one. The wider scopes include those before them."""
    return {"scope": await scope_of(request), "scopes": SCOPES}


ROUTES = Router(path="/", route_handlers=[mine])
