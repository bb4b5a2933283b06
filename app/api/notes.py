"""Notes, tags and the shortlist of one's own: read with a key of scope `read`, written with one of scope `import`."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from litestar import MediaType, Request, Response, Router, delete, get, post, put
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.openapi.spec import Schema
from litestar.openapi.spec.enums import OpenAPIType
from litestar.params import FromPath, JSONBody

from app.api.application_state import ApplicationState
from app.api.keys import needs
from app.api.known_parameters import known_only
from app.api.openapi.parameters import taking
from app.api.private import HEADERS, answered
from app.api.problems import Problem, not_found
from app.api.strict_body import strictly
from app.importing.notes import (
    CHANGED,
    DROP_NOTE,
    LARGEST_BODY,
    PUT_ASIDE,
    PUT_NOTE,
    BadNote,
    Kept,
    Note,
    clean,
    exported,
    imported,
    read_lines,
)
from app.observability.request_id import AUTHOR
from mappings.moments import rfc3339

_LARGEST_ID = 2**53 - 1
_NDJSON = "application/x-ndjson"
_LINES = {_NDJSON: Schema(type=OpenAPIType.STRING)}

_KEPT = "select text, tags, applied_on, updated_at, author from program_notes where program_id = %(id)s"
_SHORTLIST = """
    select s.program_id as id, n.slug as network, p.name, s.added_at, s.author
    from shortlisted_programs s join programs p on p.id = s.program_id join networks n on n.id = p.network_id
    order by s.added_at, s.program_id
"""


class KeptNote(msgspec.Struct, frozen=True, rename="camel"):
    """What is kept of a program; all null if nothing is."""

    id: int
    text: str | None
    tags: list[str] | None
    applied_on: str | None
    updated_at: str | None
    author: str | None


class Shortlisted(msgspec.Struct, frozen=True, rename="camel"):
    """A program on the shortlist: since when, and by which key."""

    id: int
    network: str
    name: str
    added_at: str
    author: str | None


class Shortlist(msgspec.Struct, frozen=True):
    """The shortlist, the longest there first."""

    programs: list[Shortlisted]


@get(
    "/api/programs/{id:int}/note",
    **needs("read"),
    responses={200: ResponseSpec(KeptNote, generate_examples=False, description="The note")},
    summary="My note on a program",
    tags=["private"],
    media_type=MediaType.JSON,
)
async def note(id: FromPath[int], app_state: NamedDependency[ApplicationState]) -> Response[bytes | None]:
    """Text, tags, and the day on which we applied; all null where nothing is kept."""
    return answered(msgspec.json.encode(await note_on(app_state, id)))


async def note_on(app_state: ApplicationState, id: int) -> KeptNote:
    """What is kept of a program. Raises Problem for an id that there cannot be."""
    async with app_state.database() as database:
        row = await (await database.execute(_KEPT, {"id": _known(id)})).fetchone() or {}
    updated, day = row.get("updated_at"), row.get("applied_on")
    return KeptNote(
        id=id,
        text=row.get("text"),
        tags=row.get("tags"),
        applied_on=day.isoformat() if day else None,
        updated_at=rfc3339(updated) if updated else None,
        author=row.get("author"),
    )


@put(
    "/api/programs/{id:int}/note",
    **needs("import"),
    status_code=204,
    summary="Note something on a program",
    tags=["private"],
)
async def put_note(
    request: Request[Any, Any, Any],
    id: FromPath[int],
    data: JSONBody[Note],
    app_state: NamedDependency[ApplicationState],
) -> None:
    """Take the place of what was noted. Tags are kept in small letters; nothing at all is no note."""
    given = await strictly(request, Note)
    try:
        text, tags, day = clean(given)
    except BadNote as bad:
        raise Problem(400, "invalid-body", str(bad)) from None
    values = {"text": text, "tags": tags, "applied_on": day}

    await _write(app_state, id, PUT_NOTE if text or tags or day else DROP_NOTE, values)


@delete(
    "/api/programs/{id:int}/note",
    **needs("import"),
    summary="Drop a note",
    tags=["private"],
)
async def drop_note(id: FromPath[int], app_state: NamedDependency[ApplicationState]) -> None:
    """Forget what was noted on a program."""
    await _write(app_state, id, DROP_NOTE, {})


@get(
    "/api/shortlist",
    **needs("read"),
    responses={200: ResponseSpec(Shortlist, generate_examples=False, description="The shortlist")},
    summary="The shortlist",
    tags=["private"],
    media_type=MediaType.JSON,
)
async def shortlist(app_state: NamedDependency[ApplicationState]) -> Response[bytes | None]:
    """The programs that were put aside. `shortlisted=true` finds them in a search."""
    return answered(msgspec.json.encode(await programs_aside(app_state)))


async def programs_aside(app_state: ApplicationState) -> Shortlist:
    """The programs that were put aside."""
    async with app_state.database() as database:
        rows = await (await database.execute(_SHORTLIST)).fetchall()
    return Shortlist(
        [
            Shortlisted(each["id"], each["network"], each["name"], rfc3339(each["added_at"]), each["author"])
            for each in rows
        ]
    )


@put(
    "/api/shortlist/{id:int}",
    **needs("import"),
    status_code=204,
    summary="Put a program on the shortlist",
    tags=["private"],
)
async def put_aside(id: FromPath[int], app_state: NamedDependency[ApplicationState]) -> None:
    """Put a program aside; one that is there stays as it is."""
    await _write(app_state, id, PUT_ASIDE, {"at": None})


@delete(
    "/api/shortlist/{id:int}",
    **needs("import"),
    summary="Take a program off the shortlist",
    tags=["private"],
)
async def take_off(id: FromPath[int], app_state: NamedDependency[ApplicationState]) -> None:
    """Take a program off; one that is not there is no error."""
    await _write(app_state, id, "delete from shortlisted_programs where program_id = %(id)s", {})


@get(
    "/api/notes",
    operation_class=taking(streamed=(_NDJSON,)),
    **needs("read"),
    summary="Export notes and the shortlist",
    tags=["private"],
)
async def export(app_state: NamedDependency[ApplicationState]) -> Response[bytes]:
    """All of both as NDJSON, a program a line, named by its network and the network's id: to keep, or for `POST`."""
    body = await app_state.with_connection(lambda connection: b"".join(exported(connection)))
    return Response(body, media_type=_NDJSON, headers=HEADERS)


