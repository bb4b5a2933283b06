"""The first of the two records: what a source says about one program, before anything is made of it."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

Raw: TypeAlias = str | int | float | bool | None
"""A value as the source wrote it: `"5.00%"`, `"N/A"`, `" $50.00  Per Sale"`, `30`, `True`; None if it says nothing."""


class RawCommission(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One structured commission line, for sources that have lines instead of (or beside) one text.

    `value`, or `low` and `high`, are as written: `"5.00%"`, `"USD 0.50"`, `7.5`. A bare number takes `kind`,
    and where `currency` is absent too, an amount is in the program's currency.
    """

    event: str | None = None  # the network's word: "sale", "lead", "Purchase"
    kind: str | None = None  # "percent" or "fixed", where the number alone does not tell
    value: Raw = None
    low: Raw = None
    high: Raw = None
    currency: str | None = None
    threshold: Raw = None  # from this amount or count on (tiers)
    condition: str | None = None  # the network's name of the rule: "New customers", "Item list: Laptops"


GENERATED = "generator:"
"""What the source of generated programs begins with: they stand for real ones until those come."""


class NetworkProgram(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a source says, in its own words, units and codes; the normaliser alone interprets it.

    Units follow the network's entry in `mappings.networks` (EPC per click or per 100 clicks, its currency, the
    window it is measured over) unless the record carries its own.
    """

    network: str
    external_id: str
    data_source: str  # "generator:awin", "api:cj", "feed:clickbank"
    name: str | None = None
    description: str | None = None  # tags and entities as they came
    text_language: str | None = None
    categories: tuple[str, ...] = ()  # names, codes or paths "Parent > Child", main one first
    status: str | None = None  # "Active", "Online", "LowFunds", "Deactive"
    launched: Raw = None  # "2021-03-04", "03-04-2021", epoch milliseconds
    primary_region: str | None = None
    geo_targeting: tuple[str, ...] = ()  # "UK", "CANADA", "de"
    language: tuple[str, ...] = ()

    program_url: str | None = None
    merchant_url: str | None = None
    affiliate_url: str | None = None
    logo_url: str | None = None
    deep_links: Raw = None

    currency: str | None = None
    commission_text: str | None = None
    commissions: tuple[RawCommission, ...] = ()
    recurring: Raw = None
    recurring_months: Raw = None
    cookie: Raw = None  # days, or "45 days", "session"
    min_payout: Raw = None
    min_payout_currency: str | None = None
    payment_methods: tuple[str, ...] = ()
    validation_days: Raw = None
    payment_days: Raw = None
    payment_risk: str | None = None

    average_earnings: Raw = None
    epc: Raw = None
    epc_unit: str | None = None  # "" where it is not known, the network's own where it is not said
    epc_window: str | None = None  # "" where it is not known, the network's own where it is not said
    epc_currency: str | None = None
    conversion_rate: Raw = None  # percent
    approval_rate: Raw = None  # percent of sales approved
    reversal_rate: Raw = None  # percent of sales taken back; approval is its complement
    popularity: Raw = None
    popularity_metric: str | None = None

    approval_mode: Raw = None  # "Yes", "Manual", "Country"
    product_feed: Raw = None
    operated_by: str | None = None  # whose program it is, where the source lists those of others

    traffic_allowed: tuple[str, ...] = ()  # "Cashback", "Email - рассылка"
    traffic_forbidden: tuple[str, ...] = ()
    restrictions: str | None = None  # a rule a line, with or without markup
    # How the account that reads the source stands to the program, in the network's word ("active", "Yes"). It is no
    # field of the program: an import keeps it apart (`app.importing.relations`), and nothing else is shown it.
    relation: str | None = None

    # Fields that the source does not carry at all: of a program that is stored they stay as they are. What it carries
    # and leaves empty is not among them.
    not_carried: frozenset[str] = frozenset()


CARRIED: tuple[str, ...] = tuple(
    name
    for name in NetworkProgram.__struct_fields__
    if name not in ("network", "external_id", "data_source", "relation", "not_carried")
)
"""The fields of a program that a source may carry, or not."""


def all_fields_but(*carried: str) -> frozenset[str]:
    """The fields that a source does not carry which carries only these."""
    if unknown := set(carried) - set(CARRIED):
        raise ValueError(f"no fields of a record: {', '.join(sorted(unknown))}")
    return frozenset(CARRIED) - frozenset(carried)
