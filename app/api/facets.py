"""Search among the values of a facet."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import MediaType, Request, Response, Router, get
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import FromPath

from app.api.catalogue import Catalogue
from app.api.parameters import FILTER_PARAMETERS, query_parameters, taking, text, whole
from app.api.problems import not_found
from app.api.remembering import PASSING, remembered
from app.search.facet_values import MOST_VALUES_FOUND, FacetValues, facet_values, read_asked, searchable
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
    responses={200: ResponseSpec(FacetValues, generate_examples=False, description="The values")},
    summary="Search a facet's values",
    tags=["search"],
    media_type=MediaType.JSON,
)
async def values(
    request: Request[Any, Any, Any], field: FromPath[str], catalogue: NamedDependency[Catalogue]
) -> Response[bytes | None]:
    """Values of a facet that begin as typed, typing errors forgiven, counted under all filters but the facet's own."""
    if wrong := searchable(field):
        raise not_found(wrong)
    asked = read_asked(field, query_parameters(request))

    async def make() -> bytes:
        found = await facet_values(catalogue.engine, asked)
        return (PASSING if found.partial else b"") + msgspec.json.encode(found)

    return await remembered(request, catalogue, ("facet", asked.canonical), make)


ROUTES = Router(path="/", route_handlers=[values])
