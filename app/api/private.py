"""Answers that depend on a key: who may have one, and how it is kept apart from what everybody is told.

Such an answer is never looked up or stored among others, has no ETag, and is `private, no-store`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import psycopg
from litestar import MediaType, Request, Response
from psycopg_pool import PoolTimeout

from app.api.application_state import ApplicationState
from app.api.keys import CHALLENGE, key_of
from app.api.problems import Problem
from app.api.response_cache import Ready
from app.search.page import Notice
from app.search.private.asked import PrivateAsked, names_private, parted
from app.search.private.sets import NAMES
from app.search.private.view import EVERYTHING, PrivateView
from app.search.request import SearchRequest
from app.search.request_parser import read_request

HEADERS = {"Cache-Control": "private, no-store", "Vary": "Authorization, Accept, Accept-Encoding"}
_OURS = b"bearer afx_"
_AWAY = "the database does not answer: relation, tags and shortlisted are left out"

Parameters = Mapping[str, list[str]]


def brings_key(request: Request[Any, Any, Any]) -> bool:
    """Whether a request bears what may be a key of ours. What a proxy or another service put there is none."""
    return any(
        name == b"authorization" and value[: len(_OURS)].lower() == _OURS for name, value in request.scope["headers"]
    )


def needs_key(parameters: Parameters) -> None:
    """Raise Problem if a request without a key names what only the holder of one is told."""
    if names_private(parameters):
        raise key_needed()


def key_needed() -> Problem:
    """401 of who names what is private without a key."""
    names = ", ".join(NAMES)
    return Problem(
        401,
        "key-needed",
        f"{names} are your own, not everybody's: they need an API key with scope 'read'; send 'Authorization: Bearer "
        "afx_…' (`affindex keys create` makes one)",
        headers=CHALLENGE,
    )


class PrivateRequest(msgspec.Struct, frozen=True):
    """A search of the holder of a key. Without a `view` it is answered as everybody is, with `notices` that say why."""

    asked: SearchRequest
    view: PrivateView | None
    notices: list[Notice]


async def read_private(
    request: Request[Any, Any, Any], app_state: ApplicationState, parameters: Parameters
) -> PrivateRequest:
    """Check a key, and read the search that was sent with it. Raises BadRequest, Problem."""
    public, private = parted(parameters)
    asked = msgspec.structs.replace(read_request(public), private=private.bound)
    view = await view_of(request, app_state, private)
    notices = [] if view else [Notice(parameter="", message=_AWAY)]
    return PrivateRequest(asked, view, notices)


async def view_of(
    request: Request[Any, Any, Any], app_state: ApplicationState, asked: PrivateAsked = EVERYTHING
) -> PrivateView | None:
    """What the holder of the request's key is told; None while the database is away.

    Raises Problem for a key that is not ours, and where the database is away and something private is named.
    """
    try:
        known = await key_of(request) is not None and app_state.probe.database_ready
    except (psycopg.OperationalError, PoolTimeout):
        known = False
    return view_in(app_state, asked, known=known)


def view_in(app_state: ApplicationState, asked: PrivateAsked, *, known: bool = True) -> PrivateView | None:
    """What who may read it is told; None where it is not `known`. Raises Problem where something private is named."""
    if known and app_state.probe.private.marks is not None:
        return PrivateView(app_state.probe.private.sets, asked)
    if asked.named:
        detail = "the database does not answer, and what is private comes from there; searching goes on without it"
        raise Problem(503, "database-unavailable", detail, headers={"Retry-After": "2"})
    return None


def answered(body: bytes) -> Response[bytes | None]:
    """An answer that is one holder's alone."""
    return Ready(body, media_type=MediaType.JSON, headers=HEADERS)
