"""What a sync may close, and what it must keep.

1. A program is closed only after two complete lists without it.
2. A list that brought fewer than it announced is partial: it closes nothing, however often.
3. A sync that fails closes nothing and changes nothing.
4. Details tell more and never close, and are asked for within a budget, those of joined programs first; a sync that
   asks for none keeps what earlier ones brought.
5. An extra list that fails costs freshness: what the last one said stays; one that was read whole is believed.
6. An unchanged network is pulled without a row being written.
7. What a network's API does not carry, or not yet, stays as other sources said it.
"""

from __future__ import annotations

import pytest

from app.networks.details import ask_details
from app.networks.failures import Unavailable
from app.networks.sync import open_sync, sync
from tests.networks.conftest import Network, Syncing, account, wiring
from tests.networks.simulator import SimulatedNetwork


def status(syncing: Syncing, slug: str, key: str) -> tuple[str, bool]:
    program = syncing.programs(slug)[key]
    return program["status"], program["missing_since"] is not None


def test_two_complete_lists_without_a_program_close_it(network: Network, syncing: Syncing) -> None:  # 1
    simulated = network("partnerstack", 40)
    syncing.sync(simulated)
    gone = simulated.records.pop(3)["key"]
    assert syncing.outcome(syncing.sync(simulated))["missing"] == 1
    assert status(syncing, "partnerstack", gone) == ("active", True)
    assert syncing.outcome(syncing.sync(simulated))["closed"] == 1
    assert status(syncing, "partnerstack", gone) == ("closed", True)


def test_a_short_list_closes_nothing(network: Network, syncing: Syncing) -> None:  # 2
    """A page that lost its last records on the way: the network announces 450, 440 come."""
    simulated = network("rakuten", 450)
    syncing.sync(simulated, details="0")
    simulated.options["short"] = 10
    for _ in range(3):
        outcome = syncing.outcome(syncing.sync(simulated, details="0"))
        assert (outcome["state"], outcome["complete"], outcome["partial"]) == ("done", False, True)
        assert (outcome["missing"], outcome["closed"]) == (0, 0)
        assert outcome["notes"] == ["advertisers: 440 of 450 announced programs came; nothing is closed"]


def test_an_empty_list_closes_nothing_and_says_so(network: Network, syncing: Syncing) -> None:  # 2
    syncing.sync(network("partnerstack", 0))
    assert syncing.catalogue.rows("select state, partial from import_runs") == [("done", True)]
    ((notes,),) = syncing.catalogue.rows("select notes from network_syncs")
    assert notes == ["it lists no program; nothing is taken for closed"]


def test_a_failed_pull_closes_nothing(network: Network, syncing: Syncing) -> None:  # 3
    simulated = network("cj", 250)
    syncing.sync(simulated)
    before = syncing.programs("cj")
    del simulated.records[5:]
    for _ in range(3):
        simulated.fail("503", times=6, path="advertiser-lookup", after=1)
        with pytest.raises(Unavailable):
            syncing.sync(simulated)
        syncing.catalogue.rows("update network_pulls set state = 'dropped' where state = 'pulling'")
    assert syncing.programs("cj") == before


def test_details_are_kept_when_only_the_list_is_pulled(network: Network, syncing: Syncing) -> None:  # 4
    simulated = network("awin", 30)
    syncing.sync(simulated)
    with_details = syncing.programs("awin")
    assert all(each["commission_max"] for each in with_details.values())
    simulated.records[1]["name"] = "A new name"
    outcome = syncing.outcome(syncing.sync(simulated, details="0"))
    assert (outcome["details"], outcome["updated"], outcome["unchanged"]) == (0, 1, 29)
    after = syncing.programs("awin")
    assert after["10001"]["name"] == "A new name"
    assert after["10001"]["commission_max"] == with_details["10001"]["commission_max"]
    assert after["10001"]["epc"] == with_details["10001"]["epc"]


def test_a_detail_that_is_gone_does_not_close(network: Network, syncing: Syncing) -> None:  # 4
    simulated = network("awin", 10)
    syncing.sync(simulated)
    age_details(syncing, days=30)
    simulated.fail("404", times=10, path="programmedetails")
    outcome = syncing.outcome(syncing.sync(simulated))
    assert (outcome["complete"], outcome["missing"], outcome["closed"]) == (True, 0, 0)


def test_an_extra_list_that_fails_keeps_what_the_last_one_said(network: Network, syncing: Syncing) -> None:  # 5
    simulated = network("rakuten", 60)
    syncing.sync(simulated)
    before = syncing.programs("rakuten")
    assert before["3-2001"]["cookie_days"] == 7
    simulated.fail("503", times=12, path="/v1/offers")
    outcome = syncing.outcome(syncing.sync(simulated))
    assert outcome["complete"]
    assert len(outcome["notes"]) == 2
    assert syncing.programs("rakuten") == before


def test_an_unchanged_network_writes_no_row(network: Network, syncing: Syncing) -> None:  # 6
    simulated = network("cj", 120)
    syncing.sync(simulated)
    versions = syncing.catalogue.rows("select id, version, xmin::text from programs order by id")
    outcome = syncing.outcome(syncing.sync(simulated))
    assert (outcome["created"], outcome["updated"], outcome["unchanged"]) == (0, 0, 120)
    assert syncing.catalogue.rows("select id, version, xmin::text from programs order by id") == versions


