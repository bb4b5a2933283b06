"""The networks: their number in the database, their units, and what is policy of the network, not of a program.

Sources and dates of every constant: `docs/networks.md`.
"""

from __future__ import annotations

import msgspec


class Network(msgspec.Struct, frozen=True, kw_only=True):
    """One affiliate network. `min_payout` is in USD; `epc_per` is the number of clicks one EPC figure stands for."""

    id: int
    slug: str
    name: str
    home: str
    currency: str = "USD"  # of amounts that name none
    currency_by_region: bool = False  # a program that names none pays in the currency of its region
    epc_per: int = 1
    epc_window: str | None = None
    popularity_metric: str | None = None
    cookie_days: int | None = None  # where one rule holds for all programs
    min_payout: float | None = None
    payment_methods: tuple[str, ...] = ()
    program_url: str | None = None  # template over {id}, where the page of a program is derived
    affiliate_url: str | None = None
    retired: bool = False  # closed by its owner: imports only, never synced


NETWORKS: tuple[Network, ...] = (
    Network(
        id=1,
        slug="clickbank",
        name="ClickBank",
        home="https://www.clickbank.com",
        epc_window="12w",
        popularity_metric="gravity",
        cookie_days=60,
        min_payout=10,
        payment_methods=("check", "direct-deposit", "payoneer", "wire"),
        program_url="https://accounts.clickbank.com/marketplace.htm?vendor={id}",
        affiliate_url="https://hop.clickbank.net/?affiliate=NICK&vendor={id}",
    ),
    Network(
        id=2,
        slug="shareasale",
        name="ShareASale",
        home="https://www.shareasale.com",
        epc_per=100,
        epc_window="30d",
        popularity_metric="powerRank",
        min_payout=50,
        payment_methods=("check", "direct-deposit", "payoneer"),
        program_url="https://www.shareasale.com/shareasale.cfm?merchantID={id}",
        retired=True,
    ),
    Network(
        id=3,
        slug="cj",
        name="CJ Affiliate",
        home="https://www.cj.com",
        epc_per=100,
        epc_window="3m",
        popularity_metric="networkRank",
        min_payout=50,
        payment_methods=("check", "direct-deposit", "payoneer"),
        program_url="https://members.cj.com/member/publisher/advertiserDetail.do?advertiserId={id}",
    ),
    Network(
        id=4,
        slug="rakuten",
        name="Rakuten Advertising",
        home="https://rakutenadvertising.com",
        min_payout=50,
        payment_methods=("check", "direct-deposit", "paypal"),
        program_url="https://publisher.rakutenadvertising.com/advertisers/{id}",
    ),
    Network(
        id=5,
        slug="awin",
        name="Awin",
        home="https://www.awin.com",
        currency_by_region=True,
        epc_window="30d",
        popularity_metric="awinIndex",
        min_payout=20,
        payment_methods=("bank-transfer", "direct-deposit", "payoneer"),
        program_url="https://ui.awin.com/merchant-profile/{id}",
    ),
    Network(
        id=6,
        slug="impact",
        name="impact.com",
        home="https://impact.com",
        min_payout=10,
        payment_methods=("bank-transfer", "paypal"),
    ),
    Network(
        id=7,
        slug="partnerstack",
        name="PartnerStack",
        home="https://partnerstack.com",
        min_payout=5,
        payment_methods=("direct-deposit", "paypal", "stripe"),
    ),
    Network(
        id=8,
        slug="refersion",
        name="Refersion",
        home="https://www.refersion.com",
        payment_methods=("paypal",),
    ),
)

BY_SLUG: dict[str, Network] = {network.slug: network for network in NETWORKS}
