"""ClickBank: digital products of vendors with upper-case ids, percent per sale, gravity, rebills.

Sources: networks.md 1.1 (fields of the marketplace feed), 6.2 (gravity falls as a power of the rank within
its category; earnings per sale; rebills 55 %; commission heaps at 75, 50, 60, 70 and 40). The feed has no
EPC, cookie, logo or merchant's address, so none is made up.
"""

from __future__ import annotations

import math

from generators.distributions import Table, heap, lognormal
from generators.listing import Catalogue, ListedProgram, launched
from generators.merchants import Uniform
from mappings.network_program import NetworkProgram, RawCommission

CATEGORIES = {
    "Health & Fitness": ("digital-health", 20.0),
    "E-business & E-marketing": ("digital-ebusiness", 12.0),
    "Self-Help": ("digital-selfhelp", 9.0),
    "Business / Investing": ("digital-business", 7.0),
    "Spirituality, New Age & Alternative Beliefs": ("digital-spirituality", 7.0),
    "Home & Garden": ("digital-home", 6.0),
    "Parenting & Families": ("digital-parenting", 5.0),
    "Cooking, Food & Wine": ("digital-cooking", 5.0),
    "Education": ("digital-education", 4.0),
    "Sports": ("digital-sports", 4.0),
    "Software & Services": ("digital-software", 4.0),
    "Computers / Internet": ("digital-computers", 3.0),
    "Arts & Entertainment": ("digital-arts", 3.0),
    "Employment & Jobs": ("digital-employment", 2.0),
    "Green Products": ("digital-green", 2.0),
    "Languages": ("digital-languages", 2.0),
    "Games": ("digital-games", 1.5),
    "Reference": ("digital-reference", 1.5),
    "Travel": ("digital-travel", 1.0),
    "Mobile": ("digital-mobile", 1.0),
}

PLACES = {
    "US.en": 65.0, "GB.en": 8.0, "CA.en": 7.0, "AU.en": 5.0,
    "ES.es": 1.5, "MX.es": 3.0, "DE.de": 3.5, "FR.fr": 3.0, "BR.pt": 4.0,
}  # fmt: skip

PERCENT_PER_SALE = heap(
    {75: 38, 50: 22, 60: 12, 70: 8, 40: 7, 65: 4, 55: 3, 45: 2, 52: 1, 67: 1, 72: 1, 58: 0.5, 63: 0.5}
)
"""networks.md 6.2 names the heaps; their sizes are inferred, largest first as named."""

PERCENT_PER_REBILL = heap({50: 40, 40: 20, 75: 15, 60: 15, 45: 5, 55: 5})
REBILL_SHARE = 0.55
NO_RATE_SHARE = 0.01
NO_DATE_SHARE = 0.05

# Gravity = TOP * rank ** -EXPONENT within a category: (143, 0.45) in the biggest, (38.8, 1.0) in E-business.
GRAVITY_OF_BIG = (143.0, 0.45)
GRAVITY_OF_OTHERS = (38.8, 1.0)
BIG_CATEGORY = "Health & Fitness"

# Earnings per sale: 50 to 220 in health, 2 to 577 elsewhere.
EARNINGS_OF_BIG = lognormal(math.log(105.0), 0.38)
EARNINGS_OF_OTHERS = lognormal(math.log(34.0), 0.85)

MARKETS: dict[str, Table[tuple[str, ...]]] = {
    "en": Table((("US",), ("US", "CA"), ("US", "GB", "CA", "AU"), ("US", "GB", "CA", "AU", "NZ", "IE"))),
    "es": Table((("ES", "MX", "AR", "CO", "CL"), ("MX", "AR", "CO"), ("ES", "MX"))),
    "de": Table((("DE", "AT", "CH"), ("DE",))),
    "fr": Table((("FR", "BE", "CH", "CA"), ("FR",))),
    "pt": Table((("BR", "PT"), ("BR",))),
}

_CONSONANTS, _VOWELS = "BDFGKLMNPRSTVZ", "AEIOU"
_SYLLABLES = tuple(consonant + vowel for consonant in _CONSONANTS for vowel in _VOWELS)
_STEP = 198_491  # shares no divisor with 70 ** 3, so that every index has its own vendor id


def external_id(index: int) -> str:
    """A vendor's nickname: three syllables, and a number once they are used up."""
    turn, at = divmod(index, len(_SYLLABLES) ** 3)
    at = (at + 1) * _STEP % len(_SYLLABLES) ** 3
    first, rest = divmod(at, len(_SYLLABLES) ** 2)
    second, third = divmod(rest, len(_SYLLABLES))
    return f"{_SYLLABLES[first]}{_SYLLABLES[second]}{_SYLLABLES[third]}{turn or ''}"


def record(index: int, total: int, listing: ListedProgram, uniform: Uniform) -> NetworkProgram:
    big = listing.category == BIG_CATEGORY
    top, exponent = GRAVITY_OF_BIG if big else GRAVITY_OF_OTHERS
    share = CATEGORIES[listing.category][1] / 100
    rank = 1 + int(uniform() * total * share)
    earnings = EARNINGS_OF_BIG if big else EARNINGS_OF_OTHERS
    rebills = uniform() < REBILL_SHARE
    commissions: tuple[RawCommission, ...] = ()
    if uniform() >= NO_RATE_SHARE:
        commissions = (RawCommission(event="sale", kind="percent", value=float(PERCENT_PER_SALE(uniform()))),)
        if rebills:
            rebill = float(PERCENT_PER_REBILL(uniform()))
            commissions += (RawCommission(event="recurring", kind="percent", value=rebill),)
    place = listing.place
    return NetworkProgram(
        network="clickbank",
        external_id=external_id(index),
        data_source="generator:clickbank",
        name=listing.name,
        description=listing.description,
        text_language=place.language,
        categories=(listing.category,),
        launched=None if uniform() < NO_DATE_SHARE else launched(index, total, uniform),
        primary_region=place.region,
        geo_targeting=MARKETS[place.language](uniform()),
        language=(place.language,),
        currency="USD",
        commissions=commissions,
        recurring="true" if rebills else "false",
        average_earnings=earnings(uniform()),
        popularity=round(top * rank**-exponent, 2),
        popularity_metric="gravity",
    )


CATALOGUE = Catalogue(volume=10_000, style="digital", categories=CATEGORIES, places=PLACES, record=record)
