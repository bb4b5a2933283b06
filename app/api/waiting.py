"""Waiting until searches show what was written: for writers who must see their own write.

What was noted as changed when the question came is waited for, until the change set has let it go (every generation
has it) or the serving generation holds it (another one takes no changes now); then one refresh shows it. A document
that the index refuses counts as arrived: it is a dead letter, and waiting longer would not help.
"""

from __future__ import annotations

import asyncio
from itertools import islice
from typing import Any

import msgspec

from app.api.application_state import ApplicationState
from app.api.problems import Problem
from app.search.bad_request import BadRequest, ParameterError

_LOOK_SECONDS = 0.05
_RETRY_SECONDS = 2

VERSION_HEADER = "X-Program-Version"

_DRAWN = "select last_value from program_version"
_PENDING = """
    select program_id, version from changed_programs where %(program)s::bigint is null or program_id = %(program)s
    limit %(most)s
"""
_STILL = "select program_id as id from changed_programs where program_id = any(%s)"


class _Held(msgspec.Struct):
    id: int = msgspec.field(name="_id")
    version: int = msgspec.field(name="_version", default=0)


class _AllHeld(msgspec.Struct):
    docs: list[_Held]


async def until_searchable(app_state: ApplicationState, version: int, program: int | None = None) -> None:
    """Return once searches show every change up to a version that is committed now: of all programs, or of one.

    Raises Problem 504 if they do not in time, BadRequest for a version that was never given out, and what an engine
    that is away raises.
    """
    patience = app_state.bounds.searchable_seconds
    try:
        async with asyncio.timeout(patience):
            await _until_held(app_state, version, program)
            await app_state.engine.refresh()
            # What is cached is cached under what the probe saw last, which was before.
            await app_state.probe.look()
    except TimeoutError:
        raise _not_yet(version, f"the index has not come to version {version} within {patience:g} s") from None


def _not_yet(version: int, because: str) -> Problem:
    return Problem(
        504,
        "not-indexed-yet",
        f"{because}. What was written is safe and will be found: ask again, or without waiting for what is there now",
        headers={"Retry-After": str(_RETRY_SECONDS), VERSION_HEADER: str(version)},
        version=version,
    )


async def _until_held(app_state: ApplicationState, version: int, program: int | None) -> None:
    most = app_state.bounds.most_pending
    async with app_state.database() as database:
        drawn = (await _rows(database, _DRAWN))[0]["last_value"]
        if version > drawn:
            message = f"'waitForVersion' is {version}, a version that was never given out"
            raise BadRequest([ParameterError(parameter="waitForVersion", message=message)])
        pending = await _rows(database, _PENDING, {"program": program, "most": most + 1})
    if len(pending) > most:
        raise _not_yet(version, f"more than {most:,} changes are under way")
    # A program that was changed again since may hold the awaited version or a newer one.
    awaited = {each["program_id"]: min(each["version"], version) for each in pending}
    while awaited:
        some = list(islice(awaited, app_state.bounds.pending_at_once))
        async with app_state.database() as database:
            still = [each["id"] for each in await _rows(database, _STILL, (some,))]
        held = await _held(app_state, still) if still else {}
        late = {id for id in still if held.get(id, 0) < awaited[id]}
        for id in some:
            if id not in late:
                del awaited[id]
        if late:
            await asyncio.sleep(_LOOK_SECONDS)


async def _rows(database: Any, query: str, parameters: Any = None) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = await (await database.execute(query, parameters)).fetchall()
    return rows


async def _held(app_state: ApplicationState, ids: list[int]) -> dict[int, int]:
    """The versions that the serving generation holds, visible or not."""
    path = f"/{app_state.engine.alias}/_mget"
    body = {"ids": [str(id) for id in ids]}
    answer = await app_state.engine.request("POST", path, body, _source="false", preference="_primary")
    return {each.id: each.version for each in msgspec.json.decode(answer, type=_AllHeld, strict=False).docs}
