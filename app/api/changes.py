"""What changed in programs: new ones, rate, cookie, status, EPC band; for all since a point, or for one program."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Annotated, Any

import msgspec
from litestar import MediaType, Request, Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from app.api.application_state import ApplicationState
from app.api.atom.asked import VARY, base_of, query_of, wants_atom
from app.api.atom.document import ENTRIES, MEDIA_TYPE, AtomEntry, document, tag
from app.api.known_parameters import known_only
from app.api.openapi.parameters import answering, taking
from app.api.problems import Problem, not_found
from app.api.response_cache import holds
from app.search.bad_request import BadRequest, ParameterError, meaning
from app.search.grammar import Malformed, date_range
from indexing.horizon import HORIZON
from mappings.moments import rfc3339
from mappings.networks import BY_SLUG
from mappings.program import RATE

_MOST = 1000
# What the triggers write down of a program (migrations 0003 and 0013), and of its link the checks.
WATCHED = (
    "created",
    "status",
    *RATE,
    "cookieDays",
    "epc",
    "link",
)
_LARGEST_ID = 2**53 - 1

_CHANGED = f"""
    select h.program_id as id, p.network_id, n.slug as network, p.name, h.at, h.field, h.old, h.new, h.xid, h.id as row
    from program_history h
    left join programs p on p.id = h.program_id left join networks n on n.id = p.network_id
    where h.xid < {HORIZON}
        and (h.xid, h.id) > (%(xid)s, %(row)s) and (%(at)s::timestamptz is null or h.at >= %(at)s::timestamptz)
        and (%(fields)s::text[] is null or h.field = any(%(fields)s))
        and (%(networks)s::text[] is null or n.slug = any(%(networks)s))
"""
_SINCE = f"{_CHANGED} order by h.xid, h.id limit %(limit)s"
_NEWEST = f"{_CHANGED} order by h.xid desc, h.id desc limit %(limit)s"
_NOW = f"select {HORIZON} - 1 as xid"
_OF_PROGRAM = """
    select at, field, old, new from program_history
    where program_id = %(id)s and field <> 'created'  -- that a member of the program says
    order by id desc limit %(limit)s
"""
_KNOWN = "select 1 from programs where id = %(id)s union all select 1 from deleted_programs where id = %(id)s"


class Change(msgspec.Struct, frozen=True):
    """One field of one program. `network` and `name` are null for a program that is gone."""

    id: int
    network: str | None
    name: str | None
    at: str
    field: str
    old: Any
    new: Any


class Changes(msgspec.Struct, frozen=True, rename="camel"):
    """Changes in the order in which they are to be read; `next_cursor` goes on after the last, at any later time."""

    changes: list[Change]
    next_cursor: str
    more: bool


class Past(msgspec.Struct, frozen=True):
    """One change of one program."""

    at: str
    field: str
    old: Any
    new: Any


class Alias(msgspec.Struct, frozen=True, rename="camel"):
    """What a program was on a network that has closed, and since when we know."""

    network: str
    external_id: str
    noted_at: str


class History(msgspec.Struct, frozen=True):
    """What changed in a program, newest first, and what it was elsewhere before."""

    id: int
    aliases: list[Alias]
    changes: list[Past]


_ALIASES = """
    select n.slug as network, a.external_id, a.noted_at
    from program_aliases a join networks n on n.id = a.network_id where a.alias_of = %(id)s order by 1, 2
