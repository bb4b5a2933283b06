"""FlexOffers: the advertiser list (JSON, CSV). Over how many clicks its EPC is counted is not said.

`programStatus` and `applicationStatus` are the account's relation. `payout` is a text: "Up to 5.60%", "$12.00 CAD";
newer answers have `actions` beside it, each with its commission and what kind it is.
"""

from __future__ import annotations

from app.feeds.layouts.values import Record, known, not_carried_by_members, raw, records, split, text
from mappings.network_program import NetworkProgram, Raw, RawCommission

NAMES = (
    "id",
    "name",
    "description",
    "domainUrl",
    "programStatus",
    "applicationStatus",
    "categoryNames",
    "country",
    "currency",
    "payout",
    "imageUrl",
    "deeplinkURL",
    "sevenDayEpc",
    "thirtyDayEpc",
    "threeMonthEpc",
    "allowsDeeplinking",
    "actions",
    "action",
    "actionType",
    "commission",
    "commissionType",
    "cookieDuration",
)
_KINDS = dict.fromkeys(("percentage", "percent", "%"), "percent") | dict.fromkeys(("fixed", "flat", "amount"), "fixed")
_EPC = (("thirtyDayEpc", "30d"), ("threeMonthEpc", "3m"), ("sevenDayEpc", "7d"))  # fmt: skip
_not_carried = not_carried_by_members(
    {
        "name": "name",
        "description": "description",
        "categories": "categoryNames",
        "primary_region": "country",
        "merchant_url": "domainUrl",
        "affiliate_url": "deeplinkURL",
        "logo_url": "imageUrl",
        "deep_links": "allowsDeeplinking",
        "commission_text": "payout",
        "commissions": "payout actions",
        "epc": "sevenDayEpc thirtyDayEpc threeMonthEpc",
    }
)


def advertiser(record: Record, *, source: str = "feed") -> NetworkProgram:
    """An advertiser of the list."""
    epc, window = _epc(record)
    return NetworkProgram(
        network="",
        external_id=(text(record.get("id")) or "").strip(),
        data_source=source,
        name=text(record.get("name")),
        description=text(record.get("description")),
        categories=split(record.get("categoryNames"), ","),
        primary_region=text(record.get("country")),
        merchant_url=text(record.get("domainUrl")),
        affiliate_url=text(record.get("deeplinkURL")),
        logo_url=text(record.get("imageUrl")),
        deep_links=raw(record.get("allowsDeeplinking")),
        currency=text(record.get("currency")),
        commission_text=text(record.get("payout")),
        commissions=tuple(line for action in records(record.get("actions")) if (line := _line(action))),
        epc=epc,
        epc_unit="",
        epc_window=window,
        not_carried=_not_carried(record),
    )


def _epc(record: Record) -> tuple[Raw, str | None]:
    """The figure, and the time that it is measured over."""
    for name, window in _EPC:
        if (found := known(record.get(name))) is not None:
            return found, window
    return None, None


def _line(action: Record) -> RawCommission | None:
    """What an action pays: `8.00%`, `$12.00`. A bare number says by its type what it is, or nothing."""
    paid, kind = text(action.get("commission")), (text(action.get("commissionType")) or "").strip().lower()
    if paid is None:
        return None
    said = _KINDS.get(kind)
    if said is None and not any(sign in paid for sign in "%$€£"):
        return None
    return RawCommission(
        event=text(action.get("actionType")) or text(action.get("action")),
        kind=said,
        value=paid,
        condition=text(action.get("action")),
    )
