"""How accounts stand to programs: the accounts, one program, and the log. All of it needs a key of scope `read`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import MediaType, Response, Router, get
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, QueryParameter

from app.api.application_state import ApplicationState
from app.api.changes import cursor_of, place_of
from app.api.keys import needs
from app.api.known_parameters import known_only
from app.api.private import answered
from app.api.programs import document_of
from app.networks.links import NoDeepLink, ProgramLinks, links_of
from app.networks.relations import ACCOUNTS_TOLD, AccountTold, as_accounts
from app.search.bad_request import BadRequest, ParameterError
from indexing.horizon import HORIZON
from mappings.moments import rfc3339

_MOST = 1000
_LARGEST_ID = 2**53 - 1

_OF_PROGRAM = """
    select r.account, r.relation, r.since, a.seen_at
    from program_relations r join relation_accounts a on a.name = r.account
    where r.program_id = %(id)s order by r.account
"""
_LOG = """
    select h.program_id as id, p.name, h.account, h.at, h.old, h.new, h.xid, h.id as row
    from relation_history h left join programs p on p.id = h.program_id
"""
_LOG_OF_PROGRAM = f"{_LOG} where h.program_id = %(id)s order by h.id desc limit {_MOST}"
_SINCE = f"""{_LOG}
    where h.xid < {HORIZON}
        and (h.xid, h.id) > (%(xid)s, %(row)s) and (%(at)s::timestamptz is null or h.at >= %(at)s::timestamptz)
    order by h.xid, h.id limit %(limit)s
"""
_NOW = f"select {HORIZON} - 1 as xid"


class AccountRelation(msgspec.Struct, frozen=True, rename="camel"):
    """How an account stands to a program, since when if that was seen, and when the account was last read whole."""

    account: str
    relation: str
    since: str | None
    seen_at: str | None


class RelationChange(msgspec.Struct, frozen=True):
    """A change between an account and a program; null is unknown. `name` is null for a program that is gone."""

    id: int
    name: str | None
    account: str
    at: str
    old: str | None
    new: str | None


class ProgramRelations(msgspec.Struct, frozen=True):
    """A program's relations, and their changes, newest first."""

    id: int
    relations: list[AccountRelation]
    changes: list[RelationChange]


class RelationChanges(msgspec.Struct, frozen=True, rename="camel"):
    """Changes in the order in which they are to be read; `next_cursor` goes on after the last, at any later time."""

    changes: list[RelationChange]
    next_cursor: str
    more: bool


class Accounts(msgspec.Struct, frozen=True):
    """The accounts that are set up, and those that told something from files."""

    accounts: list[AccountTold]


def _change(row: dict[str, Any]) -> RelationChange:
    return RelationChange(row["id"], row["name"], row["account"], rfc3339(row["at"]), row["old"], row["new"])


def _when(moment: datetime | None) -> str | None:
    return rfc3339(moment) if moment else None


@get(
    "/api/accounts",
    **needs("read"),
    responses={200: ResponseSpec(Accounts, generate_examples=False, description="The accounts")},
    summary="My accounts",
    tags=["private"],
    media_type=MediaType.JSON,
)
async def accounts(app_state: NamedDependency[ApplicationState]) -> Response[bytes | None]:
    """The accounts by name, with their programs by relation, and when each was last read whole. No credentials."""
    return answered(msgspec.json.encode(await all_accounts(app_state)))


async def all_accounts(app_state: ApplicationState) -> Accounts:
    """The accounts that are set up, and those that told something from files."""
    given = [each for each in app_state.accounts.values() if each.mentioned]
    async with app_state.database() as database:
        rows = await (await database.execute(ACCOUNTS_TOLD)).fetchall()
    return Accounts(as_accounts(rows, given))


@get(
    "/api/programs/{id:int}/relations",
    **needs("read"),
    responses={200: ResponseSpec(ProgramRelations, generate_examples=False, description="The relations")},
    summary="How my accounts stand to a program",
    tags=["private"],
    media_type=MediaType.JSON,
)
async def of_program(id: FromPath[int], app_state: NamedDependency[ApplicationState]) -> Response[bytes | None]:
    """How each account stands to a program, and what changed; empty for one that no account knows."""
    wanted = {"id": id if 0 < id <= _LARGEST_ID else 0}
    async with app_state.database() as database:
        rows = await (await database.execute(_OF_PROGRAM, wanted)).fetchall()
        changed = await (await database.execute(_LOG_OF_PROGRAM, wanted)).fetchall()
    relations = [
        AccountRelation(each["account"], each["relation"], _when(each["since"]), _when(each["seen_at"]))
        for each in rows
    ]
    return answered(msgspec.json.encode(ProgramRelations(id, relations, [_change(each) for each in changed])))


@get(
    "/api/relations/changes",
    **needs("read"),
    responses={200: ResponseSpec(RelationChanges, generate_examples=False, description="The changes")},
    summary="Changes of relations",
    tags=["private"],
    media_type=MediaType.JSON,
)
async def changes(
    app_state: NamedDependency[ApplicationState],
    since: Annotated[str, QueryParameter(description="A time, or `nextCursor` of the answer before.")] = "",
    limit: Annotated[int, QueryParameter(ge=1, le=_MOST)] = 100,
) -> Response[bytes | None]:
    """What changed between accounts and programs since a time or cursor, oldest first. Follow `nextCursor`."""
    return answered(msgspec.json.encode(await relations_since(app_state, since, limit)))


async def relations_since(app_state: ApplicationState, since: str, limit: int) -> RelationChanges:
    """Changes of relations since a time or cursor, oldest first. Raises BadRequest."""
    xid, row, at = place_of(since)
    async with app_state.database() as database:
        asked = {"xid": xid, "row": row, "at": at, "limit": limit + 1}
        found = await (await database.execute(_SINCE, asked)).fetchall()
        if not found and not xid:  # nothing yet: go on from here, rather than from the time again
            newest = await (await database.execute(_NOW)).fetchone()
            xid, row = (newest["xid"] if newest else 0), 2**63 - 1
    listed = found[:limit]
    if listed:
        xid, row = listed[-1]["xid"], listed[-1]["row"]
    return RelationChanges([_change(each) for each in listed], cursor_of(xid, row), len(found) > limit)


@get(
    "/api/programs/{id:int}/links",
    **needs("read"),
    responses={200: ResponseSpec(ProgramLinks, generate_examples=False, description="The links")},
    summary="Where to apply, and my links",
    tags=["private"],
    media_type=MediaType.JSON,
)
async def links(
    id: FromPath[int],
    app_state: NamedDependency[ApplicationState],
    to: Annotated[str, QueryParameter(description="The address of a product that the links are to lead to.")] = "",
) -> Response[bytes | None]:
    """The page on which to apply, and the tracking link of each account that has joined."""
    return answered(msgspec.json.encode(await links_to(app_state, id, to)))


async def links_to(app_state: ApplicationState, id: int, to: str) -> ProgramLinks:
    """Where to apply to a program, and the links of accounts that joined. Raises BadRequest, Problem, EngineAway."""
    document = msgspec.json.decode(await document_of(app_state, id))
    relations = app_state.probe.private.sets.relations(id)
    try:
        return links_of(document, relations, app_state.accounts.values(), to or None)
    except NoDeepLink as none:
        raise BadRequest([ParameterError(parameter="to", message=str(none))]) from None


ROUTES = Router(path="/", route_handlers=[accounts, of_program, changes, links], before_request=known_only)