"""


def cursor_of(xid: int, row: int) -> str:
    """A place in a log as a cursor."""
    return base64.urlsafe_b64encode(f"{xid}.{row}".encode()).decode().rstrip("=")


def place_of(since: str) -> tuple[int, int, str | None]:
    """(transaction, row, time) to start after. Raises Problem."""
    if not since:
        return 0, 0, None
    try:
        return 0, 0, str(date_range(f"{since}..").low)
    except Malformed:
        pass
    try:
        xid, _, row = base64.urlsafe_b64decode(since + "=" * (-len(since) % 4)).decode("ascii").partition(".")
        return min(int(xid), 2**63 - 1), min(int(row), 2**63 - 1), None
    except (ValueError, binascii.Error):
        raise Problem(
            400,
            "invalid-value",
            f"'since' is '{since[:80]}'; expected a time such as 2026-01-31 or 2026-01-31T12:00:00Z, "
            "or the 'nextCursor' of an earlier answer",
        ) from None


def _among(parameter: str, given: str, choices: tuple[str, ...]) -> list[str] | None:
    """The values of a list, in their own spelling; None for all. Raises BadRequest."""
    spelled = {choice.lower(): choice for choice in choices}
    wanted: list[str] = []
    for value in (each.strip() for each in given.split(",") if each.strip()):
        if (stored := spelled.get(value.lower())) is None:
            end, choice = meaning(value, choices)
            listed = end or f"; it can be {', '.join(choices)}"
            message = f"'{value[:80]}' is no value of '{parameter}'{listed}"
            raise BadRequest([ParameterError(parameter=parameter, message=message, did_you_mean=choice)])
        wanted.append(stored)
    return wanted or None


@get(
    "/api/changes",
    operation_class=taking(beside=(MEDIA_TYPE,)),
    responses=answering(Changes, "The changes"),
    summary="New programs, changes of rate, cookie, status and EPC band",
    tags=["search"],
    media_type=MediaType.JSON,
)
async def changes(
    request: Request[Any, Any, Any],
    app_state: NamedDependency[ApplicationState],
    since: Annotated[str, QueryParameter(description="A time, or `nextCursor` of the answer before.")] = "",
    field: Annotated[str, QueryParameter(description=f"Only these: {', '.join(WATCHED)}.")] = "",
    network: Annotated[str, QueryParameter(description="Only programs of these networks.")] = "",
    limit: Annotated[int, QueryParameter(ge=1, le=_MOST)] = 100,
) -> Response[bytes]:
    """What changed since a time or cursor, oldest first. Follow `nextCursor`: it misses nothing, however late.

    `created` is a program that is new; its `new` is the status it came with. `link` is the merchant's link: `dead`, or
    `answers` again.

    With `Accept: application/atom+xml` the newest 50, newest first, as Atom.
    """
    if wants_atom(request):
        entries = limit if "limit" in request.query_params else ENTRIES
        return await _as_atom(request, app_state, since, field, network, entries)
    found = await changes_since(app_state, since, field, network, limit)
    return Response(msgspec.json.encode(found), media_type=MediaType.JSON, headers=VARY)


async def changes_since(app_state: ApplicationState, since: str, field: str, network: str, limit: int) -> Changes:
    """Changes after a time or cursor, oldest first, of some fields and networks ("" for all).

    Raises Problem, BadRequest, and what a database that is away raises.
    """
    xid, row, at = place_of(since)
    wanted = _wanted(field, network)
    async with app_state.database() as database:
        found = await (
            await database.execute(_SINCE, {"xid": xid, "row": row, "at": at, "limit": limit + 1, **wanted})
        ).fetchall()
        if not found and not xid:
            # nothing yet: go on from here, rather than from the time again
            newest = await (await database.execute(_NOW)).fetchone()
            xid, row = (newest["xid"] if newest else 0), 2**63 - 1
    listed = found[:limit]
    if listed:
        xid, row = listed[-1]["xid"], listed[-1]["row"]
    return Changes(
        [
            Change(
                each["id"], each["network"], each["name"], rfc3339(each["at"]), each["field"], each["old"], each["new"]
            )
            for each in listed
        ],
        cursor_of(xid, row),
        len(found) > limit,
    )


def _wanted(field: str, network: str) -> dict[str, list[str] | None]:
    return {"fields": _among("field", field, WATCHED), "networks": _among("network", network, tuple(BY_SLUG))}


@get(
    "/api/changes.atom",
    operation_class=taking(streamed=(MEDIA_TYPE,)),
    summary="Changes as Atom",
    tags=["search"],
)
async def atom(
    request: Request[Any, Any, Any],
    app_state: NamedDependency[ApplicationState],
    since: Annotated[str, QueryParameter(description="None before this time, or `nextCursor` of an answer.")] = "",
    field: Annotated[str, QueryParameter(description=f"Only these: {', '.join(WATCHED)}.")] = "",
    network: Annotated[str, QueryParameter(description="Only programs of these networks.")] = "",
    limit: Annotated[int, QueryParameter(ge=1, le=_MOST)] = ENTRIES,
) -> Response[bytes]:
    """The newest programs and changes of rate, cookie, status and EPC band as Atom, the newest first.

    `Accept: application/atom+xml` on `/api/changes` asks for the same.
    """
    return await _as_atom(request, app_state, since, field, network, limit)


async def _as_atom(
    request: Request[Any, Any, Any], app_state: ApplicationState, since: str, field: str, network: str, limit: int
) -> Response[bytes]:
    xid, row, at = place_of(since)
    wanted = _wanted(field, network)
    async with app_state.database() as database:
        found = await (
            await database.execute(_NEWEST, {"xid": xid, "row": row, "at": at, "limit": limit, **wanted})
        ).fetchall()
    base, query = base_of(request), query_of(request)
    same = tag(app_state.secret, f"changes/{hashlib.sha256(repr((since, wanted)).encode()).hexdigest()[:24]}")
    entries = [_entry(each, app_state.secret, base) for each in found]
    myself, page = f"{base}/api/changes.atom{query}", f"{base}/"
    body = document(same, "Affindex: changes", entries, myself=myself, page=page)
    etag = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers = {**VARY, "ETag": etag, "Cache-Control": "no-cache"}
    if holds(request.headers.get("if-none-match", ""), etag):
        return Response(b"", status_code=304, headers=headers, media_type=MEDIA_TYPE)
    return Response(body, headers=headers, media_type=MEDIA_TYPE)


def _entry(change: dict[str, Any], secret: bytes, base: str) -> AtomEntry:
    at, old, new = rfc3339(change["at"]), _told(change["old"]), _told(change["new"])
    who = f"{change['name']} ({change['network']})" if change["name"] else f"program {change['id']}, which is gone"
    created = change["field"] == "created"
    return AtomEntry(
        id=tag(secret, f"changes/{change['row']}"),
        title=f"{who}: new" if created else f"{who}: {change['field']} {old} → {new}",
        updated=at,
        published=at,
        link=f"{base}/programs/{change['id']}",
        summary=f"new, {new}" if created else f"{change['field']} was {old} and is {new}",
        categories=(change["field"],),
    )


def _told(value: Any) -> str:
    if value is None:
        return "unknown"
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


@get("/api/programs/{id:int}/history", summary="What changed in a program", tags=["search"])
async def history(
    id: FromPath[int],
    app_state: NamedDependency[ApplicationState],
    limit: Annotated[int, QueryParameter(ge=1, le=_MOST)] = 100,
) -> History:
    """Changes of its rate, cookie, status and EPC band, newest first; and what it was elsewhere before (`aliases`)."""
    return await history_of(app_state, id, limit)


async def history_of(app_state: ApplicationState, id: int, limit: int) -> History:
    """What changed in a program. Raises Problem, and as a database that is away."""
    if not 0 < id <= _LARGEST_ID:
        raise not_found(f"there is no program {id}")
    async with app_state.database() as database:
        rows = await (await database.execute(_OF_PROGRAM, {"id": id, "limit": limit})).fetchall()
        known = rows or await (await database.execute(_KNOWN, {"id": id})).fetchone()
        aliases = await (await database.execute(_ALIASES, {"id": id})).fetchall()
    if not known:
        raise not_found(f"there is no program {id}")
    return History(
        id,
        [Alias(each["network"], each["external_id"], rfc3339(each["noted_at"])) for each in aliases],
        [Past(rfc3339(each["at"]), each["field"], each["old"], each["new"]) for each in rows],
    )


ROUTES = Router(path="/", route_handlers=[changes, atom, history], before_request=known_only)
