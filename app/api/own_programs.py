"""Programs of one's own: written, replaced and deleted here, under the network `direct`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec
import psycopg
from litestar import MediaType, Request, Response, delete, post, put
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, JSONBody, QueryParameter

from app.api.application_state import ApplicationState
from app.api.keys import needs
from app.api.openapi.parameters import answering
from app.api.problems import Problem, not_found
from app.api.waiting import VERSION_HEADER, until_searchable
from app.direct.writing import (
    ChangedId,
    KeyUsed,
    NoProgram,
    OfNetwork,
    Removed,
    Taken,
    Written,
    add,
    remove,
    replace,
)
from app.search.page import program
from mappings.document import documents_sql
from mappings.index import KEYS
from mappings.program import Program

_LARGEST_ID = 2**53 - 1
_LONGEST_KEY = 200

_Refresh = Annotated[Literal["wait"] | None, QueryParameter()]
Members = JSONBody[dict[str, Any]]


@post(
    "/api/programs",
    **needs("import"),
    responses=answering(Program, status=201),
    status_code=201,
    summary="Add a program of one's own",
    tags=["operate"],
    media_type=MediaType.JSON,
)
async def create(
    request: Request[Any, Any, Any],
    data: Members,
    app_state: NamedDependency[ApplicationState],
    refresh: _Refresh = None,
) -> Response[bytes]:
    """Add a program to the network `direct`: `{"name": …}` and any member of a program that a network would say.

    Members are typed or text (`30`, `"30 days"`); what cannot be read, or contradicts the rest, is refused with all
    that is wrong. `externalId` is drawn unless it is given; one that is taken is a 409. `Idempotency-Key` is honoured
    for a day. `X-Program-Version` and `refresh=wait` are those of PATCH.
    """
    key = request.headers.get("idempotency-key")
    if key is not None and not 1 <= len(key) <= _LONGEST_KEY:
        raise Problem(400, "invalid-header", f"Idempotency-Key: expected 1 to {_LONGEST_KEY} characters")
    written = await _carried_out(app_state, lambda connection: add(connection, data, key))
    return await _answer(app_state, written, refresh, 201)


@put(
    "/api/programs/{id:int}",
    **needs("import"),
    responses=answering(Program),
    summary="Replace a program of one's own",
    tags=["operate"],
    media_type=MediaType.JSON,
)
async def overwrite(
    id: FromPath[int],
    data: Members,
    app_state: NamedDependency[ApplicationState],
    refresh: _Refresh = None,
) -> Response[bytes]:
    """Put these members in place of all that was said of a program of the network `direct`; id and marks stay.

    Programs of other networks are a 409: their networks say what they are, and PATCH sets our marks on them.
    """
    _known(id)
    written = await _carried_out(app_state, lambda connection: replace(connection, id, data))
    return await _answer(app_state, written, refresh, 200)


@delete(
    "/api/programs/{id:int}",
    **needs("import"),
    status_code=204,
    summary="Delete a program of one's own",
    tags=["operate"],
    responses={204: ResponseSpec(None, description="It is deleted")},
)
async def destroy(
    id: FromPath[int], app_state: NamedDependency[ApplicationState], refresh: _Refresh = None
) -> Response[None]:
    """Delete a program of the network `direct`; from then on it answers 410. Those of other networks are a 409."""
    _known(id)
    written = await _carried_out(app_state, lambda connection: remove(connection, id))
    if refresh == "wait":
        await until_searchable(app_state, written.version, id)
    return Response(None, status_code=204, headers={VERSION_HEADER: str(written.version)})


def _known(id: int) -> None:
    if not 0 < id <= _LARGEST_ID:
        raise not_found(f"there is no program {id}")


async def _carried_out(app_state: ApplicationState, work: Callable[[psycopg.Connection], Written]) -> Written:
    """Do some work on a connection of its own, in a thread: merging takes its time. Raises Problem."""

    try:
        return await app_state.with_connection(work)
    except Taken as taken:
        raise Problem(409, "external-id-taken", str(taken), id=taken.id) from None
    except KeyUsed as used:
        raise Problem(409, "idempotency-conflict", str(used), id=used.id) from None
    except OfNetwork as others:
        raise Problem(409, "not-your-own", str(others), network=others.network) from None
    except ChangedId as changed:
        raise Problem(409, "external-id-stays", str(changed)) from None
    except Removed as removed:
        raise Problem(410, "deleted", str(removed)) from None
    except NoProgram as unknown:
        raise not_found(str(unknown)) from None


async def _answer(
    app_state: ApplicationState, written: Written, refresh: Literal["wait"] | None, status: int
) -> Response[bytes]:
    """The program as it is now."""
    async with app_state.database() as database:
        row = await (
            await database.execute(f"select document::text from ({documents_sql(KEYS, f'p.id = {written.id:d}')}) as d")
        ).fetchone()
    if row is None:
        raise Problem(410, "deleted", f"program {written.id} has been deleted")
    if refresh == "wait":
        await until_searchable(app_state, written.version, written.id)
    return Response(
        program(msgspec.Raw(row["document"].encode()), app_state.probe.synced),
        status_code=status,
        media_type=MediaType.JSON,
        headers={VERSION_HEADER: str(written.version), "Location": f"/api/programs/{written.id}"},
    )


# Beside those of `programs`, whose paths they share: one router has all methods of a path.
OWN_HANDLERS = (create, overwrite, destroy)
