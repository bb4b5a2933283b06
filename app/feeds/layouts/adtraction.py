"""Adtraction: programs of the partner API (JSON). `approvalStatus` is the account's relation.

A commission's `type` is `%`, or says that it is an amount: by a word, or by the currency's code.
"""

from __future__ import annotations

from app.feeds.layouts.values import Record, known, not_carried_by_members, raw, records, text
from mappings.network_program import NetworkProgram, RawCommission

NAMES = (
    "programId", "programName", "programURL", "market", "currency", "approvalStatus", "cookieDuration", "commissions",
    "type", "name", "value", "transactionType", "category", "categoryName", "logoURL", "trackingURL", "programStatus",
    "feed", "shortDescription",
)  # fmt: skip
_LEADS = ("lead", "4")
_not_carried = not_carried_by_members(
    {
        "name": "programName",
        "description": "shortDescription",
        "categories": "category categoryName",
        "primary_region": "market",
        "geo_targeting": "market",
        "merchant_url": "programURL",
        "affiliate_url": "trackingURL",
        "logo_url": "logoURL",
        "commissions": "commissions",
        "cookie": "cookieDuration",
        "product_feed": "feed",
    }
)


def program(record: Record, *, source: str = "feed") -> NetworkProgram:
    """A program on one market."""
    market = text(record.get("market"))
    category = text(record.get("categoryName")) or text(record.get("category"))
    currency = text(record.get("currency"))
    return NetworkProgram(
        network="",
        external_id=(text(record.get("programId")) or "").strip(),
        data_source=source,
        name=text(record.get("programName")),
        description=text(record.get("shortDescription")),
        categories=(category,) if category else (),
        primary_region=market,
        geo_targeting=(market,) if market else (),
        merchant_url=text(record.get("programURL")),
        affiliate_url=text(record.get("trackingURL")),
        logo_url=text(record.get("logoURL")),
        currency=currency,
        commissions=tuple(line for each in records(record.get("commissions")) if (line := _line(each, currency))),
        cookie=known(record.get("cookieDuration")),
        product_feed=raw(record.get("feed")),
        not_carried=_not_carried(record),
    )


def _line(commission: Record, currency: str | None) -> RawCommission | None:
    value, kind = known(commission.get("value")), (text(commission.get("type")) or "").strip()
    if value is None or not kind:
        return None
    name = text(commission.get("name"))
    lead = text(commission.get("transactionType")) in _LEADS or (name or "").strip().lower() == "lead"
    event = "lead" if lead else "sale"
    if kind == "%" or kind.lower().startswith("percent"):
        return RawCommission(event=event, kind="percent", value=value, condition=name)
    if len(kind) == 3 and kind.isalpha() and kind.isupper():
        return RawCommission(event=event, kind="fixed", value=value, currency=kind, condition=name)
    if kind.lower().startswith(("fix", "flat", "amount")) and currency:
        return RawCommission(event=event, kind="fixed", value=value, currency=currency, condition=name)
    return None
