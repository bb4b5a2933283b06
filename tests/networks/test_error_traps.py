"""Every way in which a network says something else than it means. None of them is ever "no programs".

Each trap of networks.md section 1 is a test of its own. In all of them the sync fails with a reason that names what
to do, and what was stored before stays as it was.
"""

from __future__ import annotations

from typing import Any

import pytest

from app.networks import failures
from tests.networks import wire
from tests.networks.conftest import Network, Syncing
from tests.networks.simulator import SimulatedNetwork


def failing(syncing: Syncing, kind: type[Exception], match: str, simulated: SimulatedNetwork, **more: Any) -> str:
    """A sync that fails; the error as it is recorded with the run."""
    before = syncing.programs(simulated.slug)
    with pytest.raises(kind, match=match):
        syncing.sync(simulated, **more)
    assert syncing.programs(simulated.slug) == before
    ((error, state),) = syncing.catalogue.rows("select error, state from import_runs order by id desc limit 1")
    assert state == "failed"
    assert syncing.catalogue.rows("select count(*) from import_run_networks where active") == [(0,)]
    return str(error)


# -- ClickBank -------------------------------------------------------------------------------------------------------


def test_clickbank_answers_html_instead_of_a_zip(network: Network, syncing: Syncing) -> None:
    simulated = network("clickbank", 30)
    simulated.fail("html")
    failing(syncing, failures.NotAnAnswer, "web page", simulated)


def test_clickbank_has_a_catalog_without_a_site(network: Network, syncing: Syncing) -> None:
    simulated = network("clickbank", 30)
    syncing.sync(simulated)
    syncing.clock.sleep(90_000)
    simulated.records.clear()
    failing(syncing, failures.NotAnAnswer, "no Site", simulated)


def test_clickbank_may_be_fetched_once_a_day(network: Network, syncing: Syncing) -> None:
    simulated = network("clickbank", 30)
    syncing.sync(simulated)
    failing(syncing, failures.OverBudget, "allows no more calls until 2026-", simulated)
    syncing.clock.sleep(86_400)
    assert syncing.outcome(syncing.sync(simulated))["complete"]


def test_clickbank_a_failed_download_is_no_download(network: Network, syncing: Syncing) -> None:
    """The day's one download is not spent on an error, a page or half a zip."""
    simulated = network("clickbank", 30)
    simulated.fail("html")
    failing(syncing, failures.NotAnAnswer, "web page", simulated)
    simulated.fail("500", times=2)
    simulated.fail("truncated")
    assert syncing.outcome(syncing.sync(simulated))["created"] == 30


# -- CJ --------------------------------------------------------------------------------------------------------------


def test_cj_401_is_a_wrong_token_or_a_wrong_address(network: Network, syncing: Syncing) -> None:
    simulated = network("cj", 30)
    failing(syncing, failures.CredentialsRefused, "or the address is wrong", simulated, token="not-the-token")
    failing(
        syncing,
        failures.CredentialsRefused,
        "or the address is wrong",
        simulated,
        base_url=f"{simulated.url}/elsewhere",
    )


def test_cj_records_returned_lies(network: Network, syncing: Syncing) -> None:
    """It claims as many records as match; the pages go on until page times size reaches the total."""
    simulated = network("cj", 450, lie=True)
    assert syncing.outcome(syncing.sync(simulated))["created"] == 450
    others = [call.query for call in simulated.asked() if call.query.get("advertiser-ids") == "notjoined"]
    assert [query["page-number"] for query in others] == ["1", "2", "3", "4", "5"]


def test_cj_never_asks_for_all(network: Network, syncing: Syncing) -> None:
    """`advertiser-ids=all` is a 400, no filter at all gives nothing: both halves are asked for and joined."""
    simulated = network("cj", 30)
    syncing.sync(simulated)
    assert {call.query["advertiser-ids"] for call in simulated.calls if call.path != "/query"} == {
        "joined",
        "notjoined",
    }


def test_cj_has_a_bare_ampersand(network: Network, syncing: Syncing) -> None:
    syncing.sync(network("cj", 30))
    assert syncing.programs("cj")["1000001"]["name"] == "Barnes & Noble"


def test_cj_has_characters_that_xml_forbids(network: Network, syncing: Syncing) -> None:
    """A control character in one name, plain or as a reference, is dropped; the sync goes on."""
    simulated = network("cj", 30)
    simulated.records[2]["name"] = "Tea&#11;House"
    simulated.records[3]["name"] = "Milk\x0bHouse &#55357;&#56841;"
    assert syncing.outcome(syncing.sync(simulated))["created"] == 30
    names = {name for (name,) in syncing.catalogue.rows("select name from programs")}
    assert {"TeaHouse", "MilkHouse 😉"} <= names


def test_cj_says_an_error_with_status_200(network: Network, syncing: Syncing) -> None:
    simulated = network("cj", 30)
    simulated.fail("said", body="<cj-api><error-message>Internal problem</error-message></cj-api>")
    failing(syncing, failures.NotAnAnswer, "Internal problem", simulated)


