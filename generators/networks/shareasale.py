"""ShareASale: commission as text, EPC in USD per 100 clicks, reversal rates, addresses often without scheme.

Sources: networks.md 1.2 (columns of merchantSearch, shapes of the texts), 6.2 (36 recorded merchants: rates
p10 3, p50 8, p90 15; cookies 30, 60, 90; EPC p50 9, p75 41, p95 55, max 443, some negative; reversal mostly
0, p75 5, p90 30; auto-approve 25 %). Rates below 4 % are outside the catalogue's range and left out.
"""

from __future__ import annotations

import math

from generators.distributions import Table, heap, lognormal, quantiles
from generators.listing import Catalogue, ListedProgram
from generators.merchants import Uniform
from mappings.network_program import NetworkProgram

CATEGORIES = {
    "Clothing": ("clothing", 12.0),
    "Home & Garden": ("homegarden", 12.0),
    "Health": ("health", 11.0),
    "Food/Drink": ("food", 8.0),
    "Accessories": ("accessories", 7.0),
    "Sports/Fitness": ("sports", 6.0),
    "Business": ("business", 5.0),
    "Family": ("family", 5.0),
    "Gifts": ("gifts", 5.0),
    "Education": ("education", 4.0),
    "Travel": ("travel", 4.0),
    "Computers/Electronics": ("electronics", 4.0),
    "Art/Music/Photography": ("artphoto", 3.0),
    "Automotive": ("automotive", 3.0),
    "Financial": ("finance", 2.5),
    "Games/Toys": ("toys", 2.5),
    "Recreation": ("recreation", 2.0),
    "Green": ("green", 1.5),
    "Books/Media": ("media", 1.5),
    "Weddings": ("weddings", 1.0),
}

PLACES = {
    "US.en": 68.0, "GB.en": 9.0, "CA.en": 8.0, "AU.en": 6.0, "NZ.en": 1.0,
    "MX.es": 2.5, "ES.es": 2.0, "DE.de": 3.5,
}  # fmt: skip

RATES = heap(
    {
        4: 8, 5: 16, 6: 8, 7: 6, 8: 17, 10: 20, 12: 7, 15: 8, 20: 5,
        25: 1.5, 30: 1.2, 40: 0.4, 50: 0.5, 9: 1, 11: 0.5, 7.5: 0.5, 12.5: 0.4,
    }
)  # fmt: skip
TOP_RATES = heap({1: 20, 2: 40, 3: 10, 5: 30})
"""Points by which the upper end of a range stands above the lower."""

HIGHEST_RATE = 50
LEADS = heap({0.1: 20, 0.25: 10, 0.5: 15, 1: 25, 2: 10, 5: 15, 10: 5})
FLATS = heap({1: 10, 5: 20, 10: 25, 15: 10, 20: 15, 25: 10, 50: 10})
COMMISSION_SHAPES = heap({"one": 74, "range": 12, "lead": 6, "bonus": 2, "flat": 2, "words": 1.5, "none": 2.5})
WORDS = Table(("See program terms for rates", "Varies by product", "Commission on request", "Tiered, please ask"))

COOKIES = heap({30: 42, 60: 14, 90: 14, 15: 7, 45: 8, 180: 5, 120: 5, 7: 5})
EPC = quantiles({0: -14, 0.02: 0, 0.1: 0.8, 0.25: 3, 0.5: 9, 0.75: 41, 0.95: 55, 0.99: 190, 1: 443})
UNKNOWN_EPC_SHARE = 0.17  # advice of networks.md 6.2: 15 to 20 %
REVERSAL = quantiles({0: 0, 0.6: 0, 0.75: 5, 0.9: 30, 0.98: 60, 1: 130})
APPROVAL = heap({"Yes": 25, "No": 68, "Country": 7})
STATUS = heap({"Online": 96, "TemporarilyOffline": 2, "LowFunds": 2})
AVERAGE_EARNINGS = lognormal(math.log(7.0), 0.8)  # about 8 % of the recorded median sale of 87 USD
UNKNOWN_POWERRANK_SHARE = 0.2
NO_SCHEME_SHARE = 0.5

SHIPS_TO: dict[str, Table[tuple[str, ...]]] = {
    "US": Table((("US",), ("US",), ("US", "CA"), ("US", "CA", "GB", "AU"), ("US", "MX", "CA"))),
    "CA": Table((("CA",), ("CA", "US"))),
    "GB": Table((("GB",), ("GB", "IE"), ("GB", "US"))),
    "AU": Table((("AU",), ("AU", "NZ"))),
    "NZ": Table((("NZ",), ("NZ", "AU"))),
    "MX": Table((("MX",), ("MX", "US"))),
    "ES": Table((("ES",), ("ES", "PT"))),
    "DE": Table((("DE",), ("DE", "AT"), ("DE", "AT", "CH"))),
}


def external_id(index: int) -> str:
    """Merchant ids rise with time and leave gaps."""
    return str(10_007 + index * 5 + index * 2654435761 % 4_294_967_296 % 5)


def commission_text(uniform: Uniform) -> str | None:
    shape = COMMISSION_SHAPES(uniform())
    if shape == "none":
        return None
    if shape == "words":
        return WORDS(uniform())
    if shape == "flat":
        return f" ${FLATS(uniform()):.2f}  Per Sale"
    rate = RATES(uniform())
    if shape == "range":
        return f" {rate:.2f}%  to  {min(rate + TOP_RATES(uniform()), HIGHEST_RATE):.2f}%  Per Sale"
    if shape == "lead":
        return f" {rate:.2f}%  Per Sale  ${LEADS(uniform()):.2f}  Per Lead"
    if shape == "bonus":
        return f" {rate:.2f}%  Per Sale  ${FLATS(uniform()):.2f}  Per Sale"
    return f" {rate:.2f}%  Per Sale"


def record(index: int, total: int, listing: ListedProgram, uniform: Uniform) -> NetworkProgram:
    place = listing.place
    text = commission_text(uniform)
    known = uniform() >= UNKNOWN_EPC_SHARE
    return NetworkProgram(
        network="shareasale",
        external_id=external_id(index),
        data_source="generator:shareasale",
        name=listing.name,
        description=listing.description,
        text_language=place.language,
        categories=(listing.category,),
        status=STATUS(uniform()),
        primary_region=place.region,
        geo_targeting=SHIPS_TO[place.region](uniform()),
        language=(place.language,),
        merchant_url=f"www.{listing.domain}" if uniform() < NO_SCHEME_SHARE else f"https://www.{listing.domain}/",
        currency="USD",
        commission_text=text,
        cookie=COOKIES(uniform()),
        average_earnings=AVERAGE_EARNINGS(uniform()) if known else None,
        epc=EPC(uniform()) if known else None,
        reversal_rate=REVERSAL(uniform()) if known else None,
        popularity=None if uniform() < UNKNOWN_POWERRANK_SHARE else int(uniform() * 100) + 1,
        popularity_metric="powerRank",
        approval_mode=APPROVAL(uniform()),
        product_feed=int(uniform() * 4000) if uniform() < 0.6 else 0,
    )


CATALOGUE = Catalogue(volume=25_000, style="shop", categories=CATEGORIES, places=PLACES, record=record)
