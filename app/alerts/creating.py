"""Make a watch: read its words once and for all, see what it matches now, and store both."""

from __future__ import annotations

import asyncio

import msgspec

from app.alerts.matching import MOST_MATCHES, TooManyMatches, body_of, related
from app.alerts.wanted import WantedWatch, relations_of, request_of
from app.alerts.watches import Watch, add, one
from app.search.engine import EngineAway, SearchEngine
from app.search.find import decided
from indexing.connect import Connect


class _Total(msgspec.Struct):
    value: int


class _Sorted(msgspec.Struct):
    sort: list[int]


class _Hits(msgspec.Struct):
    total: _Total
    hits: list[_Sorted]


class _Failed(msgspec.Struct):
    failed: int


class _Answer(msgspec.Struct):
    hits: _Hits
    timed_out: bool
    shards: _Failed = msgspec.field(name="_shards")


_decode = msgspec.json.Decoder(_Answer).decode


async def create(
    engine: SearchEngine, connect: Connect, wanted: WantedWatch, author: str | None, most: int = MOST_MATCHES
) -> tuple[Watch, bytes]:
    """A new watch, and the secret that its webhooks are signed with.

    Raises TooManyMatches for more than `most` programs, NameTaken, TooManyWatches, BadRequest, EngineAway, and what a
    database that is away raises.
    """
    request, relations = request_of(wanted.query), relations_of(wanted.query)

    def standing() -> frozenset[int] | None:
        if not relations:
            return None
        with connect() as connection:
            return related(connection, relations, most)

    related_to = await asyncio.to_thread(standing)
    await engine.refresh()
    # Those that are pinned are put forward by us: they are not what somebody watches for.
    analysis = msgspec.structs.replace(await decided(engine, request.wording), pinned=())
    body = body_of(request, analysis, related_to=related_to, most=most)
    raw = await engine.request("POST", f"/{engine.alias}/_search", body)
    answer = engine.read(raw, _decode)
    if answer.timed_out or answer.shards.failed:
        raise EngineAway("not all of the index answered; try again")
    if answer.hits.total.value > most:
        raise TooManyMatches(
            f"it matches more than {most:,} programs, and no more are watched; narrow it by words or filters"
        )
    matched = {hit.sort[0] for hit in answer.hits.hits}
    read = msgspec.json.encode(analysis).decode()

    def stored() -> tuple[Watch, bytes]:
        with connect() as connection:
            id, secret = add(connection, wanted, read, matched, author)
            return one(connection, id), secret

    return await asyncio.to_thread(stored)