# -- Rakuten ---------------------------------------------------------------------------------------------------------


def test_rakuten_400_invalid_client_is_a_wrong_secret(network: Network, syncing: Syncing) -> None:
    failing(
        syncing,
        failures.CredentialsRefused,
        "invalid_client: check client_id or client_secret",
        network("rakuten", 30),
        client_secret="wrong-secret",
    )


def test_rakuten_401_invalid_client_is_an_unknown_site(network: Network, syncing: Syncing) -> None:
    failing(syncing, failures.CredentialsRefused, "invalid_client: check sid", network("rakuten", 30), sid="999")


def test_rakuten_403_means_too_many_calls(network: Network, syncing: Syncing) -> None:
    simulated = network("rakuten", 450)
    simulated.fail("403", path="/v2/advertisers", after=1)
    outcome = syncing.outcome(syncing.sync(simulated))
    assert (outcome["complete"], outcome["created"], outcome["limited_calls"]) == (True, 450, 1)


# -- Awin ------------------------------------------------------------------------------------------------------------


def test_awin_401_says_what_it_needs(network: Network, syncing: Syncing) -> None:
    failing(
        syncing,
        failures.CredentialsRefused,
        "Full authentication is required",
        network("awin", 10),
        token="not-the-token",
    )


def test_awin_details_that_fail_cost_freshness_only(network: Network, syncing: Syncing) -> None:
    simulated = network("awin", 20)
    simulated.fail("404", path="programmedetails", times=2)
    simulated.fail("500", path="programmedetails", times=6, after=4)
    outcome = syncing.outcome(syncing.sync(simulated))
    assert (outcome["complete"], outcome["created"], outcome["closed"]) == (True, 20, 0)
    assert any("programmedetails" in note for note in outcome["notes"])


# -- Impact ----------------------------------------------------------------------------------------------------------


def test_impact_403_is_a_missing_scope(network: Network, syncing: Syncing) -> None:
    simulated = network("impact", 10, scope=False)
    failing(syncing, failures.AccessDenied, "does the token have the scope", simulated)
    assert len(simulated.calls) == 1, "a scope is not tried again"


def test_impact_answers_xml_unless_json_is_asked_for(network: Network, syncing: Syncing) -> None:
    assert syncing.outcome(syncing.sync(network("impact", 10)))["created"] == 10


# -- PartnerStack ----------------------------------------------------------------------------------------------------


def test_impact_pages_have_numbers_where_no_next_address_is_told(
    network: Network, syncing: Syncing, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = wire.impact_page

    def silent(*arguments: Any) -> dict[str, Any]:
        return {name: value for name, value in told(*arguments).items() if name != "@nextpageuri"}

    monkeypatch.setattr(wire, "impact_page", silent)
    assert syncing.outcome(syncing.sync(network("impact", 230)))["created"] == 230


def test_partnerstack_is_never_asked_for_one_program(network: Network, syncing: Syncing) -> None:
    """The call is documented and answers 404."""
    simulated = network("partnerstack", 300)
    syncing.sync(simulated)
    assert {call.path for call in simulated.calls} == {"/api/v2/marketplace/programs", "/api/v2/partnerships"}


# -- Refersion -------------------------------------------------------------------------------------------------------


def test_refersion_says_200_and_errors(network: Network, syncing: Syncing) -> None:
    simulated = network("refersion", 10)
    simulated.fail("said", body='{"errors": [{"message": "Internal server error"}], "data": null}')
    failing(syncing, failures.NotAnAnswer, "Internal server error", simulated)


def test_refersion_says_200_and_a_wrong_key(network: Network, syncing: Syncing) -> None:
    failing(syncing, failures.CredentialsRefused, "Invalid API key", network("refersion", 10), key="some-other-key")


# -- all of them -----------------------------------------------------------------------------------------------------

ALL = ["clickbank", "cj", "rakuten", "awin", "impact", "partnerstack", "refersion"]
LIST = {"rakuten": "/v2/advertisers"}


@pytest.mark.parametrize("slug", ALL)
def test_a_web_page_with_status_200_is_no_answer(slug: str, network: Network, syncing: Syncing) -> None:
    simulated = network(slug, 10)
    simulated.fail("html", path=LIST.get(slug, ""))
    failing(syncing, failures.NotAnAnswer, "web page", simulated)


@pytest.mark.parametrize("slug", ALL)
def test_an_answer_without_end_is_cut_off(slug: str, network: Network, syncing: Syncing) -> None:
    simulated = network(slug, 10)
    simulated.fail("endless", path=LIST.get(slug, ""))
    failing(syncing, failures.NotAnAnswer, "larger than", simulated, largest_answer=2_000_000)


@pytest.mark.parametrize("slug", ALL)
def test_what_does_not_pass_fails_after_six_attempts(slug: str, network: Network, syncing: Syncing) -> None:
    simulated = network(slug, 10)
    simulated.fail("503", times=99, path=LIST.get(slug, ""))
    failing(syncing, failures.Unavailable, r"status 503 \(6 attempts\)", simulated)
    assert len([call for call in simulated.calls if call.status == 503]) == 6
