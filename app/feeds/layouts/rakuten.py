"""Rakuten Advertising: advertisers (v2), offers and partnerships (v1) JSON.

One advertiser id may run on several of its networks, so the id of a program is the network's number and the
advertiser's id, where the record names the network. Source: networks.md 1.4 and the OpenAPI document named there.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from app.feeds.layouts.values import Record, part, raw, records, silent_by_members, text, texts
from mappings.network_program import NetworkProgram, RawCommission

_NUMBERS = {
    "united states": "1", "us": "1", "usa": "1",
    "united kingdom": "3", "uk": "3", "gb": "3",
    "canada": "5", "ca": "5",
    "europe": "7", "eu": "7",
    "brazil": "8", "br": "8",
    "germany": "9", "de": "9",
    "asia pacific": "41", "asia-pacific": "41", "apac": "41",
}  # fmt: skip
_COUNTRIES = {"1": "US", "3": "GB", "5": "CA", "8": "BR", "9": "DE"}
_CURRENCIES = {"1": "USD", "3": "GBP", "5": "CAD", "7": "EUR", "8": "BRL", "9": "EUR"}
OFFER = frozenset({"commissions", "cookie", "validation_days", "approval_mode"})  # what only offers say
PARTNERSHIP = frozenset({"categories"})  # and only partnerships
_NUMBERED = re.compile(r"(\d{1,3})(?:\s*-\s*.+)?")  # "1", "1 - United States"


def advertiser(record: Record, *, source: str = "feed:rakuten") -> NetworkProgram:
    """An item of `advertisers`, or the `advertiser` of the detail call."""
    features = record.get("features")
    return _of(
        record,
        source,
        _ADVERTISER,
        description=text(record.get("description")),
        geo_targeting=texts(part(record, "policies", "international_capabilities", "ships_to")),
        merchant_url=text(record.get("url")),
        affiliate_url=text(part(record, "deep_link", "deep_link_url")),
        logo_url=text(record.get("logo")),
        deep_links=raw(part(features, "deep_links")),
        product_feed=raw(part(features, "product_feed")),
    )


def partnership(record: Record, *, source: str = "feed:rakuten") -> NetworkProgram:
    """An item of `partnerships`: the only call that names categories. Its own `status` is the account's relation."""
    about = record.get("advertiser")
    about = about if isinstance(about, dict) else {}
    return _of(about, source, _PARTNERSHIP, categories=texts(about.get("categories")))


def offer(record: Record, *, source: str = "feed:rakuten") -> NetworkProgram:
    """An item of `offers`: the commission of one advertiser. `return_days` is the cookie's life."""
    about = record.get("advertiser")
    about = about if isinstance(about, dict) else {}
    lines = tuple(
        line
        for rule in records(record.get("offer_rules"))
        for commission in records(rule.get("commissions"))
        for line in _lines(rule, commission)
    )
    return _of(
        about,
        source,
        _OFFER,
        commissions=lines,
        cookie=raw(record.get("return_days")),
        validation_days=raw(record.get("update_window")),
        approval_mode="invite" if text(record.get("type")) == "private" else None,
    )


def joined(first: NetworkProgram, second: NetworkProgram) -> NetworkProgram:
    """What two calls say of one program: `second` adds what `first` leaves out. Silent is what neither speaks of."""
    added = {
        name: value
        for name in NetworkProgram.__struct_fields__
        if getattr(first, name) in (None, ()) and (value := getattr(second, name)) not in (None, ())
    }
    return msgspec.structs.replace(first, **{**added, "silent": first.silent & second.silent})


_ALWAYS = {"name": "name", "program_url": "id", "primary_region": "network", "status": "status"}
_ADVERTISER = silent_by_members(
    {
        **_ALWAYS,
        "description": "description",  # in the detail call always, in the list at times
        "geo_targeting": "policies",
        "merchant_url": "url",
        "affiliate_url": "deep_link",
        "logo_url": "logo",
        "deep_links": "features",
        "product_feed": "features",
    }
)
_OFFER = silent_by_members({**_ALWAYS, **dict.fromkeys(OFFER, "id")})
_PARTNERSHIP = silent_by_members({**_ALWAYS, **dict.fromkeys(PARTNERSHIP, "id")})


def _of(about: Record, source: str, silent: Callable[[Record], frozenset[str]], **fields: object) -> NetworkProgram:
    number = _network(about.get("network"))
    own = (text(about.get("id")) or "").strip()
    return NetworkProgram(
        network="rakuten",
        external_id=f"{number}-{own}" if number and own else own,
        data_source=source,
        name=text(about.get("name")),
        status=text(about.get("status")),
        primary_region=_COUNTRIES.get(number or ""),
        program_url=f"https://publisher.rakutenadvertising.com/advertisers/{own}" if own.isdigit() else None,
        currency=_CURRENCIES.get(number or ""),
        silent=silent(about),
        **fields,  # type: ignore[arg-type]  # each call passes fields of the record
    )


def _network(value: object) -> str | None:
    """The number of one of Rakuten's networks, which some calls write as its name."""
    written = text(value)
    if written is None:
        return None
    if match := _NUMBERED.fullmatch(written.strip()):
        return match[1]
    return _NUMBERS.get(written.strip().lower().removesuffix(" network").strip())


def _lines(rule: Record, commission: Record) -> list[RawCommission]:
    """The tiers of one commission: from `threshold` on, of the order's or the month's amount."""
    kind = (text(commission.get("commission_type")) or "percentage").lower()
    named = text(commission.get("description")) or text(rule.get("sku_list_name"))
    base = rule.get("is_base_commission") is True
    return [
        RawCommission(
            event="sale",
            kind="percent" if kind.startswith("percent") else "fixed",
            value=raw(tier.get("commission")),
            threshold=raw(tier.get("threshold")),
            condition=None if base else named,
        )
        for tier in records(commission.get("tiers"))
    ]
