"""Programs: search, one, and our own marks on it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from litestar import MediaType, Request, Response, Router, get, patch
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import UNSET, UnsetType

from app.api.application_state import ApplicationState
from app.api.atom.asked import VARY, wants_atom
from app.api.atom.document import MEDIA_TYPE as ATOM
from app.api.atom.programs import as_atom
from app.api.keys import needs
from app.api.known_parameters import known_only
from app.api.openapi.answers import SimilarPrograms
from app.api.openapi.parameters import PRIVATE_PARAMETERS, SEARCH_PARAMETERS, answering, query_parameters, taking
from app.api.own_programs import OWN_HANDLERS
from app.api.private import answered, brings_key, needs_key, read_private, view_of
from app.api.problems import Problem, not_found
from app.api.query_counting import outcome_of
from app.api.response_cache import UNCACHEABLE, cached
from app.api.strict_body import strictly
from app.api.waiting import VERSION_HEADER, until_searchable
from app.importing.marking import MARKED, mark_statement
from app.observability.request_id import AUTHOR, REQUEST_ID
from app.search.answer import answer
from app.search.bad_request import meaning
from app.search.page import Page, program
from app.search.request import MOST_PER_PAGE
from app.search.request_parser import read_request
from app.search.similar import similar_body
from mappings import codes
from mappings.document import documents_sql
from mappings.index import KEYS
from mappings.program import Program

_LARGEST_ID = 2**53 - 1


@get(
    "/api/programs",
    operation_class=taking([*SEARCH_PARAMETERS, *PRIVATE_PARAMETERS], beside=(ATOM,)),
    responses=answering(Page, "The page"),
    summary="Search programs",
    tags=["search"],
    media_type=MediaType.JSON,
)
async def search(request: Request[Any, Any, Any]) -> Response[bytes | None]:
    """Full-text search, filters, facets, sorts and pages, in one answer.

    With `Accept: application/atom+xml` the newest 50, or those first by `sort`, as Atom.
    """
    # Not injected: that costs as much as reading the parameters, and this is asked more often than all else together.
    app_state: ApplicationState = request.app.state.app_state
    counting = app_state.counting
    if wants_atom(request):
        return await as_atom(request, app_state)
    if brings_key(request):
        return await _search_privately(request, app_state)
    query_string = request.scope["query_string"]
    asked = app_state.requests.known(query_string)
    if asked is None:  # then its answer is not known either
        await app_state.engine.refuse_if_busy()
        parameters = query_parameters(request)
        needs_key(parameters)
        asked = read_request(parameters)
        app_state.requests.store(query_string, asked)
    wanted = asked
    if wanted.wait_for is not None:
        await until_searchable(app_state, wanted.wait_for)

    async def make() -> bytes:
        found = await answer(app_state.engine, wanted, secret=app_state.secret, synced=app_state.probe.synced)
        if counting:
            counting.learn(wanted.canonical, outcome_of(wanted, found.page.total, found.page.matched))
        return (b"" if found.whole else UNCACHEABLE) + msgspec.json.encode(found.page)[:-1]

    end = b',"index":' + msgspec.json.encode(app_state.probe.index) + b"}"
    sent = await cached(request, app_state, ("search", asked.canonical), make, end, headers=VARY)
    if counting:
        counting.count(wanted.canonical, outcome_of(wanted))
    return sent


async def _search_privately(request: Request[Any, Any, Any], app_state: ApplicationState) -> Response[bytes | None]:
    """The same for the holder of a key: with how accounts stand to programs, tags and the shortlist."""
    wanted = await read_private(request, app_state, query_parameters(request))
    if wanted.asked.wait_for is not None:
        await until_searchable(app_state, wanted.asked.wait_for)
    found = await answer(
        app_state.engine,
        wanted.asked,
        secret=app_state.secret,
        synced=app_state.probe.synced,
        private=wanted.view,
    )
    if counting := app_state.counting:
        counting.count((), outcome_of(wanted.asked, found.page.total, found.page.matched))
    found.page.warnings += wanted.notices
    found.page.index = app_state.probe.index
    return answered(msgspec.json.encode(found.page))


class _Deleted(msgspec.Struct):
    deleted: bool = False


class _Stored(msgspec.Struct):
    sync: _Deleted


async def document_of(app_state: ApplicationState, id: int) -> msgspec.Raw:
    """The document of a program. Raises Problem if there is none, or none any more; EngineAway."""
    document = await app_state.engine.document(id) if 0 < id <= _LARGEST_ID else None
    if document is None:
        raise not_found(f"there is no program {id}")
    if msgspec.json.decode(document, type=_Stored).sync.deleted:
        raise Problem(410, "deleted", f"program {id} has been deleted")
    return document


@get(
    "/api/programs/{id:int}",
    before_request=known_only,
    responses=answering(Program),
    summary="One program",
    tags=["search"],
    media_type=MediaType.JSON,
)
async def one(
    request: Request[Any, Any, Any],
    id: FromPath[int],
    app_state: NamedDependency[ApplicationState],
    wait_for_version: Annotated[int | None, QueryParameter(name="waitForVersion", ge=1, le=2**62)] = None,
) -> Response[bytes | None]:
    """The program as a search would return it; works while the database is away.

    With `waitForVersion`, a version that a write of this program answered with, no older than that: 504 after 5 s.
    """
    if wait_for_version is not None and 0 < id <= _LARGEST_ID:  # others are never there, however long one waits
        await until_searchable(app_state, wait_for_version, id)

    async def make() -> bytes:
        return program(await document_of(app_state, id), app_state.probe.synced)

    if brings_key(request):
        view = await view_of(request, app_state)
        document = await make()
        return answered(bytes(view.dressed(id, document)) if view else document)
    return await cached(request, app_state, ("program", b"%d" % id), make)


async def similar_to(app_state: ApplicationState, id: int, most: int) -> list[msgspec.Raw]:
    """At most so many programs like one, the most alike first. Raises as `document_of`."""
    document = await document_of(app_state, id)
    found = await app_state.engine.search(similar_body(document, app_state.engine.lexicon, most))
    return [msgspec.Raw(program(hit.source, app_state.probe.synced)) for hit in found.hits.hits]


@get(
    "/api/programs/{id:int}/similar",
    before_request=known_only,
    responses=answering(SimilarPrograms),
    summary="Similar programs",
    tags=["search"],
    media_type=MediaType.JSON,
)
async def similar(
    request: Request[Any, Any, Any],
    id: FromPath[int],
    app_state: NamedDependency[ApplicationState],
    per_page: Annotated[int, QueryParameter(name="perPage", ge=1, le=MOST_PER_PAGE)] = 10,
) -> Response[bytes | None]:
    """Programs of other merchants like this one: the same shelf and the same words, the most alike first."""

    async def make() -> bytes:
        return msgspec.json.encode({"programs": await similar_to(app_state, id, per_page)})

    if brings_key(request) and (view := await view_of(request, app_state)):
        alike = await similar_to(app_state, id, per_page)
        return answered(msgspec.json.encode({"programs": [view.dressed(_id_of(each), each) for each in alike]}))
    return await cached(request, app_state, ("similar", b"%d %d" % (id, per_page)), make)


class _Listed(msgspec.Struct):
    id: int


def _id_of(document: msgspec.Raw) -> int:
    return msgspec.json.decode(document, type=_Listed).id


class Marks(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Our own marks on a program; what is left out stays as it is."""

    verified: bool | UnsetType | None = UNSET  # null leaves it to the checks of links again
    featured: bool | UnsetType = UNSET
    vertical: str | UnsetType | None = UNSET  # null follows the network's category again


