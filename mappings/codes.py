"""Closed sets of values: what a coded field may hold. Filters fold case against them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from babel import Locale

from mappings.networks import NETWORKS
from mappings.taxonomy import VERTICALS

STATUSES = ("active", "paused", "closed")
COMMISSION_TYPES = ("percent", "fixed", "tiered", "hybrid")
EPC_UNITS = ("click", "100 clicks")
EPC_WINDOWS = ("7d", "30d", "3m", "12w")
POPULARITY_METRICS = ("gravity", "powerRank", "networkRank", "awinIndex")
PAYMENT_RISKS = ("none", "level 1", "level 2", "level 3", "level 4", "level 5", "level 6")
PAYMENT_METHODS = (
    "bank-transfer",
    "check",
    "crypto",
    "direct-deposit",
    "payoneer",
    "paypal",
    "stripe",
    "wire",
)
APPROVAL_MODES = ("auto", "manual", "invite")

# CLDR lists regions that are no countries: the world, unions, and codes set aside for private use.
_NOT_COUNTRIES = {"EU", "EZ", "UN", "QO", "ZZ", "XA", "XB", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"}


@cache
def countries() -> dict[str, str]:
    """ISO 3166-1 alpha-2 code to English name (CLDR)."""
    names = Locale("en").territories
    return {
        code: name
        for code, name in sorted(names.items())
        if len(code) == 2 and code.isalpha() and code not in _NOT_COUNTRIES
    }


@cache
def languages() -> dict[str, str]:
    """ISO 639-1 code to English name (CLDR)."""
    return {code: name for code, name in sorted(Locale("en").languages.items()) if len(code) == 2}


@cache
def currencies() -> dict[str, str]:
    """ISO 4217 code to English name (CLDR)."""
    return {code: name for code, name in sorted(Locale("en").currencies.items()) if len(code) == 3}


@cache
def members(name: str) -> dict[str, str]:
    """The set of that name: lower-cased spelling to the spelling that is stored."""
    values: tuple[str, ...]
    match name:
        case "network":
            values = tuple(network.slug for network in NETWORKS)
        case "vertical":
            values = tuple(vertical.slug for vertical in VERTICALS)
        case "country":
            values = tuple(countries())
        case "language":
            values = tuple(languages())
        case "currency":
            values = tuple(currencies())
        case _:
            values = _SHORT[name]
    return {value.lower(): value for value in values}


@cache
def labels(name: str) -> Mapping[str, str]:
    """Stored spelling to what it is called in English, for the sets whose codes do not say it themselves."""
    match name:
        case "network":
            return {network.slug: network.name for network in NETWORKS}
        case "vertical":
            return {vertical.slug: vertical.label for vertical in VERTICALS}
        case "country":
            return countries()
        case "language":
            return languages()
        case "currency":
            return currencies()
        case _:
            return {}


_SHORT = {
    "status": STATUSES,
    "commissionType": COMMISSION_TYPES,
    "epcUnit": EPC_UNITS,
    "epcWindow": EPC_WINDOWS,
    "popularityMetric": POPULARITY_METRICS,
    "paymentRisk": PAYMENT_RISKS,
    "paymentMethod": PAYMENT_METHODS,
    "approvalMode": APPROVAL_MODES,
}
