"""The second record, and the only list of fields: what a program is once a source's words have been interpreted.

Table, staging table, COPY order, index mapping, document SQL, accepted parameters and the docs table are derived
from the annotations here. JSON names are the camelCase of the names below. Unknown is None, never a default.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from mappings.field import Field, Group, Origin, Ranges, Terms, Years

# Whatever Postgres accepts, OpenSearch must accept: a keyword term holds 32,766 bytes, and a character has up to
# four, so no string that is indexed whole may pass 8,000 characters. Dates are kept to years both sides can hold.
Slug = Annotated[str, Meta(min_length=1, max_length=40)]
Name = Annotated[str, Meta(min_length=1, max_length=300)]
Label = Annotated[str, Meta(min_length=1, max_length=200)]
WEB_ADDRESS = "^https?://"

Url = Annotated[str, Meta(min_length=8, max_length=2000, pattern=WEB_ADDRESS)]
Percent = Annotated[float, Meta(ge=0, le=100)]
Amount = Annotated[float, Meta(ge=0, le=1e9)]
Money = Annotated[float, Meta(ge=-1e9, le=1e9)]
Days = Annotated[int, Meta(ge=0, le=36500)]
Months = Annotated[int, Meta(ge=1, le=1200)]
Country = Annotated[str, Meta(pattern="^[A-Z]{2}$")]
Language = Annotated[str, Meta(pattern="^[a-z]{2}$")]
Currency = Annotated[str, Meta(pattern="^[A-Z]{3}$")]
Countries = Annotated[tuple[Country, ...], Meta(min_length=1, max_length=300)]
Languages = Annotated[tuple[Language, ...], Meta(min_length=1, max_length=100)]
TrafficKinds = Annotated[tuple[Slug, ...], Meta(min_length=1, max_length=30)]

RATE_EDGES = (0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 15.0, 20.0, 30.0, 40.0, 50.0, 75.0)
AMOUNT_EDGES = (0.0, 1.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0)
DAY_EDGES = (0.0, 1.0, 7.0, 14.0, 30.0, 45.0, 60.0, 90.0, 120.0, 180.0, 365.0)
SHARE_EDGES = (0.0, 1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 75.0, 90.0)

RATE = ("commissionType", "commissionMin", "commissionMax", "commissionFixedMin", "commissionFixedMax", "currency")
"""The members that say what a program pays; a change of any is a change of its rate."""
# Rates, average earnings and their currency are one thing to a source: a program has one currency.
PAY = ("commission_text", "commissions", "average_earnings")


class CommissionRule(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One line of what is paid for what. Bounds are percent or amounts in `currency`; None is an open bound."""

    event: str  # sale, lead, click, install, recurring
    kind: str  # percent or fixed
    min: Annotated[float, Meta(ge=0, le=1e9)] | None = None
    max: Annotated[float, Meta(ge=0, le=1e9)] | None = None
    currency: Currency | None = None
    threshold: Annotated[float, Meta(ge=0, le=1e12)] | None = None
    condition: Annotated[str, Meta(max_length=500)] | None = None


CommissionRules = Annotated[tuple[CommissionRule, ...], Meta(min_length=1, max_length=100)]


