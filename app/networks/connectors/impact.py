"""impact.com: the campaigns the account has joined, and the contracts that say what they pay. Source: networks.md 1.6.

Every value is a string. A list goes on at `@nextpageuri`, or where that is missing while `@page` is not the last of
`@numpages`, at the next number. A 403 means that the token lacks the scope (tokens have scopes since April 2025). The
list holds joined campaigns only: closed here means closed, or no longer joined.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from app.feeds.layouts.impact import CONTRACT, campaign
from app.importing.sources import Record
from app.networks.answers import json_answer
from app.networks.api import Api, Limit, Listing, ListingPage, NetworkAnswer, Request
from app.networks.auth import Auth, basic
from app.networks.clock import Clock
from app.networks.connector import Connector, Pulled
from app.settings import Secret

_SIZE = 100
_VERSION = "16"
_CONTRACTS = "contracts"


class _List(msgspec.Struct):
    total: str | int | None = msgspec.field(name="@total", default=None)
    next: str | None = msgspec.field(name="@nextpageuri", default=None)
    page: str | int | None = msgspec.field(name="@page", default=None)
    pages: str | int | None = msgspec.field(name="@numpages", default=None)
    campaigns: list[dict[str, Any]] = msgspec.field(name="Campaigns", default_factory=list)
    contracts: list[dict[str, Any]] = msgspec.field(name="Contracts", default_factory=list)


class _Error(msgspec.Struct):
    message: str = msgspec.field(name="Message", default="")
    errors: list[dict[str, Any]] = msgspec.field(name="Errors", default_factory=list)


def _page(answer: NetworkAnswer, cursor: str | None) -> ListingPage:
    found = json_answer(answer, _List)
    total = str(found.total or "")
    ids = tuple(str(each.get("CampaignId", "")).strip() for each in found.campaigns)
    return ListingPage(ids, int(total) if total.isdecimal() else None, found.next or _following(found))


def _following(found: _List) -> str | None:
    """The number of the page behind this one; None where it is the last, or where pages have no numbers."""
    page, pages = str(found.page or "").strip(), str(found.pages or "").strip()
    if not (page.isdecimal() and pages.isdecimal()) or int(page) >= int(pages):
        return None
    return str(int(page) + 1)


def _rows(body: bytes) -> Iterable[tuple[str, object]]:
    for each in msgspec.json.decode(body, type=_List).contracts:
        yield str(each.get("CampaignId", "")).strip(), each


def _listings(given: Mapping[str, Secret]) -> Sequence[Listing]:
    base = f"/Mediapartners/{given['account_sid'].reveal()}"

    def listing(name: str, required: bool) -> Listing:
        def request(cursor: str | None) -> Request:
            if cursor and not cursor.isdecimal():  # a path with its query, as the network wrote it
                return Request(cursor)
            numbered = {"Page": cursor} if cursor else {}
            return Request(f"{base}/{name.title()}", {"PageSize": str(_SIZE), "IrVersion": _VERSION, **numbered})

        return Listing(name, request, _page, required, None if required else _rows)

    return [listing("campaigns", required=True), listing(_CONTRACTS, required=False)]


def _records(pulled: Pulled, given: Mapping[str, Secret]) -> Iterator[Record]:
    # A campaign without a contract, in a list that was read whole, has no known terms.
    spoken_of = CONTRACT if pulled.knows(_CONTRACTS) else frozenset()
    for body in pulled.pages("campaigns"):
        listed = msgspec.json.decode(body, type=_List).campaigns
        keys = [str(each.get("CampaignId", "")).strip() for each in listed]
        contracts = pulled.details(_CONTRACTS, keys)
        for key, each in zip(keys, listed, strict=True):
            signed = contracts.get(key) or [None]
            program = campaign(each, signed[0], source=CONNECTOR.source)
            yield msgspec.structs.replace(program, not_carried=program.not_carried - spoken_of)


def _explain(answer: NetworkAnswer) -> str | None:
    try:
        error = msgspec.json.decode(answer.body, type=_Error)
    except msgspec.MsgspecError:
        return None
    fields = "; ".join(f"{each.get('Field')}: {each.get('Message')}" for each in error.errors[:3])
    said = f"{error.message} {fields}".strip()
    return f"{said} (does the token have the scope?)" if answer.status == 403 else said or None


def _auth(given: Mapping[str, Secret], clock: Clock) -> Auth:
    return basic(given["account_sid"], given["auth_token"])


CONNECTOR = Connector(
    api=Api(
        network="impact",
        base_url="https://api.impact.com",
        limit=Limit(calls=950, seconds=3_600, burst=50),  # of 1,000; the rest is the account's other uses'
        credentials=("account_sid", "auth_token"),
        schedule="10 6 * * *",
        explain=_explain,
    ),
    auth=_auth,
    listings=_listings,
    records=_records,
)
