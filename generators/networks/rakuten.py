"""Rakuten Advertising: global brands, offers with tiers, return days, countries shipped to.

Sources: networks.md 1.4 (fields, grammar of offers, network numbers), 6.2 (12 advertisers: deep links 11,
product feed 9, 2 addresses without scheme, ships to 1-3 countries, one brand to 42). No EPC, conversion or
popularity. Rates and return days are inferred: heaps inside the range of 5 to 15 %.
"""

from __future__ import annotations

from generators.distributions import Table, heap
from generators.listing import Catalogue, ListedProgram
from generators.merchants import Uniform
from mappings.network_program import NetworkProgram, RawCommission

CATEGORIES = {
    "Apparel": ("clothing", 15.0),
    "Shoes": ("shoes", 9.0),
    "Jewelry & Accessories": ("jewellery", 8.0),
    "Beauty & Fragrance": ("beauty", 10.0),
    "Department Store": ("department", 5.0),
    "Electronic Equipment": ("electronics", 7.0),
    "Computers": ("computers", 4.0),
    "Software & Downloads": ("software", 4.0),
    "Garden & Outdoors": ("gardenoutdoors", 5.0),
    "Gourmet Food & Drink": ("food", 6.0),
    "Health & Wellness": ("health", 6.0),
    "Sports & Fitness": ("sports", 6.0),
    "Toys & Games": ("toys", 4.0),
    "Travel & Vacations": ("travel", 6.0),
    "Gifts": ("gifts", 3.0),
    "Pet Care": ("pets", 2.0),
}

PLACES = {
    "US.en": 46.0, "GB.en": 14.0, "CA.en": 6.0, "AU.en": 7.0, "NZ.en": 1.0,
    "DE.de": 7.0, "FR.fr": 6.0, "IT.it": 4.0, "ES.es": 4.0, "BR.pt": 5.0,
}  # fmt: skip

NETWORK_NUMBERS = {"US": 1, "GB": 3, "CA": 5, "FR": 7, "IT": 7, "ES": 7, "BR": 8, "DE": 9, "AU": 41, "NZ": 41}

RATES = heap({5: 20, 6: 13, 7: 11, 8: 17, 10: 20, 12: 8, 15: 5, 9: 3, 11: 1, 5.5: 1, 7.5: 1})
HIGHEST_RATE = 15.0
NO_RATE_SHARE = 0.07  # offers are shown to partners only
TIERED_SHARE = 0.22
THRESHOLDS = heap({50: 10, 100: 30, 250: 20, 500: 25, 1000: 15})
RISES = heap({0.5: 15, 1: 40, 2: 35, 3: 10})
RETURN_DAYS = heap({30: 45, 7: 15, 14: 10, 10: 6, 15: 6, 45: 5, 60: 5, 1: 5, 90: 3})

DEEP_LINK_SHARE = 11 / 12
PRODUCT_FEED_SHARE = 9 / 12
NO_SCHEME_SHARE = 0.1
LOGO_SHARE = 0.6
LOGOS = "https://merchant.linksynergy.com/fs/logo"
FAR_SHARE = 0.03  # brands that ship to most of Europe

EUROPE = (
    "AL", "AD", "AT", "BE", "BA", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR",
    "HR", "HU", "IE", "IS", "IT", "LI", "LT", "LU", "LV", "MC", "MD", "ME", "MK", "MT", "NL", "NO", "PL",
    "PT", "RO", "RS", "SE", "SI", "SK", "SM", "UA",
)  # fmt: skip
NEIGHBOURS: dict[str, Table[tuple[str, ...]]] = {
    "US": Table((("US",), ("US", "CA"), ("US",), ("US", "CA", "MX"))),
    "GB": Table((("GB",), ("GB", "IE"), ("GB", "US"))),
    "CA": Table((("CA",), ("CA", "US"))),
    "AU": Table((("AU",), ("AU", "NZ"), ("AU", "NZ", "SG"))),
    "NZ": Table((("NZ",), ("NZ", "AU"))),
    "DE": Table((("DE",), ("DE", "AT"), ("DE", "AT", "CH"))),
    "FR": Table((("FR",), ("FR", "BE"), ("FR", "BE", "CH"))),
    "IT": Table((("IT",), ("IT", "CH"))),
    "ES": Table((("ES",), ("ES", "PT"))),
    "BR": Table((("BR",),)),
}


def external_id(index: int) -> str:
    """An advertiser's id; ids rise with time."""
    return str(35_001 + index * 2 + index * 2654435761 % 4_294_967_296 % 2)


def offer(uniform: Uniform) -> tuple[str | None, tuple[RawCommission, ...]]:
    """The offer in Rakuten's own grammar, and its tiers as the offers API gives them."""
    if uniform() < NO_RATE_SHARE:
        return None, ()
    rate = RATES(uniform())
    if uniform() >= TIERED_SHARE or rate == HIGHEST_RATE:
        return f"sale : 0 and above {rate:g}%", (RawCommission(event="sale", kind="percent", value=rate),)
    threshold = THRESHOLDS(uniform())
    upper = min(rate + RISES(uniform()), HIGHEST_RATE)
    return f"sale : 0-{threshold} {rate:g}% | {threshold} and above {upper:g}%", (
        RawCommission(event="sale", kind="percent", value=rate, threshold=0),
        RawCommission(event="sale", kind="percent", value=upper, threshold=threshold),
    )


def record(index: int, total: int, listing: ListedProgram, uniform: Uniform) -> NetworkProgram:
    place = listing.place
    number = external_id(index)
    text, tiers = offer(uniform)
    far = uniform() < FAR_SHARE and place.currency == "EUR"
    return NetworkProgram(
        network="rakuten",
        external_id=f"{NETWORK_NUMBERS[place.region]}-{number}",
        data_source="generator:rakuten",
        name=listing.name,
        description=listing.description,
        text_language=place.language,
        categories=(listing.category,),
        primary_region=place.region,
        geo_targeting=EUROPE if far else NEIGHBOURS[place.region](uniform()),
        language=(place.language,),
        merchant_url=listing.domain if uniform() < NO_SCHEME_SHARE else f"https://www.{listing.domain}",
        logo_url=f"https://merchant.linksynergy.com/fs/logo/lg_{number}.jpg" if uniform() < LOGO_SHARE else None,
        deep_links=uniform() < DEEP_LINK_SHARE,
        currency=place.currency,
        commission_text=text,
        commissions=tiers,
        cookie=RETURN_DAYS(uniform()),
        product_feed=uniform() < PRODUCT_FEED_SHARE,
    )


CATALOGUE = Catalogue(volume=12_000, style="shop", categories=CATEGORIES, places=PLACES, record=record)
