"""The tools of who bears a key of scope `read`, or started us: relations, notes, the shortlist, links and watches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from app.api.agents.schemas import TEXT, TRUTH, JsonSchema, a_list, an_object, arguments, or_null, parameter
from app.api.agents.tools import (
    LESS,
    MOST_CHANGES,
    SEARCH_ANSWERS,
    SEARCH_ARGUMENTS,
    Answer,
    ProgramId,
    Tool,
    as_parameters,
    decoded,
    page_of,
    refuse_unknown,
)
from app.api.alerts import all_watches, events_of
from app.api.application_state import ApplicationState
from app.api.notes import note_on, programs_aside
from app.api.openapi.parameters import PRIVATE_PARAMETERS
from app.api.private import view_in
from app.api.relations import all_accounts, links_to, relations_since
from app.search.private.asked import parted
from app.search.private.sets import NAMES
from mappings.relations import RELATIONS

_OWN: dict[str, JsonSchema] = {each.name: parameter(each) for each in PRIVATE_PARAMETERS}
_SEARCH = {**_OWN, **SEARCH_ARGUMENTS}


async def _search(app_state: ApplicationState, given: Mapping[str, Any]) -> Answer:
    refuse_unknown(given, _SEARCH)
    # Named, whatever is given: where what is private cannot be read, that is an error and no search without it.
    _, private = parted(as_parameters({name: given[name] for name in NAMES if given.get(name) is not None}))
    view = view_in(app_state, msgspec.structs.replace(private, named=True))
    return await page_of(app_state, {name: value for name, value in given.items() if name not in NAMES}, view)


class _Accounts(msgspec.Struct, forbid_unknown_fields=True):
    since: Annotated[
        str, Meta(max_length=200, description="A time, or `nextCursor` of the answer before; none for no changes.")
    ] = ""
    limit: Annotated[int, Meta(ge=1, le=MOST_CHANGES, description="How many changes at most.")] = 25


async def _relations(app_state: ApplicationState, given: Mapping[str, Any]) -> Answer:
    asked = msgspec.convert(given, _Accounts)
    told: Answer = decoded(await all_accounts(app_state))
    if asked.since:
        told |= decoded(await relations_since(app_state, asked.since, asked.limit))
    return told


class _Links(msgspec.Struct, forbid_unknown_fields=True):
    id: ProgramId
    to: Annotated[str, Meta(max_length=2000, description="The address of a product that the links are to lead to.")] = (
        ""
    )


async def _links(app_state: ApplicationState, given: Mapping[str, Any]) -> Answer:
    asked = msgspec.convert(given, _Links)
    found: Answer = decoded(await links_to(app_state, asked.id, asked.to))
    return found


class _Noted(msgspec.Struct, forbid_unknown_fields=True):
    id: ProgramId | None = None


async def _notes(app_state: ApplicationState, given: Mapping[str, Any]) -> Answer:
    asked = msgspec.convert(given, _Noted)
    if asked.id is not None:
        return {"notes": [decoded(await note_on(app_state, asked.id))]}
    aside: Answer = decoded(await programs_aside(app_state))
    return {"shortlist": aside["programs"]}


class _Watched(msgspec.Struct, forbid_unknown_fields=True):
    id: Annotated[int, Meta(ge=1, le=2**53 - 1, description="A watch, for what it told; else all.")] | None = None
    since: Annotated[str, Meta(max_length=40, description="`nextCursor` of the answer before.")] = ""
    limit: Annotated[int, Meta(ge=1, le=MOST_CHANGES, description="How many events at most.")] = 25


async def _watches(app_state: ApplicationState, given: Mapping[str, Any]) -> Answer:
    asked = msgspec.convert(given, _Watched)
    if asked.id is None:
        return dict(decoded(await all_watches(app_state)))
    return dict(decoded(await events_of(app_state, asked.id, asked.since, asked.limit)))


_SOME = {"type": "object"}
_CURSOR = {"nextCursor": TEXT, "more": TRUTH}

OWN_TOOLS: tuple[Tool, ...] = (
    Tool(
        "search_my_programs",
        "Search with my relations",
        f"search_programs, told how my accounts stand to each program (`relation`: {', '.join(RELATIONS)}; null is "
        "unknown), its `tags` and whether it is `shortlisted`; all three filter, too.",
        {"type": "object", "properties": _SEARCH, "additionalProperties": False},
        SEARCH_ANSWERS,
        _search,
        "ask for fewer programs (perPage), fields or facets",
        private=True,
    ),
    Tool(
        "my_accounts",
        "My accounts, and changes of relations",
        "My accounts at networks, with how many programs stand to each in which way and when that was last read whole; "
        "with `since`, what changed between accounts and programs, oldest first.",
        arguments(_Accounts),
        an_object(
            {"accounts": a_list(_SOME), "changes": a_list(_SOME, "Newer relations; null is unknown."), **_CURSOR},
            ("changes", *_CURSOR),
        ),
        _relations,
        LESS,
        private=True,
    ),
    Tool(
        "my_links",
        "Where to apply, and my links",
        "The page on which to apply to a program, and the tracking link of each account that has joined it.",
        arguments(_Links),
        _SOME,
        _links,
        LESS,
        private=True,
    ),
    Tool(
        "my_notes",
        "My notes and shortlist",
        "With `id` what I noted on a program: text, tags, the day I applied; without, the programs I put aside.",
        arguments(_Noted),
        an_object({"notes": a_list(_SOME), "shortlist": a_list(_SOME)}, ("notes", "shortlist")),
        _notes,
        "ask for one program's note by its id",
        private=True,
    ),
    Tool(
        "my_watches",
        "My watches and what they told",
        "Saved searches that tell of changes; with `id` what one told, in order: programs that match now or no longer, "
        "rates, cookies and status that changed.",
        arguments(_Watched),
        an_object(
            {"watches": a_list(_SOME), "events": a_list(_SOME), "nextCursor": or_null(TEXT), "more": TRUTH},
            ("watches", "events", "nextCursor", "more"),
        ),
        _watches,
        LESS,
        private=True,
    ),
)
