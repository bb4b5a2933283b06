"""Algolia's wire protocol, for frontends made with InstantSearch. `docs/instantsearch.md` says what is understood."""

from __future__ import annotations

from typing import Any

from litestar import Request, Router, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from app.api.catalogue import Catalogue
from app.api.problems import not_found
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


@post(
    "/1/indexes/*/queries",
    status_code=200,
    summary="Several queries (Algolia)",
    tags=["instantsearch"],
    request_max_body_size=_LARGEST_BODY,
)
async def queries(request: _Request, catalogue: NamedDependency[Catalogue]) -> dict[str, Any]:
    """`{"requests": [{"indexName": "programs", …}]}`, parameters as members or URL-encoded under `params`."""
    asked: list[Query] = []
    wrong: list[ParameterError] = []
    for place, given in enumerate(several(await request.body())):
        index = given.get("indexName")
        if not isinstance(index, str):
            raise refused(f"requests[{place}].indexName", f"requests[{place}] names no index; give 'indexName'")
        query, errors = _read(given, index, f"requests[{place}]")
        wrong += errors
        if query is not None:
            asked.append(query)
    if wrong:
        raise BadRequest(wrong)
    return {"results": await answer(catalogue.engine, asked, synced=catalogue.probe.synced)}


@post(
    "/1/indexes/{index:str}/query",
    status_code=200,
    summary="One query (Algolia)",
    tags=["instantsearch"],
    request_max_body_size=_LARGEST_BODY,
)
async def query(request: _Request, index: FromPath[str], catalogue: NamedDependency[Catalogue]) -> dict[str, Any]:
    """The same for one index; the result is the whole answer."""
    asked = _one(single(await request.body()), index)
    (result,) = await answer(catalogue.engine, [asked], synced=catalogue.probe.synced)
    return result


@post(
    "/1/indexes/{index:str}/facets/{facet:str}/query",
    status_code=200,
    summary="Search values of a facet (Algolia)",
    tags=["instantsearch"],
    request_max_body_size=_LARGEST_BODY,
)
async def facet_values(
    request: _Request, index: FromPath[str], facet: FromPath[str], catalogue: NamedDependency[Catalogue]
) -> dict[str, Any]:
    """Values of a facet that begin with `facetQuery`, typing errors allowed, counted under the other filters."""
    asked = _one({**single(await request.body()), "type": "facet", "facet": facet}, index)
    (result,) = await answer(catalogue.engine, [asked], synced=catalogue.probe.synced)
    return result


ROUTES = Router(path="/", route_handlers=[queries, query, facet_values])
