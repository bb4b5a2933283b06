"""Networks over HTTP and from the command line.

1. `GET /api/networks` keeps what it had, and adds each network's health.
2. `POST /api/networks/{slug}/sync` needs scope import, queues a run, and is a 409 with the run where one is at work,
   where the network is not set up, paused or closed. One that needs no account needs no setting.
3. A worker carries the run out; what came is there.
4. No answer holds a credential.
5. `GET /metrics` has every network's health as figures.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from dataclasses import replace

import msgspec
import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.jobs import SYNCS, worker
from app.networks.accounts import Account, accounts
from app.networks.health import health
from app.networks.sync import open_sync
from app.settings import read_settings
from tests.networks.conftest import Network, Syncing, environment
from tests.networks.simulator import SECRETS, SimulatedNetwork


@pytest.fixture
def cj(network: Network, syncing: Syncing) -> SimulatedNetwork:
    """CJ is set up for the catalogue's API, Awin is paused; the others are not set up."""
    simulated = network("cj", 40)
    given = {**environment(simulated), "AFFINDEX_NETWORKS_AWIN_PAUSED": "true"}
    read = read_settings(given)
    syncing.catalogue.settings = msgspec.structs.replace(
        syncing.catalogue.settings, networks=read.networks, allow_private_addresses=True
    )
    return simulated


def work(syncing: Syncing, given: Mapping[str, Account] | None = None) -> None:
    """Carry out every job that waits, as a worker does."""
    catalogue = syncing.catalogue
    known = given or accounts(catalogue.settings)
    jobs = worker(catalogue.engines.database_url, catalogue.connect, known, threading.Event())

    async def run() -> None:
        async with jobs.open_async():
            await jobs.run_worker_async(queues=[SYNCS], wait=False, install_signal_handlers=False)

    asyncio.run(run())


def test_networks_and_their_health(cj: SimulatedNetwork, syncing: Syncing) -> None:  # 1
    listed = {each["slug"]: each for each in syncing.catalogue.get("/api/networks")["networks"]}
    assert set(listed["cj"]) >= {
        "slug", "name", "home", "retired", "minPayout", "paymentMethods", "programs", "closed", "missing",
        "lastCompleteAt", "health",
    }  # fmt: skip
    states = {slug: each["health"]["state"] for slug, each in listed.items()}
    assert states == {
        "clickbank": "unconfigured",
        "shareasale": "paused",
        "cj": "degraded",
        "rakuten": "unconfigured",
        "awin": "paused",
        "impact": "unconfigured",
        "partnerstack": "unconfigured",
        "refersion": "unconfigured",
        "direct": "paused",
        "openaffiliate": "unconfigured",
    }
    assert listed["cj"]["health"]["reason"] == "it has not been synced yet"
    assert "AFFINDEX_NETWORKS_IMPACT_AUTH_TOKEN" in listed["impact"]["health"]["reason"]
    assert listed["cj"]["health"]["budget"] == {"calls": 25, "seconds": 60.0, "left": 2.0, "blockedUntil": None}
    assert listed["cj"]["health"]["nextSyncAt"].endswith("Z")
    assert listed["impact"]["health"]["nextSyncAt"] is None


def test_a_sync_from_the_api_to_the_catalogue(cj: SimulatedNetwork, syncing: Syncing) -> None:  # 2, 3
    api, key = syncing.catalogue.api, syncing.catalogue.key("import")
    assert api.post("/api/networks/cj/sync").status_code == 401
    assert api.post("/api/networks/cj/sync", headers=syncing.catalogue.key("read")).status_code == 403
    answer = api.post("/api/networks/CJ/sync", headers=key)
    assert answer.status_code == 202, answer.text
    run = answer.json()
    assert (run["source"], run["state"]) == ("api", "queued")
    assert answer.headers["location"] == f"/api/import/runs/{run['id']}"

    again = api.post("/api/networks/cj/sync", headers=key)
    assert again.status_code == 409
    assert again.json()["type"] == "/problems/network-busy"
    assert again.json()["run"] == run["id"]

    work(syncing)
    done = syncing.catalogue.get(f"/api/import/runs/{run['id']}")
    assert (done["state"], done["partial"], done["networks"][0]["created"]) == ("done", False, 40)
    one = syncing.catalogue.get("/api/networks/cj")
    assert (one["programs"], one["closed"]) == (38, 2)  # two are "Deactive"
    assert (one["health"]["state"], one["health"]["reason"]) == ("ok", None)
    (sync,) = one["syncs"]
    assert (sync["run"], sync["by"], sync["complete"], sync["records"]) == (run["id"], "api", True, 40)
    assert sync["calls"] == len(cj.calls)


