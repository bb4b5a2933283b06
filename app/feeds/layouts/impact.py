"""impact.com: campaigns (JSON, or XML read into the same keys) and the contracts that say what is paid.

All values are strings. Campaigns list only programmes the account has joined. Source: networks.md 1.6.
"""

from __future__ import annotations

from app.feeds.layouts.values import Record, part, raw, records, text, texts
from mappings.network_program import NetworkProgram, RawCommission, all_fields_but

_BASE = "https://api.impact.com"  # relative addresses in answers start here
_BELOW_ACCOUNT = "/mediapartners/"
_MONTH_DAYS = 30
NAMES = (
    "CampaignId", "CampaignName", "AdvertiserName", "CampaignDescription", "ContractStatus", "ShippingRegions",
    "ShippingRegion", "CampaignUrl", "AdvertiserUrl", "TrackingLink", "CampaignLogoUri", "AllowsDeeplinking",
    "PublicTermsUri", "Payout",
)  # fmt: skip
CONTRACT = frozenset({"commissions", "cookie", "validation_days", "restrictions"})  # what only a contract says
_PAYOUT = frozenset({"commission_text", "commissions"})
_LIST = all_fields_but(
    "name", "description", "status", "geo_targeting", "program_url", "merchant_url", "affiliate_url", "logo_url",
    "deep_links",
)  # fmt: skip


def _not_carried(contract: bool, payout: bool) -> frozenset[str]:
    return _LIST - (CONTRACT if contract else frozenset()) - (_PAYOUT if payout else frozenset())


def campaign(record: Record, contract: Record | None = None, *, source: str = "feed:impact") -> NetworkProgram:
    """An item of `Campaigns`; with `contract`, the account's contract with it or its public terms.

    `AdvertiserId` is the company, which may run several campaigns: the program is `CampaignId`.
    """
    terms = part(contract, "Terms") or contract or {}
    payout = text(record.get("Payout"))  # in what the site's own table is exported as
    payouts = records(part(terms, "EventPayouts"))
    return NetworkProgram(
        network="impact",
        external_id=(text(record.get("CampaignId")) or text(part(contract, "CampaignId")) or "").strip(),
        data_source=source,
        name=text(record.get("CampaignName")) or text(record.get("AdvertiserName")),
        description=text(record.get("CampaignDescription")),
        status=_status(text(record.get("ContractStatus"))),
        geo_targeting=_regions(record.get("ShippingRegions")),
        program_url=_public(text(record.get("PublicTermsUri"))),
        merchant_url=text(record.get("CampaignUrl")) or text(record.get("AdvertiserUrl")),
        affiliate_url=text(record.get("TrackingLink")),
        logo_url=_public(text(record.get("CampaignLogoUri"))),
        deep_links=raw(record.get("AllowsDeeplinking")),
        currency=text(part(terms, "Currency")),
        commission_text=payout,
        commissions=tuple(line for payout in payouts for line in _lines(payout, text(part(terms, "Currency")))),
        cookie=_window(payouts),
        validation_days=_locking(payouts),
        restrictions=_special(records(part(terms, "SpecialTermsList"))),
        relation=text(record.get("ContractStatus")),
        not_carried=_not_carried(contract is not None, payout is not None),
    )


def _special(terms: tuple[Record, ...]) -> str | None:
    """The terms that a brand adds to its contract, each below its name."""
    said = ((text(each.get("TermsName")), text(each.get("TermsContent"))) for each in terms)
    return "\n".join(line for name, content in said if content for line in (name, content) if line) or None


def _public(address: str | None) -> str | None:
    """An address of the API as a whole one; None for what lies below an account: its SID is half of the login."""
    if address is None or _BELOW_ACCOUNT in address.lower():
        return None
    return f"{_BASE}{address}" if address.startswith("/") else address


def _status(contract: str | None) -> str | None:
    """The state of the contract where it is one of the program's too: a pending or declined one is the account's."""
    return contract if contract and contract.strip().lower() in ("active", "expired") else None


def _regions(value: object) -> tuple[str, ...]:
    """`["UK", "CANADA"]`, or in XML `{"ShippingRegion": [...]}`."""
    return texts(value.get("ShippingRegion")) if isinstance(value, dict) else texts(value)


def _lines(payout: Record, currency: str | None) -> list[RawCommission]:
    """What an event pays by default, and what its groups pay instead. Bonuses on top are not rates: left out."""
    event = text(payout.get("EventCategory")) or text(payout.get("EventTypeName"))
    lines = _rates(event, payout.get("DefaultPayoutRate"), payout.get("DefaultPayout"), currency, None)
    for group in records(part(payout, "PayoutGroups")):
        conditions = "; ".join(map(_condition, records(group.get("Rules"))))
        lines += _rates(event, group.get("PayoutRate"), group.get("Payout"), currency, conditions or None)
    return lines


def _rates(
    event: str | None, rate: object, amount: object, currency: str | None, condition: str | None
) -> list[RawCommission]:
    lines = []
    if (percent := raw(rate)) is not None:
        lines.append(RawCommission(event=event, kind="percent", value=percent, condition=condition))
    if (fixed := raw(amount)) is not None:
        lines.append(RawCommission(event=event, kind="fixed", value=fixed, currency=currency, condition=condition))
    return lines


def _condition(rule: Record) -> str:
    """`CUSTOMER_STATUS IS EXISTING`."""
    values = ", ".join(texts(rule.get("Values")))
    return " ".join(filter(None, (text(rule.get("Variable")), text(rule.get("Operator")), values)))


def _window(payouts: tuple[Record, ...]) -> str | None:
    """How long a click counts: `30 days`, of the first event that says so."""
    for payout in payouts:
        for referral in records(payout.get("ValidReferrals")):
            window, unit = text(referral.get("Window")), (text(referral.get("WindowUnit")) or "day").lower()
            if window and (text(referral.get("Type")) or "CLICKS").upper().startswith("CLICK"):
                return f"{window} {unit if unit.endswith('s') else unit + 's'}"
    return None


def _locking(payouts: tuple[Record, ...]) -> int | None:
    """Days until an action is locked; a month counts as 30."""
    for payout in payouts:
        months, days = (text(part(payout, "Locking", key)) for key in ("MonthOffset", "DayOffset"))
        if (months and months.isdecimal()) or (days and days.isdecimal()):
            whole = [int(each) if each and each.isdecimal() else 0 for each in (months, days)]
            return whole[0] * _MONTH_DAYS + whole[1]
    return None
