"""Syncs that were interrupted, and syncs that meet.

1. A sync that ended in mid-pull is gone on with: no page and no detail that came is asked for again.
2. A killed process leaves a run that is found dead; its pull goes on.
3. Two syncs of one network never run together; the second is told which run it meets.
4. A pull that is too old is begun anew.
5. Only what a crash, a stop or a passing trouble left unfinished is gone on with by itself.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from app.importing.runs import DIED, NetworkBusy, bury_dead_runs
from app.networks.accounts import accounts
from app.networks.clock import WallClock
from app.networks.failures import CredentialsRefused, NotAnAnswer, Stopped, Unavailable
from app.networks.resuming import to_resume
from app.networks.sync import Wiring, open_sync, sync
from app.settings import as_environment, read_settings
from tests.networks.conftest import Network, Syncing, account, environment
from tests.networks.simulator import SimulatedNetwork


def test_pages_that_came_are_not_asked_for_again(network: Network, syncing: Syncing) -> None:  # 1
    simulated = network("rakuten", 1_000)
    simulated.fail("503", times=6, path="/v2/advertisers", after=3)
    with pytest.raises(Unavailable):
        syncing.sync(simulated, details="0")
    assert syncing.programs("rakuten") == {}
    outcome = syncing.outcome(syncing.sync(simulated, details="0"))
    assert (outcome["resumed"], outcome["complete"], outcome["created"]) == (True, True, 1_000)
    good = [call.query["page"] for call in simulated.asked("/v2/advertisers") if call.status == 200]
    assert good == ["1", "2", "3", "4", "5"]


def test_details_that_came_are_not_asked_for_again(network: Network, syncing: Syncing) -> None:  # 1
    simulated = network("awin", 20)
    simulated.fail("401", times=99, path="programmedetails", after=7)
    outcome = syncing.outcome(syncing.sync(simulated))
    assert outcome["details"] == 7
    simulated.faults.clear()
    syncing.sync(simulated)
    good = [call.query["advertiserId"] for call in simulated.asked("programmedetails") if call.status == 200]
    assert len(good) == len(set(good)) == 20


def turn_to(simulated: SimulatedNetwork, syncing: Syncing) -> None:
    """From the machine's time to the test's: what was counted in the one means nothing in the other."""
    simulated.now = syncing.clock.now
    simulated.forget()
    syncing.catalogue.rows("delete from network_budgets")


def test_a_killed_sync_goes_on(network: Network, syncing: Syncing) -> None:  # 2
    """A real process, killed while it waits for the network's limit."""
    simulated = network("cj", 5_000)  # 51 pages at 25 a minute: it waits after the second
    simulated.now = time.time
    given = environment(simulated)
    settings = {
        **as_environment(syncing.catalogue.settings),
        "AFFINDEX_DATABASE_URL": syncing.catalogue.engines.database_url,
    }
    settings["AFFINDEX_OPENSEARCH_URL"] = syncing.catalogue.engines.opensearch_url
    process = subprocess.Popen(
        [sys.executable, "-c", "from app.cli import main; main()", "networks", "sync", "cj"],
        env={**{k: v for k, v in os.environ.items() if not k.startswith("AFFINDEX_")}, **settings, **given},
        stderr=subprocess.PIPE,
    )
    try:
        until = time.monotonic() + 60
        while syncing.catalogue.rows("select count(*) from network_pages")[0][0] < 2:
            assert process.poll() is None, process.stderr.read() if process.stderr else None
            assert time.monotonic() < until
            time.sleep(0.05)
        with syncing.catalogue.connect() as connection, pytest.raises(NetworkBusy):
            open_sync(connection, "cj", by="test")
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        if process.stderr:
            process.stderr.close()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:  # the server notices the lost connection a moment later
        with syncing.catalogue.connect() as connection:
            if bury_dead_runs(connection):
                break
        time.sleep(0.05)
    assert syncing.catalogue.rows("select state, error from import_runs") == [("failed", DIED)]
    with syncing.catalogue.connect() as connection:
        assert to_resume(connection, accounts(read_settings(given))) == ["cj"]
    turn_to(simulated, syncing)
    outcome = syncing.outcome(syncing.sync(simulated))
    assert (outcome["resumed"], outcome["complete"], outcome["created"]) == (True, True, 5_000)
    asked = [(call.query["advertiser-ids"], call.query["page-number"]) for call in simulated.calls if call.query]
    assert len(asked) - len(set(asked)) <= 1, "at most the page on its way when it was killed is asked for again"


def test_two_syncs_of_a_network_never_run_together(network: Network, syncing: Syncing) -> None:  # 3
    simulated = network("cj", 30)
    with syncing.catalogue.connect() as connection:
        run = open_sync(connection, "cj", by="test")
        with pytest.raises(NetworkBusy) as busy:
            open_sync(connection, "cj", by="test")
    assert busy.value.run == run
    assert simulated.calls == []


def test_a_stopped_sync_ends_at_once_and_goes_on(network: Network, syncing: Syncing) -> None:  # 1, 5
    """It waits three seconds for each token; stopped, it ends long before the next."""
    simulated = network("awin", 10)
    simulated.now = time.time
    stop = threading.Event()
    with syncing.catalogue.connect() as connection:
        run = open_sync(connection, "awin", by="test")
    threading.Timer(0.5, stop.set).start()
    began = time.monotonic()
    with pytest.raises(Stopped):
        sync(syncing.catalogue.connect, account(simulated), run, wiring=Wiring(WallClock(stop)))
    assert time.monotonic() - began < 2.5
    with syncing.catalogue.connect() as connection:
        assert to_resume(connection, accounts(read_settings(environment(simulated)))) == ["awin"]
    turn_to(simulated, syncing)
    assert syncing.outcome(syncing.sync(simulated))["resumed"]


def test_an_old_pull_is_begun_anew(network: Network, syncing: Syncing) -> None:  # 4
    simulated = network("rakuten", 450)
    simulated.fail("503", times=6, path="/v2/advertisers", after=1)
    with pytest.raises(Unavailable):
        syncing.sync(simulated, details="0")
    syncing.catalogue.rows("update network_pulls set started_at = now() - interval '13 hours'")
    outcome = syncing.outcome(syncing.sync(simulated, details="0"))
    assert (outcome["resumed"], outcome["complete"]) == (False, True)


@pytest.mark.parametrize(
    ("fault", "token", "raised", "minutes", "resumed"),
    [
        ("503", None, Unavailable, 0, False),  # the network is left in peace for a while
        ("503", None, Unavailable, 25, True),
        ("html", None, NotAnAnswer, 25, False),  # will not mend itself
        (None, "wrong-token", CredentialsRefused, 25, False),
    ],
)
def test_what_goes_on_by_itself(
    fault: str | None,
    token: str | None,
    raised: type[Exception],
    minutes: int,
    resumed: bool,
    network: Network,
    syncing: Syncing,
) -> None:  # 5
    simulated = network("cj", 30)
    if fault:
        simulated.fail(fault, times=6)
    with pytest.raises(raised):
        syncing.sync(simulated, token=token or simulated.secrets["token"])
    syncing.catalogue.rows("update import_runs set finished_at = finished_at - make_interval(mins => %s)", minutes)
    with syncing.catalogue.connect() as connection:
        assert to_resume(connection, accounts(read_settings(environment(simulated)))) == (["cj"] if resumed else [])
