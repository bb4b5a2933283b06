"""Awin: one array per relationship, and a call per programme for what affiliates ask for. Source: networks.md 1.5.

The API lacks cookie days. 20 calls a minute per user, without headers that say so; over it, 429.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import msgspec

from app.feeds.layouts.awin import programme
from app.importing.sources import Record
from app.networks.answers import json_answer
from app.networks.api import Api, Detail, Limit, Listing, ListingPage, NetworkAnswer, Request
from app.networks.auth import Auth, bearer
from app.networks.clock import Clock
from app.networks.connector import Connector, Pulled
from app.settings import Secret

# What the account has to do with a programme. Each is a list of its own; together they are all programmes.
_RELATIONSHIPS = ("joined", "pending", "suspended", "rejected", "notjoined")
_DETAILS = "programmedetails"
_BATCH = 500


class _Listed(msgspec.Struct):
    id: int


class _Details(msgspec.Struct):
    programmeInfo: dict[str, msgspec.Raw]  # noqa: N815 - the network's own name


class _Refusal(msgspec.Struct):
    error: str = ""
    description: str = ""


def _path(given: Mapping[str, Secret], call: str) -> str:
    return f"/publishers/{given['publisher'].reveal()}/{call}"


def _page(answer: NetworkAnswer, cursor: str | None) -> ListingPage:
    listed = json_answer(answer, list[_Listed])
    return ListingPage(tuple(str(each.id) for each in listed))


def _listings(given: Mapping[str, Secret]) -> Sequence[Listing]:
    def listing(relationship: str) -> Listing:
        request = Request(_path(given, "programmes"), {"relationship": relationship})
        return Listing(relationship, lambda cursor: request, _page)

    return [listing(relationship) for relationship in _RELATIONSHIPS]


def _details(given: Mapping[str, Secret]) -> Sequence[Detail]:
    def request(advertiser: str) -> Request:
        return Request(_path(given, _DETAILS), {"advertiserId": advertiser, "relationship": "any"})

    # 1,500 calls take 83 of the 120 minutes between two syncs: all 18,000 programmes once a day.
    return [Detail(_DETAILS, request, lambda answer: _check(answer), a_sync=1_500)]


def _check(answer: NetworkAnswer) -> None:
    json_answer(answer, _Details)


def _records(pulled: Pulled, given: Mapping[str, Secret]) -> Iterator[Record]:
    # The list that matters most comes last: of two records of one programme the last one wins.
    for relationship in reversed(_RELATIONSHIPS):
        for body in pulled.pages(relationship):
            listed = iter(msgspec.json.decode(body, type=list[msgspec.Raw]))
            while batch := [msgspec.json.decode(each) for each in islice(listed, _BATCH)]:
                details = pulled.details(_DETAILS, [str(each["id"]) for each in batch])
                for each in batch:
                    listed_one = programme(each, _under(each, details.get(str(each["id"]))), source=CONNECTOR.source)
                    yield msgspec.structs.replace(listed_one, relation=relationship)


def _under(listed: Mapping[str, Any], details: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Details of fields that the list does not carry: it is of today, they may be days old."""
    if details is None:
        return None
    said = {name: value for name, value in listed.items() if value is not None}
    return {**details, "programmeInfo": {**details.get("programmeInfo", {}), **said}}


def _explain(answer: NetworkAnswer) -> str | None:
    try:
        refusal = msgspec.json.decode(answer.body, type=_Refusal)
    except msgspec.MsgspecError:
        return None
    return refusal.description or refusal.error or None


def _auth(given: Mapping[str, Secret], clock: Clock) -> Auth:
    return bearer(given["token"])


CONNECTOR = Connector(
    api=Api(
        network="awin",
        base_url="https://api.awin.com",
        limit=Limit(calls=20, seconds=60, burst=2),
        credentials=("token", "publisher"),
        identifiers=frozenset({"publisher"}),
        schedule="15 */2 * * *",
        timeout=120,  # the list of programmes not joined is one answer of tens of thousands
        largest_answer=256_000_000,
        explain=_explain,
    ),
    auth=_auth,
    listings=_listings,
    details=_details,
    records=_records,
    first=("joined", "pending"),
)
