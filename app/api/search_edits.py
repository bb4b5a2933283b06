"""Edits of how words are read and ranked: synonyms and pins, in force everywhere within a second, without a release."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

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
from app.learning.judging import BadJudgements, JudgedEdits, judged, measure, read_judgements
from app.learning.stored_edits import StoredEdit, add, listed, remove, trial
from app.observability.request_id import AUTHOR

_LARGEST_ID = 2**53 - 1
_MOST_JUDGED = 100  # queries, each searched for twice while somebody waits
_T = TypeVar("_T")


class ListedEdits(msgspec.Struct, frozen=True):
    """All edits, the oldest first, and the version of them by which the process that answers searches."""

    edits: list[StoredEdit]
    version: str


class TriedEdit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An edit to `add`, or the id of one to `remove`, and judged queries: the text of a TOML file."""

    judgements: Annotated[str, msgspec.Meta(max_length=100_000)]
    add: GivenEdit | None = None
    remove: Annotated[int, msgspec.Meta(ge=1, le=_LARGEST_ID)] | None = None


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


@post(
    "/api/search/edits/effect",
    **needs("admin"),
    status_code=200,
    responses={200: ResponseSpec(JudgedEdits, generate_examples=False, description="Before and after")},
    summary="What an edit would do to judged queries",
    tags=["operate"],
    media_type=MediaType.JSON,
)
async def effect_of_edit(
    request: Request[Any, Any, Any], data: JSONBody[TriedEdit], app_state: NamedDependency[ApplicationState]
) -> JudgedEdits:
    """What judged queries are worth (nDCG@10) with the edits as they are, and with one more (`add`) or without one
    (`remove`, its id), which stay as they are. `judgements` is the text of a TOML file of at most 100."""
    tried = await strictly(request, TriedEdit)
    try:
        judgements = read_judgements(tried.judgements.encode())
        added = checked(tried.add) if tried.add else None
        before, after = await app_state.with_connection(lambda connection: trial(connection, added, tried.remove))
    except (BadEdit, BadJudgements) as bad:
        raise Problem(400, "invalid-body", str(bad)) from None
    if len(judgements) > _MOST_JUDGED:
        many = f"there are {len(judgements):,} judgements, more than {_MOST_JUDGED}"
        raise Problem(400, "invalid-body", f"{many}; `affindex search judge` takes more")
    measured = [await measure(app_state.engine.read_by(edits), judgements) for edits in (before, after)]
    return judged(judgements, *measured)


ROUTES = Router(path="/", route_handlers=[edits, add_edit, remove_edit, effect_of_edit], before_request=known_only)
