"""CJ Affiliate: the advertiser lookup, XML, joined and not joined, a hundred a page. Source: networks.md 1.3.

`advertiser-ids=all` is a 400, so both halves are asked for. `records-returned` is not to be trusted: a list ends
where page times size reaches `total-matched`. 401 may mean a wrong address too. What the contracts with joined
advertisers say is asked for beside them, as GraphQL, whose errors come with status 200. Source: CJ's own reference of
the Program Terms API.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from lxml import etree

from app.feeds.layouts.cj import TERMS, advertiser, with_terms
from app.feeds.xml_records import as_record
from app.importing.sources import Record
from app.networks.answers import json_answer, parsed_xml, xml_answer
from app.networks.api import Api, Limit, Listing, ListingPage, NetworkAnswer, Request
from app.networks.auth import Auth, bearer
from app.networks.clock import Clock
from app.networks.connector import Connector, Pulled
from app.networks.failures import NotAnAnswer
from app.settings import Secret

_SIZE = 100
_RELATIONSHIPS = ("joined", "notjoined")
_CONTRACTS = "contracts"
_TERMS_URL = "https://programs.api.cj.com"
_IN_FORCE = "ACTIVE"
_QUERY = """
query Terms($publisher: ID!, $limit: Int, $offset: Int) {
  publisher {
    contracts(publisherId: $publisher, limit: $limit, offset: $offset) {
      totalCount
      resultList {
        advertiserId status startTime
        programTerms {
          specialTerms { name body }
          actionTerms {
            actionTracker { name type }
            referralPeriod
            lockingMethod { type durationInDays }
            commissions {
              isViewThrough
              situation { name }
              itemList { name }
              promotionalProperties { name }
              rate { type value currency }
            }
          }
        }
      }
    }
  }
}
"""


class _Contracts(msgspec.Struct, rename="camel"):
    total_count: int
    result_list: list[dict[str, Any]]


class _Publisher(msgspec.Struct):
    contracts: _Contracts


class _Data(msgspec.Struct):
    publisher: _Publisher


class _Answer(msgspec.Struct):
    data: _Data | None = None
    errors: list[dict[str, Any]] = []


def _page(answer: NetworkAnswer, cursor: str | None) -> ListingPage:
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
    return ListingPage(ids, total, str(number + 1) if more else None)


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

    def contracts(cursor: str | None) -> Request:
        variables = {"publisher": given["company"].reveal(), "limit": _SIZE, "offset": int(cursor or 0)}
        # A question, though a POST: safe to ask again.
        return Request("/query", method="POST", json={"query": _QUERY, "variables": variables}, base_url=_TERMS_URL)

    return [
        *(listing(relationship) for relationship in _RELATIONSHIPS),
        Listing(_CONTRACTS, contracts, _contracts_page, required=False, rows=_in_force),
    ]


def _contracts_page(answer: NetworkAnswer, cursor: str | None) -> ListingPage:
    found = json_answer(answer, _Answer)
    if found.errors or found.data is None:
        raise NotAnAnswer(_explain(answer) or "it has neither data nor errors")
    listed = found.data.publisher.contracts
    read = int(cursor or 0) + len(listed.result_list)
    more = listed.result_list and read < listed.total_count
    return ListingPage(tuple(map(_whose, listed.result_list)), listed.total_count, str(read) if more else None)


def _whose(contract: Mapping[str, Any]) -> str:
    return str(contract.get("advertiserId") or "").strip()


def _in_force(body: bytes) -> Iterable[tuple[str, object]]:
    """The contracts that hold now; of several with one advertiser the one that began last comes last."""
    data = msgspec.json.decode(body, type=_Answer).data
    listed = data.publisher.contracts.result_list if data else []
    for contract in sorted(listed, key=lambda each: str(each.get("startTime") or "")):
        if contract.get("status") == _IN_FORCE:
            yield _whose(contract), contract


def _records(pulled: Pulled, given: Mapping[str, Secret]) -> Iterator[Record]:
    # An advertiser without a contract, in a list that was read whole, has no known terms.
    spoken_of = TERMS if pulled.knows(_CONTRACTS) else frozenset()
    # Joined ones last: of two records of one advertiser the last one wins.
    for relationship in reversed(_RELATIONSHIPS):
        for body in pulled.pages(relationship):
            listed = parsed_xml(body).iterfind("advertisers/advertiser")
            programs = [advertiser(as_record(each), source=CONNECTOR.source) for each in listed]
            contracts = pulled.details(_CONTRACTS, [program.external_id for program in programs])
            for program in programs:
                if signed := contracts.get(program.external_id):
                    program = with_terms(program, signed[-1])
                yield msgspec.structs.replace(
                    program,
                    relation=program.relation or relationship,
                    not_carried=program.not_carried - spoken_of,
                )


def _explain(answer: NetworkAnswer) -> str | None:
    if answer.body.lstrip().startswith(b"{"):
        try:
            errors = msgspec.json.decode(answer.body, type=_Answer).errors
        except msgspec.MsgspecError:
            return None
        return "; ".join(str(each.get("message")) for each in errors[:3]) or None
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
        identifiers=frozenset({"company"}),
        schedule="10 3 * * *",
        explain=_explain,
    ),
    auth=_auth,
    listings=_listings,
    records=_records,
)
