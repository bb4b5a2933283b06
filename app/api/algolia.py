"""Algolia's wire protocol, for frontends made with InstantSearch. `docs/instantsearch.md` says what is understood."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import msgspec
from litestar import MediaType, Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.openapi.spec import Schema
from litestar.openapi.spec.enums import OpenAPIType
from litestar.params import FromPath

from app.api.application_state import ApplicationState
from app.api.openapi.algolia_answers import (
    AlgoliaFacetHits,
    AlgoliaPage,
    AlgoliaRecord,
    AlgoliaRecords,
    AlgoliaResult,
    AlgoliaResults,
)
from app.api.openapi.parameters import answering, json_object, taking, text
from app.api.private import answered, brings_key, key_needed, view_of
from app.api.problems import not_found, respond
from app.api.response_cache import UNCACHEABLE, cached, while_connected
from app.learning.query_log import SearchOutcome
from app.search.algolia.answer import AlgoliaAnswer, answer
from app.search.algolia.browse import browse, read_browse
from app.search.algolia.objects import MOST_OBJECTS, objects, read_object, read_objects
from app.search.algolia.private import dress, may_name, names_private, narrowed
from app.search.algolia.query import Query, UnknownIndex, read_query
from app.search.algolia.wire import Parameters, in_url, refused, several, single
from app.search.bad_request import BadRequest, ParameterError
from app.search.private.asked import PrivateAsked
from app.search.private.sets import NAMES
from app.search.private.view import PrivateView

# Clients send JSON under whatever content type a browser lets pass without asking first, so bodies are read as bytes.
_Request = Request[Any, Any, Any]
# Far more than fifty queries with a thousand values each.
_LARGEST_BODY = 4_000_000
_NOT_KEPT = {"Cache-Control": "no-store"}


# What clients send is documented by Algolia; here stands what no body can be without.
_OBJECTS = Schema(type=OpenAPIType.ARRAY, items=json_object())
_SEVERAL = {"application/json": Schema(one_of=[json_object({"requests": _OBJECTS}, ["requests"]), _OBJECTS])}
_SINGLE = {"application/json": json_object()}

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
    request: _Request, app_state: ApplicationState, read: Callable[[bytes], list[Query]], whole: bool
) -> Response[bytes | None]:
    """The results of what a body asks for, cached: all of them, or the `whole` answer that the only one is."""
    body = await request.body()
    if view := await _view(request, app_state, body):
        asked = [narrowed(each, view.sets) for each in read(body)]
        searched = await answer(app_state.engine, asked, synced=app_state.probe.synced)
        found = searched.results
        if (counting := app_state.counting) and not view.asked.named:
            counting.count((), _outcomes(asked, searched))
        dress(found, asked, view.sets)
        return answered(msgspec.json.encode(found[0] if whole else {"results": found}))

    key = request.url.path, hashlib.sha256(body).digest()
    counting = app_state.counting

    async def make() -> bytes:
        asked = read(body)
        found = await answer(app_state.engine, asked, synced=app_state.probe.synced)
        if counting:
            counting.learn(key, _outcomes(asked, found))
        sent = found.results[0] if whole else {"results": found.results}
        return (b"" if found.whole else UNCACHEABLE) + msgspec.json.encode(sent)

    response = await cached(request, app_state, key, make)
    if counting:
        counting.count(key)
    return response


def _outcomes(asked: list[Query], found: AlgoliaAnswer) -> list[SearchOutcome]:
    """What is counted of a request: each text once, by the first query that shows programs, from the first on.

    A frontend asks for facets by queries beside it that show none. `analytics: false` counts nothing, as at Algolia.
    """
    outcomes: dict[str, SearchOutcome] = {}
    for each, result, matched in zip(asked, found.results, found.matched, strict=True):
        if each.q and each.wanted and not each.first and each.given.get("analytics") not in (False, "false"):
            outcomes.setdefault(each.q, SearchOutcome(each.q, result["nbHits"], matched, each.wording.begun))
    return list(outcomes.values())


async def _view(request: _Request, app_state: ApplicationState, body: bytes) -> PrivateView | None:
    """What the holder of the request's key is told. Raises Problem for who names what is private without one."""
    named = may_name(body) and any(names_private(each) for each in _given(body))
    if not brings_key(request):
        if named:
            raise key_needed()
        return None
    return await view_of(request, app_state, PrivateAsked(named=named))


def _given(body: bytes) -> list[Parameters]:
    """The parameters of each query of a body, of several queries or one; none of a body that is neither."""
    for read in (several, lambda body: [single(body)]):
        with suppress(BadRequest):
            return read(body)
    return []


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
    operation_class=taking(bodies=_SEVERAL),
    responses=answering(AlgoliaResults),
    status_code=200,
    summary="Several queries (Algolia)",
    tags=["instantsearch"],
    media_type=MediaType.JSON,
    request_max_body_size=_LARGEST_BODY,
)
async def queries(request: _Request, app_state: NamedDependency[ApplicationState]) -> Response[bytes | None]:
    """`{"requests": [{"indexName": "programs", …}]}`, parameters as members or URL-encoded under `params`."""
    return await _answered(request, app_state, _several, whole=False)


@post(
    "/1/indexes/{index:str}/query",
    operation_class=taking(bodies=_SINGLE, needs_body=False),
    responses=answering(AlgoliaResult),
    status_code=200,
    summary="One query (Algolia)",
    tags=["instantsearch"],
    media_type=MediaType.JSON,
    request_max_body_size=_LARGEST_BODY,
)
async def query(
    request: _Request, index: FromPath[str], app_state: NamedDependency[ApplicationState]
) -> Response[bytes | None]:
    """The same for one index; the result is the whole answer."""
    return await _answered(request, app_state, lambda body: [_one(single(body), index)], whole=True)