@post(
    "/api/notes",
    operation_class=taking(bodies=_LINES),
    **needs("import"),
    status_code=200,
    request_max_body_size=LARGEST_BODY,
    responses={200: ResponseSpec(Kept, generate_examples=False, description="What was written")},
    summary="Import notes and the shortlist",
    tags=["private"],
    media_type=MediaType.JSON,
)
async def import_(
    request: Request[Any, Any, Any], app_state: NamedDependency[ApplicationState]
) -> Response[bytes | None]:
    """Write the lines of an export over what is kept of their programs; nothing else is taken away. All or nothing."""
    body, author = await request.body(), AUTHOR.get() or None
    try:
        lines = await asyncio.to_thread(read_lines, body)
    except BadNote as bad:
        raise Problem(400, "invalid-body", str(bad)) from None
    if not lines:
        raise Problem(400, "invalid-body", "the body has no line; send what `GET /api/notes` answers")
    kept = await app_state.with_connection(lambda connection: imported(connection, lines, author))
    await app_state.probe.private.renew(app_state.pool)
    return answered(msgspec.json.encode(kept))


def _known(id: int) -> int:
    return id if 0 < id <= _LARGEST_ID else 0


async def _write(app_state: ApplicationState, id: int, statement: Any, values: dict[str, Any]) -> None:
    """Write something on a program that is there, and see it at once. Raises Problem."""
    async with app_state.database() as database:
        asked = {**values, "id": _known(id), "author": AUTHOR.get() or None}
        if not await (await database.execute("select 1 from programs where id = %(id)s", asked)).fetchone():
            raise not_found(f"there is no program {id}")
        await database.execute(statement, asked)
        await database.execute(CHANGED)
    await app_state.probe.private.renew(app_state.pool)


ROUTES = Router(
    path="/",
    route_handlers=[note, put_note, drop_note, shortlist, put_aside, take_off, export, import_],
    before_request=known_only,
)
