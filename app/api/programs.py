"""Programs: search, one, and our own marks on it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from litestar import MediaType, Request, Response, Router, get, patch
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import UNSET, UnsetType

from app.api.catalogue import Catalogue
from app.api.keys import needs
from app.api.parameters import SEARCH_PARAMETERS, query_parameters, taking
from app.api.problems import Problem, not_found
from app.api.remembering import PASSING, remembered
from app.api.waiting import VERSION_HEADER, until_searchable
from app.search.answer import answer
from app.search.page import Page, program
from app.search.problems import meaning
from app.search.request import MOST_PER_PAGE, read_request
from app.search.similar import similar_body
from mappings import codes
from mappings.document import documents_sql
from mappings.index import KEYS

_LARGEST_ID = 2**53 - 1


@get(
    "/api/programs",
    operation_class=taking(SEARCH_PARAMETERS),
    responses={200: ResponseSpec(Page, generate_examples=False, description="The page")},
    summary="Search programs",
    tags=["search"],
    media_type=MediaType.JSON,
)
async def search(request: Request[Any, Any, Any]) -> Response[bytes | None]:
    """Full-text search, filters, facets, sorts and pages, in one answer."""
    # Not injected: that costs as much as reading the parameters, and this is asked more often than all else together.
    catalogue: Catalogue = request.app.state.catalogue
    query_string = request.scope["query_string"]
    asked = catalogue.requests.known(query_string)
    if asked is None:
        asked = read_request(query_parameters(request))
        catalogue.requests.keep(query_string, asked)
    wanted = asked
    if wanted.wait_for is not None:
        await until_searchable(catalogue, wanted.wait_for)

    async def make() -> bytes:
        found = await answer(catalogue.engine, wanted, secret=catalogue.secret, synced=catalogue.probe.synced)
        return (b"" if found.whole else PASSING) + msgspec.json.encode(found.page)[:-1]

    end = b',"index":' + msgspec.json.encode(catalogue.probe.index) + b"}"
    return await remembered(request, catalogue, ("search", asked.canonical), make, end)


class _Deleted(msgspec.Struct):
    deleted: bool = False


class _Stored(msgspec.Struct):
    sync: _Deleted


async def _document(catalogue: Catalogue, id: int) -> msgspec.Raw:
    """The document of a program. Raises Problem if there is none, or none any more."""
    document = await catalogue.engine.document(id) if 0 < id <= _LARGEST_ID else None
    if document is None:
        raise not_found(f"there is no program {id}")
    if msgspec.json.decode(document, type=_Stored).sync.deleted:
        raise Problem(410, "deleted", f"program {id} has been deleted")
    return document


@get("/api/programs/{id:int}", summary="One program", tags=["search"], media_type=MediaType.JSON)
async def one(
    request: Request[Any, Any, Any],
    id: FromPath[int],
    catalogue: NamedDependency[Catalogue],
    wait_for_version: Annotated[int | None, QueryParameter(name="waitForVersion", ge=1, le=2**62)] = None,
) -> Response[bytes | None]:
    """The program as a search would return it; works while the database is away.

    With `waitForVersion`, a version that a write of this program answered with, no older than that: 504 after 5 s.
    """
    if wait_for_version is not None:
        await until_searchable(catalogue, wait_for_version, id)

    async def make() -> bytes:
        return program(await _document(catalogue, id), catalogue.probe.synced)

    return await remembered(request, catalogue, ("program", b"%d" % id), make)


@get("/api/programs/{id:int}/similar", summary="Similar programs", tags=["search"], media_type=MediaType.JSON)
async def similar(
    request: Request[Any, Any, Any],
    id: FromPath[int],
    catalogue: NamedDependency[Catalogue],
    per_page: Annotated[int, QueryParameter(name="perPage", ge=1, le=MOST_PER_PAGE)] = 10,
) -> Response[bytes | None]:
    """Programs of other merchants like this one: the same shelf and the same words, the most alike first."""

    async def make() -> bytes:
        document = await _document(catalogue, id)
        found = await catalogue.engine.search(similar_body(document, catalogue.engine.alias, per_page))
        hits = [msgspec.Raw(program(hit.source, catalogue.probe.synced)) for hit in found.hits.hits]
        return msgspec.json.encode({"programs": hits})

    return await remembered(request, catalogue, ("similar", b"%d %d" % (id, per_page)), make)


class Marks(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Our own marks on a program; what is left out stays as it is."""

    verified: bool | UnsetType = UNSET
    featured: bool | UnsetType = UNSET
    vertical: str | UnsetType | None = UNSET  # null follows the network's category again


@patch(
    "/api/programs/{id:int}",
    **needs("import"),
    summary="Mark a program",
    tags=["operate"],
    media_type=MediaType.JSON,
)
async def mark(
    id: FromPath[int],
    data: JSONBody[Marks],
    catalogue: NamedDependency[Catalogue],
    refresh: Annotated[Literal["wait"] | None, QueryParameter()] = None,
) -> Response[bytes]:
    """Set verified, featured or the vertical. Imports never touch these. Answers with the program as it is now.

    `X-Program-Version` is the version of the write, for `waitForVersion`. With `refresh=wait` it answers once searches
    show it; a 504 after 5 s says that they do not yet: the marks are set all the same.
    """
    assignments: list[
        Literal[
            "verified = %(verified)s",
            "verified_at = case when %(verified)s then now() end",
            "featured = %(featured)s",
            "vertical_override = %(vertical)s",
        ]
    ] = []
    values: dict[str, Any] = {"id": id}
    if data.verified is not UNSET:
        assignments += ["verified = %(verified)s", "verified_at = case when %(verified)s then now() end"]
        values["verified"] = data.verified
    if data.featured is not UNSET:
        assignments.append("featured = %(featured)s")
        values["featured"] = data.featured
    if data.vertical is not UNSET:
        assignments.append("vertical_override = %(vertical)s")
        values["vertical"] = _vertical(data.vertical)
    if not assignments:
        raise Problem(400, "invalid-body", "nothing to set: give verified, featured or vertical")
    if not 0 < id <= _LARGEST_ID:
        raise not_found(f"there is no program {id}")
    async with catalogue.database() as database:
        updated = await database.execute(
            f"update programs set {', '.join(assignments)} where id = %(id)s returning version", values
        )
        written = await updated.fetchone()
        if written is None:
            gone = await (await database.execute("select 1 from deleted_programs where id = %s", (id,))).fetchone()
            raise (
                Problem(410, "deleted", f"program {id} has been deleted")
                if gone
                else not_found(f"there is no program {id}")
            )
        row = await (
            await database.execute(f"select document::text from ({documents_sql(KEYS, f'p.id = {id:d}')}) as d")
        ).fetchone()
    assert row is not None
    if refresh == "wait":
        await until_searchable(catalogue, written["version"], id)
    return Response(
        program(msgspec.Raw(row["document"].encode()), catalogue.probe.synced),
        media_type=MediaType.JSON,
        headers={VERSION_HEADER: str(written["version"])},
    )


def _vertical(given: str | None) -> str | None:
    if given is None:
        return None
    members = codes.members("vertical")
    if (stored := members.get(given.lower())) is None:
        end, _ = meaning(given, members.values())
        raise Problem(400, "invalid-body", f"vertical: '{given[:80]}' is none of ours{end}")
    return stored


ROUTES = Router(path="/", route_handlers=[search, one, similar, mark])
