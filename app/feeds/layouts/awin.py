"""Awin: programmes JSON, programmedetails JSON, and the CSV that publishers export from the directory.

EPC is per single click in the programme's currency. A 0 among the figures often means that there is none: the
normaliser decides that by the index. Source: networks.md 1.5.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeGuard

from app.feeds.layouts.values import Record, known, part, raw, records, silent_by_members, split, text
from mappings.network_program import NetworkProgram, RawCommission, silent_but

_RUNNING = frozenset({"active", "joined", "online", "open", "live"})

_LIST = silent_but(
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
_silent_row = silent_by_members(
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
    currency = text(about.get("currencyCode"))
    region = text(part(about, "primaryRegion", "countryCode")) or text(part(about, "primaryRegion", "name"))
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
        epc=raw(part(kpi, "epc")),
        epc_unit="click",
        epc_currency=currency,
        conversion_rate=raw(part(kpi, "conversionRate")),
        approval_rate=raw(part(kpi, "approvalPercentage")),
        popularity=raw(part(kpi, "awinIndex")),
        popularity_metric="awinIndex",
        silent=_silent(tuple(name in details for name in _DETAILS)),
    )


def details(record: Record, *, source: str = "feed:awin") -> NetworkProgram:
    """An answer of programmedetails alone: `programmeInfo`, `kpi`, `commissionRange`."""
    return programme({}, record, source=source)


def directory_row(row: Record, *, source: str = "feed:awin") -> NetworkProgram:
    """A row of the directory's export: 24 columns, of which the API lacks most. It names no currency."""
    region = text(row.get("primaryRegion"))
    primary = text(row.get("primarySector"))
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
        epc=raw(row.get("epc")),
        epc_unit="click",
        conversion_rate=raw(row.get("conversionRate")),
        approval_rate=raw(row.get("approvalRate")),
        popularity=raw(row.get("awinIndex")),
        popularity_metric="awinIndex",
        product_feed=raw(row.get("feedEnabled")),
        silent=_silent_row(row),
    )


@cache  # eight kinds of records
def _silent(parts: tuple[bool, ...]) -> frozenset[str]:
    """What a programme is silent about, by the parts of `_DETAILS` that it has."""
    return _LIST.difference(*(fields for fields, there in zip(_DETAILS.values(), parts, strict=True) if there))


def _is(value: Any) -> TypeGuard[Record]:
    return isinstance(value, Mapping)


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
