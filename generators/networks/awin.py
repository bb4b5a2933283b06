"""Awin: international; percent ranges and leads, EPC per click in the program's currency, index, payment.

Source: networks.md 6.1, 2,765 programs of Awin DE. Its heaps of rates are kept inside 5 to 25 % and scaled
to add up; a share of 65 % without public commission would leave the catalogue's rule (at most 10 %), so it
is 5 %.
"""

from __future__ import annotations

import math

from generators.distributions import (
    NORMAL,
    fitted,
    heap,
    lognormal,
    normal_correlation,
    quantiles,
    share_below,
)
from generators.listing import Catalogue, ListedProgram, launched
from generators.merchants import Uniform
from mappings.network_program import NetworkProgram, RawCommission

CATEGORIES = {
    "Health & Beauty": ("beauty", 326.0),
    "Home & Garden": ("homegarden", 286.0),
    "Clothing": ("clothing", 163.0),
    "Sports Equipment": ("sports", 133.0),
    "FMCG": ("fmcg", 122.0),
    "Furniture & Soft Furnishings": ("furniture", 111.0),
    "Pets & Pet Care": ("pets", 76.0),
    "Sportswear": ("sportswear", 74.0),
    "Electronic Superstore": ("electronics", 73.0),
    "Clothing Accessories": ("accessories", 72.0),
    "Hotels & Accommodation": ("hotels", 70.0),
    "Automotive": ("automotive", 67.0),
    "Electronic Accessories": ("electronicaccessories", 64.0),
    "Jewellery": ("jewellery", 53.0),
    "Travel Agencies": ("travel", 44.0),
    "Shoes": ("shoes", 43.0),
    "Education, Training & Recruitment": ("education", 43.0),
}
"""Shares are the recorded counts of programs by primary sector."""

PLACES = {
    "DE.de": 21.0, "AT.de": 1.5, "CH.de": 1.5, "GB.en": 26.0, "US.en": 10.0, "IE.en": 1.0,
    "FR.fr": 9.0, "BE.fr": 1.0, "NL.nl": 7.0, "BE.nl": 1.5, "ES.es": 5.5, "IT.it": 5.0,
    "PL.pl": 4.0, "SE.sv": 3.0, "BR.pt": 1.5, "PT.pt": 1.5,
}  # fmt: skip

RATES = {
    8.0: 126.0, 10.0: 120.0, 5.0: 98.0, 6.0: 81.0, 7.0: 71.0, 12.0: 43.0, 15.0: 41.0, 20.0: 13.0,
    9.0: 16.0, 5.5: 4.0, 6.5: 5.0, 7.5: 7.0, 8.5: 4.0, 11.0: 8.0, 13.0: 6.0, 14.0: 5.0, 16.0: 4.0, 18.0: 5.0,
    25.0: 7.0,
}  # fmt: skip
"""Highest percent: the recorded heaps from 5 to 20, and about a tenth of rows between them up to 25."""

LOWEST_RATE = 5.0
MIDDLES = {
    "Electronic Superstore": 5.0, "Electronic Accessories": 6.0, "Automotive": 5.0,
    "Hotels & Accommodation": 5.0, "Clothing": 8.0, "Home & Garden": 7.0, "Sports Equipment": 7.0,
    "Health & Beauty": 10.0, "FMCG": 10.0,
}  # fmt: skip
"""Median percent by sector, as far as recorded; the others take the median of all."""
MIDDLE_OF_ALL = 8.0
SPREAD = 0.45
"""How far, in logarithms, rates lie around their sector's middle; the recorded 0.62 is over all sectors."""

_PROGRAMS = sum(count for _, count in CATEGORIES.values())
_LEANING = fitted(
    {category: count / _PROGRAMS for category, (_, count) in CATEGORIES.items()},
    {rate: count / sum(RATES.values()) for rate, count in RATES.items()},
    {
        category: {
            rate: math.exp(-((math.log(rate / MIDDLES.get(category, MIDDLE_OF_ALL)) / SPREAD) ** 2) / 2)
            for rate in RATES
        }
        for category in CATEGORIES
    },
)
RATE_OF = {category: heap(shares) for category, shares in _LEANING.items()}

# Of programs with a visible rate 92 % pay percent only, 8 % percent and leads; 6 % of all pay leads only.
SHAPES = heap({"percent": 85, "both": 7.5, "lead": 2.5, "none": 5})
RANGE_SHARE = 0.25  # 205 of 821 give a lower bound of their own
LOWER_BY = heap({1.0: 35, 2.0: 30, 3.0: 20, 5.0: 15})
LEADS = heap({30: 18, 10: 18, 5: 15, 8: 10, 40: 10, 1: 10, 15: 7, 20: 5, 50: 4, 80: 2, 190: 1})

