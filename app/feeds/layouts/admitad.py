"""Admitad: `advcampaigns` JSON. `epc` is per 100 clicks and `ecpc` per click, both in the program's currency.

A payment is a percentage, an amount with its currency ("80RUB"), or a range of either; 0 is none. `connected` and
`connection_status` are the account's relation. Each kind of traffic is `enabled`, or forbidden.
"""

from __future__ import annotations

import re

from app.feeds.layouts.values import Record, known, names_of, not_carried_by_members, part, raw, records, text
from mappings.network_program import NetworkProgram, RawCommission

NAMES = (
    "id", "name", "description", "status", "currency", "site_url", "image", "gotolink", "goto_cookie_lifetime", "cr",
    "ecpc", "epc", "rate_of_approve", "avg_money_transfer_time", "avg_hold_time", "activation_date", "regions",
    "region", "categories", "actions", "payment_size", "type", "allow_deeplink", "feeds_info", "language", "traffics",
    "enabled", "more_rules",
)  # fmt: skip
_AMOUNT = re.compile(r"\s*(\d[\d.,]{0,20})\s*([A-Z]{3})\s*")
_not_carried = not_carried_by_members(
    {
        "name": "name",
        "description": "description",
        "categories": "categories",
        "status": "status",
        "launched": "activation_date",
        "geo_targeting": "regions",
        "merchant_url": "site_url",
        "affiliate_url": "gotolink",
        "logo_url": "image",
        "deep_links": "allow_deeplink",
        "commissions": "actions",
        "cookie": "goto_cookie_lifetime",
        "validation_days": "avg_hold_time",
        "payment_days": "avg_money_transfer_time",
        "epc": "ecpc epc",
        "conversion_rate": "cr",
        "approval_rate": "rate_of_approve",
        "product_feed": "feeds_info",
        "traffic_allowed": "traffics",
        "traffic_forbidden": "traffics",
        "restrictions": "more_rules",
    }
)


def program(record: Record, *, source: str = "feed") -> NetworkProgram:
    """An item of `results`."""
    currency = text(record.get("currency"))
    click = raw(record.get("ecpc"))
    feeds = record.get("feeds_info")
    return NetworkProgram(
        network="",
        external_id=(text(record.get("id")) or "").strip(),
        data_source=source,
        name=text(record.get("name")),
        description=text(record.get("description")),
        categories=names_of(record.get("categories")),
        status=text(record.get("status")),
        launched=raw(record.get("activation_date")),
        geo_targeting=names_of(record.get("regions"), "region"),
        merchant_url=text(record.get("site_url")),
        affiliate_url=text(record.get("gotolink")),
        logo_url=text(record.get("image")),
        deep_links=raw(record.get("allow_deeplink")),
        currency=currency,
        commissions=tuple(line for action in records(record.get("actions")) if (line := _line(action))),
        cookie=known(record.get("goto_cookie_lifetime")),
        validation_days=known(record.get("avg_hold_time")),
        payment_days=known(record.get("avg_money_transfer_time")),
        epc=click if click is not None else raw(record.get("epc")),
        epc_unit="click" if click is not None else "100 clicks",
        epc_currency=currency,
        conversion_rate=raw(record.get("cr")),
        approval_rate=known(record.get("rate_of_approve")),
        product_feed=bool(feeds) if isinstance(feeds, list) else None,
        traffic_allowed=_traffic(record, enabled=True),
        traffic_forbidden=_traffic(record, enabled=False),
        restrictions=text(record.get("more_rules")),
        not_carried=_not_carried(record),
    )


def _traffic(record: Record, *, enabled: bool) -> tuple[str, ...]:
    kinds = records(record.get("traffics"))
    return tuple(name for kind in kinds if kind.get("enabled") is enabled and (name := text(kind.get("name"))))


def _line(action: Record) -> RawCommission | None:
    written = text(part(action, "payment_size"))
    if written is None:
        return None
    event, name = text(action.get("type")), text(action.get("name"))
    if match := _AMOUNT.fullmatch(written):
        if not match[1].strip("0.,"):
            return None
        return RawCommission(event=event, kind="fixed", value=match[1], currency=match[2], condition=name)
    if "%" not in written or not written.strip("0.,% "):
        return None  # a bare number may be percent or an amount
    return RawCommission(event=event, kind="percent", value=written, condition=name)
