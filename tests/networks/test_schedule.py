"""Syncs on a schedule.

1. Every network that is set up has a cron line of its own, with its priority; no other network has one.
2. A tick syncs; a tick that meets a running sync, of whatever origin, leaves it alone.
3. What a crash left unfinished goes on by itself, within five minutes: lists and details.
4. Details keep no sync waiting, of whatever network: they have places of their own.
5. A queued run whose job was never put in is failed, and its network free again.
6. A real worker process does all of it, and ends when told to, in the middle of a wait.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from procrastinate import App
from procrastinate.periodic import PeriodicDeferrer, PeriodicTask

from app.importing.runs import DIED, bury_dead_runs
from app.jobs import (
    DETAILS,
    IMPORTS,
    NEVER_QUEUED,
    RESUME,
    SCHEDULED_SYNC,
    SYNC,
    SYNCS,
    bury_unqueued,
    sync_producer,
    worker,
)
from app.networks.accounts import Account, accounts
from app.networks.resuming import details_to_resume
from app.networks.schedule import following, interval, is_cron
from app.networks.sync import open_sync
from app.settings import as_environment, read_settings
from tests.networks.conftest import Network, Syncing, environment
from tests.networks.simulator import SimulatedNetwork


def jobs_of(syncing: Syncing, given: dict[str, Account]) -> App:
    catalogue = syncing.catalogue
    return worker(catalogue.engines.database_url, catalogue.connect, given, threading.Event())


def accounts_of(*simulated: SimulatedNetwork, **more: str) -> dict[str, Account]:
    variables: dict[str, str] = {}
    for each in simulated:
        variables |= environment(each, **more)
    return accounts(read_settings(variables))


def tick(syncing: Syncing, given: dict[str, Account], task: str, queues: list[str]) -> None:
    """The clock reaches a task's time, on a worker."""
    jobs = jobs_of(syncing, given)

    async def run() -> None:
        async with jobs.open_async():
            chosen: list[PeriodicTask[..., object, ...]] = [
                each for each in jobs.periodic_registry.periodic_tasks.values() if each.task.name == task
            ]
            assert chosen
            stamp = int(time.time())
            await PeriodicDeferrer(jobs.periodic_registry).defer_jobs([(each, stamp) for each in chosen])
            for queue in queues:
                await jobs.run_worker_async(queues=[queue], wait=False, install_signal_handlers=False)

    asyncio.run(run())


def test_every_network_that_is_set_up_has_its_line(network: Network, syncing: Syncing) -> None:  # 1
    given = accounts_of(network("cj"), schedule="7 3 * * *", priority="5") | {
        slug: each for slug, each in accounts_of(network("impact")).items() if slug == "impact"
    }
    jobs = jobs_of(syncing, given)
    lines = {
        slug: (task.cron, task.configure_kwargs.get("priority"), task.configure_kwargs.get("task_kwargs"))
        for (name, slug), task in jobs.periodic_registry.periodic_tasks.items()
        if name == SCHEDULED_SYNC
    }
    assert lines == {
        "cj": ("7 3 * * *", 5, {"network": "cj"}),
        "impact": ("10 6 * * *", 0, {"network": "impact"}),
    }


def test_a_tick_syncs(network: Network, syncing: Syncing) -> None:  # 2
    simulated = network("partnerstack", 20)
    tick(syncing, accounts_of(simulated), SCHEDULED_SYNC, [SYNCS])
    assert len(syncing.programs("partnerstack")) == 20
    assert syncing.catalogue.rows("select state, parameters ->> 'by' from import_runs") == [("done", "schedule")]


def test_a_tick_leaves_a_busy_network_alone(network: Network, syncing: Syncing) -> None:  # 2
    simulated = network("partnerstack", 20)
    with syncing.catalogue.connect() as connection:
        run = open_sync(connection, "partnerstack", by="test")
    tick(syncing, accounts_of(simulated), SCHEDULED_SYNC, [SYNCS])
    assert simulated.calls == []
    assert syncing.catalogue.rows("select id, state from import_runs") == [(run, "queued")]


