"""OpenAffiliate: a public registry, 500 programs a page by offset. Source: its public repository.

No credentials, and no limit is published; a call in two seconds is ours. A version that knows no pages answers with all
of its programs at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from app.feeds.layouts.openaffiliate import program
from app.importing.sources import Record
from app.networks.answers import json_answer
from app.networks.api import Api, Limit, Listing, ListingPage, NetworkAnswer, Request
from app.networks.auth import Auth, Static
from app.networks.clock import Clock
from app.networks.connector import Connector, Pulled
from app.networks.failures import NotAnAnswer
from app.settings import Secret

_SIZE = 500


class _List(msgspec.Struct):
    programs: list[dict[str, Any]]
    total: int


class _Error(msgspec.Struct):
    error: str = ""
    message: str = ""


def _page(answer: NetworkAnswer, cursor: str | None) -> ListingPage:
    found = json_answer(answer, _List)
    slugs = tuple(str(each.get("slug") or "") for each in found.programs)
    if not slugs:
        raise NotAnAnswer(f"its list is empty at {cursor or 0} of {found.total}")
    read = int(cursor or 0) + len(slugs)
    return ListingPage(slugs, found.total, str(read) if read < found.total else None)


def _listings(given: Mapping[str, Secret]) -> Sequence[Listing]:
    def request(cursor: str | None) -> Request:
        return Request("/api/programs", {"limit": str(_SIZE), "offset": cursor or "0"})

    return [Listing("programs", request, _page)]


def _records(pulled: Pulled, given: Mapping[str, Secret]) -> Iterator[Record]:
    for body in pulled.pages("programs"):
        for each in msgspec.json.decode(body, type=_List).programs:
            yield program(each, source=CONNECTOR.source)


def _explain(answer: NetworkAnswer) -> str | None:
    try:
        error = msgspec.json.decode(answer.body, type=_Error)
    except msgspec.MsgspecError:
        return None
    return error.error or error.message or None


def _auth(given: Mapping[str, Secret], clock: Clock) -> Auth:
    return Static({})


CONNECTOR = Connector(
    api=Api(
        network="openaffiliate",
        base_url="https://openaffiliate.dev",
        limit=Limit(calls=30, seconds=60, burst=5),
        schedule="20 7 * * *",
        explain=_explain,
    ),
    auth=_auth,
    listings=_listings,
    records=_records,
)
