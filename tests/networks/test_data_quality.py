"""A network that suddenly loses much is an alarm and not an import.

1. Fewer than two thirds of the programs, or a field that half of its programs lost: the run is refused before the
   merge, and says what was lost and how to import it nevertheless.
2. Accepting it uses what was pulled already; whoever does not accept it pulls anew.
3. What a network loses by and by is imported; so is a first sync, and a small network's.
"""

from __future__ import annotations

import pytest

from app.networks.data_quality import Measured, alarms
from app.networks.failures import Drifted
from tests.networks.conftest import Network, Syncing


def test_lost_commissions_are_refused(network: Network, syncing: Syncing) -> None:  # 1
    simulated = network("cj", 120)
    simulated.options["terms_error"] = "nobody may ask for contracts"  # they would still tell what joined ones pay
    syncing.sync(simulated)
    before = syncing.programs("cj")
    for record in simulated.records:
        record["commission"] = ""
    with pytest.raises(Drifted, match=r"commission_text: 0%|commission_type: 0% .* --accept-drift"):
        syncing.sync(simulated)
    assert syncing.programs("cj") == before
    ((error, refused),) = syncing.catalogue.rows(
        "select r.error, s.refused from network_syncs s join import_runs r on r.id = s.run_id "
        "order by r.id desc limit 1"
    )
    assert refused
    assert "commission_min: 0% of the programs have it, 75% had it" in error


def test_lost_programs_are_refused(network: Network, syncing: Syncing) -> None:  # 1
    simulated = network("partnerstack", 100)
    syncing.sync(simulated)
    del simulated.records[60:]
    with pytest.raises(Drifted, match="60 programs, 100 in the last sync"):
        syncing.sync(simulated)
    assert syncing.catalogue.rows("select count(*) from programs where missing_since is not null") == [(0,)]


def test_accepting_imports_what_was_pulled(network: Network, syncing: Syncing) -> None:  # 2
    simulated = network("partnerstack", 100)
    syncing.sync(simulated)
    del simulated.records[60:]
    with pytest.raises(Drifted):
        syncing.sync(simulated)
    calls = len(simulated.calls)
    outcome = syncing.outcome(syncing.sync(simulated, accept_drift=True))
    assert (outcome["state"], outcome["complete"], outcome["missing"]) == ("done", True, 40)
    assert len(simulated.calls) == calls, "nothing was asked again"
    assert syncing.outcome(syncing.sync(simulated))["closed"] == 40, "accepted, it is what the next is compared with"


def test_a_refused_pull_is_not_gone_on_with(network: Network, syncing: Syncing) -> None:  # 2
    """The next ordinary sync pulls anew: the network may have mended itself."""
    simulated = network("partnerstack", 100)
    syncing.sync(simulated)
    lost = simulated.records[60:]
    del simulated.records[60:]
    with pytest.raises(Drifted):
        syncing.sync(simulated)
    simulated.records += lost
    outcome = syncing.outcome(syncing.sync(simulated))
    assert (outcome["resumed"], outcome["unchanged"], outcome["missing"]) == (False, 100, 0)


BEFORE = Measured(100, {"commission_min": 0.8, "epc": 0.1, "cookie_days": 0.5})


@pytest.mark.parametrize(
    ("now", "before", "complete", "said"),
    [
        (Measured(100, BEFORE.fill_rates), BEFORE, True, 0),
        (Measured(68, BEFORE.fill_rates), BEFORE, True, 0),
        (Measured(66, BEFORE.fill_rates), BEFORE, True, 1),
        (Measured(66, BEFORE.fill_rates), BEFORE, False, 0),  # a short list has any size
        (Measured(100, {**BEFORE.fill_rates, "commission_min": 0.45}), BEFORE, True, 0),
        (Measured(100, {**BEFORE.fill_rates, "commission_min": 0.39}), BEFORE, True, 1),
        (Measured(100, {**BEFORE.fill_rates, "epc": 0.0}), BEFORE, True, 0),  # few had it before
        (Measured(100, {"commission_min": 0.0, "epc": 0.0, "cookie_days": 0.0}), BEFORE, True, 2),
        (Measured(0, dict.fromkeys(BEFORE.fill_rates, 0.0)), Measured(10, BEFORE.fill_rates), True, 0),
        (Measured(5, dict.fromkeys(BEFORE.fill_rates, 0.0)), None, True, 0),
    ],
)
def test_what_is_an_alarm(now: Measured, before: Measured | None, complete: bool, said: int) -> None:  # 1, 3
    assert len(alarms(now, before, complete=complete)) == said
