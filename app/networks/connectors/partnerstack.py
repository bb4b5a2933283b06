"""PartnerStack: the marketplace list, page after page by key, and the partnerships beside it. Source: networks.md 1.7.

No limit is published; a call a second is ours. The call for one program is documented and answers 404. A partnership
names its company; without a word of how it stands it is one that was joined.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from app.feeds.layouts.partnerstack import program
from app.importing.sources import Record
from app.networks.answers import json_answer
from app.networks.api import Api, Limit, Listing, ListingPage, NetworkAnswer, Request
from app.networks.auth import Auth, bearer
from app.networks.clock import Clock
from app.networks.connector import Connector, Pulled
from app.networks.paging import page
from app.settings import Secret

_SIZE = 250
_PARTNERSHIPS = "partnerships"


class _Data(msgspec.Struct):
    items: list[dict[str, Any]]
    has_more: bool = False


class _List(msgspec.Struct):
    data: _Data


class _Error(msgspec.Struct):
    message: str = ""
    error: str = ""
    detail: str = ""


def _page(answer: NetworkAnswer, cursor: str | None) -> ListingPage:
    data = json_answer(answer, _List).data
    keys = tuple(str(each.get("key") or "") for each in data.items)
    return page(keys, more=data.has_more, after=keys[-1] if keys else "")


def _rows(body: bytes) -> Iterable[tuple[str, object]]:
    for each in msgspec.json.decode(body, type=_List).data.items:
        company = each.get("company")
        key = company.get("key") if isinstance(company, dict) else each.get("company_key")
        if isinstance(key, str) and key:
            yield key, each


def _listings(given: Mapping[str, Secret]) -> Sequence[Listing]:
    def listing(name: str, path: str, *, required: bool) -> Listing:
        def request(cursor: str | None) -> Request:
            query = {"limit": str(_SIZE)}
            if cursor:
                query["starting_after"] = cursor
            return Request(path, query)

        return Listing(name, request, _page, required, None if required else _rows)

    return [
        listing("programs", "/api/v2/marketplace/programs", required=True),
        listing(_PARTNERSHIPS, "/api/v2/partnerships", required=False),
    ]


def _records(pulled: Pulled, given: Mapping[str, Secret]) -> Iterator[Record]:
    tells = pulled.knows(_PARTNERSHIPS)
    for body in pulled.pages("programs"):
        listed = [program(each, source=CONNECTOR.source) for each in msgspec.json.decode(body, type=_List).data.items]
        partnerships = pulled.details(_PARTNERSHIPS, [each.external_id for each in listed]) if tells else {}
        for each in listed:
            relation = _relation(partnerships.get(each.external_id)) if tells else None
            yield msgspec.structs.replace(each, relation=relation)


def _relation(rows: Sequence[Mapping[str, Any]] | None) -> str:
    if not rows:
        return "notJoined"
    said = next((word for key in ("approved_status", "status") if isinstance(word := rows[0].get(key), str)), None)
    return said or "joined"


def _explain(answer: NetworkAnswer) -> str | None:
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
