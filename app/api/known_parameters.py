"""Parameters of routes whose query Litestar reads: refused, left out and repeated as everywhere.

Litestar itself passes over what it does not know. The routes of search, whose parameters come from the field catalogue,
read their query themselves.
"""

from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import urlencode

from litestar import Request
from litestar.handlers.base import BaseRouteHandler
from litestar.params import QueryParameter

from app.api.openapi.parameters import query_parameters
from app.search.parameters import Reader


@cache
def _known(handler: BaseRouteHandler) -> tuple[str, ...]:
    return tuple(
        field.kwarg_definition.name or name
        for name, field in handler.parsed_fn_signature.parameters.items()
        if isinstance(field.kwarg_definition, QueryParameter)
    )


async def known_only(request: Request[Any, Any, Any]) -> None:
    """Refuse parameters that the route does not have, and those given twice; one without a value is not given.

    Raises BadRequest. To be run before a request (`before_request` of a route or router).
    """
    if not request.scope["query_string"]:
        return
    reader = Reader(query_parameters(request))
    known = _known(request.route_handler)
    reader.refuse_unknown(known)
    given = {name: value for name in known if (value := reader.single(name))}
    reader.done()
    request.scope["query_string"] = urlencode(given, errors="surrogateescape").encode()
