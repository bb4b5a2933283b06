"""Bodies as they are meant: Litestar takes 0 for false and "5" for 5, which the OpenAPI document does not say."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from litestar import Request

from app.api.problems import Problem

Body = TypeVar("Body", bound=msgspec.Struct)


async def strictly(request: Request[Any, Any, Any], type: type[Body]) -> Body:
    """The JSON body, each value of its own kind. Raises Problem."""
    try:
        return msgspec.json.decode(await request.body(), type=type)
    except msgspec.ValidationError as error:
        raise Problem(400, "invalid-body", str(error)) from None
