"""Refersion: the merchants an affiliate has joined; there is no catalogue. Source: networks.md 1.8."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from app.feeds.layouts.values import Record, text
from mappings.network_program import NetworkProgram, all_fields_but

NAMES = ("shop", "shop_identifier", "name", "url", "status", "rfsn_parameter")
_NOT_CARRIED = all_fields_but("name", "merchant_url", "affiliate_url")


def affiliate(record: Record, *, source: str = "feed:refersion") -> NetworkProgram:
    """An item of `affiliates`: a shop, and the parameter that makes the affiliate's link of its address.

    Its `status` is the account's relation to the shop.
    """
    shop = record.get("shop")
    shop = shop if isinstance(shop, dict) else {}
    address = text(shop.get("url"))
    return NetworkProgram(
        network="refersion",
        external_id=(text(shop.get("shop_identifier")) or "").strip(),
        data_source=source,
        name=text(shop.get("name")),
        merchant_url=address,
        affiliate_url=_link(address, text(record.get("rfsn_parameter"))),
        relation=text(record.get("status")),
        not_carried=_NOT_CARRIED,
    )


def _link(address: str | None, parameter: str | None) -> str | None:
    """`https://shop.example/?rfsn=1.2`; the parameter comes with its name, or as its value alone."""
    if not address or not parameter:
        return None
    pair = parameter.strip().lstrip("?&")
    pair = pair if "=" in pair else f"rfsn={pair}"
    try:
        parts = urlsplit(address if "://" in address else f"https://{address}")
    except ValueError:  # no address at all
        return None
    query = f"{parts.query}&{pair}" if parts.query else pair
    return urlunsplit(parts._replace(path=parts.path or "/", query=query))
