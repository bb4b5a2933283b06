"""The networks: their number in the database, their units, and what is policy of the network, not of a program.

Sources and dates of every constant: `docs/networks.md`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

import msgspec

ZeroField = Literal["cookie", "popularity", "epc", "conversion_rate", "approval_rate"]
"""A field of a source's record in which a network may write 0 where it knows nothing."""


class Network(msgspec.Struct, frozen=True, kw_only=True):
    """One affiliate network. `min_payout` is in USD; `epc_per` is the number of clicks one EPC figure stands for.

    `other_names` are older and other names and how people mistype them, in any case, with or without blanks.
    """

    id: int
    slug: str
    name: str
    other_names: tuple[str, ...] = ()
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
    tracking_url: str | None = None  # template over {id} and {publisher}: the link by which an account is paid
    deep_link_parameter: str | None = None  # of a tracking link: the address that it is to lead to
    retired: bool = False  # closed by its owner: imports only, never synced
    took_over: str | None = None  # the network whose programs go on here, under other ids
    upper_case_ids: bool = False  # ids are the same in either case, and kept in capitals
    lower_case_ids: bool = False  # the same, and kept in small letters
    month_first: bool = False  # dates such as 03-04-2021 have the month first
    day_first: bool = False  # they have the day first; with neither, such a day is unknown
    no_rank_at_zero: bool = False  # the popularity's scale begins above 0, which stands where there is none yet
    zero_is_silence: bool = False  # so do a cookie of 0, and beside no popularity an EPC, conversion or approval of 0
    zero_unknown: tuple[ZeroField, ...] = ()  # fields beside the popularity whose 0 says that it does not know

    def __hash__(self) -> int:
        """By its number: what is remembered of networks must not cost more the more is known of them."""
        return hash(self.id)


# The network of the programs that were written here, by hand or from a list: in-house ones, which no network lists.
DIRECT = "direct"

NETWORKS: tuple[Network, ...] = (
    Network(
        id=1,
        slug="clickbank",
        upper_case_ids=True,
        month_first=True,
        name="ClickBank",
        other_names=(
            "clickbank.com",
            "click bank",
            "click-bank",
            "clikbank",
            "clickbnk",
            "clickbanc",
            "clicbank",
            "clickbanks",
            "clickbank marketplace",
        ),
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
        other_names=(
            "shareasale.com",
            "share a sale",
            "share-a-sale",
            "shareasle",
            "sharesale",
            "share sale",
            "shareasales",
            "shareasell",
            "share a sell",
            "shearasale",
        ),
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
        no_rank_at_zero=True,
        name="CJ Affiliate",
        other_names=(
            "commission junction",
            "comission junction",
            "commision junction",
            "comision junction",
            "commission juntion",
            "commision juntion",
            "cj.com",
            "cj network",
            "conversant affiliate",
            "cj by conversant",
            "qksrv",
        ),
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
        other_names=(
            "rakutenadvertising.com",
            "rakuten affiliate",
            "rakuten marketing",
            "rakuten linkshare",
            "rakuten affiliate network",
            "linkshare",
            "link share",
            "linkshare network",
            "rakutan",
            "rakuten adverstising",
            "rakuten advertisement",
        ),
        home="https://rakutenadvertising.com",
        min_payout=50,
        payment_methods=("check", "direct-deposit", "paypal"),
        program_url="https://publisher.rakutenadvertising.com/advertisers/{id}",
    ),
    Network(
        id=5,
        slug="awin",
        tracking_url="https://www.awin1.com/cread.php?awinmid={id}&awinaffid={publisher}",
        deep_link_parameter="ued",
        took_over="shareasale",
        no_rank_at_zero=True,
        zero_is_silence=True,
        name="Awin",
        other_names=(
            "affiliate window",
            "affiliatewindow",
            "affilate window",
            "awin affiliate",
            "zanox",
            "affilinet",
            "affili.net",
            "digital window",
            "a-win",
            "awin.com",
        ),
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
        deep_link_parameter="u",
        name="impact.com",
        other_names=(
            "impact.com",
            "impact radius",
            "impactradius",
            "impact affiliate",
            "impact network",
            "impact partnership cloud",
            "impact raduis",
            "impactcom",
        ),
        home="https://impact.com",
        min_payout=10,
        payment_methods=("bank-transfer", "paypal"),
    ),
    Network(
        id=7,
        slug="partnerstack",
        name="PartnerStack",
        other_names=(
            "partnerstack.com",
            "partner stack",
            "partnerstacks",
            "partner-stack",
            "growsumo",
            "grow sumo",
            "partnerstak",
        ),
        home="https://partnerstack.com",
        min_payout=5,
        payment_methods=("direct-deposit", "paypal", "stripe"),
    ),
    Network(
        id=8,
        slug="refersion",
        name="Refersion",
        other_names=(
            "refersion.com",
            "refersion marketplace",
            "refersions",
            "refersio",
            "referision",
            "refershion",
            "refersion network",
        ),
        home="https://www.refersion.com",
        payment_methods=("paypal",),
    ),
    Network(
        id=9,
        slug=DIRECT,
        name="Direct",
        home="",  # nobody runs it: it has no page
    ),
    Network(
        id=10,
        slug="openaffiliate",
        name="OpenAffiliate",
        home="https://openaffiliate.dev",
    ),
)


class KnownNetworks(Mapping[str, Network]):
    """Every network this process knows, by its slug: ours, and those that were added to the catalogue.

    What is read is never half of an old and half of a new state: the whole is swapped.
    """

    def __init__(self, built_in: Iterable[Network]) -> None:
        self._built_in = {network.slug: network for network in built_in}
        self._all = self._built_in
        self.edition = 0
        """Differs whenever the networks do: what is derived from them is kept by it."""

    def add(self, added: Iterable[Network]) -> None:
        """Know these networks beside ours, and no others. One under a slug of ours is passed over."""
        others = {network.slug: network for network in added if network.slug not in self._built_in}
        if (networks := {**self._built_in, **others}) != self._all:
            self._all = networks
            self.edition += 1

    @property
    def added(self) -> tuple[Network, ...]:
        """The networks that were added, for processes that cannot ask the database."""
        return tuple(network for slug, network in self._all.items() if slug not in self._built_in)

    def of(self, slug: str) -> Network | None:
        """The network of a slug; None for none. Asked of every record, and cheaper than `get`."""
        return self._all.get(slug)

    def __getitem__(self, slug: str) -> Network:
        return self._all[slug]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def __contains__(self, slug: object) -> bool:
        return slug in self._all


BY_SLUG = KnownNetworks(NETWORKS)
