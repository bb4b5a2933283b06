"""Partnerize: campaigns a publisher sees (JSON). `approval_state` is the account's relation.

Commission is a default rate, a `default_commission` of a type and a value, or a list of such. The cookie's period is in
seconds; a number that makes no whole hour may be in another unit, and is not read.
"""

from __future__ import annotations

from app.feeds.layouts.values import Record, known, not_carried_by_members, part, records, text
from mappings.network_program import NetworkProgram, Raw, RawCommission

NAMES = (
    "campaign_id", "campaign_title", "campaign_name", "title", "description", "default_currency", "currency", "status",
    "campaign_logo", "destination_url", "url", "tracking_link", "camref", "vertical_name", "default_commission",
    "default_commission_rate", "default_commission_value", "type", "value", "allow_deep_linking",
    "commissions", "commission_type", "commission_value", "cookie_period", "cookie_duration", "cookie_length",
)  # fmt: skip
_LINK = "https://prf.hn/click/camref:"
_COOKIE = ("cookie_period", "cookie_duration", "cookie_length")
_HOUR = 3600  # seconds
_STATUS = {"a": "active", "r": "retired", "p": "paused"}
_not_carried = not_carried_by_members(
    {
        "name": "campaign_title campaign_name title",
        "description": "description",
        "categories": "vertical_name",
        "status": "status",
        "merchant_url": "destination_url url",
        "affiliate_url": "tracking_link camref",
        "logo_url": "campaign_logo",
        "deep_links": "allow_deep_linking",
        "cookie": " ".join(_COOKIE),
        "commissions": "commissions default_commission default_commission_rate default_commission_value",
    }
)


def campaign(record: Record, *, source: str = "feed") -> NetworkProgram:
    """A campaign."""
    currency = text(record.get("default_currency")) or text(record.get("currency"))
    vertical, state = text(record.get("vertical_name")), text(record.get("status"))
    described = record.get("description")
    camref = (text(record.get("camref")) or "").strip()
    link = f"{_LINK}{camref}" if camref.isascii() and camref.isalnum() else None
    return NetworkProgram(
        network="",
        external_id=(text(record.get("campaign_id")) or "").strip(),
        data_source=source,
        name=next((found for key in NAMES[1:4] if (found := text(record.get(key)))), None),
        description=text(described) or text(part(described, "en")),
        categories=(vertical,) if vertical else (),
        status=_STATUS.get(state.strip().lower(), state) if state else None,
        merchant_url=text(record.get("destination_url")) or text(record.get("url")),
        affiliate_url=text(record.get("tracking_link")) or link,
        logo_url=text(record.get("campaign_logo")),
        deep_links=text(record.get("allow_deep_linking")),
        currency=currency,
        commissions=tuple(_lines(record, currency)),
        cookie=next((_cookie(period) for name in _COOKIE if (period := known(record.get(name))) is not None), None),
        not_carried=_not_carried(record),
    )


def _cookie(written: Raw) -> Raw:
    """A period in seconds as hours; what is another text as it stands."""
    said = text(written) or ""
    if not said.strip().isdecimal():
        return written
    seconds = int(said.strip()[:12])
    return f"{seconds // _HOUR} hours" if seconds % _HOUR == 0 else f"{said.strip()}, of an unknown unit"


def _lines(record: Record, currency: str | None) -> list[RawCommission]:
    given = record.get("default_commission")
    kind, value = text(part(given, "type")), known(part(given, "value"))
    if value is not None:
        return [RawCommission(kind=kind, value=value, currency=currency)] if kind else []
    lines = []
    for each in records(record.get("commissions")):
        kind, paid = text(each.get("commission_type")), known(each.get("commission_value"))
        if kind and paid is not None:
            lines.append(RawCommission(kind=kind, value=paid, currency=currency))
    if (percent := known(record.get("default_commission_rate"))) is not None:
        lines.append(RawCommission(kind="percent", value=percent))
    if (amount := known(record.get("default_commission_value"))) is not None and currency:
        lines.append(RawCommission(kind="fixed", value=amount, currency=currency))
    return lines
