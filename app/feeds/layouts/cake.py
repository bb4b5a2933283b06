"""CAKE: the offer feed (XML, JSON), of whichever network runs on it.

A payout is an amount with its sign, or percent where the price's format is a share of revenue. `Public`, `Private` and
`Apply To Run` say who is let in; other statuses than active and inactive are the account's relation.
"""

from __future__ import annotations

import re

from app.feeds.layouts.values import Record, names_of, not_carried_by_members, part, text
from mappings.network_program import NetworkProgram, RawCommission

NAMES = (
    "offer_id", "offer_name", "offer_status", "offer_status_name", "payout", "price_format", "price_format_name",
    "currency", "category", "vertical_name", "preview_link", "preview_url", "thumbnail_image_url", "description",
    "allowed_countries", "country", "country_code",
)  # fmt: skip
_SIGN = re.compile(r"[$€£¥]|[A-Z]{3}")
_EVENTS = {"cpl": "lead", "cpc": "click", "cpi": "install"}
_STATUS = frozenset({"active", "inactive", "paused", "closed"})
_LETTING_IN = {"public": "auto", "private": "invite", "apply to run": "manual"}
_not_carried = not_carried_by_members(
    {
        "name": "offer_name",
        "description": "description",
        "categories": "category vertical_name",
        "status": "offer_status",
        "geo_targeting": "allowed_countries",
        "merchant_url": "preview_link preview_url",
        "logo_url": "thumbnail_image_url",
        "commissions": "payout",
        "approval_mode": "offer_status",
    }
)


def offer(record: Record, *, source: str = "feed") -> NetworkProgram:
    """An offer."""
    category = text(record.get("vertical_name")) or text(record.get("category"))
    status = _name(record.get("offer_status"), "offer_status_name")
    currency = text(record.get("currency"))
    allowed = record.get("allowed_countries")
    listed = part(allowed, "country") if isinstance(allowed, dict) else allowed
    line = _line(record, currency)
    return NetworkProgram(
        network="",
        external_id=(text(record.get("offer_id")) or "").strip(),
        data_source=source,
        name=text(record.get("offer_name")),
        description=text(record.get("description")),
        categories=(category,) if category else (),
        status=status if status in _STATUS else None,
        geo_targeting=names_of(listed, "country_code"),
        merchant_url=text(record.get("preview_link")) or text(record.get("preview_url")),
        logo_url=text(record.get("thumbnail_image_url")),
        currency=currency,
        commissions=(line,) if line else (),
        approval_mode=_LETTING_IN.get(status),
        not_carried=_not_carried(record),
    )


def _name(value: object, member: str) -> str:
    return (text(value) or text(part(value, member)) or "").strip().lower()


def _line(record: Record, currency: str | None) -> RawCommission | None:
    paid, form = text(record.get("payout")), _name(record.get("price_format"), "price_format_name")
    if paid is None or not paid.strip("0.,% $€£"):
        return None
    if "%" in paid or form in ("revshare", "rev share", "cps"):
        return RawCommission(kind="percent", value=paid) if "%" in paid or not _SIGN.search(paid) else None
    if form == "cpm" or not (currency or _SIGN.search(paid)):
        return None
    return RawCommission(event=_EVENTS.get(form, "sale"), kind="fixed", value=paid, currency=currency)
