"""The logo of a program, through this server."""

from __future__ import annotations

import msgspec
from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import FromPath

from app.api.application_state import ApplicationState
from app.api.known_parameters import known_only
from app.api.logo_proxy import MEDIA_TYPES, TooManyLogos
from app.api.openapi.parameters import taking
from app.api.problems import Problem, not_found
from app.api.programs import document_of
from mappings.network_program import GENERATED

_KEPT = {"Cache-Control": "public, max-age=86400"}


class _Pictured(msgspec.Struct, rename="camel"):
    data_source: str
    logo_url: str | None = None


@get(
    "/api/programs/{id:int}/logo",
    before_request=known_only,
    operation_class=taking(streamed=MEDIA_TYPES),
    responses={204: ResponseSpec(None, generate_examples=False, description="None that can be shown")},
    summary="The logo of a program",
    tags=["search"],
)
async def logo(id: FromPath[int], app_state: NamedDependency[ApplicationState]) -> Response[bytes | None]:
    """The merchant's logo as its network names it, fetched by this server and kept for a day.

    A picture of at most 100 kB and no SVG; 204 for what is none, or does not come; 404 for a program without one.
    """
    stored = msgspec.json.decode(await document_of(app_state, id), type=_Pictured)
    if stored.logo_url is None or stored.data_source.startswith(GENERATED):
        raise not_found(f"program {id} has no logo")
    try:
        found = await app_state.logos.logo(stored.logo_url)
    except TooManyLogos as busy:
        retry = {"Retry-After": str(busy.retry_after)}
        raise Problem(503, "too-many-logos", "many logos are being fetched; try again", headers=retry) from None
    if not found.body:
        return Response(None, status_code=204, headers=_KEPT)
    return Response(found.body, media_type=found.media_type, headers=_KEPT)


ROUTES = Router(path="/", route_handlers=[logo])
