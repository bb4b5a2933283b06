"""What CJ's contracts with joined advertisers say, which the advertiser lookup does not.

1. A joined advertiser has its contract's cookie, locking, rates and special terms; of the others nothing is known.
2. A contract that has ended says nothing, nor does a rate for views that nobody clicked.
3. Where actions differ, those of sales count, if they are alike.
4. Contracts are asked for page by page with the same token at their own host; a failure there costs no program, closes
   nothing, and is noted; the last contracts are used.
"""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from app.feeds.layouts.cj import with_terms
from app.networks.api import Request
from app.networks.auth import Static
from app.networks.client import Client
from app.networks.connectors import CONNECTORS
from app.normalising import normalise
from mappings.network_program import NetworkProgram
from mappings.program import Program
from tests.networks.conftest import Network, Syncing, TurnedClock

BARE = NetworkProgram(network="cj", external_id="1", data_source="test", name="A", currency="USD")


def action(kind: str, days: int, locked: object = 45, *rates: dict[str, Any]) -> dict[str, Any]:
    return {
        "actionTracker": {"name": kind.title(), "type": kind},
        "referralPeriod": days,
        "lockingMethod": {"type": "AFTER_EVENT_DATE", "durationInDays": locked},
        "commissions": list(rates),
    }


def under(*actions: dict[str, Any], special: object = None) -> Program:
    terms = {"actionTerms": list(actions), "specialTerms": special}
    return normalise(with_terms(BARE, {"programTerms": terms}))


def test_a_joined_advertiser_has_its_contract(network: Network, syncing: Syncing) -> None:  # 1, 2, 4
    simulated = network("cj", 1_130)
    outcome = syncing.outcome(syncing.sync(simulated))
    assert (outcome["state"], outcome["created"], outcome["notes"]) == ("done", 1_130, None)
    rows = syncing.programs("cj")
    joined, other = rows["1000010"], rows["1000001"]
    assert (joined["cookie_days"], joined["validation_days"]) == (30 + 1_000_010 % 3 * 15, 45)
    assert (joined["commission_min"], joined["commission_max"]) == (5, 10)
    assert [rule["condition"] for rule in joined["commission_rules"]] == [None, "New customers"]
    assert (joined["traffic_forbidden"], joined["restrictions"]) == (["brand-bidding"], "Search · No brand bidding")
    assert (other["cookie_days"], other["validation_days"], other["restrictions"]) == (None, None, None)
    assert rows["1000000"]["cookie_days"] != 7, "of the contract that has ended"
    assert sum(call.path == "/query" for call in simulated.calls) == 2, "114 contracts, 100 a page"


def test_what_cannot_be_had_costs_nothing(network: Network, syncing: Syncing) -> None:  # 4
    simulated = network("cj", 30)
    syncing.sync(simulated)
    simulated.options["terms_error"] = "Unauthorized: no access to contracts"
    outcome = syncing.outcome(syncing.sync(simulated))
    assert (outcome["state"], outcome["complete"], outcome["unchanged"]) == ("done", True, 30)
    assert any("no access to contracts" in note for note in outcome["notes"])
    assert syncing.programs("cj")["1000010"]["validation_days"] == 45


@pytest.mark.parametrize(
    ("actions", "cookie", "locked"),
    [
        ([action("SALE", 30), action("LEAD", 30, 20)], 30, 45),
        ([action("ADVANCED_SALE", 30), action("LEAD", 7)], 30, 45),
        ([action("SALE", 30), action("SALE", 45)], None, 45),
        ([action("LEAD", 7, None), action("CLICK", 30, None)], None, None),
        ([], None, None),
    ],
)
def test_actions_that_differ(actions: list[dict[str, Any]], cookie: int | None, locked: int | None) -> None:  # 3
    found = under(*actions)
    assert (found.cookie_days, found.validation_days) == (cookie, locked)


def test_rates() -> None:  # 1, 2
    percent = {"type": "PERCENT", "value": 4.5, "currency": None}
    found = under(
        action(
            "SALE",
            30,
            45,
            {"rate": percent, "situation": None, "isViewThrough": False},
            {"rate": {**percent, "value": 9}, "itemList": {"name": "Books"}, "situation": {"name": "New"}},
            {"rate": {**percent, "value": 50}, "isViewThrough": True},
            {"rate": {"type": "BARTER", "value": 3}},
            {"rate": {"type": "FIXED_PER_ORDER", "value": 2, "currency": "EUR"}},
        ),
        special={"name": "Rules", "body": ""},
    )
    assert found.commission_rules is not None
    said = [(rule.kind, rule.min, rule.currency, rule.condition) for rule in found.commission_rules]
    assert said == [("percent", 4.5, None, None), ("percent", 9, None, "New; Books"), ("fixed", 2, "EUR", None)]
    assert found.restrictions is None


def test_they_are_asked_for_at_their_own_host(clock: TurnedClock) -> None:  # 4
    asked: list[tuple[str, str | None]] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append((str(request.url), request.headers.get("authorization")))
        return httpx2.Response(200, json={})

    class Free:
        def take(self) -> None: ...
        def close(self) -> None: ...

    proof = Static({"Authorization": "Bearer t"})
    api, there = CONNECTORS["cj"].api, Request("/query", method="POST", json={}, base_url="https://programs.api.cj.com")
    for base_url in (None, "http://127.0.0.1:9"):
        client = Client(api, proof, Free(), clock, httpx2.MockTransport(answer), base_url=base_url)  # type: ignore[arg-type]
        client.ask(there, lambda same: same)
        client.close()
    assert asked == [("https://programs.api.cj.com/query", "Bearer t"), ("http://127.0.0.1:9/query", "Bearer t")]
