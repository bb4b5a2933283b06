"""FlexOffers: the advertiser list (JSON, CSV). What its EPC is counted over is not said: it is not read.

`programStatus` and `applicationStatus` are the account's relation. `payout` is a text: "Up to 5.60%", "$12.00 CAD".
"""

from __future__ import annotations

from app.feeds.layouts.values import Record, not_carried_by_members, raw, split, text
from mappings.network_program import NetworkProgram

NAMES = (
    "id", "name", "description", "domainUrl", "programStatus", "applicationStatus", "categoryNames", "country",
    "currency", "payout", "imageUrl", "deeplinkURL", "sevenDayEpc", "thirtyDayEpc", "allowsDeeplinking",
)  # fmt: skip
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
        "commissions": "payout",
    }
)


def advertiser(record: Record, *, source: str = "feed") -> NetworkProgram:
    """An advertiser of the list."""
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
        not_carried=_not_carried(record),
    )