@patch(
    "/api/programs/{id:int}",
    before_request=known_only,
    responses=answering(Program),
    **needs("import"),
    summary="Mark a program",
    tags=["operate"],
    media_type=MediaType.JSON,
)
async def mark(
    request: Request[Any, Any, Any],
    id: FromPath[int],
    data: JSONBody[Marks],
    app_state: NamedDependency[ApplicationState],
    refresh: Annotated[Literal["wait"] | None, QueryParameter()] = None,
) -> Response[bytes]:
    """Set verified, featured or the vertical. Imports never touch these. Answers with the program as it is now.

    `X-Program-Version` is the version of the write, for `waitForVersion`. With `refresh=wait` it answers once searches
    show it; a 504 after 5 s says that they do not yet: the marks are set all the same.
    """
    data = await strictly(request, Marks)
    values: dict[str, Any] = {"id": id}
    if data.verified is not UNSET:
        values["verified"] = data.verified
    if data.featured is not UNSET:
        values["featured"] = data.featured
    if data.vertical is not UNSET:
        values["vertical"] = _vertical(data.vertical)
    if len(values) == 1:
        raise Problem(400, "invalid-body", "nothing to set: give verified, featured or vertical")
    if not 0 < id <= _LARGEST_ID:
        raise not_found(f"there is no program {id}")
    async with app_state.database() as database:
        updated = await database.execute(mark_statement(values.keys() - {"id"}), values)
        written = await updated.fetchone()
        if written is None:
            gone = await (await database.execute("select 1 from deleted_programs where id = %s", (id,))).fetchone()
            raise (
                Problem(410, "deleted", f"program {id} has been deleted")
                if gone
                else not_found(f"there is no program {id}")
            )
        await database.execute(MARKED, (id, AUTHOR.get() or None, REQUEST_ID.get() or None, _sent(data)))
        row = await (
            await database.execute(f"select document::text from ({documents_sql(KEYS, f'p.id = {id:d}')}) as d")
        ).fetchone()
    assert row is not None
    if refresh == "wait":
        await until_searchable(app_state, written["version"], id)
    return Response(
        program(msgspec.Raw(row["document"].encode()), app_state.probe.synced),
        media_type=MediaType.JSON,
        headers={VERSION_HEADER: str(written["version"])},
    )


def _sent(data: Marks) -> str:
    return msgspec.json.encode(data).decode()


def _vertical(given: str | None) -> str | None:
    if given is None:
        return None
    members = codes.members("vertical")
    if (stored := members.get(given.lower())) is None:
        end, _ = meaning(given, members.values())
        raise Problem(400, "invalid-body", f"vertical: '{given[:80]}' is none of ours{end}")
    return stored


ROUTES = Router(path="/", route_handlers=[search, one, similar, mark, *OWN_HANDLERS])
