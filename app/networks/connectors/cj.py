"""CJ Affiliate: the advertiser lookup, XML, joined and not joined, a hundred a page. Source: networks.md 1.3.

`advertiser-ids=all` is a 400, so both halves are asked for. `records-returned` is not to be trusted: a list ends
where page times size reaches `total-matched`. 401 may mean a wrong address too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from lxml import etree

from app.feeds.layouts.cj import advertiser
from app.feeds.xml_records import as_record
from app.importing.sources import Record
from app.networks.answers import parsed_xml, xml_answer
from app.networks.api import Answer, Api, Limit, Listing, Page, Request
from app.networks.auth import Auth, bearer
from app.networks.clock import Clock
from app.networks.connector import Connector, Pulled
from app.networks.failures import NotAnAnswer
from app.settings import Secret

_SIZE = 100
_RELATIONSHIPS = ("joined", "notjoined")


def _page(answer: Answer, cursor: str | None) -> Page:
    root = xml_answer(answer, "cj-api")
    message = root.findtext("error-message")
    if message:
        raise NotAnAnswer(message.strip())
    listed = root.find("advertisers")
    if listed is None:
        raise NotAnAnswer("its XML has no <advertisers>")
    try:
        total, number = int(listed.get("total-matched", "")), int(listed.get("page-number", ""))
    except ValueError:
        raise NotAnAnswer("its <advertisers> does not say how many there are, or which page this is") from None
    ids = tuple((each.findtext("advertiser-id") or "").strip() for each in listed.iterfind("advertiser"))
    more = number * _SIZE < total and ids
    return Page(ids, total, str(number + 1) if more else None)


def _listings(given: Mapping[str, Secret]) -> Sequence[Listing]:
    def listing(relationship: str) -> Listing:
        def request(cursor: str | None) -> Request:
            query = {
                "requestor-cid": given["company"].reveal(),
                "advertiser-ids": relationship,
                "records-per-page": str(_SIZE),
                "page-number": cursor or "1",
            }
            return Request("/v2/advertiser-lookup", query, accept="application/xml")

        return Listing(relationship, request, _page)

    return [listing(relationship) for relationship in _RELATIONSHIPS]


def _records(pulled: Pulled, given: Mapping[str, Secret]) -> Iterator[Record]:
    # Joined ones last: of two records of one advertiser the last one wins.
    for relationship in reversed(_RELATIONSHIPS):
        for body in pulled.pages(relationship):
            for each in parsed_xml(body).iterfind("advertisers/advertiser"):
                yield advertiser(as_record(each), source=CONNECTOR.source)


def _explain(answer: Answer) -> str | None:
    if not answer.body.lstrip().startswith(b"<") or b"<error-message" not in answer.body:
        return None
    try:
        return (parsed_xml(answer.body).findtext("error-message") or "").strip() or None
    except etree.XMLSyntaxError:
        return None


def _auth(given: Mapping[str, Secret], clock: Clock) -> Auth:
    return bearer(given["token"])


CONNECTOR = Connector(
    api=Api(
        network="cj",
        base_url="https://advertiser-lookup.api.cj.com",
        limit=Limit(calls=25, seconds=60, burst=2),
        credentials=("token", "company"),
        schedule="10 3 * * *",
        explain=_explain,
    ),
    auth=_auth,
    listings=_listings,
    records=_records,
)
