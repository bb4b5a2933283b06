"""Daisycon: programs a publisher sees (JSON). `media_subscription_status` is the account's relation.

A commission is a text, or bounds in percent and in the program's currency; tiers whose unit is not said are not read.
"""

from __future__ import annotations

from app.feeds.layouts.values import Record, known, names_of, not_carried_by_members, part, raw, text
from mappings.network_program import NetworkProgram, RawCommission

NAMES = (
    "id", "name", "status", "currency_code", "commission", "categories", "url", "website", "display_url", "logo",
    "startdate", "descriptions", "description", "tracking_duration", "productfeed", "deeplink", "min_percentage",
    "max_percentage", "min_fixed", "max_fixed", "media_subscription_status", "country_code",
)  # fmt: skip
_not_carried = not_carried_by_members(
    {
        "name": "name",
        "description": "descriptions description",
        "categories": "categories",
        "status": "status",
        "launched": "startdate",
        "primary_region": "country_code",
        "merchant_url": "url website display_url",
        "logo_url": "logo",
        "deep_links": "deeplink",
        "commission_text": "commission",
        "commissions": "commission",
        "cookie": "tracking_duration",
        "product_feed": "productfeed",
    }
)


def program(record: Record, *, source: str = "feed") -> NetworkProgram:
    """A program."""
    paid = record.get("commission")
    currency = text(record.get("currency_code"))
    described = text(record.get("description")) or next(iter(names_of(record.get("descriptions"), "description")), None)
    return NetworkProgram(
        network="",
        external_id=(text(record.get("id")) or "").strip(),
        data_source=source,
        name=text(record.get("name")),
        description=described,
        categories=names_of(record.get("categories")),
        status=text(record.get("status")),
        launched=raw(record.get("startdate")),
        primary_region=text(record.get("country_code")),
        merchant_url=text(record.get("url")) or text(record.get("website")) or text(record.get("display_url")),
        logo_url=text(record.get("logo")),
        deep_links=raw(record.get("deeplink")),
        currency=currency,
        commission_text=paid if isinstance(paid, str) else None,
        commissions=tuple(_lines(paid, currency)),
        cookie=known(record.get("tracking_duration")),
        product_feed=raw(record.get("productfeed")),
        not_carried=_not_carried(record),
    )


def _lines(paid: object, currency: str | None) -> list[RawCommission]:
    lines = []
    low, high = known(part(paid, "min_percentage")), known(part(paid, "max_percentage"))
    if low is not None or high is not None:
        lines.append(RawCommission(kind="percent", low=low, high=high))
    low, high = known(part(paid, "min_fixed")), known(part(paid, "max_fixed"))
    if (low is not None or high is not None) and currency:
        lines.append(RawCommission(kind="fixed", low=low, high=high, currency=currency))
    return lines
