"""PartnerStack: the marketplace list, page after page by key. Source: networks.md 1.7.

No limit is published; a call a second is ours. The call for one program is documented and answers 404.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from app.feeds.layouts.partnerstack import program
from app.importing.sources import Record
from app.networks.answers import json_answer
from app.networks.api import Answer, Api, Limit, Listing, Page, Request
from app.networks.auth import Auth, bearer
from app.networks.clock import Clock
from app.networks.connector import Connector, Pulled
from app.networks.paging import page
from app.settings import Secret

_SIZE = 250


class _Data(msgspec.Struct):
    items: list[dict[str, Any]]
    has_more: bool = False


class _List(msgspec.Struct):
    data: _Data


class _Error(msgspec.Struct):
    message: str = ""
    error: str = ""
    detail: str = ""


def _page(answer: Answer, cursor: str | None) -> Page:
    data = json_answer(answer, _List).data
    keys = tuple(str(each.get("key") or "") for each in data.items)
    return page(keys, more=data.has_more, after=keys[-1] if keys else "")


def _listings(given: Mapping[str, Secret]) -> Sequence[Listing]:
    def request(cursor: str | None) -> Request:
        query = {"limit": str(_SIZE)}
        if cursor:
            query["starting_after"] = cursor
        return Request("/api/v2/marketplace/programs", query)

    return [Listing("programs", request, _page)]


def _records(pulled: Pulled, given: Mapping[str, Secret]) -> Iterator[Record]:
    for body in pulled.pages("programs"):
        for each in msgspec.json.decode(body, type=_List).data.items:
            yield program(each, source=CONNECTOR.source)


def _explain(answer: Answer) -> str | None:
    try:
        error = msgspec.json.decode(answer.body, type=_Error)
    except msgspec.MsgspecError:
        return None
    return error.message or error.error or error.detail or None


def _auth(given: Mapping[str, Secret], clock: Clock) -> Auth:
    return bearer(given["token"])


CONNECTOR = Connector(
    api=Api(
        network="partnerstack",
        base_url="https://api.partnerstack.com",
        limit=Limit(calls=60, seconds=60, burst=5),
        credentials=("token",),
        schedule="40 6 * * *",
        explain=_explain,
    ),
    auth=_auth,
    listings=_listings,
    records=_records,
)
