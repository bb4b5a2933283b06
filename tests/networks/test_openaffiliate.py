"""OpenAffiliate's registry.

1. What somebody wrote is taken; what its importer from PartnerStack puts where it knows nothing is unknown, and the
   same values elsewhere are not.
2. A bare rate is read only with its mode; names are read in both spellings.
3. Networks that need no account are synced because they are named, one after the other.
4. A version that knows no pages is read whole; a list that ends before its total fails and closes nothing.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner

from app.cli import affindex
from app.feeds.layouts.openaffiliate import program
from app.networks import failures
from app.networks.connectors import CONNECTORS
from app.normalising import normalise
from app.settings import as_environment
from mappings.program import Program
from tests.networks import wire
from tests.networks.conftest import Network, Syncing


def read(number: int = 1, **members: Any) -> Program:
    return normalise(program({**wire.openaffiliate(number + 1)[number], **members}))


def test_what_somebody_wrote_is_taken() -> None:  # 1
    found = read(1)
    assert (found.cookie_days, found.min_payout, found.payment_methods) == (30, 50, ("bank-transfer", "paypal"))
    assert (found.approval_mode, found.recurring_months, found.operated_by) == ("manual", 12, None)
    assert (found.network, found.external_id, found.commission_max) == ("openaffiliate", "tool-0001", 11)


def test_what_its_importer_makes_up_is_unknown() -> None:  # 1
    found = read(0)
    assert (found.cookie_days, found.min_payout, found.payment_methods) == (None, None, None)
    assert (found.approval_mode, found.recurring_months, found.operated_by) == (None, None, "partnerstack")
    told = read(
        0,
        cookieDays=60,
        payout={"minimum": 25, "currency": "USD", "methods": ["paypal"]},
        approval="auto",
        commission={
            "type": "recurring",
            "rate": "20%",
            "duration": "12 months",
            "conditions": "20% for the first year",
        },
    )
    assert (told.cookie_days, told.min_payout, told.payment_methods) == (60, 25, ("paypal",))
    assert (told.approval_mode, told.recurring_months) == ("auto", 12)


@pytest.mark.parametrize(
    ("commission", "kind", "most"),
    [
        ({"type": "one-time", "rate": "$50", "currency": "USD"}, "fixed", 50),
        ({"type": "one-time", "rate": 50, "mode": "flat", "value": 50, "currency": "USD"}, "fixed", 50),
        ({"type": "recurring", "rate": 25, "mode": "percentage", "value": 25, "currency": "USD"}, "percent", 25),
        ({"type": "recurring", "rate": 25, "currency": "USD"}, None, None),
        ({"type": "recurring", "rate": "varies", "mode": "unknown", "value": None}, None, None),
        (None, None, None),
    ],
)
def test_a_rate_needs_its_unit(commission: Any, kind: str | None, most: float | None) -> None:  # 2
    found = read(1, commission=commission)
    assert found.commission_type == kind
    assert (found.commission_max if kind == "percent" else found.commission_fixed_max) == most


def test_both_spellings() -> None:  # 2
    given = wire.openaffiliate(2)[1]
    spelled = {"cookieDays": "cookie_days", "signupUrl": "signup_url", "submittedBy": "submitted_by"}
    other = {spelled.get(key, key): value for key, value in given.items()}
    assert normalise(program(other)) == normalise(program(given))


def test_a_version_without_pages_is_read_whole(network: Network, syncing: Syncing) -> None:  # 4
    simulated = network("openaffiliate", 620, without_pages=True)
    outcome = syncing.outcome(syncing.sync(simulated))
    assert (outcome["state"], outcome["complete"], outcome["created"], outcome["calls"]) == ("done", True, 620, 1)
    assert syncing.catalogue.rows(
        "select operated_by, count(*) from programs group by 1 order by 1"
    ) == [("partnerstack", 310), (None, 310)]  # fmt: skip


def test_an_empty_list_is_a_failure(network: Network, syncing: Syncing) -> None:  # 4
    with pytest.raises(failures.NotAnAnswer):
        syncing.sync(network("openaffiliate", 0))


def test_who_names_it_needs_no_setting(
    network: Network, syncing: Syncing, monkeypatch: pytest.MonkeyPatch
) -> None:  # 3
    for slug in ("openaffiliate", "clickbank"):
        connector = CONNECTORS[slug]
        there = replace(connector.api, base_url=network(slug, 7).url)
        monkeypatch.setitem(CONNECTORS, slug, replace(connector, api=there))
    given = {
        **as_environment(syncing.catalogue.settings),
        "AFFINDEX_ALLOW_PRIVATE_ADDRESSES": "true",
        "AFFINDEX_DATABASE_URL": syncing.catalogue.engines.database_url,
        "AFFINDEX_OPENSEARCH_URL": syncing.catalogue.engines.opensearch_url,
        "AFFINDEX_INDEX": syncing.catalogue.alias,
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    result = CliRunner().invoke(affindex, ["networks", "sync", "openaffiliate", "clickbank", "--json"])
    assert result.exit_code == 0, result.output
    counts = [each["run"]["networks"][0] for each in json.loads(result.stdout)["syncs"]]
    assert [(each["network"], each["created"]) for each in counts] == [("openaffiliate", 7), ("clickbank", 7)]
