"""Offers of a merchant beside the one that is joined: what each pays more, as figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from app.search.page import Found
from app.search.private.sets import RELATION, PrivateSets
from app.search.request import MERCHANT

_JOINED = "joined"
_CLOSED = "closed"


class _Paid(msgspec.Struct, rename="camel"):
    """What a stored program says of its pay: percent of a sale, US dollars an action."""

    network: str
    status: str | None = None
    commission_max: float | None = None
    commission_fixed_max_usd: float | None = None


class JoinedComparison(msgspec.Struct, frozen=True, rename="camel"):
    """An offer against the best paid joined one: percentage points and US dollars more, negative for less.

    Null where one of the two does not say.
    """

    id: int
    network: str
    points_more: float | None
    usd_more: float | None


_paid = msgspec.json.Decoder(_Paid).decode


def compared(found: Found, sets: PrivateSets) -> Mapping[int, JoinedComparison]:
    """By their ids, the offers that are not joined while another of their merchant is. `found` has the best first."""
    joined: dict[str, tuple[int, _Paid]] = {}
    others: list[tuple[str, int, _Paid]] = []
    for hit in found.hits.hits:
        merchant, id, paid = hit.fields[MERCHANT][0], int(hit.id), _paid(hit.source)
        if sets.members(id)[RELATION] != _JOINED:
            others.append((merchant, id, paid))
        elif paid.status != _CLOSED:
            joined.setdefault(merchant, (id, paid))
    return {
        id: JoinedComparison(
            id=joined[merchant][0],
            network=joined[merchant][1].network,
            points_more=_more(paid.commission_max, joined[merchant][1].commission_max),
            usd_more=_more(paid.commission_fixed_max_usd, joined[merchant][1].commission_fixed_max_usd),
        )
        for merchant, id, paid in others
        if merchant in joined
    }


def _more(this: float | None, that: float | None) -> float | None:
    return None if this is None or that is None else round(this - that, 4)


def with_comparison(document: msgspec.Raw, comparison: JoinedComparison | None) -> msgspec.Raw:
    """An offer with `comparedToJoined`; as it is for none."""
    if comparison is None:
        return document
    member: dict[str, Any] = {"comparedToJoined": comparison}
    body = bytes(document)
    return msgspec.Raw(body[:-1] + (b"," if len(body) > 2 else b"") + msgspec.json.encode(member)[1:])
