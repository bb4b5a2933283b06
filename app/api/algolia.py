"""Algolia's wire protocol, for frontends made with InstantSearch. `docs/instantsearch.md` says what is understood."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import msgspec
from litestar import MediaType, Request, Response, Router, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from app.api.catalogue import Catalogue
from app.api.problems import not_found
from app.api.remembering import PASSING, remembered
from app.search.algolia.answer import answer
from app.search.algolia.query import Query, UnknownIndex, read_query
from app.search.algolia.wire import Parameters, refused, several, single
from app.search.problems import BadRequest, ParameterError

# Clients send JSON under whatever content type a browser lets pass without asking first, so bodies are read as bytes.
_Request = Request[Any, Any, Any]
# Far more than fifty queries with a thousand values each.
_LARGEST_BODY = 4_000_000


def _read(given: Parameters, index: str, place: str = "") -> tuple[Query | None, list[ParameterError]]:
    try:
        return read_query(given, index, place)
    except UnknownIndex as unknown:
        raise not_found(str(unknown)) from None


def _one(given: Parameters, index: str) -> Query:
    asked, errors = _read(given, index)
    if asked is None:
        raise BadRequest(errors)
    return asked


async def _answered(
    request: _Request, catalogue: Catalogue, read: Callable[[bytes], list[Query]], whole: bool
) -> Response[bytes | None]:
    """The results of what a body asks for, remembered: all of them, or the `whole` answer that the only one is."""
    body = await request.body()

    async def make() -> bytes:
        results = await answer(catalogue.engine, read(body), synced=catalogue.probe.synced)
        partial = any(result.get("exhaustiveNbHits") is False for result in results)
        return (PASSING if partial else b"") + msgspec.json.encode(results[0] if whole else {"results": results})

    key = hashlib.sha256(body).digest()
    return await remembered(request, catalogue, (request.url.path, key), make)


def _several(body: bytes) -> list[Query]:
    asked: list[Query] = []
    wrong: list[ParameterError] = []
    for place, given in enumerate(several(body)):
        index = given.get("indexName")
        if not isinstance(index, str):
            raise refused(f"requests[{place}].indexName", f"requests[{place}] names no index; give 'indexName'")
        query, errors = _read(given, index, f"requests[{place}]")
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


ROUTES = Router(path="/", route_handlers=[queries, query, facet_values])
