"""Search among the values of a facet."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import MediaType, Request, Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from app.api.application_state import ApplicationState
from app.api.openapi.parameters import FILTER_PARAMETERS, answering, query_parameters, taking, text, whole
from app.api.private import brings_key, key_needed, needs_key
from app.api.problems import not_found
from app.api.response_cache import UNCACHEABLE, cached
from app.search.facet_values import MOST_VALUES_FOUND, FacetValues, facet_values, read_asked, searchable
from app.search.private.asked import refused
from app.search.private.sets import NAMES
from app.search.request import DEFAULT_FACET_VALUES, LONGEST_QUERY
from app.search.typed import LONGEST

_PARAMETERS = [
    text(
        "facetQuery",
        "What a value must begin with, by its code or by its name; nothing for the most frequent values.",
        "germ",
        LONGEST,
    ),
    whole("limit", "How many values.", 1, MOST_VALUES_FOUND, DEFAULT_FACET_VALUES),
    text("q", "Words that the counted programs must hold, as in a search.", "organic skincare", LONGEST_QUERY),
    *FILTER_PARAMETERS,
]


@get(
    "/api/facets/{field:str}",
    operation_class=taking(_PARAMETERS),
    responses=answering(FacetValues, "The values"),
    summary="Search a facet's values",
    tags=["search"],
    media_type=MediaType.JSON,
)
async def values(
    request: Request[Any, Any, Any], field: FromPath[str], app_state: NamedDependency[ApplicationState]
) -> Response[bytes | None]:
    """Values of a facet that begin as typed, typing errors forgiven, counted under all filters but the facet's own."""
    parameters = query_parameters(request)
    if brings_key(request):
        if field in NAMES:
            raise not_found(f"'{field}' is no facet of the index; a search with your key counts it: facets={field}")
        refused(parameters, "this route")
    elif field in NAMES:
        raise key_needed()
    else:
        needs_key(parameters)
    if wrong := searchable(field):
        raise not_found(wrong)
    asked = read_asked(field, parameters)

    async def make() -> bytes:
        found = await facet_values(app_state.engine, asked)
        return (UNCACHEABLE if found.partial else b"") + msgspec.json.encode(found)

    return await cached(request, app_state, ("facet", asked.canonical), make)


ROUTES = Router(path="/", route_handlers=[values])
