"""Watches: saved searches that tell what changes in them. Everything here needs a key."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import msgspec
import psycopg
from litestar import Request, Response, Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import UNSET, UnsetType

from app.alerts import watches
from app.alerts.creating import create
from app.alerts.matching import TooManyMatches
from app.alerts.outlets import Outlets
from app.alerts.posting import refusal
from app.alerts.testing import Tests, try_out
from app.alerts.wanted import read_email, read_name, read_tells, read_watch, read_webhook
from app.alerts.watches import Events, NameTaken, NoWatch, TooManyWatches, Watch, secret_text
from app.api.application_state import ApplicationState
from app.api.keys import needs
from app.api.known_parameters import known_only
from app.api.problems import Problem, not_found
from app.api.strict_body import strictly
from app.jobs import tell_now
from app.observability.request_id import AUTHOR
from app.search.bad_request import BadRequest, ParameterError
from app.search.parameters import Reader

_LARGEST_ID = 2**63 - 1
_MOST_EVENTS = 1_000
_Found = TypeVar("_Found")


class NewWatch(msgspec.Struct, forbid_unknown_fields=True):
    """A watch as it is asked for. `query` is what stands behind the question mark of a search: `q=tea&network=cj`."""

    name: str
    query: str
    tells: list[str] | None = None
    webhook: str | None = None
    email: str | None = None


class Changed(msgspec.Struct, forbid_unknown_fields=True):
    """What is to be changed of a watch; its query stays. `null` takes a webhook or address away."""

    name: str | UnsetType = UNSET
    tells: list[str] | UnsetType = UNSET
    webhook: str | UnsetType | None = UNSET
    email: str | UnsetType | None = UNSET
    paused: bool | UnsetType = UNSET


class Again(msgspec.Struct, forbid_unknown_fields=True):
    """From where a webhook gets its events again: behind this cursor of `events`; without one, those it has not had."""

    after: str | None = None


class Created(msgspec.Struct, frozen=True):
    """A new watch; `secret` is shown this once: receivers check signatures with it."""

    watch: Watch
    secret: str


class Watches(msgspec.Struct, frozen=True):
    """All watches."""

    watches: list[Watch]


class Replayed(msgspec.Struct, frozen=True):
    """How many events the webhook is sent."""

    pending: int


async def _stored(app_state: ApplicationState, work: Callable[[psycopg.Connection[Any]], _Found]) -> _Found:
    """Do some work on a connection of its own, in a thread. Raises Problem."""

    try:
        return await app_state.with_connection(work)
    except NoWatch as unknown:
        raise not_found(str(unknown)) from None
    except NameTaken as taken:
        raise Problem(409, "name-taken", str(taken)) from None


def _known(id: int) -> int:
    if not 0 < id <= _LARGEST_ID:
        raise not_found(f"there is no watch {id}")
    return id


def _outlets(request: Request[Any, Any, Any]) -> Outlets:
    outlets: Outlets = request.app.state.outlets
    return outlets


async def _allowed(outlets: Outlets, webhook: str | None, email: str | None) -> None:
    """Raise BadRequest where nothing could be told."""
    if webhook:
        refused = await asyncio.to_thread(refusal, webhook, allow_private=outlets.allow_private)
        if refused:
            raise _wrong("webhook", f"'webhook': {refused}")
    if email and outlets.server is None:
        raise _wrong("email", "'email': no mail server is set (AFFINDEX_SMTP_URL)")


def _wrong(parameter: str, message: str) -> BadRequest:
    return BadRequest([ParameterError(parameter=parameter, message=message)])


@get("/api/alerts", **needs("read"), summary="All watches", tags=["alerts"])
async def every(app_state: NamedDependency[ApplicationState]) -> Watches:
    """All watches, the oldest first: what they match, what waits for their webhooks, and why."""
    return await all_watches(app_state)


@post("/api/alerts", **needs("import"), status_code=201, summary="Watch a search", tags=["alerts"])
async def new(
    request: Request[Any, Any, Any], data: JSONBody[NewWatch], app_state: NamedDependency[ApplicationState]
) -> Response[Created]:
    """Save a search and tell what changes in it: by webhook, by mail, and at `/api/alerts/{id}/events`.

    `tells` is what to tell; all by default: `entered` (a program matches that did not), `left` (one no longer does),
    and of those that match `rate`, `cookie`, `status`, `epc` (by its bands), `link` (dead, and answering again). Words
    are read now, once and for all. More than 10,000 matches are a 400. `secret` is what webhooks are signed with
    (Standard Webhooks), shown this once.
    """
    outlets = _outlets(request)
    asked = await strictly(request, NewWatch)
    wanted = read_watch(
        asked.name, asked.query, asked.tells, asked.webhook, asked.email, plain_http=outlets.allow_private
    )
    await _allowed(outlets, wanted.webhook, wanted.email)
    try:
        watch, secret = await create(
            app_state.engine,
            app_state.connect,
            wanted,
            AUTHOR.get() or None,
            app_state.bounds.most_matches,
        )
    except TooManyMatches as many:
        raise Problem(400, "too-many-matches", str(many)) from None
    except NameTaken as taken:
        raise Problem(409, "name-taken", str(taken)) from None
    except TooManyWatches as full:
        raise Problem(409, "too-many-watches", str(full)) from None
    return Response(
        Created(watch, secret_text(secret)), status_code=201, headers={"Location": f"/api/alerts/{watch.id}"}
    )


@get("/api/alerts/{id:int}", **needs("read"), summary="One watch", tags=["alerts"])
async def one(id: FromPath[int], app_state: NamedDependency[ApplicationState]) -> Watch:
    """A watch, and how its webhook and its mails fare."""
    return await _stored(app_state, lambda connection: watches.one(connection, _known(id)))


@patch("/api/alerts/{id:int}", **needs("import"), summary="Change or pause a watch", tags=["alerts"])
async def change(
    request: Request[Any, Any, Any],
    id: FromPath[int],
    data: JSONBody[Changed],
    app_state: NamedDependency[ApplicationState],
) -> Watch:
    """Rename a watch, change what and where it tells, pause it or resume it (`paused`). Its query stays what it is.

    While it is paused it tells nothing; once resumed, what came and went meanwhile, but no changes in between.
    """
    outlets = _outlets(request)
    asked = await strictly(request, Changed)
    values, paused = _values(asked, outlets), asked.paused
    await _allowed(outlets, values.get("webhook"), values.get("email"))

    def changed(connection: psycopg.Connection[Any]) -> Watch:
        if values:
            watches.change(connection, _known(id), values)
        if paused is True:
            watches.pause(connection, _known(id))
        elif paused is False:
            watches.resume(connection, _known(id))
        return watches.one(connection, _known(id))

    return await _stored(app_state, changed)


def _values(asked: Changed, outlets: Outlets) -> dict[str, Any]:
    """What is asked for, as columns. Raises BadRequest."""
    reader = Reader({})
    values: dict[str, Any] = {}
    if isinstance(asked.name, str):
        values["name"] = read_name(reader, asked.name)
    if isinstance(asked.tells, list):
        values["tells"] = list(read_tells(reader, asked.tells))
    if not isinstance(asked.webhook, UnsetType):
        values["webhook"] = (
            read_webhook(reader, asked.webhook, plain_http=outlets.allow_private) if asked.webhook else None
        )
    if not isinstance(asked.email, UnsetType):
        values["email"] = read_email(reader, asked.email) if asked.email else None
    if not values and isinstance(asked.paused, UnsetType):
        reader.wrong("", "nothing is to be changed; give name, tells, webhook, email or paused")
    reader.done()
    return values


@delete(
    "/api/alerts/{id:int}",
    **needs("import"),
    status_code=204,
    summary="Remove a watch",
    tags=["alerts"],
    responses={204: ResponseSpec(None, description="It is removed")},
)
async def destroy(id: FromPath[int], app_state: NamedDependency[ApplicationState]) -> None:
    """Forget a watch and all that it told."""
    await _stored(app_state, lambda connection: watches.remove(connection, _known(id)))


@get("/api/alerts/{id:int}/events", **needs("read"), summary="What a watch told", tags=["alerts"])
async def events(
    id: FromPath[int],
    app_state: NamedDependency[ApplicationState],
    since: Annotated[str, QueryParameter(description="`nextCursor` of the answer before; the oldest first.")] = "",
    limit: Annotated[int, QueryParameter(ge=1, le=_MOST_EVENTS)] = 100,
) -> Events:
    """What a watch told, in order, each with an id of its own. Follow `nextCursor`, at any later time."""
    return await events_of(app_state, id, since, limit)


async def events_of(app_state: ApplicationState, id: int, since: str, limit: int) -> Events:
    """What a watch told since a cursor. Raises BadRequest, and Problem for a watch that there is not."""
    after = _place(since)
    return await _stored(app_state, lambda connection: watches.events_after(connection, _known(id), after, limit))


async def all_watches(app_state: ApplicationState) -> Watches:
    """All watches, the oldest first."""
    return Watches(await _stored(app_state, watches.listed))


def _place(cursor: str) -> int:
    if not cursor:
        return 0
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) < 19):
        raise _wrong("since", f"'since' is '{cursor[:40]}'; take it from 'nextCursor' unchanged")
    return int(cursor)


@post(
    "/api/alerts/{id:int}/test", **needs("import"), status_code=200, summary="Try where a watch tells", tags=["alerts"]
)
async def test(
    request: Request[Any, Any, Any], id: FromPath[int], app_state: NamedDependency[ApplicationState]
) -> Tests:
    """Send its webhook a test message, signed like all, and its address a test mail; what became of each."""
    outlets = _outlets(request)

    def tried() -> Tests:
        return try_out(
            app_state.connect,
            _known(id),
            outlets.server,
            allow_private=outlets.allow_private,
        )

    try:
        return await asyncio.to_thread(tried)
    except NoWatch as unknown:
        raise not_found(str(unknown)) from None


@post(
    "/api/alerts/{id:int}/replay",
    **needs("import"),
    status_code=202,
    summary="Send a webhook its events again",
    tags=["alerts"],
)
async def replay(
    request: Request[Any, Any, Any],
    id: FromPath[int],
    data: JSONBody[Again],
    app_state: NamedDependency[ApplicationState],
) -> Replayed:
    """Send the webhook again what stands behind a cursor of `events`, with the same ids; or go on where it was given
    up."""
    asked = await strictly(request, Again)
    after = None if asked.after is None else _place(asked.after)
    pending = await _stored(app_state, lambda connection: watches.replay(connection, _known(id), after))
    await tell_now(request.app.state.jobs, id)
    return Replayed(pending)


ROUTES = Router(
    path="/",
    route_handlers=[every, new, one, change, destroy, events, test, replay],
    before_request=known_only,
)