EPC = lognormal(-1.56, 1.35)  # programme currency per click
CONVERSION = lognormal(0.99, 1.36, highest=100.0)  # percent
EPC_WITH_CONVERSION = normal_correlation(0.42)
EPC_WITH_INDEX = normal_correlation(0.16)
NO_EPC_SHARE = 0.16
NO_INDEX_SHARE = 0.22  # zero or blank; covers the rows without EPC
ZERO_SHARE = 0.5  # of unknown figures are written 0, the others are blank
INDEX = quantiles({0: 12, 0.05: 30, 0.25: 45, 0.5: 55, 0.75: 69, 0.95: 85, 1: 99}, digits=1)
APPROVAL = quantiles({0: 3, 0.05: 20, 0.15: 55, 0.42: 86, 0.70: 97.5, 0.755: 99.9, 0.756: 100, 1: 100}, digits=1)
"""Without the 14 % zeros, which leave p25 55, p50 86 and 21 % at exactly 100 in all rows."""
NO_APPROVAL_SHARE = 0.14
NO_PAYMENT_DAYS_SHARE = 0.2
PAYMENT_DAYS = lognormal(4.24, 0.47, digits=0)
VALIDATION_DAYS = heap({30: 40, 45: 15, 60: 20, 14: 8, 90: 8, 40: 5, 75: 4})
COOKIES = heap(
    {
        30: 85,
        60: 9,
        90: 1,
        7: 1,
        45: 0.8,
        14: 0.8,
        15: 0.5,
        1: 0.5,
        10: 0.4,
        365: 0.4,
        28: 0.3,
        66: 0.15,
        120: 0.15,
    }
)
RISKS = heap({"none": 1015, "level 2": 817, "level 1": 440, "level 4": 229, "level 5": 170, "level 6": 88})
FEED_SHARE = 0.66


def external_id(index: int) -> str:
    """Advertiser ids have four to six digits and rise with time."""
    return str(1_009 + index * 6 + index * 2654435761 % 4_294_967_296 % 6)


def commission_range(category: str, currency: str, uniform: Uniform) -> tuple[RawCommission, ...]:
    shape = SHAPES(uniform())
    lines: tuple[RawCommission, ...] = ()
    if shape in ("percent", "both"):
        high = RATE_OF[category](uniform())
        low = max(high - LOWER_BY(uniform()), LOWEST_RATE) if uniform() < RANGE_SHARE else high
        lines = (RawCommission(event="sale", kind="percent", low=low, high=high),)
    if shape in ("lead", "both"):
        lead = LEADS(uniform())
        lines += (RawCommission(event="lead", kind="fixed", low=lead, high=lead, currency=currency),)
    return lines


def _beside(worth: float, correlation: float, uniform: Uniform) -> float:
    """A uniform number whose rank goes with that of `worth`, a normal one."""
    return share_below(correlation * worth + math.sqrt(1 - correlation**2) * NORMAL(uniform()))


def record(index: int, total: int, listing: ListedProgram, uniform: Uniform) -> NetworkProgram:
    place = listing.place
    number = external_id(index)
    chance = uniform()
    unknown = 0 if uniform() < ZERO_SHARE else None
    luck = uniform()
    worth = NORMAL(luck)
    epc: float | None = unknown
    conversion: float | None = unknown
    rank: float | None = unknown
    if chance >= NO_EPC_SHARE:
        epc = EPC(luck)
        conversion = CONVERSION(_beside(worth, EPC_WITH_CONVERSION, uniform))
    if chance >= NO_INDEX_SHARE:
        rank = INDEX(_beside(worth, EPC_WITH_INDEX, uniform))
    return NetworkProgram(
        network="awin",
        external_id=number,
        data_source="generator:awin",
        name=listing.name,
        description=listing.description,
        text_language=place.language,
        categories=(listing.category,),
        status="Active",
        launched=launched(index, total, uniform),
        primary_region=place.region,
        geo_targeting=(place.region,),
        language=(place.language,),
        merchant_url=f"https://www.{listing.domain}",
        affiliate_url=f"https://www.awin1.com/awclick.php?mid={number}",
        logo_url=f"https://ui.awin.com/images/upload/merchant/profile/{number}.png",
        deep_links=uniform() < 0.9,
        currency=place.currency,
        commissions=commission_range(listing.category, place.currency, uniform),
        cookie=COOKIES(uniform()),
        validation_days=VALIDATION_DAYS(uniform()),
        payment_days=None if uniform() < NO_PAYMENT_DAYS_SHARE else int(PAYMENT_DAYS(uniform())),
        payment_risk=RISKS(uniform()),
        epc=epc,
        epc_currency=place.currency,
        conversion_rate=conversion,
        approval_rate=unknown if chance < NO_APPROVAL_SHARE else APPROVAL(uniform()),
        popularity=rank,
        popularity_metric="awinIndex",
        product_feed="yes" if uniform() < FEED_SHARE else "no",
    )


CATALOGUE = Catalogue(volume=18_000, style="shop", categories=CATEGORIES, places=PLACES, record=record)
