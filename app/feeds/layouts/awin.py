"""Awin: programmes JSON, programmedetails JSON, and the CSV that publishers export from the directory.

EPC is per single click in the programme's currency. A 0 among the figures beside an index of 0 means that there is
none. Source: networks.md 1.5.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeGuard

from app.feeds.layouts.values import Record, known, not_carried_by_members, part, raw, records, split, text
from mappings.network_program import NetworkProgram, Raw, RawCommission, all_fields_but

_RUNNING = frozenset({"active", "joined", "online", "open", "live"})

NAMES = (
    "id", "advertiserId", "name", "description", "primarySector", "status", "linkStatus", "primaryRegion",
    "countryCode", "displayUrl", "clickThroughUrl", "logoUrl", "deeplinkEnabled", "currencyCode", "programmeInfo",
    "kpi", "commissionRange", "type", "min", "max", "validationDays", "averagePaymentTime", "epc", "conversionRate",
    "approvalPercentage", "awinIndex",
)  # fmt: skip
_LIST = all_fields_but(
    "name", "description", "categories", "status", "primary_region", "geo_targeting", "merchant_url", "affiliate_url",
    "logo_url",
)  # fmt: skip
# What the answer of programmedetails adds, by its parts.
_DETAILS = {
    "programmeInfo": frozenset({"deep_links"}),
    "commissionRange": frozenset({"commissions"}),
    "kpi": frozenset(
        {"validation_days", "payment_days", "epc", "conversion_rate", "approval_rate", "popularity"},
    ),
}
_row_not_carried = not_carried_by_members(
    {
        "name": "programmeName",
        "description": "descriptionShort",
        "categories": "primarySector subSectors parentSectors",
        "launched": "launchDate",
        "primary_region": "primaryRegion",
        "geo_targeting": "primaryRegion",
        "merchant_url": "displayUrl",
        "logo_url": "logoUrl",
        "commissions": "commissionMin commissionMax leadMin leadMax",
        "cookie": "cookieLength",
        "payment_days": "averagePaymentTime",
        "payment_risk": "paymentRiskLevel",
        "epc": "epc",
        "conversion_rate": "conversionRate",
        "approval_rate": "approvalRate",
        "popularity": "awinIndex",
        "product_feed": "feedEnabled",
    }
)


def programme(record: Record, details: Record | None = None, *, source: str = "feed:awin") -> NetworkProgram:
    """An item of the programmes list; with `details`, the answer of programmedetails about the same programme."""
    details = record if details is None else details  # some tools store both as one
    more = part(details, "programmeInfo")
    about = {**record, **{key: value for key, value in more.items() if value is not None}} if _is(more) else record
    kpi = part(details, "kpi")
    index = known(part(kpi, "awinIndex"))
    currency = text(about.get("currencyCode"))
    where = about.get("primaryRegion")
    region = text(where) or text(part(where, "countryCode")) or text(part(where, "name"))
    return NetworkProgram(
        network="awin",
        external_id=(text(about.get("id")) or text(about.get("advertiserId")) or "").strip(),
        data_source=source,
        name=text(about.get("name")),
        description=text(about.get("description")),
        categories=(sector,) if (sector := text(about.get("primarySector"))) else (),
        status=_status(about),
        primary_region=region,
        geo_targeting=(region,) if region else (),
        merchant_url=text(about.get("displayUrl")),
        affiliate_url=text(about.get("clickThroughUrl")),
        logo_url=text(about.get("logoUrl")),
        deep_links=raw(about.get("deeplinkEnabled")),
        currency=currency,
        commissions=_ranges(part(details, "commissionRange"), currency),
        validation_days=known(part(kpi, "validationDays")),
        payment_days=known(part(kpi, "averagePaymentTime")),
        epc=_figure(part(kpi, "epc"), index),
        epc_unit="click",
        epc_currency=currency,
        conversion_rate=_figure(part(kpi, "conversionRate"), index),
        approval_rate=_figure(part(kpi, "approvalPercentage"), index),
        popularity=index,
        popularity_metric="awinIndex",
        relation=text(about.get("membershipStatus")),
        not_carried=_not_carried(tuple(name in details for name in _DETAILS)),
    )


def details(record: Record, *, source: str = "feed:awin") -> NetworkProgram:
    """An answer of programmedetails alone: `programmeInfo`, `kpi`, `commissionRange`."""
    return programme({}, record, source=source)


def directory_row(row: Record, *, source: str = "feed:awin") -> NetworkProgram:
    """A row of the directory's export: 24 columns, of which the API lacks most. None names a currency."""
    region = text(row.get("primaryRegion"))
    primary = text(row.get("primarySector"))
    index = known(row.get("awinIndex"))
    sectors = split(row.get("subSectors"), "|") or (() if primary else split(row.get("parentSectors"), "|"))
    lines = []
    low, high = known(row.get("commissionMin")), known(row.get("commissionMax"))
    if low is not None or high is not None:
        lines.append(RawCommission(event="sale", kind="percent", low=low, high=high))
    low, high = known(row.get("leadMin")), known(row.get("leadMax"))
    if low is not None or high is not None:
        lines.append(RawCommission(event="lead", kind="fixed", low=low, high=high))
    return NetworkProgram(
        network="awin",
        external_id=(text(row.get("advertiserId")) or "").strip(),
        data_source=source,
        name=text(row.get("programmeName")),
        description=text(row.get("descriptionShort")),
        categories=tuple(dict.fromkeys((primary, *sectors) if primary else sectors)),
        launched=raw(row.get("launchDate")),
        primary_region=region,
        geo_targeting=(region,) if region else (),
        merchant_url=text(row.get("displayUrl")),
        logo_url=text(row.get("logoUrl")),
        commissions=tuple(lines),
        cookie=known(row.get("cookieLength")),
        payment_days=known(row.get("averagePaymentTime")),
        payment_risk=text(row.get("paymentRiskLevel")),
        epc=_figure(row.get("epc"), index),
        epc_unit="click",
        conversion_rate=_figure(row.get("conversionRate"), index),
        approval_rate=_figure(row.get("approvalRate"), index),
        popularity=index,
        popularity_metric="awinIndex",
        product_feed=raw(row.get("feedEnabled")),
        not_carried=_row_not_carried(row),
    )


@cache  # eight kinds of records
def _not_carried(parts: tuple[bool, ...]) -> frozenset[str]:
    """The fields that a programme does not carry, by the parts of `_DETAILS` that it has."""
    return _LIST.difference(*(fields for fields, there in zip(_DETAILS.values(), parts, strict=True) if there))


def _is(value: Any) -> TypeGuard[Record]:
    return isinstance(value, Mapping)


def _figure(value: Any, index: Raw) -> Raw:
    """A figure as it stands; a 0 beside no index, which begins above it, means that there is none."""
    return known(value) if index is None else raw(value)


def _status(about: Record) -> str | None:
    """The programme's own state, and where that is well, the state of its links."""
    own, links = text(about.get("status")), text(about.get("linkStatus"))
    if own is None or own.strip().lower() in _RUNNING:
        return links or own
    return own


def _ranges(value: object, currency: str | None) -> tuple[RawCommission, ...]:
    """`commissionRange`: a line per kind, `percentage` or `fix`; a 0 at its lower end is no promise of nothing."""
    return tuple(
        RawCommission(
            kind=text(line.get("type")),
            low=known(line.get("min")),
            high=known(line.get("max")),
            currency=currency,
        )
        for line in records(value)
    )
