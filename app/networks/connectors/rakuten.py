"""Rakuten Advertising: OAuth 2.0, advertisers, and the offers and partnerships beside them. Source: networks.md 1.4.

A wrong secret is a 400 and an unknown site (SID) a 401, both `invalid_client`; an ended token is a 401
`invalid_token`; too many calls are a 403. Offers are those this account may see: a program without one has no
known commission or cookie.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from app.feeds.layouts import rakuten as layout
from app.importing.sources import Record
from app.networks.answers import json_answer
from app.networks.api import Api, Detail, Limit, Listing, ListingPage, NetworkAnswer, Request
from app.networks.auth import Auth, ClientCredentials
from app.networks.clock import Clock
from app.networks.connector import Connector, Pulled
from app.networks.failures import NotAnAnswer
from app.settings import Secret

_SIZE = 200
_LAST_PARTNERSHIPS_PAGE = 1_000
_PARTNER_STATUSES = "active,pending,self-removed,permanent-decline,permanent-remove,temp-decline,temp-remove,extended"
_DETAIL = "advertiser"
_OFFERS = ("offers available", "offers active")
_PARTNERSHIPS = "partnerships"


class _Metadata(msgspec.Struct):
    page: int
    limit: int
    total: int


class _List(msgspec.Struct):
    metadata: _Metadata = msgspec.field(name="_metadata")
    advertisers: list[dict[str, Any]] = []
    offers: list[dict[str, Any]] = []
    partnerships: list[dict[str, Any]] = []


class _Error(msgspec.Struct):
    error: str = ""
    error_description: str = ""
    message: str = ""


def _own(record: Mapping[str, Any]) -> str:
    """Rakuten's id of an advertiser, without its network's number."""
    return str(record.get("id", "")).strip()


def _ids(found: _List) -> tuple[str, ...]:
    return tuple(_own(each) for each in found.advertisers)


def _page(answer: NetworkAnswer) -> ListingPage:
    found = json_answer(answer, _List)
    about = found.metadata
    rows = found.advertisers or found.offers or found.partnerships
    more = about.page * about.limit < about.total and rows
    return ListingPage(_ids(found), about.total, str(about.page + 1) if more else None)


def _rows(body: bytes) -> Iterable[tuple[str, object]]:
    found = msgspec.json.decode(body, type=_List)
    for each in (*found.offers, *found.partnerships):
        about = each.get("advertiser")
        if isinstance(about, dict):
            yield _own(about), each


def _listing(name: str, path: str, query: Mapping[str, str], *, required: bool) -> Listing:
    def request(cursor: str | None) -> Request:
        return Request(path, {**query, "limit": str(_SIZE), "page": cursor or "1"})

    def read(answer: NetworkAnswer, cursor: str | None) -> ListingPage:
        page = _page(answer)
        if path == "/v1/partnerships" and page.next and int(page.next) > _LAST_PARTNERSHIPS_PAGE:
            return ListingPage(page.ids, page.total, None)
        return page

    return Listing(name, request, read, required, None if required else _rows)


def _listings(given: Mapping[str, Secret]) -> Sequence[Listing]:
    return [
        _listing("advertisers", "/v2/advertisers", {}, required=True),
        _listing(_OFFERS[0], "/v1/offers", {"offer_status": "available"}, required=False),
        _listing(_OFFERS[1], "/v1/offers", {"offer_status": "active"}, required=False),
        _listing(_PARTNERSHIPS, "/v1/partnerships", {"partner_status": _PARTNER_STATUSES}, required=False),
    ]


def _details(given: Mapping[str, Secret]) -> Sequence[Detail]:
    return [
        # A description seldom changes.
        Detail(_DETAIL, lambda own: Request(f"/v2/advertisers/{own}"), _check, stale_days=30, a_sync=2_000)
    ]


def _check(answer: NetworkAnswer) -> None:
    if not isinstance(json_answer(answer, dict[str, Any]).get("advertiser"), dict):
        raise NotAnAnswer("it has no 'advertiser'")


def _records(pulled: Pulled, given: Mapping[str, Secret]) -> Iterator[Record]:
    # A program without an offer, in lists that were read whole, has no known terms.
    spoken_of = (layout.OFFER if all(map(pulled.knows, _OFFERS)) else frozenset()) | (
        layout.PARTNERSHIP if pulled.knows(_PARTNERSHIPS) else frozenset()
    )
    for body in pulled.pages("advertisers"):
        listed = msgspec.json.decode(body, type=_List).advertisers
        keys = [_own(each) for each in listed]
        details = pulled.details(_DETAIL, keys)
        offers = [pulled.details(kind, keys) for kind in _OFFERS]
        partnerships = pulled.details(_PARTNERSHIPS, keys)
        for each in listed:
            own = _own(each)
            program = layout.advertiser(each, source=CONNECTOR.source)
            about = (details.get(own) or {}).get("advertiser")
            if about:
                program = layout.joined(program, layout.advertiser(about, source=CONNECTOR.source))
            # Terms that are in force for this account come before those on offer.
            for kind in reversed(offers):
                for row in kind.get(own, ()):
                    program = _with(program, layout.offer(row, source=CONNECTOR.source))
            for row in partnerships.get(own, ()):
                program = _with(program, layout.partnership(row, source=CONNECTOR.source))
            if program.relation is None and pulled.knows(_PARTNERSHIPS):
                program = msgspec.structs.replace(program, relation="notJoined")
            yield msgspec.structs.replace(program, not_carried=program.not_carried - spoken_of)


def _with(program: Any, more: Any) -> Any:
    """`more` added to a program, if it is about the same one: an advertiser may be on several of the networks."""
    same = more.external_id == program.external_id or "-" not in program.external_id or "-" not in more.external_id
    return layout.joined(program, more) if same else program


def _error(answer: NetworkAnswer) -> _Error:
    try:
        return msgspec.json.decode(answer.body, type=_Error)
    except msgspec.MsgspecError:
        return _Error()


def _explain(answer: NetworkAnswer) -> str | None:
    error = _error(answer)
    if error.error == "invalid_client":
        wrong = "client_id or client_secret" if answer.status == 400 else "sid (or the client may not use it)"
        return f"invalid_client: check {wrong}"
    return error.message or error.error_description or error.error or None


def _refused(answer: NetworkAnswer) -> bool:
    return answer.status == 401 or (answer.status == 400 and _error(answer).error == "invalid_client")


def _auth(given: Mapping[str, Secret], clock: Clock) -> Auth:
    return ClientCredentials(
        "/token",
        given["client_id"],
        given["client_secret"],
        form={"scope": given["sid"].reveal()},
        scheme="Bearer",
        clock=clock,
    )


CONNECTOR = Connector(
    api=Api(
        network="rakuten",
        base_url="https://api.linksynergy.com",
        limit=Limit(calls=95, seconds=60, burst=10),  # of 100; the rest is the account's other uses'
        limited=frozenset({403, 429}),
        credentials=("client_id", "client_secret", "sid"),
        identifiers=frozenset({"sid"}),
        schedule="30 4 * * *",
        explain=_explain,
        refused=_refused,
    ),
    auth=_auth,
    listings=_listings,
    details=_details,
    records=_records,
)
