"""Edits of how words are read and ranked: synonyms and pins, in force everywhere within a second, without a release."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from litestar import MediaType, Request, Router, delete, get, post
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, JSONBody

from app.api.application_state import ApplicationState
from app.api.keys import needs
from app.api.known_parameters import known_only
from app.api.problems import Problem, not_found
from app.api.strict_body import strictly
from app.learning.edits import BadEdit, GivenEdit, checked
from app.learning.stored_edits import StoredEdit, add, listed, remove
from app.observability.request_id import AUTHOR

_LARGEST_ID = 2**53 - 1
_T = TypeVar("_T")


class ListedEdits(msgspec.Struct, frozen=True):
    """All edits, the oldest first, and the version of them by which the process that answers searches."""

    edits: list[StoredEdit]
    version: str


@get(
    "/api/search/edits",
    **needs("read"),
    responses={200: ResponseSpec(ListedEdits, generate_examples=False, description="The edits")},
    summary="Synonyms, words of topics and pins",
    tags=["operate"],
    media_type=MediaType.JSON,
)
async def edits(app_state: NamedDependency[ApplicationState]) -> ListedEdits:
    """Synonyms, words of topics and pins that operators added, with who did and when."""
    found = await app_state.with_connection(listed)
    return ListedEdits(found, app_state.probe.edits.edits.version)


@post(
    "/api/search/edits",
    **needs("admin"),
    status_code=201,
    responses={201: ResponseSpec(StoredEdit, generate_examples=False, description="The edit")},
    summary="Add a synonym, words of a topic, or a pin",
    tags=["operate"],
    media_type=MediaType.JSON,
)
async def add_edit(
    request: Request[Any, Any, Any], data: JSONBody[GivenEdit], app_state: NamedDependency[ApplicationState]
) -> StoredEdit:
    """Words that mean the same (`{"kind": "synonym", "words": […]}`) or that ask for a topic (`{"kind": "topic",
    "topic": "…", "words": […]}`), or programs that come first for a query (`{"kind": "pin", "query": "…", "programs":
    […]}`, in the place of an older pin). Searches know it within a second."""
    author = AUTHOR.get() or None
    try:
        given = checked(await strictly(request, GivenEdit))
        added = await app_state.with_connection(lambda connection: add(connection, given, author))
    except BadEdit as bad:
        raise Problem(400, "invalid-body", str(bad)) from None
    await app_state.probe.look()
    return added


@delete("/api/search/edits/{id:int}", **needs("admin"), summary="Remove an edit", tags=["operate"])
async def remove_edit(id: FromPath[int], app_state: NamedDependency[ApplicationState]) -> None:
    """Remove an edit; searches know it within a second."""
    known = 0 < id <= _LARGEST_ID
    if not known or not await app_state.with_connection(lambda connection: remove(connection, id)):
        raise not_found(f"there is no edit {id}; `GET /api/search/edits` lists them")
    await app_state.probe.look()


ROUTES = Router(path="/", route_handlers=[edits, add_edit, remove_edit], before_request=known_only)