@post(
    "/1/indexes/{index:str}/facets/{facet:str}/query",
    operation_class=taking(bodies=_SINGLE, needs_body=False),
    responses=answering(AlgoliaFacetHits),
    status_code=200,
    summary="Search values of a facet (Algolia)",
    tags=["instantsearch"],
    media_type=MediaType.JSON,
    request_max_body_size=_LARGEST_BODY,
)
async def facet_values(
    request: _Request, index: FromPath[str], facet: FromPath[str], app_state: NamedDependency[ApplicationState]
) -> Response[bytes | None]:
    """Values of a facet that begin with `facetQuery`, typing errors allowed, counted under the other filters."""

    if facet in NAMES:
        raise key_needed() if not brings_key(request) else not_found(f"'{facet}' has no values to search")

    def read(body: bytes) -> list[Query]:
        return [_one({**single(body), "type": "facet", "facet": facet}, index)]

    return await _answered(request, app_state, read, whole=True)


async def _browsed(request: _Request, index: str, given: Parameters, app_state: ApplicationState) -> Response[bytes]:
    """A page of a thousand programs is too large to remember, and nobody asks for it twice."""
    if names_private(given):  # a cursor holds only what was let through
        raise key_needed() if not brings_key(request) else refused("filters", "what is private is not browsed by")
    browsed = read_browse(given, index, app_state.secret)

    async def make() -> bytes:
        page = await browse(app_state.engine, browsed, secret=app_state.secret, synced=app_state.probe.synced)
        return msgspec.json.encode(page)

    making = asyncio.ensure_future(make())
    try:
        return Response(await while_connected(request, making), media_type=MediaType.JSON, headers=_NOT_KEPT)
    finally:
        making.cancel()


@post(
    "/1/indexes/{index:str}/browse",
    operation_class=taking(bodies=_SINGLE, needs_body=False),
    responses=answering(AlgoliaPage),
    status_code=200,
    summary="Browse everything (Algolia)",
    tags=["instantsearch"],
    media_type=MediaType.JSON,
    request_max_body_size=_LARGEST_BODY,
)
async def browse_objects(
    request: _Request, index: FromPath[str], app_state: NamedDependency[ApplicationState]
) -> Response[bytes]:
    """Every program that a query finds, however many: a page, and the `cursor` of the next unless it is the last."""
    return await _browsed(request, index, single(await request.body()), app_state)


@get(
    "/1/indexes/{index:str}/browse",
    operation_class=taking(_BROWSED),
    responses=answering(AlgoliaPage),
    summary="Browse everything (Algolia)",
    tags=["instantsearch"],
    media_type=MediaType.JSON,
)
async def browse_by_get(
    request: _Request, index: FromPath[str], app_state: NamedDependency[ApplicationState]
) -> Response[bytes]:
    """The same with the parameters in the URL."""
    return await _browsed(request, index, in_url(request.url.query), app_state)


@post(
    "/1/indexes/*/objects",
    operation_class=taking(bodies=_SEVERAL),
    responses=answering(AlgoliaRecords),
    status_code=200,
    summary="Several programs (Algolia)",
    tags=["instantsearch"],
    media_type=MediaType.JSON,
    request_max_body_size=_LARGEST_BODY,
)
async def get_objects(request: _Request, app_state: NamedDependency[ApplicationState]) -> Response[bytes | None]:
    """`{"requests": [{"indexName": "programs", "objectID": "…"}]}`; null for a program that is not there."""
    body = await request.body()
    if view := await _view(request, app_state, body):
        wanted = read_objects(several(body, MOST_OBJECTS))
        found = await objects(app_state.engine, wanted, app_state.probe.synced)
        for each, one in zip(found, wanted, strict=True):
            if each is not None:
                each |= {
                    name: value for name, value in view.sets.members(one.id or 0).items() if one.retrieve.holds(name)
                }
        return answered(msgspec.json.encode({"results": found}))

    async def make() -> bytes:
        wanted = read_objects(several(body, MOST_OBJECTS))
        return msgspec.json.encode({"results": await objects(app_state.engine, wanted, app_state.probe.synced)})

    return await cached(request, app_state, (request.url.path, hashlib.sha256(body).digest()), make)


@get(
    "/1/indexes/{index:str}/{object_id:str}",
    operation_class=taking([_RETRIEVED]),
    responses=answering(AlgoliaRecord),
    summary="One program (Algolia)",
    tags=["instantsearch"],
    media_type=MediaType.JSON,
)
async def get_object(
    request: _Request, index: FromPath[str], object_id: FromPath[str], app_state: NamedDependency[ApplicationState]
) -> Response[bytes | None]:
    """A program by its `objectID`."""
    given = in_url(request.url.query)
    if names_private(given) and not brings_key(request):
        raise key_needed()
    wanted = read_object(object_id, given, index)

    async def make() -> bytes:
        (found,) = await objects(app_state.engine, [wanted], app_state.probe.synced)
        if found is None:
            raise not_found("ObjectID does not exist")
        return msgspec.json.encode(found)

    return await cached(request, app_state, ("algolia object", repr(wanted).encode()), make)


def _unknown_index(request: _Request, unknown: UnknownIndex) -> Response[Any]:
    return respond(request, not_found(str(unknown)))


ROUTES = Router(
    path="/",
    route_handlers=[queries, query, facet_values, browse_objects, browse_by_get, get_objects, get_object],
    exception_handlers={UnknownIndex: _unknown_index},
)