@pytest.mark.parametrize(
    ("slug", "status", "kind", "said"),
    [
        ("impact", 409, "network-unconfigured", "AFFINDEX_NETWORKS_IMPACT_ACCOUNT_SID"),
        ("awin", 409, "network-paused", "AFFINDEX_NETWORKS_AWIN_PAUSED"),
        ("shareasale", 409, "network-paused", "affindex import feed"),
        ("nowhere", 404, "not-found", "there is no network 'nowhere'"),
    ],
)
def test_what_cannot_be_synced(
    slug: str, status: int, kind: str, said: str, cj: SimulatedNetwork, syncing: Syncing
) -> None:  # 2
    answer = syncing.catalogue.api.post(f"/api/networks/{slug}/sync", headers=syncing.catalogue.key("import"))
    assert answer.status_code == status
    assert answer.json()["type"] == f"/problems/{kind}"
    assert said in answer.json()["detail"]


def test_what_needs_no_account_needs_no_setting(network: Network, syncing: Syncing) -> None:  # 2
    simulated = network("openaffiliate", 30)
    catalogue = syncing.catalogue
    listed = {each["slug"]: each["needsAccount"] for each in catalogue.get("/api/networks")["networks"]}
    assert [slug for slug, needed in listed.items() if needed is False] == ["clickbank", "openaffiliate"]
    assert [slug for slug, needed in listed.items() if needed is None] == ["shareasale", "direct"]
    assert catalogue.get("/api/networks/openaffiliate")["health"]["state"] == "unconfigured"
    answer = catalogue.api.post("/api/networks/openaffiliate/sync", headers=catalogue.key("import"))
    assert answer.status_code == 202, answer.text
    read = read_settings(environment(simulated))
    catalogue.settings = msgspec.structs.replace(
        catalogue.settings, networks=read.networks, allow_private_addresses=True
    )
    given = accounts(catalogue.settings)
    # As a worker has it for which nothing is set, but where the simulator is.
    work(syncing, {**given, "openaffiliate": replace(given["openaffiliate"], mentioned=False)})
    done = catalogue.get(f"/api/import/runs/{answer.json()['id']}")
    assert (done["state"], done["networks"][0]["created"]) == ("done", 30), done


@pytest.mark.parametrize("body", ['{"acceptDrift": "yes"}', '{"accept": true}', "[1]", "{"])
def test_a_body_that_is_wrong_is_a_400(body: str, cj: SimulatedNetwork, syncing: Syncing) -> None:  # 2
    headers = {**syncing.catalogue.key("import"), "Content-Type": "application/json"}
    answer = syncing.catalogue.api.post("/api/networks/cj/sync", content=body, headers=headers)
    assert answer.status_code == 400, answer.text
    assert syncing.catalogue.rows("select count(*) from import_runs") == [(0,)]


