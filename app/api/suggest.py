"""Suggestions while somebody types."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import MediaType, Request, Response, Router, get
from litestar.di import NamedDependency

from app.api.application_state import ApplicationState
from app.api.openapi.parameters import answering, query_parameters, taking, text, whole
from app.api.response_cache import UNCACHEABLE, cached
from app.search.suggest import DEFAULT_LIMIT, GROUPS, MOST_SUGGESTIONS, Suggestions, read_wanted
from app.search.suggest import suggest as look_for
from app.search.typed import LONGEST

_PARAMETERS = [
    text("q", "What has been typed so far; nothing for what is most popular.", "organic sk", LONGEST),
    whole("limit", "Suggestions a group.", 1, MOST_SUGGESTIONS, DEFAULT_LIMIT),
    text("groups", f"Which groups; all by default. One or more of {', '.join(GROUPS)}.", "programs,merchants"),
]


@get(
    "/api/suggest",
    operation_class=taking(_PARAMETERS),
    responses=answering(Suggestions, "The suggestions"),
    summary="Suggestions",
    tags=["search"],
    media_type=MediaType.JSON,
)
async def suggest(
    request: Request[Any, Any, Any], app_state: NamedDependency[ApplicationState]
) -> Response[bytes | None]:
    """Programs, merchants, categories and queries that go on from what was typed, typing errors forgiven.

    They come from an index of their own, which is built anew when the catalogue has changed; `builtAt` says when.
    """
    wanted = read_wanted(query_parameters(request))

    async def make() -> bytes:
        found = await look_for(app_state.engine, wanted)
        return (UNCACHEABLE if found.partial else b"") + msgspec.json.encode(found)

    return await cached(request, app_state, ("suggest", msgspec.json.encode(wanted)), make, suggested=True)


ROUTES = Router(path="/", route_handlers=[suggest])
