"""Affise: offers of the partner API (JSON), of whichever network runs on it.

Each payment says its type, currency and goal. What its EPC is counted in is not said: it is not read.
"""

from __future__ import annotations

from app.feeds.layouts.values import Record, known, names_of, not_carried_by_members, records, text, texts
from mappings.network_program import NetworkProgram, RawCommission

NAMES = (
    "id", "offer_id", "title", "description", "preview_url", "status", "logo", "categories", "full_categories",
    "countries", "payments", "revenue", "currency", "type", "goal", "privacy", "link", "hold_period",
)  # fmt: skip
_LETTING_IN = {"public": "auto", "protected": "manual", "private": "invite"}
_not_carried = not_carried_by_members(
    {
        "name": "title",
        "description": "description",
        "categories": "categories full_categories",
        "status": "status",
        "geo_targeting": "countries",
        "merchant_url": "preview_url",
        "affiliate_url": "link",
        "logo_url": "logo",
        "commissions": "payments",
        "validation_days": "hold_period",
        "approval_mode": "privacy",
    }
)


def offer(record: Record, *, source: str = "feed") -> NetworkProgram:
    """An offer."""
    payments = records(record.get("payments"))
    named = names_of(record.get("full_categories"), "title")
    return NetworkProgram(
        network="",
        external_id=(text(record.get("id")) or text(record.get("offer_id")) or "").strip(),
        data_source=source,
        name=text(record.get("title")),
        description=text(record.get("description")),
        categories=named or texts(record.get("categories")),
        status=text(record.get("status")),
        geo_targeting=texts(record.get("countries")),
        merchant_url=text(record.get("preview_url")),
        affiliate_url=text(record.get("link")),
        logo_url=text(record.get("logo")),
        currency=next((found for each in payments if (found := text(each.get("currency")))), None),
        commissions=tuple(line for each in payments if (line := _line(each))),
        validation_days=known(record.get("hold_period")),
        approval_mode=_LETTING_IN.get((text(record.get("privacy")) or "").strip().lower()),
        not_carried=_not_carried(record),
    )


def _line(payment: Record) -> RawCommission | None:
    value, kind = known(payment.get("revenue")), (text(payment.get("type")) or "").strip().lower()
    currency = text(payment.get("currency"))
    if value is None or kind not in ("percent", "fixed") or (kind == "fixed" and not currency):
        return None
    title, goal = text(payment.get("title")), text(payment.get("goal"))
    named = goal if goal and not goal.strip().isdecimal() else None  # "1" is the goal's number
    return RawCommission(event=title or named, kind=kind, value=value, currency=currency, condition=named or title)
