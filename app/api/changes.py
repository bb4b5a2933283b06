"""What changed in programs: rate, cookie, status, EPC band; for everybody since a point, or for one program."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any

import msgspec
from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from app.api.catalogue import Catalogue
from app.api.probe import rfc3339
from app.api.problems import Problem, not_found
from app.search.grammar import Malformed, date_range
from app.search.problems import BadRequest, ParameterError, meaning
from mappings.networks import BY_SLUG

_MOST = 1000
# What the triggers write down of a program (migration 0003).
WATCHED = (
    "status",
    "commissionType",
    "commissionMin",
    "commissionMax",
    "commissionFixedMin",
    "commissionFixedMax",
    "currency",
    "cookieDays",
    "epc",
)
_LARGEST_ID = 2**53 - 1

# No further than the oldest transaction that is still open: whatever commits later comes after that.
_SINCE = """
    select h.program_id as id, p.network_id, n.slug as network, p.name, h.at, h.field, h.old, h.new, h.xid, h.id as row
    from program_history h
    left join programs p on p.id = h.program_id left join networks n on n.id = p.network_id
    where h.xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
        and (h.xid, h.id) > (%(xid)s, %(row)s) and (%(at)s::timestamptz is null or h.at >= %(at)s::timestamptz)
        and (%(fields)s::text[] is null or h.field = any(%(fields)s))
        and (%(networks)s::text[] is null or n.slug = any(%(networks)s))
    order by h.xid, h.id limit %(limit)s
"""
_NOW = "select pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1 as xid"
_OF_PROGRAM = """
    select at, field, old, new from program_history where program_id = %(id)s order by id desc limit %(limit)s
"""
_KNOWN = "select 1 from programs where id = %(id)s union all select 1 from deleted_programs where id = %(id)s"


class Change(msgspec.Struct, frozen=True):
    """One field of one program. `network` and `name` are null for a program that is gone."""

    id: int
    network: str | None
    name: str | None
    at: str
    field: str
    old: Any
    new: Any


class Changes(msgspec.Struct, frozen=True, rename="camel"):
    """Changes in the order in which they are to be read; `next_cursor` goes on after the last, at any later time."""

    changes: list[Change]
    next_cursor: str
    more: bool


class Past(msgspec.Struct, frozen=True):
    """One change of one program."""

    at: str
    field: str
    old: Any
    new: Any


class Alias(msgspec.Struct, frozen=True, rename="camel"):
    """What a program was on a network that has closed, and since when we know."""

    network: str
    external_id: str
    noted_at: str


_ALIASES = """
    select n.slug as network, a.external_id, a.noted_at
    from program_aliases a join networks n on n.id = a.network_id where a.alias_of = %(id)s order by 1, 2
"""


def _cursor(xid: int, row: int) -> str:
    return base64.urlsafe_b64encode(f"{xid}.{row}".encode()).decode().rstrip("=")


def _place(since: str) -> tuple[int, int, str | None]:
    """(transaction, row, time) to start after. Raises Problem."""
    if not since:
        return 0, 0, None
    try:
        return 0, 0, str(date_range(f"{since}..").low)
    except Malformed:
        pass
    try:
        xid, _, row = base64.urlsafe_b64decode(since + "=" * (-len(since) % 4)).decode("ascii").partition(".")
        return min(int(xid), 2**63 - 1), min(int(row), 2**63 - 1), None
    except (ValueError, binascii.Error):
        raise Problem(
            400,
            "invalid-value",
            f"'since' is '{since[:80]}'; expected a time such as 2026-01-31 or 2026-01-31T12:00:00Z, "
            "or the 'nextCursor' of an earlier answer",
        ) from None


def _among(parameter: str, given: str, choices: tuple[str, ...]) -> list[str] | None:
    """The values of a list, in their own spelling; None for all. Raises BadRequest."""
    spelled = {choice.lower(): choice for choice in choices}
    wanted: list[str] = []
    for value in (each.strip() for each in given.split(",") if each.strip()):
        if (stored := spelled.get(value.lower())) is None:
            end, choice = meaning(value, choices)
            listed = end or f"; it can be {', '.join(choices)}"
            message = f"'{value[:80]}' is no value of '{parameter}'{listed}"
            raise BadRequest([ParameterError(parameter=parameter, message=message, did_you_mean=choice)])
        wanted.append(stored)
    return wanted or None


@get("/api/changes", summary="Changes of rate, cookie, status and EPC band", tags=["search"])
async def changes(
    catalogue: NamedDependency[Catalogue],
    since: Annotated[str, QueryParameter(description="A time, or `nextCursor` of the answer before.")] = "",
    field: Annotated[str, QueryParameter(description=f"Only these: {', '.join(WATCHED)}.")] = "",
    network: Annotated[str, QueryParameter(description="Only programs of these networks.")] = "",
    limit: Annotated[int, QueryParameter(ge=1, le=_MOST)] = 100,
) -> Changes:
    """What changed since a time or cursor, oldest first. Follow `nextCursor`: it misses nothing, however late."""
    xid, row, at = _place(since)
    wanted = {"fields": _among("field", field, WATCHED), "networks": _among("network", network, tuple(BY_SLUG))}
    async with catalogue.database() as database:
        found = await (
            await database.execute(_SINCE, {"xid": xid, "row": row, "at": at, "limit": limit + 1, **wanted})
        ).fetchall()
        if not found and not xid:
            # nothing yet: go on from here, rather than from the time again
            newest = await (await database.execute(_NOW)).fetchone()
            xid, row = (newest["xid"] if newest else 0), 2**63 - 1
    listed = found[:limit]
    if listed:
        xid, row = listed[-1]["xid"], listed[-1]["row"]
    return Changes(
        [
            Change(
                each["id"], each["network"], each["name"], rfc3339(each["at"]), each["field"], each["old"], each["new"]
            )
            for each in listed
        ],
        _cursor(xid, row),
        len(found) > limit,
    )


@get("/api/programs/{id:int}/history", summary="What changed in a program", tags=["search"])
async def history(
    id: FromPath[int],
    catalogue: NamedDependency[Catalogue],
    limit: Annotated[int, QueryParameter(ge=1, le=_MOST)] = 100,
) -> dict[str, Any]:
    """Changes of its rate, cookie, status and EPC band, newest first; and what it was elsewhere before (`aliases`)."""
    if not 0 < id <= _LARGEST_ID:
        raise not_found(f"there is no program {id}")
    async with catalogue.database() as database:
        rows = await (await database.execute(_OF_PROGRAM, {"id": id, "limit": limit})).fetchall()
        known = rows or await (await database.execute(_KNOWN, {"id": id})).fetchone()
        aliases = await (await database.execute(_ALIASES, {"id": id})).fetchall()
    if not known:
        raise not_found(f"there is no program {id}")
    return {
        "id": id,
        "aliases": [Alias(each["network"], each["external_id"], rfc3339(each["noted_at"])) for each in aliases],
        "changes": [Past(rfc3339(each["at"]), each["field"], each["old"], each["new"]) for each in rows],
    }


ROUTES = Router(path="/", route_handlers=[changes, history])