def test_a_failure_is_told_without_a_credential(cj: SimulatedNetwork, syncing: Syncing) -> None:  # 4
    """The network echoes the token in its error; nobody is told it."""
    token = SECRETS["cj"]["token"]
    cj.fail("said", body=f"<cj-api><error-message>bad token {token}</error-message></cj-api>")
    syncing.catalogue.api.post("/api/networks/cj/sync", headers=syncing.catalogue.key("import"))
    work(syncing)
    answer = syncing.catalogue.api.get("/api/networks")
    assert "bad token •••" in answer.text
    assert token not in answer.text
    stored = syncing.catalogue.rows(
        "select coalesce(string_agg(row_to_json(r)::text, ''), '') from import_runs r"
    ) + syncing.catalogue.rows(
        "select coalesce(string_agg(row_to_json(j)::text, ''), '') from jobs.procrastinate_jobs j"
    )
    assert token not in str(stored)


def test_health_after_failures(cj: SimulatedNetwork, syncing: Syncing) -> None:  # 1
    def state() -> tuple[str, int]:
        with syncing.catalogue.connect() as connection:
            found = health(connection, accounts(syncing.catalogue.settings))["cj"]
        return found.state, found.failures

    syncing.sync(cj)
    assert state() == ("ok", 0)
    for failures, expected in ((1, "degraded"), (2, "degraded"), (3, "failing")):
        cj.fail("html")
        with pytest.raises(Exception, match="web page"):
            syncing.sync(cj)
        assert state() == (expected, failures)
    syncing.sync(cj)
    assert state()[1] == 0
    syncing.catalogue.rows("delete from network_syncs where failed_calls > 0")
    for days, expected in ((1, "ok"), (3, "degraded"), (6, "failing")):
        syncing.catalogue.rows("update import_runs set finished_at = now() - make_interval(days => %s)", days)
        assert state()[0] == expected


def test_health_shows_drift_and_the_run_at_work(cj: SimulatedNetwork, syncing: Syncing) -> None:  # 1
    syncing.sync(cj)
    del cj.records[36:]
    for record in cj.records[:9]:
        record["epc"] = "N/A"
    syncing.sync(cj)
    with syncing.catalogue.connect() as connection:
        run = open_sync(connection, "cj", by="test")
        found = health(connection, accounts(syncing.catalogue.settings))["cj"]
    assert found.running == run
    assert found.drift is not None
    assert found.drift["records"] == -0.1
    assert found.drift["epc"] < -0.1


def test_health_in_the_metrics(cj: SimulatedNetwork, syncing: Syncing) -> None:  # 5
    """State, last success, staleness, error rate, budget, drift of count and fill-rates, as Prometheus reads them."""
    before = figures(syncing)
    assert before["network_state", "cj", "degraded"] == 1
    assert before["network_state", "cj", "ok"] == 0
    assert before["network_state", "awin", "paused"] == 1
    assert before["network_state", "impact", "unconfigured"] == 1
    assert before["network_budget_left", "cj"] == 2
    assert ("network_last_success_timestamp_seconds", "cj") not in before, "a figure that is not known is left out"

    syncing.sync(cj)
    del cj.records[36:]
    for record in cj.records[:9]:
        record["epc"] = "N/A"
    syncing.sync(cj)
    cj.fail("html")
    with pytest.raises(Exception, match="web page"):
        syncing.sync(cj)
    after = figures(syncing)
    assert after["network_state", "cj", "degraded"] == 1
    assert after["network_last_success_timestamp_seconds", "cj"] > 1_700_000_000
    assert 0 <= after["network_stale_seconds", "cj"] < 600
    assert after["network_failures_in_a_row", "cj"] == 1
    assert 0 < after["network_error_ratio", "cj"] < 1
    assert after["network_records_drift_ratio", "cj"] == -0.1
    assert after["network_fill_rate_drift", "cj", "epc"] < -0.1
    assert ("network_fill_rate_drift", "cj", "records") not in after


def figures(syncing: Syncing) -> dict[tuple[str, ...], float]:
    """The networks' metrics by name (without our prefix), network, and the label beside it."""
    text = syncing.catalogue.api.get("/metrics").text
    return {
        (sample.name.removeprefix("affindex_"), sample.labels.pop("network"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name.startswith("affindex_network_")
    }
