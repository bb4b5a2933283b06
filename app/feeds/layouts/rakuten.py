"""Rakuten Advertising: advertisers (v2), offers and partnerships (v1) JSON.

One advertiser id may run on several of its networks, so the id of a program is the network's number and the
advertiser's id, where the record names the network. Source: networks.md 1.4 and the OpenAPI document named there.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from app.feeds.layouts.values import Record, not_carried_by_members, part, raw, records, text, texts
from mappings.network_program import NetworkProgram, RawCommission

NAMES = (
    "id", "name", "network", "status", "url", "description", "advertiser", "policies", "international_capabilities",
    "ships_to", "features", "deep_links", "product_feed", "deep_link", "deep_link_url", "logo", "profiles", "logo_url",
    "categories", "offer_rules", "commissions", "commission_type", "is_base_commission", "sku_list_name", "tiers",
    "commission", "threshold", "return_days", "update_window", "type", "software", "dsa", "dsa_specs",
)  # fmt: skip
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
_SOFTWARE = ("software",)
_OPEN = "public offer"  # whether one is let in at once is not said
OFFER = frozenset({"commissions", "cookie", "validation_days", "approval_mode"})  # what only offers say
PARTNERSHIP = frozenset({"categories"})  # and only partnerships
_NUMBERED = re.compile(r"(\d{1,3})(?:\s*+-\s*.+)?")  # "1", "1 - United States"


def advertiser(record: Record, *, source: str = "feed:rakuten") -> NetworkProgram:
    """An item of `advertisers`, or the `advertiser` of the detail call."""
    features = record.get("features")
    software = part(record, "policies", "software", "dsa")  # "downloadable software applications"
    return _of(
        record,
        source,
        _ADVERTISER,
        description=text(record.get("description")),
        geo_targeting=texts(part(record, "policies", "international_capabilities", "ships_to")),
        merchant_url=text(record.get("url")),
        affiliate_url=text(part(record, "deep_link", "deep_link_url")),
        logo_url=text(record.get("logo")) or text(part(record, "profiles", "logo_url")),
        deep_links=raw(part(features, "deep_links")),
        product_feed=raw(part(features, "product_feed")),
        traffic_allowed=_SOFTWARE if software is True else (),
        traffic_forbidden=_SOFTWARE if software is False else (),
        restrictions=text(part(record, "policies", "software", "dsa_specs")),
    )


def partnership(record: Record, *, source: str = "feed:rakuten") -> NetworkProgram:
    """An item of `partnerships`: the only call that names categories. Its own `status` is the account's relation."""
    about = record.get("advertiser")
    about = about if isinstance(about, dict) else {}
    return _of(
        about, source, _PARTNERSHIP, categories=texts(about.get("categories")), relation=text(record.get("status"))
    )


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
        approval_mode={"private": "invite", "public": _OPEN}.get((text(record.get("type")) or "").lower()),
    )


def joined(first: NetworkProgram, second: NetworkProgram) -> NetworkProgram:
    """What two calls say of one program: `second` adds what `first` leaves out. Not carried is what neither carries."""
    added = {
        name: value
        for name in NetworkProgram.__struct_fields__
        if getattr(first, name) in (None, ()) and (value := getattr(second, name)) not in (None, ())
    }
    if second.approval_mode == _OPEN:  # a private offer beside a public one asks nobody
        added["approval_mode"] = _OPEN
    return msgspec.structs.replace(first, **{**added, "not_carried": first.not_carried & second.not_carried})


_ALWAYS = {"name": "name", "program_url": "id", "primary_region": "network", "status": "status"}
_ADVERTISER = not_carried_by_members(
    {
        **_ALWAYS,
        "description": "description",  # in the detail call always, in the list at times
        "geo_targeting": "policies",
        **dict.fromkeys(("traffic_allowed", "traffic_forbidden", "restrictions"), "policies"),
        "merchant_url": "url",
        "affiliate_url": "deep_link",
        "logo_url": "logo profiles",
        "deep_links": "features",
        "product_feed": "features",
    }
)
_OFFER = not_carried_by_members({**_ALWAYS, **dict.fromkeys(OFFER, "id")})
_PARTNERSHIP = not_carried_by_members({**_ALWAYS, **dict.fromkeys(PARTNERSHIP, "id")})


def _of(
    about: Record, source: str, not_carried: Callable[[Record], frozenset[str]], **fields: object
) -> NetworkProgram:
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
        not_carried=not_carried(about),
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
