"""Refersion: GraphQL, the merchants the affiliate has joined; there is no catalogue. Source: networks.md 1.8.

Errors come with status 200 and `errors`. What is no longer joined is closed here: nothing else would say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from app.feeds.layouts.refersion import affiliate
from app.importing.sources import Record
from app.networks.answers import json_answer
from app.networks.api import Api, Limit, Listing, ListingPage, NetworkAnswer, Request
from app.networks.auth import Auth, Static
from app.networks.clock import Clock
from app.networks.connector import Connector, Pulled
from app.networks.failures import NotAnAnswer
from app.networks.paging import page
from app.settings import Secret

_SIZE = 200
_QUERY = (
    "query Joined($limit: Int, $offset: Int) { affiliates(limit: $limit, offset: $offset) "
    "{ id status rfsn_parameter shop { name url shop_identifier } } }"
)
_KEY_WORDS = ("api key", "unauthorized", "unauthenticated", "not authorized", "forbidden")


class _Data(msgspec.Struct):
    affiliates: list[dict[str, Any]]


class _Answer(msgspec.Struct):
    data: _Data | None = None
    errors: list[dict[str, Any]] = []


def _page(answer: NetworkAnswer, cursor: str | None) -> ListingPage:
    found = json_answer(answer, _Answer)
    if found.errors or found.data is None:
        raise NotAnAnswer(_explain(answer) or "it has neither data nor errors")
    rows = found.data.affiliates
    ids = tuple(str((each.get("shop") or {}).get("shop_identifier") or "") for each in rows)
    # The list announces no total: a page that is not full is the last.
    return page(ids, more=len(rows) == _SIZE, after=str(int(cursor or 0) + _SIZE))


def _listings(given: Mapping[str, Secret]) -> Sequence[Listing]:
    def request(cursor: str | None) -> Request:
        body = {"query": _QUERY, "variables": {"limit": _SIZE, "offset": int(cursor or 0)}}
        return Request("/", method="POST", json=body)  # a question, though a POST: safe to ask again

    return [Listing("affiliates", request, _page)]


def _records(pulled: Pulled, given: Mapping[str, Secret]) -> Iterator[Record]:
    for body in pulled.pages("affiliates"):
        data = msgspec.json.decode(body, type=_Answer).data
        for each in data.affiliates if data else ():
            yield affiliate(each, source=CONNECTOR.source)


def _explain(answer: NetworkAnswer) -> str | None:
    try:
        errors = msgspec.json.decode(answer.body, type=_Answer).errors
    except msgspec.MsgspecError:
        return None
    return "; ".join(str(each.get("message")) for each in errors[:3]) or None


def _refused(answer: NetworkAnswer) -> bool:
    said = (_explain(answer) or "").lower()
    return answer.status == 401 or any(words in said for words in _KEY_WORDS)


def _auth(given: Mapping[str, Secret], clock: Clock) -> Auth:
    return Static({"X-Refersion-Key": given["key"].reveal()})


CONNECTOR = Connector(
    api=Api(
        network="refersion",
        base_url="https://graphql.refersion.com",
        limit=Limit(calls=60, seconds=60, burst=5),
        credentials=("key",),
        schedule="50 6 * * *",
        explain=_explain,
        refused=_refused,
    ),
    auth=_auth,
    listings=_listings,
    records=_records,
)
