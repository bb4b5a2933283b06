"""Everflow: offers of the affiliate API (JSON), of whichever network runs on it.

`network_id` is the network, `network_offer_id` the offer; `relationship.status` is the account's. What is paid stands
in `relationship.payouts`, amount and percentage apart; a `default_payout` alone does not say which it is.
"""

from __future__ import annotations

from app.feeds.layouts.values import Record, known, names_of, not_carried_by_members, part, records, text
from mappings.network_program import NetworkProgram, RawCommission

NAMES = (
    "network_offer_id", "network_id", "name", "offer_status", "currency_id", "preview_url", "tracking_url",
    "thumbnail_url", "html_description", "visibility", "network_category_name", "relationship", "payouts", "entries",
    "payout_type", "payout_amount", "payout_percentage", "entry_name", "is_default", "category", "ruleset",
    "countries", "country_code",
)  # fmt: skip
_LETTING_IN = {"public": "auto", "require_approval": "manual", "private": "invite"}
_AMOUNTS = {"cpa": "sale", "cpa_cps": "sale", "cpc": "click"}
_PERCENTS = frozenset({"cps", "cpa_cps", "prv"})
_not_carried = not_carried_by_members(
    {
        "name": "name",
        "description": "html_description",
        "categories": "network_category_name",
        "status": "offer_status",
        "merchant_url": "preview_url",
        "affiliate_url": "tracking_url",
        "logo_url": "thumbnail_url",
        "approval_mode": "visibility",
    }
)


def offer(record: Record, *, source: str = "feed") -> NetworkProgram:
    """An offer."""
    relation = record.get("relationship")
    category = text(record.get("network_category_name")) or text(part(relation, "category", "name"))
    currency = text(record.get("currency_id"))
    entries = records(part(relation, "payouts", "entries"))
    countries = part(relation, "ruleset", "countries")
    silent = _not_carried(record)
    spoken = {"commissions": bool(entries), "categories": category is not None, "geo_targeting": countries is not None}
    return NetworkProgram(
        network="",
        external_id=(text(record.get("network_offer_id")) or "").strip(),
        data_source=source,
        name=text(record.get("name")),
        description=text(record.get("html_description")),
        categories=(category,) if category else (),
        status=text(record.get("offer_status")),
        geo_targeting=names_of(countries, "country_code"),
        merchant_url=text(record.get("preview_url")),
        affiliate_url=text(record.get("tracking_url")),
        logo_url=text(record.get("thumbnail_url")),
        currency=currency,
        commissions=tuple(line for each in entries for line in _lines(each, currency)),
        approval_mode=_LETTING_IN.get((text(record.get("visibility")) or "").strip().lower()),
        not_carried=silent - {name for name, there in spoken.items() if there},
    )


def _lines(entry: Record, currency: str | None) -> list[RawCommission]:
    kind = (text(entry.get("payout_type")) or "").strip().lower()
    amount, percent = known(entry.get("payout_amount")), known(entry.get("payout_percentage"))
    condition = None if entry.get("is_default") is True else text(entry.get("entry_name"))
    lines = []
    if kind in _AMOUNTS and amount is not None and currency:
        lines.append(
            RawCommission(event=_AMOUNTS[kind], kind="fixed", value=amount, currency=currency, condition=condition)
        )
    if kind in _PERCENTS and percent is not None:
        lines.append(RawCommission(kind="percent", value=percent, condition=condition))
    return lines
