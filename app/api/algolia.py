"""Algolia's wire protocol, for frontends made with InstantSearch. `docs/instantsearch.md` says what is understood."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from typing import Any

import msgspec
from litestar import MediaType, Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from app.api.catalogue import Catalogue
from app.api.parameters import taking, text
from app.api.problems import not_found, respond
from app.api.remembering import PASSING, remembered, while_connected
from app.search.algolia.answer import answer
from app.search.algolia.browse import browse, read_browse
from app.search.algolia.objects import MOST_OBJECTS, objects, read_object, read_objects
from app.search.algolia.query import Query, UnknownIndex, read_query
from app.search.algolia.wire import Parameters, in_url, refused, several, single
from app.search.problems import BadRequest, ParameterError

# Clients send JSON under whatever content type a browser lets pass without asking first, so bodies are read as bytes.
_Request = Request[Any, Any, Any]
# Far more than fifty queries with a thousand values each.
_LARGEST_BODY = 4_000_000
_NOT_KEPT = {"Cache-Control": "no-store"}


_RETRIEVED = text("attributesToRetrieve", "Attributes of a program to answer with; all by default.", "name,network")
_BROWSED = [
    text("cursor", "That of the page before; it holds all the other parameters."),
    text("query", "Words to find.", "organic skincare"),
    text("filters", "Conditions, as Algolia writes them.", "network:awin AND epc > 1"),
    _RETRIEVED,
]


def _one(given: Parameters, index: str) -> Query:
    asked, errors = read_query(given, index)
    if asked is None:
        raise BadRequest(errors)
    return asked


async def _answered(
    request: _Request, catalogue: Catalogue, read: Callable[[bytes], list[Query]], whole: bool
) -> Response[bytes | None]:
    """The results of what a body asks for, remembered: all of them, or the `whole` answer that the only one is."""
    body = await request.body()

    async def make() -> bytes:
        results, complete = await answer(catalogue.engine, read(body), synced=catalogue.probe.synced)
        return (b"" if complete else PASSING) + msgspec.json.encode(results[0] if whole else {"results": results})

    key = hashlib.sha256(body).digest()
    return await remembered(request, catalogue, (request.url.path, key), make)


def _several(body: bytes) -> list[Query]:
    asked: list[Query] = []
    wrong: list[ParameterError] = []
    for place, given in enumerate(several(body)):
        index = given.get("indexName")
        if not isinstance(index, str):
            raise refused(f"requests[{place}].indexName", f"requests[{place}] names no index; give 'indexName'")
        query, errors = read_query(given, index, f"requests[{place}]")
        wrong += errors
        if query is not None:
            asked.append(query)
    if wrong:
        raise BadRequest(wrong)
    return asked


@post(
    "/1/indexes/*/queries",
    status_code=200,
    summary="Several queries (Algolia)",
    tags=["instantsearch"],
    media_type=MediaType.JSON,
    request_max_body_size=_LARGEST_BODY,
)
async def queries(request: _Request, catalogue: NamedDependency[Catalogue]) -> Response[bytes | None]:
    """`{"requests": [{"indexName": "programs", …}]}`, parameters as members or URL-encoded under `params`."""
    return await _answered(request, catalogue, _several, whole=False)


@post(
    "/1/indexes/{index:str}/query",
    status_code=200,
    summary="One query (Algolia)",
    tags=["instantsearch"],
    media_type=MediaType.JSON,
    request_max_body_size=_LARGEST_BODY,
)
async def query(
    request: _Request, index: FromPath[str], catalogue: NamedDependency[Catalogue]
) -> Response[bytes | None]:
    """The same for one index; the result is the whole answer."""
    return await _answered(request, catalogue, lambda body: [_one(single(body), index)], whole=True)


@post(
    "/1/indexes/{index:str}/facets/{facet:str}/query",
    status_code=200,
    summary="Search values of a facet (Algolia)",
    tags=["instantsearch"],
    media_type=MediaType.JSON,
    request_max_body_size=_LARGEST_BODY,
)
async def facet_values(
    request: _Request, index: FromPath[str], facet: FromPath[str], catalogue: NamedDependency[Catalogue]
) -> Response[bytes | None]:
    """Values of a facet that begin with `facetQuery`, typing errors allowed, counted under the other filters."""

    def read(body: bytes) -> list[Query]:
        return [_one({**single(body), "type": "facet", "facet": facet}, index)]

    return await _answered(request, catalogue, read, whole=True)


async def _browsed(request: _Request, index: str, given: Parameters, catalogue: Catalogue) -> Response[bytes]:
    """A page of a thousand programs is too large to remember, and nobody asks for it twice."""
    browsed = read_browse(given, index, catalogue.secret)

    async def make() -> bytes:
        page = await browse(catalogue.engine, browsed, secret=catalogue.secret, synced=catalogue.probe.synced)
        return msgspec.json.encode(page)

    making = asyncio.ensure_future(make())
    try:
        return Response(await while_connected(request, making), media_type=MediaType.JSON, headers=_NOT_KEPT)
    finally:
        making.cancel()


@post(
    "/1/indexes/{index:str}/browse",
    status_code=200,
    summary="Browse everything (Algolia)",
    tags=["instantsearch"],
    media_type=MediaType.JSON,
    request_max_body_size=_LARGEST_BODY,
)
async def browse_objects(
    request: _Request, index: FromPath[str], catalogue: NamedDependency[Catalogue]
) -> Response[bytes]:
    """Every program that a query finds, however many: a page, and the `cursor` of the next unless it is the last."""
    return await _browsed(request, index, single(await request.body()), catalogue)


@get(
    "/1/indexes/{index:str}/browse",
    operation_class=taking(_BROWSED),
    summary="Browse everything (Algolia)",
    tags=["instantsearch"],
    media_type=MediaType.JSON,
)
async def browse_by_get(
    request: _Request, index: FromPath[str], catalogue: NamedDependency[Catalogue]
) -> Response[bytes]:
    """The same with the parameters in the URL."""
    return await _browsed(request, index, in_url(request.url.query), catalogue)


@post(
    "/1/indexes/*/objects",
    status_code=200,
    summary="Several programs (Algolia)",
    tags=["instantsearch"],
    media_type=MediaType.JSON,
    request_max_body_size=_LARGEST_BODY,
)
async def get_objects(request: _Request, catalogue: NamedDependency[Catalogue]) -> Response[bytes | None]:
    """`{"requests": [{"indexName": "programs", "objectID": "…"}]}`; null for a program that is not there."""
    body = await request.body()

    async def make() -> bytes:
        wanted = read_objects(several(body, MOST_OBJECTS))
        return msgspec.json.encode({"results": await objects(catalogue.engine, wanted, catalogue.probe.synced)})

    return await remembered(request, catalogue, (request.url.path, hashlib.sha256(body).digest()), make)


@get(
    "/1/indexes/{index:str}/{object_id:str}",
    operation_class=taking([_RETRIEVED]),
    summary="One program (Algolia)",
    tags=["instantsearch"],
    media_type=MediaType.JSON,
)
async def get_object(
    request: _Request, index: FromPath[str], object_id: FromPath[str], catalogue: NamedDependency[Catalogue]
) -> Response[bytes | None]:
    """A program by its `objectID`."""
    wanted = read_object(object_id, in_url(request.url.query), index)

    async def make() -> bytes:
        (found,) = await objects(catalogue.engine, [wanted], catalogue.probe.synced)
        if found is None:
            raise not_found("ObjectID does not exist")
        return msgspec.json.encode(found)

    return await remembered(request, catalogue, ("algolia object", repr(wanted).encode()), make)


def _unknown_index(request: _Request, unknown: UnknownIndex) -> Response[Any]:
    return respond(request, not_found(str(unknown)))


ROUTES = Router(
    path="/",
    route_handlers=[queries, query, facet_values, browse_objects, browse_by_get, get_objects, get_object],
    exception_handlers={UnknownIndex: _unknown_index},
)
