"""CJ Affiliate: enterprise brands, actions with default and item rates, EPC in USD per 100 clicks, rank.

Sources: networks.md 1.3 (fields, sentinels `N/A` and `New`, the definition of the rank), 6.2 (EPC 4.6 to
15.5 in the few real rows; shares of ranks; `New` about 5 %, EPC `N/A` 10 to 15 %, raised to 15 % as its
advice for generators says 15 to 20). Cookie, logo and earnings cannot be had from CJ.
"""

from __future__ import annotations

import math

from generators.distributions import Table, heap, lognormal
from generators.listing import Catalogue, ListedProgram
from generators.merchants import Uniform
from mappings.network_program import NetworkProgram, RawCommission

CATEGORIES = {
    "Clothing/Apparel": ("clothing", 13.0),
    "Home & Garden": ("homegarden", 11.0),
    "Computer & Electronics": ("electronics", 8.0),
    "Health and Wellness": ("health", 8.0),
    "Travel": ("travel", 8.0),
    "Financial Services": ("finance", 7.0),
    "Online Services": ("onlineservices", 6.0),
    "Accessories": ("accessories", 5.5),
    "Beauty": ("beauty", 5.5),
    "Sports & Fitness": ("sports", 5.0),
    "Gifts & Flowers": ("gifts", 4.0),
    "Food & Drinks": ("food", 4.0),
    "Business": ("business", 3.5),
    "Education": ("education", 3.0),
    "Automotive": ("automotive", 2.5),
    "Books/Media": ("media", 2.0),
    "Family": ("family", 2.0),
    "Games & Toys": ("toys", 1.0),
    "Telecommunications": ("telecom", 1.0),
}

PLACES = {
    "US.en": 56.0, "GB.en": 10.0, "CA.en": 7.0, "AU.en": 4.0, "IE.en": 1.0, "CA.fr": 1.0,
    "DE.de": 6.5, "AT.de": 0.5, "CH.de": 0.5, "FR.fr": 6.0, "ES.es": 4.0, "IT.it": 3.5,
}  # fmt: skip

RATES = heap({5: 18, 8: 14, 10: 20, 6: 10, 7: 9, 12: 8, 15: 8, 20: 4, 9: 3, 5.5: 1, 6.5: 1, 7.5: 1, 11: 1, 18: 1})
LOWEST_RATE, HIGHEST_RATE = 5.0, 20.0
NO_RATE_SHARE = 0.05
LEAD_SHARE = 0.12
LEADS = heap({0.5: 15, 1: 20, 2: 15, 2.5: 5, 5: 20, 10: 12, 20: 8, 50: 5})
ITEMS = heap({0: 62, 1: 22, 2: 16})  # item lists beside the default rate
ITEM_NAMES = Table(
    (
        "New customers", "Existing customers", "Sale items", "Coupon sites", "Premium range", "App orders",
        "Clearance",
    )
)  # fmt: skip
STEPS = heap({-2.0: 25, -1.0: 15, 1.0: 20, 2.0: 25, 5.0: 15})  # points between the default and an item's rate

UNKNOWN_EPC_SHARE = 0.16
NEW_SHARE = 0.05  # no rank yet, and no EPC either
EPC = Table(f"{epc:.2f}" for epc in lognormal(math.log(9.0), 0.8).values)
"""USD per 100 clicks, through the recorded 4.6 to 15.5."""

RANKS = heap({"5": 5, "4": 15, "3": 20, "2": 20, "1": 40})

ACTIVE = Table(("Active", "Active", "Active", "active"))


def external_id(index: int) -> str:
    """Advertiser ids have seven digits and rise with time."""
    return str(1_500_003 + index * 83 + index * 2654435761 % 4_294_967_296 % 83)


def actions(uniform: Uniform) -> tuple[RawCommission, ...]:
    if uniform() < NO_RATE_SHARE:
        return ()
    rate = RATES(uniform())
    lines = [RawCommission(event="advanced sale", value=f"{rate:.2f}%")]
    for _ in range(ITEMS(uniform())):
        other = min(max(rate + STEPS(uniform()), LOWEST_RATE), HIGHEST_RATE)
        lines.append(RawCommission(event="advanced sale", value=f"{other:.2f}%", condition=ITEM_NAMES(uniform())))
    if uniform() < LEAD_SHARE:
        lines.append(RawCommission(event="lead", value=f"USD {LEADS(uniform()):.2f}"))
    return tuple(lines)


def record(index: int, total: int, listing: ListedProgram, uniform: Uniform) -> NetworkProgram:
    place = listing.place
    chance = uniform()
    epc = "N/A" if chance < UNKNOWN_EPC_SHARE else EPC(uniform())
    return NetworkProgram(
        network="cj",
        external_id=external_id(index),
        data_source="generator:cj",
        name=listing.name,
        description=listing.description,
        text_language=place.language,
        categories=(listing.category,),
        status=ACTIVE(uniform()),
        primary_region=place.region,
        geo_targeting=(place.region,),
        language=(place.language,),
        merchant_url=f"http{'s' if uniform() < 0.8 else ''}://www.{listing.domain}/",
        currency="USD",
        commissions=actions(uniform),
        epc=epc,
        popularity="New" if chance < NEW_SHARE else RANKS(uniform()),
        popularity_metric="networkRank",
    )


CATALOGUE = Catalogue(volume=15_000, style="shop", categories=CATEGORIES, places=PLACES, record=record)
