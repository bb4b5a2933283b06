"""Which of my links earn: addresses are looked up, at most 10,000 at once."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

import msgspec
from litestar import MediaType, Request, Response, Router, post
from litestar.di import NamedDependency
from litestar.openapi.spec import Schema
from litestar.openapi.spec.enums import OpenAPIType
from litestar.params import QueryParameter

from app.api.application_state import ApplicationState
from app.api.known_parameters import known_only
from app.api.openapi.parameters import answering, json_object, taking
from app.search.lookup.earning import Lookup, earning
from app.search.lookup.sought import LARGEST_BODY, MOST_ADDRESSES, addresses_of, sought
from app.search.lookup.table import as_csv

_TEXT = Schema(type=OpenAPIType.STRING)
_LISTED = Schema(type=OpenAPIType.ARRAY, items=_TEXT, min_items=1, max_items=MOST_ADDRESSES)
_BODIES = {
    "application/json": json_object({"addresses": _LISTED}, ["addresses"], open_ended=False),
    "text/plain": _TEXT,
}


@post(
    "/api/programs/lookup",
    operation_class=taking(bodies=_BODIES, beside=("text/csv",)),
    status_code=200,
    request_max_body_size=LARGEST_BODY,
    responses=answering(Lookup, "What was found, or CSV"),
    summary="Which of my links earn",
    tags=["search"],
    media_type=MediaType.JSON,
)
async def lookup(
    request: Request[Any, Any, Any],
    app_state: NamedDependency[ApplicationState],
    format: Annotated[Literal["json", "csv"], QueryParameter(description="How it is answered.")] = "json",
) -> Response[bytes]:
    """For the merchant of each address or domain every program there is, the best paid first, closed ones marked.

    The body is `{"addresses": ["acme.com", "https://shop.acme.com/x", …]}`, or `text/plain` with one a line. Of a
    tracking link, the address that it leads to is read out of it, if it says so.
    """
    is_text = request.headers.get("content-type", "").lower().startswith("text/")
    body = await request.body()
    # Ten thousand addresses, and megabytes of answer, take long enough for others to notice.
    wanted = await asyncio.to_thread(lambda: sought(addresses_of(body, is_text)))
    found = await earning(app_state.engine, wanted)
    written = await asyncio.to_thread(as_csv if format == "csv" else msgspec.json.encode, found)
    return Response(written, media_type="text/csv" if format == "csv" else MediaType.JSON)


ROUTES = Router(path="/", route_handlers=[lookup], before_request=known_only)
