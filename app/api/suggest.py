"""Suggestions while somebody types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
from litestar import MediaType, Request, Response, Router, get
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.openapi.spec import Operation, Parameter, Schema
from litestar.openapi.spec.enums import OpenAPIType

from app.api.catalogue import Catalogue
from app.api.parameters import query_parameters
from app.api.remembering import PASSING, remembered
from app.search.suggest import DEFAULT_LIMIT, GROUPS, MOST_SUGGESTIONS, Suggestions, read_wanted
from app.search.suggest import suggest as look_for
from app.search.typed import LONGEST

_PARAMETERS = [
    Parameter(
        name="q",
        param_in="query",
        required=False,
        description="What has been typed so far; nothing for what is most popular.",
        schema=Schema(type=OpenAPIType.STRING, max_length=LONGEST),
        example="organic sk",
    ),
    Parameter(
        name="limit",
        param_in="query",
        required=False,
        description="Suggestions a group.",
        schema=Schema(type=OpenAPIType.INTEGER, minimum=1, maximum=MOST_SUGGESTIONS, default=DEFAULT_LIMIT),
        example=DEFAULT_LIMIT,
    ),
    Parameter(
        name="groups",
        param_in="query",
        required=False,
        description=f"Which groups; all by default. One or more of {', '.join(GROUPS)}.",
        schema=Schema(type=OpenAPIType.STRING),
        example="programs,merchants",
    ),
]


@dataclass
class _SuggestOperation(Operation):
    def __post_init__(self) -> None:
        self.parameters = [*(self.parameters or []), *_PARAMETERS]


@get(
    "/api/suggest",
    operation_class=_SuggestOperation,
    responses={200: ResponseSpec(Suggestions, generate_examples=False, description="The suggestions")},
    summary="Suggestions",
    tags=["search"],
    media_type=MediaType.JSON,
)
async def suggest(request: Request[Any, Any, Any], catalogue: NamedDependency[Catalogue]) -> Response[bytes | None]:
    """Programs, merchants, categories and queries that go on from what was typed, typing errors forgiven.

    They come from an index of their own, which is built anew when the catalogue has changed; `builtAt` says when.
    """
    wanted = read_wanted(query_parameters(request))

    async def make() -> bytes:
        found = await look_for(catalogue.engine, wanted)
        return (PASSING if found.partial else b"") + msgspec.json.encode(found)

    return await remembered(request, catalogue, ("suggest", msgspec.json.encode(wanted)), make, suggested=True)


ROUTES = Router(path="/", route_handlers=[suggest])