def test_an_unchanged_feed_is_not_sent_again(network: Network, syncing: Syncing) -> None:  # 6
    """ClickBank's feed has an ETag: a 304 takes over what the last pull kept, and the day's download is not spent."""
    simulated = network("clickbank", 30)
    syncing.sync(simulated)
    for _ in range(2):
        syncing.clock.sleep(90_000)
        outcome = syncing.outcome(syncing.sync(simulated))
        assert (outcome["complete"], outcome["unchanged"], outcome["closed"]) == (True, 30, 0)
    assert [call.status for call in simulated.calls] == [200, 304, 304]
    simulated.records[0]["Title"] = "Another title"
    assert syncing.outcome(syncing.sync(simulated))["updated"] == 1


# -- details: which, and how many -----------------------------------------------------------------------------------


def age_details(syncing: Syncing, days: int) -> None:
    syncing.catalogue.rows("update network_details set fetched_at = fetched_at - make_interval(days => %s)", days)


def asked(simulated: SimulatedNetwork) -> list[int]:
    return [int(call.query["advertiserId"]) for call in simulated.asked("programmedetails")]


def test_details_go_to_joined_then_popular_then_unknown_programs(network: Network, syncing: Syncing) -> None:  # 4
    simulated = network("awin", 40)
    syncing.sync(simulated, details="8")
    joined = {each["id"] for each in simulated.records if each["relationship"] in ("joined", "pending")}
    assert set(asked(simulated)) == joined  # 8 of them: exactly the budget
    syncing.catalogue.rows("update programs set popularity = 77 where external_id in ('10033', '10038')")
    syncing.sync(simulated, details="4")
    assert asked(simulated)[8:10] == [10033, 10038]
    assert len(asked(simulated)) == 12
    assert len(set(asked(simulated))) == 12, "what was asked for lately is not asked for again"


def test_stale_details_are_asked_for_again(network: Network, syncing: Syncing) -> None:  # 4
    simulated = network("awin", 12)
    syncing.sync(simulated)
    assert len(asked(simulated)) == 12
    syncing.sync(simulated)
    assert len(asked(simulated)) == 12
    age_details(syncing, days=8)
    syncing.sync(simulated)
    assert len(asked(simulated)) == 24


def test_awins_18000_details_are_a_matter_of_a_day(network: Network, syncing: Syncing) -> None:  # 4
    """At the network's own pace: 1,500 details a sync, twelve syncs a day. A tenth of it is run here."""
    simulated = network("awin", 1_800)
    began = syncing.clock.now()
    outcome = syncing.outcome(syncing.sync(simulated, details="150"))
    seconds = syncing.clock.now() - began
    assert outcome["details"] == 150
    assert 150 / seconds * 60 == pytest.approx(18, rel=0.05), "calls a minute, of 20 allowed"


def test_what_the_list_does_not_carry_is_kept(network: Network, syncing: Syncing) -> None:  # 7
    """Cookie days come from a directory export, terms from earlier details: a list without either wipes neither."""
    simulated = network("awin", 6)
    syncing.sync(simulated, details="0")
    syncing.catalogue.rows(
        "update programs set cookie_days = 45, payment_risk = 'none', epc_raw = 2, epc_unit = 'click'"
    )
    versions = syncing.catalogue.rows("select id, version from programs order by id")
    outcome = syncing.outcome(syncing.sync(simulated, details="0"))
    assert (outcome["complete"], outcome["unchanged"]) == (True, 6)
    assert syncing.catalogue.rows("select id, version from programs order by id") == versions
    syncing.sync(simulated)
    row = syncing.programs("awin")["10001"]
    assert (row["cookie_days"], row["payment_risk"]) == (45, "none"), "the API has no such fields"
    assert row["epc_raw"] != 2, "the details have this one"


def test_an_offer_that_ends_takes_its_terms_along(network: Network, syncing: Syncing) -> None:  # 5
    """The list of offers was read whole: that a program has none there says that its terms are not known."""
    simulated = network("rakuten", 60)
    syncing.sync(simulated)
    assert syncing.programs("rakuten")["3-2001"]["cookie_days"] == 7
    for record in simulated.records:
        record["offer"] = False
    syncing.sync(simulated, accept_drift=True)
    row = syncing.programs("rakuten")["3-2001"]
    assert (row["cookie_days"], row["commission_max"]) == (None, None)


def test_a_list_is_merged_before_details_are_asked_for(network: Network, syncing: Syncing) -> None:  # 4
    """While details are asked for the network is free: its list can be synced, and a file of it imported."""
    simulated = network("awin", 30)
    seen: list[tuple[int, int]] = []

    def progress(step: str, done: int, of: int | None) -> None:
        if step == "programmedetails" and done == 5:
            ((count,),) = syncing.catalogue.rows("select count(*) from programs")
            seen.append((count, syncing.sync(simulated, details="0")))

    with syncing.catalogue.connect() as connection:
        run = open_sync(connection, "awin", by="test")
    sync(syncing.catalogue.connect, account(simulated), run, wiring=wiring(syncing.clock))
    ask_details(syncing.catalogue.connect, account(simulated), run, wiring=wiring(syncing.clock), progress=progress)
    ((count, between),) = seen
    assert count == 30
    assert syncing.outcome(between)["state"] == "done"
    assert syncing.outcome(run)["details"] == 30
    assert all(each["commission_max"] for each in syncing.programs("awin").values())
    assert syncing.catalogue.rows("select partial, state from import_runs where source = 'details'") == [(True, "done")]