def test_what_a_crash_left_goes_on(network: Network, syncing: Syncing) -> None:  # 3
    """The process of a run is gone: its lock is free, it is marked as running, its pull is open."""
    simulated = network("partnerstack", 20)
    with syncing.catalogue.connect() as connection:
        run = open_sync(connection, "partnerstack", by="schedule")
        connection.execute("update import_runs set state = 'running' where id = %s", (run,))
        connection.execute("insert into network_pulls (network_id) values (7)")
        connection.execute(
            "insert into network_syncs (run_id, network_id, pull_id) select %s, 7, max(id) from network_pulls", (run,)
        )
    tick(syncing, accounts_of(simulated), RESUME, [IMPORTS, SYNCS])
    assert syncing.catalogue.rows("select state, parameters ->> 'by' from import_runs order by id") == [
        ("failed", "schedule"),
        ("done", "resume"),
    ]
    assert len(syncing.programs("partnerstack")) == 20
    tick(syncing, accounts_of(simulated), RESUME, [IMPORTS, SYNCS])
    assert syncing.catalogue.rows("select count(*) from import_runs") == [(2,)]


def test_details_that_a_kill_cut_short_go_on(network: Network, syncing: Syncing) -> None:  # 3
    """A real process, killed while it asks for details. The next one asks for the rest, and merges all of them."""
    simulated = network("rakuten", 10)  # at 100 calls a minute, its details take six seconds
    simulated.now = time.time
    process = subprocess.Popen(
        [sys.executable, "-c", "from app.cli import main; main()", "networks", "sync", "rakuten"],
        env=process_environment(syncing, simulated),
        stderr=subprocess.PIPE,
    )
    catalogue = syncing.catalogue
    kept = "select count(*) from network_details where kind = 'advertiser'"
    try:
        until = time.monotonic() + 60
        while catalogue.rows(kept)[0][0] < 2:
            assert process.poll() is None, process.stderr.read() if process.stderr else None
            assert time.monotonic() < until
            time.sleep(0.05)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        if process.stderr:
            process.stderr.close()
    while time.monotonic() < until:  # the server notices the lost connection a moment later
        with catalogue.connect() as connection:
            if bury_dead_runs(connection):
                break
        time.sleep(0.05)
    runs = "select source, state, error from import_runs order by id"
    assert catalogue.rows(runs) == [("api", "done", None), ("details", "failed", DIED)]
    told = "select count(*) from programs where description like '%%told at length%%'"
    assert catalogue.rows(told) == [(0,)]
    tick(syncing, accounts_of(simulated), RESUME, [IMPORTS, DETAILS])
    assert catalogue.rows(runs)[2:] == [("details", "done", None)]
    assert catalogue.rows(told) == [(sum(each["description"] is None for each in simulated.records),)]
    asked = [call.path for call in simulated.calls if call.path.startswith("/v2/advertisers/")]
    assert len(set(asked)) == 10
    assert len(asked) <= 11, "at most the one on its way when it was killed is asked for again"
    tick(syncing, accounts_of(simulated), RESUME, [IMPORTS, DETAILS])
    assert len(catalogue.rows(runs)) == 3, "nothing is left to go on with"


def test_details_keep_no_sync_waiting(network: Network, syncing: Syncing) -> None:  # 4
    """One place for syncs, one for details, which one network holds for minutes: lists come, its own and another's."""
    long, small = network("rakuten", 200), network("partnerstack", 20)
    for each in (long, small):
        each.now = time.time
    catalogue, stop = syncing.catalogue, threading.Event()
    given = accounts_of(long, small, schedule="0 0 29 2 *")
    jobs = worker(catalogue.engines.database_url, catalogue.connect, given, stop)
    states = "select source, parameters ->> 'network', state, count(*) from import_runs group by 1, 2, 3"

    async def until(*there: tuple[str, str, str, int]) -> None:
        deadline = time.monotonic() + 90
        while not set(there) <= set(catalogue.rows(states)):
            assert time.monotonic() < deadline, catalogue.rows(states)
            await asyncio.sleep(0.1)

    async def sync(slug: str) -> None:
        with catalogue.connect() as connection:
            run = open_sync(connection, slug, by="test")
        await jobs.configure_task(SYNC, queue=SYNCS).defer_async(run=run)

    async def run() -> None:
        async with jobs.open_async():
            working = [
                asyncio.create_task(
                    jobs.run_worker_async(
                        queues=[queue], concurrency=1, install_signal_handlers=False, fetch_job_polling_interval=0.2
                    )
                )
                for queue in (SYNCS, DETAILS)
            ]
            try:
                await sync("rakuten")
                await until(("api", "rakuten", "done", 1), ("details", "rakuten", "running", 1))
                await sync("partnerstack")
                await sync("rakuten")
                await until(("api", "partnerstack", "done", 1), ("api", "rakuten", "done", 2))
                assert ("details", "rakuten", "running", 1) in catalogue.rows(states)
            finally:
                stop.set()
                for each in working:
                    each.cancel()
                await asyncio.gather(*working, return_exceptions=True)

    asyncio.run(run())
    error = "select split_part(error, ':', 1) from import_runs where source = 'details'"
    assert catalogue.rows(error) == [("Stopped",)]
    with catalogue.connect() as connection:
        assert details_to_resume(connection, given) == [("rakuten", 1)]