class Program(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One affiliate program of one network, as it is stored, indexed and answered."""

    # -- identity ------------------------------------------------------------------------------------------------
    id: Annotated[
        Annotated[int, Meta(ge=1, le=2**53 - 1)] | None,
        Field(
            origin=Origin.STORE, group=Group.RECORD, about="Our number of the program; stable.", filter=True, sort=True
        ),
    ] = None
    network: Annotated[
        Slug,
        Field(
            origin=Origin.SOURCE,
            group=Group.WHAT,
            about="The network that runs the program.",
            stored=False,  # as network_id
            document="n.slug",
            codes="network",
            filter=True,
            sort=True,
            facet=Terms(),
        ),
    ]
    external_id: Annotated[
        Annotated[str, Meta(min_length=1, max_length=200)],
        Field(
            origin=Origin.SOURCE,
            group=Group.RECORD,
            about="The network's own id; unique within the network.",
            filter=True,
        ),
    ]
    operated_by: Annotated[
        Annotated[str, Meta(min_length=1, max_length=100)] | None,
        Field(
            origin=Origin.SOURCE,
            group=Group.WHAT,
            about="Whose program it is, where `network` is a registry that lists those of others: `partnerstack`.",
            filter=True,
            facet=Terms(),
        ),
    ] = None
    data_source: Annotated[
        Annotated[str, Meta(min_length=1, max_length=100)],
        Field(
            origin=Origin.SOURCE,
            group=Group.RECORD,
            about="Where the record came from: `generator:awin`, `api:cj`, `feed:clickbank`.",
            filter=True,
            facet=Terms(),
        ),
    ]
    status: Annotated[
        Annotated[str, Meta(max_length=10)],
        Field(
            origin=Origin.SOURCE,
            group=Group.WHAT,
            about="Whether the program takes affiliates now.",
            codes="status",
            filter=True,
            facet=Terms(),
        ),
    ] = "active"
    last_synced_at: Annotated[
        datetime | None,
        Field(
            origin=Origin.DERIVED,
            group=Group.RECORD,
            about="The last complete import of its network that contained the program.",
            stored=False,  # the network's time, filled in when answering: an import must not rewrite every row
            document="p.last_seen_at",
            indexed=False,
        ),
    ] = None
    missing_since: Annotated[
        datetime | None,
        Field(
            origin=Origin.DERIVED,
            group=Group.RECORD,
            about="Since when complete imports of its network lack the program.",
            filter=True,
        ),
    ] = None
    created_at: Annotated[
        datetime | None,
        Field(
            origin=Origin.STORE, group=Group.RECORD, about="When we first stored the program.", filter=True, sort=True
        ),
    ] = None
    updated_at: Annotated[
        datetime | None,
        Field(
            origin=Origin.STORE,
            group=Group.RECORD,
            about="When anything stored about it last changed.",
            filter=True,
            sort=True,
        ),
    ] = None

    # -- what it is ----------------------------------------------------------------------------------------------
    name: Annotated[
        Name,
        Field(origin=Origin.SOURCE, group=Group.WHAT, about="The program's or merchant's name.", text=10, sort=True),
    ]
    description: Annotated[
        Annotated[str, Meta(min_length=1, max_length=5000)] | None,
        Field(origin=Origin.SOURCE, group=Group.WHAT, about="Plain text; tags and entities are gone.", text=2),
    ] = None
    text_language: Annotated[
        Language | None,
        Field(
            origin=Origin.SOURCE,
            group=Group.WHAT,
            about="The language name and description are written in (ISO 639-1).",
            codes="language",
            filter=True,
            facet=Terms(),
        ),
    ] = None
    category: Annotated[
        Label | None,
        Field(
            origin=Origin.SOURCE,
            group=Group.WHAT,
            made_of=("categories",),
            about="The network's own category, the deepest.",
            text=3,
            filter=True,
            sort=True,
            facet=Terms(),
        ),
    ] = None
    categories: Annotated[
        Annotated[tuple[Label, ...], Meta(min_length=1, max_length=50)] | None,
        Field(
            origin=Origin.SOURCE,
            group=Group.WHAT,
            about="All of the network's categories it is listed in.",
            filter=True,
            facet=Terms(),
        ),
    ] = None
    vertical: Annotated[
        Slug | None,
        Field(
            origin=Origin.DERIVED,
            group=Group.WHAT,
            made_of=("categories",),
            about="Our category, one taxonomy over all networks; of a program without a category its first topic's.",
            document="coalesce(p.vertical_override, p.vertical)",
            codes="vertical",
            filter=True,
            sort=True,
            facet=Terms(),
        ),
    ] = None
    topics: Annotated[
        Annotated[tuple[Slug, ...], Meta(min_length=1, max_length=8)] | None,
        Field(
            origin=Origin.DERIVED,
            group=Group.WHAT,
            made_of=("name", "description", "categories", "text_language"),
            about="The types of products and offers it is about, the most telling first; its name, category and "
            "description say so.",
            codes="topic",
            filter=True,
            facet=Terms(),
        ),
    ] = None
    merchant_domain: Annotated[
        Annotated[str, Meta(min_length=3, max_length=253)] | None,
        Field(
            origin=Origin.SOURCE,
            group=Group.WHAT,
            made_of=("merchant_url",),
            about="Registrable domain of the merchant: the key that joins offers of several networks.",
            text=4,
            filter=True,
            sort=True,
            facet=Terms(bounded=False),
        ),
    ] = None
    primary_region: Annotated[
        Country | None,
        Field(
            origin=Origin.SOURCE,
            group=Group.REACH,
            about="The merchant's main country (ISO 3166-1 alpha-2).",
            codes="country",
            filter=True,
            sort=True,
            facet=Terms(),
        ),
    ] = None
    launched_at: Annotated[
        Annotated[date, Meta()] | None,
        Field(
            origin=Origin.SOURCE,
            group=Group.WHAT,
            made_of=("launched",),
            about="When the program opened on its network.",
            filter=True,
            sort=True,
            facet=Years(first=1998, last=2030),
        ),
    ] = None

    # -- links ---------------------------------------------------------------------------------------------------
    program_url: Annotated[
        Url | None,
        Field(origin=Origin.SOURCE, group=Group.LINKS, about="The program's page on its network.", indexed=False),
    ] = None
    merchant_url: Annotated[
        Url | None, Field(origin=Origin.SOURCE, group=Group.LINKS, about="The merchant's site.", indexed=False)
    ] = None
    affiliate_url: Annotated[
        Url | None,
        Field(origin=Origin.SOURCE, group=Group.LINKS, about="Tracking link, or the template of one.", indexed=False),
    ] = None
    logo_url: Annotated[
        Url | None, Field(origin=Origin.SOURCE, group=Group.LINKS, about="The merchant's logo.", indexed=False)
    ] = None
    deep_link_allowed: Annotated[
        bool | None,
        Field(
            origin=Origin.SOURCE,
            group=Group.TERMS,
            made_of=("deep_links",),
            about="Whether links may lead to any page of the merchant.",
            filter=True,
            facet=Terms(),
        ),
    ] = None

    # -- pay -----------------------------------------------------------------------------------------------------
    commission_type: Annotated[
        Annotated[str, Meta(max_length=10)] | None,
        Field(
            origin=Origin.SOURCE,
            group=Group.PAY,
            made_of=PAY,
            about="percent, fixed, tiered (several rates of one kind) or hybrid (both kinds).",
            codes="commissionType",
            filter=True,
            facet=Terms(),
        ),
    ] = None
    commission_min: Annotated[
        Percent | None,
        Field(
            origin=Origin.SOURCE,
            group=Group.PAY,
            made_of=PAY,
            about="Lowest percent of a sale.",
            unit="percent",
            filter=True,
            sort=True,
            facet=Ranges(edges=RATE_EDGES),
        ),
    ] = None
    commission_max: Annotated[
        Percent | None,
        Field(
            origin=Origin.SOURCE,
            group=Group.PAY,
            made_of=PAY,
            about="Highest percent of a sale.",
            unit="percent",
            filter=True,
            sort=True,
            facet=Ranges(edges=RATE_EDGES),
        ),
    ] = None
    commission_fixed_min: Annotated[
        Amount | None,
        Field(
            origin=Origin.SOURCE,
            group=Group.PAY,
            made_of=PAY,
            about="Lowest amount per action, in `currency`.",
            unit="currency",
            usd="commission_fixed_min_usd",
            filter=True,
            sort=True,
            facet=Ranges(edges=AMOUNT_EDGES),
        ),
    ] = None
    commission_fixed_max: Annotated[
        Amount | None,
        Field(
            origin=Origin.SOURCE,
            group=Group.PAY,
            made_of=PAY,
            about="Highest amount per action, in `currency`.",
            unit="currency",
            usd="commission_fixed_max_usd",
            filter=True,
            sort=True,
            facet=Ranges(edges=AMOUNT_EDGES),
        ),
    ] = None
    commission_fixed_min_usd: Annotated[
        Amount | None,
        Field(
            origin=Origin.DERIVED,
            group=Group.PAY,
            made_of=PAY,
            about="`commissionFixedMin` in USD at `exchangeRate`.",
            unit="USD",
        ),
    ] = None
    commission_fixed_max_usd: Annotated[
        Amount | None,
        Field(
            origin=Origin.DERIVED,
            group=Group.PAY,
            made_of=PAY,
            about="`commissionFixedMax` in USD at `exchangeRate`.",
            unit="USD",
        ),
    ] = None
    currency: Annotated[
        Currency | None,
        Field(
            origin=Origin.SOURCE,
            group=Group.PAY,
            made_of=PAY,
            about="Currency of the program's amounts (ISO 4217).",
            codes="currency",
            filter=True,
            facet=Terms(),
        ),
    ] = None
    exchange_rate: Annotated[
        Annotated[float, Meta(ge=0, le=1e6)] | None,
        Field(
            origin=Origin.DERIVED,
            group=Group.PAY,
            made_of=PAY,
            about="USD for one unit of `currency`, in force when the record was imported.",
            indexed=False,
        ),
    ] = None
    exchange_rate_date: Annotated[
        date | None,
        Field(origin=Origin.DERIVED, group=Group.PAY, made_of=PAY, about="The day of `exchangeRate`.", indexed=False),
    ] = None
    commission_rules: Annotated[
        CommissionRules | None,
        Field(
            origin=Origin.SOURCE,
            group=Group.PAY,
            made_of=PAY,
            about="What is paid for what, line by line.",
            indexed=False,
        ),
    ] = None
    commission_text: Annotated[
        Annotated[str, Meta(min_length=1, max_length=2000)] | None,
        Field(
            origin=Origin.SOURCE,
            group=Group.PAY,
            made_of=PAY,
            about="The commission as the network words it.",
            indexed=False,
        ),
    ] = None
    recurring: Annotated[
        bool | None,
        Field(
            origin=Origin.SOURCE,
            group=Group.PAY,
            made_of=("recurring", "commission_text", "commissions"),
            about="Whether a sale goes on paying on renewals.",
            filter=True,
            facet=Terms(),
        ),
    ] = None
    recurring_months: Annotated[
        Months | None,
        Field(
            origin=Origin.SOURCE,
            group=Group.PAY,
            made_of=("recurring_months", "commission_text", "commissions"),
            about="For how long it goes on paying; null with `recurring` is for life, or unsaid.",
            unit="months",
            filter=True,
            sort=True,
            facet=Ranges(edges=(1, 3, 6, 12, 24, 36)),
        ),
    ] = None
    cookie_days: Annotated[
        Days | None,
        Field(
            origin=Origin.SOURCE,
            group=Group.PAY,
            made_of=("cookie",),
            about="How long after a click a sale still counts; 0 is the session.",
            unit="days",
            filter=True,
            sort=True,
            facet=Ranges(edges=DAY_EDGES),
        ),
    ] = None
    min_payout: Annotated[
        Amount | None,
        Field(
            origin=Origin.SOURCE,
            group=Group.TERMS,
            about="Earnings from which the network pays out, in `minPayoutCurrency`; the network's where the "
            "program has none of its own.",
            document="coalesce(p.min_payout, n.min_payout)",
            unit="currency",
            usd="min_payout_usd",
            filter=True,
            sort=True,
            facet=Ranges(edges=AMOUNT_EDGES),
        ),
    ] = None
    min_payout_currency: Annotated[
        Currency | None,
        Field(
            origin=Origin.SOURCE,
            group=Group.TERMS,
            made_of=("min_payout",),
            about="Currency of `minPayout`.",
            document="case when p.min_payout is not null then p.min_payout_currency "
            "when n.min_payout is not null then 'USD' end",
            indexed=False,
        ),
    ] = None
    min_payout_usd: Annotated[
        Amount | None,
        Field(
            origin=Origin.DERIVED,
            group=Group.TERMS,
            made_of=("min_payout",),
            about="`minPayout` in USD.",
            # the network's policy is kept in USD; a program's own amount may have no known rate
            document="case when p.min_payout is not null then p.min_payout_usd else n.min_payout end",
            unit="USD",
        ),
    ] = None
    payment_methods: Annotated[
        Annotated[tuple[Slug, ...], Meta(min_length=1, max_length=20)] | None,
        Field(
            origin=Origin.SOURCE,
            group=Group.TERMS,
            about="How the network pays; the network's where the program has none of its own.",
            document="coalesce(p.payment_methods, n.payment_methods)",
            codes="paymentMethod",
            filter=True,
            facet=Terms(),
        ),
    ] = None
    validation_days: Annotated[
        Days | None,
        Field(
            origin=Origin.SOURCE,
            group=Group.TERMS,
            about="Days until a sale is confirmed.",
            unit="days",
            filter=True,
            sort=True,
            facet=Ranges(edges=DAY_EDGES),
        ),
    ] = None
    payment_days: Annotated[
        Days | None,
        Field(
            origin=Origin.SOURCE,
            group=Group.TERMS,
            about="Days until a sale is paid, on average.",
            unit="days",
            filter=True,
            sort=True,
            facet=Ranges(edges=DAY_EDGES),
        ),
    ] = None
    payment_risk: Annotated[
        Annotated[str, Meta(max_length=10)] | None,
        Field(
            origin=Origin.SOURCE,
            group=Group.TERMS,
            about="The network's warning about late payment: none, level 1 to level 6.",
            codes="paymentRisk",
            filter=True,
            facet=Terms(),
        ),
    ] = None

    # -- worth ---------------------------------------------------------------------------------------------------
    average_earnings: Annotated[
        Money | None,
        Field(
            origin=Origin.SOURCE,
            group=Group.WORTH,
            made_of=PAY,
            about="Average earnings per sale, in `currency`.",
            unit="currency",
            usd="average_earnings_usd",
            filter=True,
            sort=True,
            facet=Ranges(edges=AMOUNT_EDGES),
        ),
    ] = None
    average_earnings_usd: Annotated[
        Money | None,
        Field(
            origin=Origin.DERIVED,
            group=Group.WORTH,
            made_of=PAY,
            about="`averageEarnings` in USD at `exchangeRate`.",
            unit="USD",
        ),
    ] = None
    epc: Annotated[
        Annotated[float, Meta(ge=0, le=1e6)] | None,
        Field(
            origin=Origin.DERIVED,
            group=Group.WORTH,
            about="Earnings per click, comparable over networks; null where the network's figure is negative.",
            unit="USD per click",
            filter=True,
            sort=True,
            facet=Ranges(edges=(0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0)),
        ),
    ] = None
    epc_raw: Annotated[
        Money | None,
        Field(
            origin=Origin.SOURCE,
            group=Group.WORTH,
            made_of=("epc",),
            about="EPC as the network gives it, per `epcUnit` in `epcCurrency`; can be negative.",
            indexed=False,
        ),
    ] = None
    epc_unit: Annotated[
        Annotated[str, Meta(max_length=12)] | None,
        Field(
            origin=Origin.SOURCE,
            group=Group.WORTH,
            made_of=("epc",),
            about="What `epcRaw` is earned by: one click, or 100 clicks.",
            codes="epcUnit",
            filter=True,
        ),
    ] = None
    epc_window: Annotated[
        Annotated[str, Meta(max_length=4)] | None,
        Field(
            origin=Origin.SOURCE,
            group=Group.WORTH,
            made_of=("epc",),
            about="The time `epcRaw` is measured over.",
            codes="epcWindow",
            filter=True,
        ),
    ] = None
    epc_currency: Annotated[
        Currency | None,
        Field(
            origin=Origin.SOURCE,
            group=Group.WORTH,
            made_of=("epc",),
            about="Currency of `epcRaw`.",
            codes="currency",
            filter=True,
        ),
    ] = None
    conversion_rate: Annotated[
        Percent | None,
        Field(
            origin=Origin.SOURCE,
            group=Group.WORTH,
            about="Share of clicks that become sales.",
            unit="percent",
            filter=True,
            sort=True,
            facet=Ranges(edges=SHARE_EDGES),
        ),
    ] = None
    approval_rate: Annotated[
        Percent | None,
        Field(
            origin=Origin.SOURCE,
            group=Group.WORTH,
            made_of=("approval_rate", "reversal_rate"),
            about="Share of tracked sales that the merchant confirms.",
            unit="percent",
            filter=True,
            sort=True,
            facet=Ranges(edges=SHARE_EDGES),
        ),
    ] = None
    popularity: Annotated[
        Annotated[int, Meta(ge=1, le=100)] | None,
        Field(
            origin=Origin.DERIVED,
            group=Group.WORTH,
            about="Percentile of `popularityRaw` within the network.",
            unit="1-100",
            filter=True,
            sort=True,
            facet=Ranges(edges=(1.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0)),
        ),
    ] = None
    popularity_raw: Annotated[
        Money | None,
        Field(
            origin=Origin.SOURCE,
            group=Group.WORTH,
            made_of=("popularity",),
            about="The network's own score, not comparable over networks.",
            indexed=False,
        ),
    ] = None
    popularity_metric: Annotated[
        Annotated[str, Meta(max_length=20)] | None,
        Field(
            origin=Origin.SOURCE,
            group=Group.WORTH,
            made_of=("popularity",),
            about="What `popularityRaw` measures.",
            codes="popularityMetric",
            filter=True,
        ),
    ] = None

    # -- reach ---------------------------------------------------------------------------------------------------
    geo_targeting: Annotated[
        Countries | None,
        Field(
            origin=Origin.SOURCE,
            group=Group.REACH,
            about="Countries the program sells to (ISO 3166-1 alpha-2).",
            codes="country",
            filter=True,
            facet=Terms(),
        ),
    ] = None
    language: Annotated[
        Languages | None,
        Field(
            origin=Origin.SOURCE,
            group=Group.REACH,
            about="Languages of the merchant's site (ISO 639-1).",
            codes="language",
            filter=True,
            facet=Terms(),
        ),
    ] = None
    approval_mode: Annotated[
        Annotated[str, Meta(max_length=10)] | None,
        Field(
            origin=Origin.SOURCE,
            group=Group.TERMS,
            about="How affiliates are let in.",
            codes="approvalMode",
            filter=True,
            facet=Terms(),
        ),
    ] = None
    has_product_feed: Annotated[
        bool | None,
        Field(
            origin=Origin.SOURCE,
            group=Group.TERMS,
            made_of=("product_feed",),
            about="Whether the merchant offers a product feed.",
            filter=True,
            facet=Terms(),
        ),
    ] = None
    traffic_allowed: Annotated[
        TrafficKinds | None,
        Field(
            origin=Origin.SOURCE,
            group=Group.TERMS,
            made_of=("traffic_allowed", "restrictions"),
            about="Kinds of traffic that the program says it takes; one that stands in neither list is not spoken of.",
            codes="traffic",
            filter=True,
            facet=Terms(),
        ),
    ] = None
    traffic_forbidden: Annotated[
        TrafficKinds | None,
        Field(
            origin=Origin.SOURCE,
            group=Group.TERMS,
            made_of=("traffic_forbidden", "restrictions"),
            about="Kinds of traffic that it forbids: affiliates lose their accounts over them.",
            codes="traffic",
            filter=True,
            facet=Terms(),
        ),
    ] = None
    restrictions: Annotated[
        Annotated[str, Meta(min_length=1, max_length=5000)] | None,
        Field(
            origin=Origin.SOURCE,
            group=Group.TERMS,
            about="Rules on promoting it, as the network words them.",
            indexed=False,
        ),
    ] = None

    # -- ours ----------------------------------------------------------------------------------------------------
    verified: Annotated[
        bool,
        Field(
            origin=Origin.OURS,
            group=Group.MARKS,
            about="The merchant's link was asked and answered, or we say so ourselves.",
            filter=True,
            facet=Terms(),
        ),
    ] = False
    verified_at: Annotated[
        datetime | None, Field(origin=Origin.OURS, group=Group.MARKS, about="When we verified it.", indexed=False)
    ] = None
    featured: Annotated[
        bool, Field(origin=Origin.OURS, group=Group.MARKS, about="Chosen by us.", filter=True, facet=Terms())
    ] = False
    vertical_override: Annotated[
        Slug | None,
        Field(
            origin=Origin.OURS,
            group=Group.MARKS,
            about="Our correction of `vertical`; null follows the network's category.",
            codes="vertical",
            indexed=False,
        ),
    ] = None
