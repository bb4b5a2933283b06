"""The programs of some merchants, the best paid first, closed ones last and marked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import islice
from typing import Any

import msgspec

from app.search.engine import SearchEngine
from app.search.filters import ALIVE
from app.search.lookup.sought import Sought

_AT_ONCE = 1_000  # merchants a request
_PAGE = 2_000  # programs a request
MOST_OF_A_MERCHANT = 100  # programs told of one; more are counted
CLOSED = "closed"


class Paying(msgspec.Struct, rename="camel"):
    """A program as far as it says what a link earns. Null is unknown; units are those of the fields of a program."""

    id: int
    network: str
    name: str
    status: str
    closed: bool = False
    commission_type: str | None = None
    commission_min: float | None = None
    commission_max: float | None = None
    commission_fixed_min: float | None = None
    commission_fixed_max: float | None = None
    currency: str | None = None
    commission_fixed_max_usd: float | None = None
    epc: float | None = None
    cookie_days: int | None = None
    recurring: bool | None = None
    primary_region: str | None = None
    program_url: str | None = None


class MerchantFound(msgspec.Struct, rename="camel"):
    """A merchant, the addresses that lead there, how many programs it has, and the best paid of them."""

    domain: str
    addresses: list[str]
    count: int
    programs: list[Paying]


class Lookup(msgspec.Struct, rename="camel"):
    """What was found for some addresses: `programs` counts those of all merchants, and `without` merchants that have
    none."""

    addresses: int
    programs: int
    without: int
    merchants: list[MerchantFound]
    unread: list[str]


COLUMNS: tuple[str, ...] = Paying.__struct_encode_fields__
_TAKEN = ["merchantDomain", *(each for each in COLUMNS if each != CLOSED)]


class _Of(msgspec.Struct, rename="camel"):
    merchant_domain: str


_domain = msgspec.json.Decoder(_Of).decode
_paying = msgspec.json.Decoder(Paying).decode


async def earning(
    engine: SearchEngine,
    wanted: Sought,
    *,
    at_once: int = _AT_ONCE,
    page: int = _PAGE,
    most: int = MOST_OF_A_MERCHANT,
) -> Lookup:
    """What the merchants pay, in the order in which they were given, at `most` so many programs of each.

    Raises EngineAway, also where a part is away.
    """
    programs: dict[str, list[Paying]] = {}
    for domains in _chunks(list(wanted.merchants), at_once):
        async for source in _programs(engine, domains, page):
            program = _paying(source)
            program.closed = program.status == CLOSED
            programs.setdefault(_domain(source).merchant_domain, []).append(program)
    merchants = [
        MerchantFound(domain, addresses, len(found), sorted(found, key=_worth)[:most])
        for domain, addresses in wanted.merchants.items()
        for found in (programs.get(domain, []),)
    ]
    counts = [each.count for each in merchants]
    return Lookup(wanted.addresses, sum(counts), counts.count(0), merchants, wanted.unread)


def _chunks(domains: Sequence[str], at_once: int) -> Iterator[Sequence[str]]:
    left = iter(domains)
    while some := list(islice(left, at_once)):
        yield some


async def _programs(engine: SearchEngine, domains: Sequence[str], page: int) -> AsyncIterator[msgspec.Raw]:
    after: list[Any] | None = None
    while True:
        found = await engine.search(_body(domains, page, after))
        for hit in found.hits.hits:
            yield hit.source
        if len(found.hits.hits) < page:
            return
        after = found.hits.hits[-1].sort


def _body(domains: Sequence[str], page: int, after: list[Any] | None) -> dict[str, Any]:
    body: dict[str, Any] = {
        "size": page,
        "query": {"bool": {"filter": [ALIVE, {"terms": {"merchantDomain": domains}}]}},
        "sort": [{"id": "asc"}],
        "_source": _TAKEN,
        "track_total_hits": False,
    }
    return {**body, "search_after": after} if after else body


def _worth(program: Paying) -> tuple[Any, ...]:
    """As offers of a merchant are ordered: by percent, amount, EPC, the unknown last; closed programs after all."""
    paid = (program.commission_max, program.commission_fixed_max_usd, program.epc)
    known = [(each is None, -(each or 0.0)) for each in paid]
    return program.closed, *known, program.id
