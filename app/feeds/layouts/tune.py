"""TUNE (HasOffers): `Offer` objects of the affiliate API (JSON), of whichever network runs on it.

The payout's type says what its figure is: `cpa_flat` an amount, `cpa_percentage` percent, `cpa_both` one of each.
Without a currency the amount is in the network's own, which the answer does not name: it is unknown, with a warning.
"""

from __future__ import annotations

from app.feeds.layouts.values import Record, known, not_carried_by_members, raw, text
from mappings.network_program import NetworkProgram, RawCommission

NAMES = (
    "id", "name", "description", "status", "currency", "default_payout", "percent_payout", "payout_type",
    "preview_url", "require_approval", "expiration_date",
)  # fmt: skip
_not_carried = not_carried_by_members(
    {
        "name": "name",
        "description": "description",
        "status": "status",
        "merchant_url": "preview_url",
        "commissions": "payout_type",
        "approval_mode": "require_approval",
    }
)
_AMOUNTS = {"cpa_flat": "sale", "cpa_both": "sale", "cpc": "click"}
_PERCENTS = frozenset({"cpa_percentage", "cpa_both"})


def offer(record: Record, *, source: str = "feed") -> NetworkProgram:
    """An `Offer`."""
    asked = raw(record.get("require_approval"))
    return NetworkProgram(
        network="",
        external_id=(text(record.get("id")) or "").strip(),
        data_source=source,
        name=text(record.get("name")),
        description=text(record.get("description")),
        status=text(record.get("status")),
        merchant_url=text(record.get("preview_url")),
        currency=text(record.get("currency")),
        commissions=tuple(_lines(record)),
        approval_mode=None if asked is None else "manual" if str(asked).lower() in ("1", "true") else "auto",
        not_carried=_not_carried(record),
    )


def _lines(record: Record) -> list[RawCommission]:
    kind, currency = (text(record.get("payout_type")) or "").strip().lower(), text(record.get("currency"))
    lines = []
    amount, percent = known(record.get("default_payout")), known(record.get("percent_payout"))
    if kind in _AMOUNTS and amount is not None:
        lines.append(
            RawCommission(event=_AMOUNTS[kind], kind="fixed" if currency else None, value=amount, currency=currency)
        )
    if kind in _PERCENTS and percent is not None:
        lines.append(RawCommission(kind="percent", value=percent))
    return lines
