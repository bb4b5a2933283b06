"""PartnerStack: the marketplace's programs, whose pay stands in the texts of their offers. Source: networks.md 1.7."""

from __future__ import annotations

import re

from app.feeds.layouts.values import Record, not_carried_by_members, raw, records, text, texts
from mappings.network_program import NetworkProgram, RawCommission

NAMES = (
    "key", "id", "name", "description", "category", "status", "created_at", "country", "website", "logo", "commission",
    "offers", "offer", "base_rate", "type_", "currency",
)  # fmt: skip
_MARKET = "https://market.partnerstack.com/page/"
_AMOUNT = re.compile(r"\s*+(?:[A-Z]{0,3}[$€£]|[A-Z]{3})?\s*+\d[\d.,]*+\s*+(?:%|[$€£]|[A-Z]{3})?\s*", re.IGNORECASE)
_TEXTS = ("description", "text", "offer", "title", "name", "summary", "details")
_not_carried = not_carried_by_members(
    {
        "name": "name",
        "description": "description",
        "categories": "category",
        "status": "status",
        "launched": "created_at",
        "primary_region": "country",
        "program_url": "key",
        "merchant_url": "website",
        "logo_url": "logo",
        "commission_text": "offers offer commission",
        "commissions": "offers offer",
    }
)
_PERCENT = frozenset({"revenue_share", "percent", "percentage", "revshare", "rev_share"})
_FIXED = frozenset({"flat", "fixed", "flat_rate", "cpa", "cpl", "flat_fee", "bounty"})


def program(record: Record, *, source: str = "feed:partnerstack") -> NetworkProgram:
    """An item of the marketplace list. `country` is the company's; `key`, not `id`, is what other calls take."""
    key = (text(record.get("key")) or text(record.get("id")) or "").strip()
    lines, said = _offers(record.get("offers") or record.get("offer"))
    if (own := text(record.get("commission"))) and own not in said:
        said.insert(0, own)
    currency = next((found for each in records(record.get("offers")) if (found := text(each.get("currency")))), None)
    return NetworkProgram(
        network="partnerstack",
        external_id=key,
        data_source=source,
        name=text(record.get("name")),
        description=text(record.get("description")),
        categories=texts(record.get("category")),
        status=text(record.get("status")),
        launched=raw(record.get("created_at")),
        primary_region=text(record.get("country")),
        program_url=f"{_MARKET}{key}" if key and re.fullmatch(r"[\w-]+", key, re.ASCII) else None,
        merchant_url=text(record.get("website")),
        logo_url=text(record.get("logo")),
        currency=currency,
        commission_text="; ".join(said) or None,
        commissions=tuple(lines),
        not_carried=_not_carried(record),
    )


def _offers(value: object) -> tuple[list[RawCommission], list[str]]:
    """The rates that offers give as one amount, and everything they say in words."""
    lines: list[RawCommission] = []
    said: list[str] = []
    for offer in value if isinstance(value, list) else [value]:
        if isinstance(offer, dict):
            rate = raw(offer.get("base_rate"))
            line = _line(offer, rate)
            if line:
                lines.append(line)
            elif isinstance(rate, str):
                said.append(rate.strip())
            words = next((found for key in _TEXTS if (found := text(offer.get(key)))), None)
        else:
            words = text(offer)
        if words and words.strip() not in said:
            said.append(words.strip())
    return lines, said


def _line(offer: Record, rate: object) -> RawCommission | None:
    """The offer's base rate, if it is one amount whose unit is known."""
    kind = (text(offer.get("type_")) or text(offer.get("type")) or "").strip().lower()
    kind = "percent" if kind in _PERCENT else "fixed" if kind in _FIXED else ""
    if isinstance(rate, bool) or rate is None or rate == "":
        return None
    if isinstance(rate, str) and not _AMOUNT.fullmatch(rate):
        return None
    bare = not isinstance(rate, str) or rate.strip().replace(".", "").replace(",", "").isdecimal()
    if bare and not kind:
        return None
    value = rate if isinstance(rate, str | int | float) else None
    return RawCommission(value=value, kind=kind if bare else None, currency=text(offer.get("currency")))
