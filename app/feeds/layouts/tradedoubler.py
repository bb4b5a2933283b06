"""TradeDoubler: programs of the publisher API (JSON), and the report of one's programs (XML, CSV).

The average EPC is per click in the program's currency; the cancellation rate is a share. `statusId` and the report's
`status` are the account's relation to a program. `cpa`, `cpl` and `cpc` only say that there are such commissions.
"""

from __future__ import annotations

from app.feeds.layouts.values import Record, known, not_carried_by_members, raw, text
from mappings.network_program import NetworkProgram, Raw, RawCommission

NAMES = (
    "id", "name", "countryCode", "closedProgram", "paused", "logoUrl", "startDate", "avgEpc", "avgPaymentDays",
    "avgCancellationRate", "productFeed", "autoAccept", "currencyCode", "homePage", "deepLinking", "programId",
    "programName", "programTariffPercentage", "programTariffAmount", "programTariffCurrency",
)  # fmt: skip
_not_carried = not_carried_by_members(
    {
        "name": "name",
        "status": "paused",
        "launched": "startDate",
        "primary_region": "countryCode",
        "geo_targeting": "countryCode",
        "merchant_url": "homePage",
        "logo_url": "logoUrl",
        "deep_links": "deepLinking",
        "payment_days": "avgPaymentDays",
        "epc": "avgEpc",
        "reversal_rate": "avgCancellationRate",
        "approval_mode": "autoAccept closedProgram",
        "product_feed": "productFeed",
    }
)
_not_carried_row = not_carried_by_members(
    {"name": "programName", "commissions": "programTariffPercentage programTariffAmount"}
)


def program(record: Record, *, source: str = "feed") -> NetworkProgram:
    """An item of the program list."""
    region = text(record.get("countryCode"))
    currency = text(record.get("currencyCode"))
    closed, auto = record.get("closedProgram"), record.get("autoAccept")
    return NetworkProgram(
        network="",
        external_id=(text(record.get("id")) or "").strip(),
        data_source=source,
        name=text(record.get("name")),
        status="paused" if _yes(record.get("paused")) else None,
        launched=raw(record.get("startDate")),
        primary_region=region,
        geo_targeting=(region,) if region else (),
        merchant_url=text(record.get("homePage")),
        logo_url=text(record.get("logoUrl")),
        deep_links=raw(record.get("deepLinking")),
        currency=currency,
        payment_days=known(record.get("avgPaymentDays")),
        epc=raw(record.get("avgEpc")),
        epc_unit="click",
        epc_currency=currency,
        reversal_rate=_percent(record.get("avgCancellationRate")),
        # Closed programs take whom they ask; they run on.
        approval_mode="invite" if _yes(closed) else None if auto is None else "auto" if _yes(auto) else "manual",
        product_feed=raw(record.get("productFeed")),
        not_carried=_not_carried(record),
    )


def report_row(record: Record, *, source: str = "feed") -> NetworkProgram:
    """A row of the report of one's programs: a percentage, or an amount with its currency; 0 is none of it."""
    currency = text(record.get("programTariffCurrency"))
    percent, amount = known(record.get("programTariffPercentage")), known(record.get("programTariffAmount"))
    lines = []
    if percent is not None:
        lines.append(RawCommission(kind="percent", value=percent))
    if amount is not None and currency:
        lines.append(RawCommission(kind="fixed", value=amount, currency=currency))
    return NetworkProgram(
        network="",
        external_id=(text(record.get("programId")) or "").strip(),
        data_source=source,
        name=text(record.get("programName")),
        currency=currency,
        commissions=tuple(lines),
        not_carried=_not_carried_row(record),
    )


def _yes(value: object) -> bool:
    return value is True or str(value).strip().lower() in ("true", "1", "yes")


def _percent(value: object) -> Raw:
    """A share as percent; what is more than 1 is percent already."""
    written = text(value)
    try:
        share = float(written or "")
    except ValueError:
        return None
    return round(share * 100, 4) if 0 <= share <= 1 else share