def process_environment(syncing: Syncing, *simulated: SimulatedNetwork) -> dict[str, str]:
    """What a process of ours needs to work on the test's catalogue and networks."""
    engines, settings = syncing.catalogue.engines, syncing.catalogue.settings
    variables = {name: value for name, value in os.environ.items() if not name.startswith("AFFINDEX_")}
    variables |= as_environment(msgspec.structs.replace(settings, index=syncing.catalogue.alias))
    for each in simulated:
        variables |= environment(each)
    return variables | {
        "AFFINDEX_DATABASE_URL": engines.database_url,
        "AFFINDEX_OPENSEARCH_URL": engines.opensearch_url,
    }


def test_a_worker_process_syncs_and_ends_when_told_to(network: Network, syncing: Syncing) -> None:  # 6
    small, slow = network("partnerstack", 30), network("awin", 30)
    for each in (small, slow):
        each.now = time.time
    slow.fail("limited", times=1_000, after=1)  # a minute's wait after its first call, however slow the machine is
    given = accounts_of(small, slow)
    jobs = jobs_of(syncing, given)
    runs = {}
    with syncing.catalogue.connect() as connection:
        for slug in ("awin", "partnerstack"):
            runs[slug] = open_sync(connection, slug, by="test")

    async def defer() -> None:
        async with jobs.open_async():
            for run in runs.values():
                await jobs.configure_task("sync_network", queue=SYNCS).defer_async(run=run)

    asyncio.run(defer())
    process = subprocess.Popen(
        [sys.executable, "-c", "from app.cli import main; main()", "worker"],
        env=process_environment(syncing, small, slow),
        stderr=subprocess.PIPE,
    )
    try:
        until = time.monotonic() + 60
        # One is done while the other waits for its limit: a slow network keeps nobody waiting.
        state = "select state from import_runs where id = %s"
        while syncing.catalogue.rows(state, runs["partnerstack"]) != [("done",)]:
            assert process.poll() is None, process.stderr.read() if process.stderr else None
            assert time.monotonic() < until
            time.sleep(0.1)
        while 429 not in [call.status for call in slow.calls]:
            assert time.monotonic() < until
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        process.wait(20)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        if process.stderr:
            process.stderr.close()
    ((ended, error),) = syncing.catalogue.rows("select state, error from import_runs where id = %s", runs["awin"])
    assert ended == "failed"
    assert error.startswith("Stopped:")


@pytest.mark.parametrize(
    ("line", "valid"),
    [("0 4 * * *", True), ("15 */2 * * *", True), ("0 4 * *", False), ("0 25 * * *", False), ("* * * * * *", False)],
)
def test_what_is_a_cron_line(line: str, valid: bool) -> None:  # 1
    assert is_cron(line) is valid


def test_the_next_sync_and_how_often() -> None:  # 1
    now = datetime(2026, 11, 24, 4, 30, tzinfo=UTC)
    assert following("0 4 * * *", now) == datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
    assert interval("15 */2 * * *", now) == timedelta(hours=2)
    assert interval("0 4 * * 1", now) == timedelta(days=7)


def test_a_run_that_no_worker_will_see_gives_its_network_back(syncing: Syncing) -> None:  # 5
    """Its job was never put in: the process that opened it ended in between."""
    catalogue = syncing.catalogue
    with catalogue.connect() as connection:
        lost = open_sync(connection, "cj", by="test")
        waiting = open_sync(connection, "impact", by="test")
        producing = sync_producer(catalogue.engines.database_url)
        with producing.open():
            producing.configure_task(SYNC, queue=SYNCS).defer(run=waiting)
        assert bury_unqueued(connection, seconds=3600) == [], "it may be put in at any moment"
        assert bury_unqueued(connection, seconds=0) == [lost]
        assert bury_unqueued(connection, seconds=0) == []
        assert open_sync(connection, "cj", by="test") > lost
    assert catalogue.rows("select state, error from import_runs where id = %s", lost) == [("failed", NEVER_QUEUED)]
    assert catalogue.rows("select state from import_runs where id = %s", waiting) == [("queued",)]
