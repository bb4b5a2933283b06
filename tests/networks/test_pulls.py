"""A full pull of each network.

1. It ends complete, with every program, whatever passes in between: 429, 5xx, timeouts, bodies cut short, dropped
   connections, tokens that end.
2. The values are the network's own, read through the layouts and the details beside the list.
3. No limit is ever exceeded: the network counts for itself (the fixture fails the test otherwise).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.networks.conftest import Network, Syncing, TurnedClock

SIZES = {
    "clickbank": 60,
    "cj": 430,
    "rakuten": 450,
    "awin": 120,
    "impact": 230,
    "partnerstack": 520,
    "refersion": 410,
    "openaffiliate": 1_210,
}
# A path of each network's required list, and how many of its pages come before the faults.
LISTS = {
    "clickbank": ("marketplace_feed", 0),
    "cj": ("advertiser-lookup", 2),
    "rakuten": ("/v2/advertisers", 1),
    "awin": ("programmes", 1),
    "impact": ("Campaigns", 1),
    "partnerstack": ("programs", 1),
    "refersion": ("/", 1),
    "openaffiliate": ("/api/programs", 1),
}
# What each network says of one program: column -> value.
EXPECTED: dict[str, tuple[str, dict[str, Any]]] = {
    "clickbank": (
        "VEND00003",
        {
            "name": "Dogwood Alder 3 - The #1 System!",
            "category": "Diets & Weight Loss",  # the deepest of its listings
            "commission_min": 43,
            "commission_max": 50,
            "recurring": True,
            "cookie_days": 60,
            "average_earnings": 23.25,
            "popularity_raw": 50,
            "popularity_metric": "gravity",
            "launched_at": "2024-04-13",
            "merchant_url": None,
            "epc": None,
        },
    ),
    "cj": (
        "1000001",
        {
            "name": "Barnes & Noble",  # the answer has it with a bare &
            "merchant_url": "http://www.cj-merchant-1.com/",
            "merchant_domain": "cj-merchant-1.com",
            "commission_min": 6,
            "commission_max": 6,
            "epc": 0.065,
            "epc_raw": 6.5,
            "epc_unit": "100 clicks",
            "epc_window": "3m",
            "language": ["en"],
            "cookie_days": None,
        },
    ),
    "rakuten": (
        "3-2001",
        {
            "name": "Birch Alder 1",
            "description": "Birch Alder 1, told at length.",  # only the detail call has it
            "geo_targeting": ["US", "CA"],
            "cookie_days": 7,  # the offer's return_days
            "commission_min": 6,
            "commission_max": 6,
            "primary_region": "GB",
            "epc": None,
        },
    ),
    "awin": (
        "10006",
        {
            "name": "Ginkgo Alder 6 DE",
            "commission_min": 10,  # from the details
            "commission_max": 12,
            "commission_fixed_min": 5,
            "commission_fixed_max": 15,
            "currency": "EUR",
            "epc_raw": 0.35,
            "epc_unit": "click",
            "conversion_rate": 3.2,
            "validation_days": 30,
            "payment_days": 86,
            "popularity_raw": 36,
            "popularity_metric": "awinIndex",
            "primary_region": "DE",
            "cookie_days": None,
        },
    ),
    "impact": (
        "3004",
        {
            "name": "Elm Alder 4",
            "geo_targeting": ["CA", "GB", "US"],
            "commission_min": 7,  # from the contract
            "cookie_days": 30,
            "validation_days": 45,
            "deep_link_allowed": True,
            "affiliate_url": "https://impact-merchant-4.pxf.io/c/1/2/3",
        },
    ),
    "partnerstack": (
        "company_00007",
        {"name": "Hazel Alder 7", "commission_min": 22, "recurring": True, "merchant_domain": "saas-7.io"},
    ),
    "refersion": (
        "shop-00005",
        {
            "name": "Fir Alder 5",
            "merchant_url": "https://rfsn-shop-5.com",
            "affiliate_url": "https://rfsn-shop-5.com/?rfsn=5.abc",
            "commission_min": None,
        },
    ),
    "openaffiliate": (
        "tool-0002",
        {
            "commission_min": 12,
            "recurring": True,
            "recurring_months": None,  # what its importer puts where it knows nothing
            "cookie_days": None,
            "min_payout": None,
            "payment_methods": None,
            "approval_mode": None,
            "operated_by": "partnerstack",
            "merchant_domain": "tool-2.io",
            "program_url": "https://tool-2.io/affiliates",
            "category": "Developer Tools",
        },
    ),
}


@pytest.mark.parametrize("slug", list(SIZES))
def test_a_pull_brings_every_program_in_the_networks_own_values(
    slug: str, network: Network, syncing: Syncing
) -> None:  # 1, 2, 3
    simulated = network(slug, SIZES[slug])
    outcome = syncing.outcome(syncing.sync(simulated))
    assert (outcome["state"], outcome["complete"], outcome["partial"]) == ("done", True, False)
    assert outcome["created"] == SIZES[slug]
    assert (outcome["rejected"], outcome["notes"], outcome["failed_calls"]) == (0, None, 0)
    key, expected = EXPECTED[slug]
    program = syncing.programs(slug)[key]
    assert {column: program[column] for column in expected} == expected
    assert program["data_source"] == f"api:{slug}"


@pytest.mark.parametrize("slug", list(SIZES))
def test_what_passes_does_not_stop_a_pull(slug: str, network: Network, syncing: Syncing) -> None:  # 1, 3
    simulated = network(slug, SIZES[slug])
    path, before = LISTS[slug]
    for fault in ("500", "truncated", "timeout"):
        simulated.fail(fault, path=path, after=before)
    simulated.fail("limited", path=path, after=before + 3, Retry_After="7")
    outcome = syncing.outcome(syncing.sync(simulated))
    assert (outcome["state"], outcome["complete"]) == ("done", True)
    assert outcome["created"] == SIZES[slug]
    assert outcome["failed_calls"] >= 4
    assert outcome["limited_calls"] == 1
    assert all(fault.times == 0 for fault in simulated.faults), "every fault was met"


@pytest.mark.parametrize("fault", ["502", "503", "dropped", "cut"])
@pytest.mark.parametrize("slug", ["cj", "rakuten", "awin", "impact", "partnerstack", "refersion"])
def test_several_failures_of_one_call_are_outlasted(
    slug: str, fault: str, network: Network, syncing: Syncing
) -> None:  # 1
    simulated = network(slug, 30)
    simulated.fail(fault, times=5, path=LISTS[slug][0])
    assert syncing.outcome(syncing.sync(simulated))["complete"]


def test_a_limit_without_headers_is_waited_out(network: Network, syncing: Syncing, clock: TurnedClock) -> None:  # 1, 3
    """Awin's 429 says nothing: a minute passes, then it goes on."""
    simulated = network("awin", 10)
    simulated.fail("limited", path="programmes", after=1)
    began = clock.now()
    assert syncing.outcome(syncing.sync(simulated))["complete"]
    refused = next(call for call in simulated.calls if call.status == 429)
    following = next(call for call in simulated.calls if call.at > refused.at)
    assert following.at - refused.at >= 60
    assert clock.now() - began < 600


def test_a_token_that_ends_in_the_middle_is_renewed(network: Network, syncing: Syncing) -> None:  # 1
    simulated = network("rakuten", 450)
    simulated.fail("expired", path="/v2/advertisers", after=1)
    outcome = syncing.outcome(syncing.sync(simulated, details="0"))
    assert (outcome["complete"], outcome["created"]) == (True, 450)
    assert simulated.tokens_given == 2


def test_a_token_is_renewed_before_it_ends(network: Network, syncing: Syncing) -> None:  # 1
    """A pull of three minutes, tokens of 90 seconds: no call ever meets a 401."""
    simulated = network("rakuten", 1_000)
    simulated.rules = replace(simulated.rules, token_seconds=90)
    assert syncing.outcome(syncing.sync(simulated))["complete"]
    assert simulated.tokens_given >= 2
    assert [call for call in simulated.calls if call.status == 401] == []
