"""Work that the API or the clock starts and a worker carries out: procrastinate, in its own schema of the same
Postgres."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import psycopg
import structlog
from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued

from app.feeds import uploads
from app.feeds.mapping import read as read_mapping
from app.feeds.reading import KIND, open_feed
from app.importing.run_import import carry_out
from app.importing.runs import NetworkBusy, end_run, run_by_id
from app.importing.sources import Record, Source, generated
from app.networks.accounts import Account
from app.networks.clock import WallClock
from app.networks.connectors import CONNECTORS
from app.networks.details import ask_details
from app.networks.failures import NetworkFailure
from app.networks.resuming import details_to_resume, to_resume
from app.networks.sync import Wiring, open_sync, sync

_log = structlog.get_logger()

_SEARCH_PATH = {"options": "-c search_path=jobs"}
IMPORT_BULK = "import_bulk"
IMPORT_FEED = "import_feed"
SYNC = "sync_network"
SCHEDULED_SYNC = "sync_network_on_schedule"
ASK_DETAILS = "ask_details"
RESUME = "resume_syncs"
# Queues of their own: a sync may wait long for a network's limit, and must not keep imports waiting; details are
# asked for during hours, and must not keep the syncs of other networks waiting.
IMPORTS, SYNCS, DETAILS = "imports", "syncs", "details"
_EVERY_FIVE_MINUTES = "*/5 * * * *"

Connect = Callable[[], psycopg.Connection]


@dataclass(frozen=True, slots=True)
class _Networks:
    """What a worker syncs networks with."""

    database_url: str
    connect: Connect
    accounts: Mapping[str, Account]
    stop: threading.Event | None


def producer(database_url: str) -> App:
    """The queue as seen by who only puts jobs into it; to be opened."""
    app = App(connector=PsycopgConnector(conninfo=database_url, min_size=0, max_size=2, kwargs=_SEARCH_PATH))
    _tasks(app, None, None)
    return app


def sync_producer(database_url: str) -> App:
    """The same for synchronous callers."""
    app = App(connector=SyncPsycopgConnector(conninfo=database_url, min_size=0, max_size=1, kwargs=_SEARCH_PATH))
    _tasks(app, None, None)
    return app


def worker(
    database_url: str,
    connect: Connect,
    accounts: Mapping[str, Account] | None = None,
    stop: threading.Event | None = None,
) -> App:
    """The queue as seen by who carries its jobs out, and puts in what the schedules of `accounts` say.

    Once `stop` is set, syncs end as soon as they next wait; the next worker goes on with them.
    """
    app = App(connector=PsycopgConnector(conninfo=database_url, kwargs=_SEARCH_PATH))
    networks = _Networks(database_url, connect, accounts or {}, stop)
    _tasks(app, connect, networks)
    _schedules(app, networks)
    return app


def bulk_source(parameters: dict[str, Any]) -> Source:
    """The source that a bulk run's parameters describe."""
    return generated(tuple(parameters["networks"]), limit=parameters.get("limit"), seed=parameters.get("seed", 1))


def _import_bulk(connect: Connect | None, run: int) -> None:
    assert connect is not None, "a producer carries nothing out"
    with connect() as connection:
        recorded = run_by_id(connection, run)
    if recorded is None or recorded.state != "queued":
        _log.info("nothing to import", run=run, state=recorded.state if recorded else None)
        return
    carry_out(connect, run, bulk_source(recorded.parameters))


def feed_source(connect: Connect, parameters: dict[str, Any]) -> Source:
    """The source that the parameters of an uploaded feed's run describe. It is opened when it is read."""
    network, written = parameters["network"], parameters.get("mapping")

    def records() -> Iterator[Record]:
        with uploads.kept(connect, parameters["upload"]) as path:
            yield from open_feed(
                path,
                network,
                read_mapping(written) if written else None,
                encoding=parameters.get("encoding"),
                delimiter=parameters.get("delimiter"),
            ).records()

    return Source(KIND, (network,), records, partial=not parameters.get("complete", False))


def _import_feed(connect: Connect | None, run: int) -> None:
    assert connect is not None, "a producer carries nothing out"
    with connect() as connection:
        recorded = run_by_id(connection, run)
    if recorded is None:
        return
    try:
        if recorded.state == "queued":
            carry_out(connect, run, feed_source(connect, recorded.parameters))
    finally:
        with connect() as connection:
            uploads.drop(connection, recorded.parameters["upload"])


def _sync(networks: _Networks | None, run: int) -> None:
    assert networks is not None, "a producer carries nothing out"
    with networks.connect() as connection:
        recorded = run_by_id(connection, run)
    if recorded is None or recorded.state != "queued":
        _log.info("nothing to sync", run=run, state=recorded.state if recorded else None)
        return
    account = networks.accounts[recorded.parameters["network"]]
    accept_drift = bool(recorded.parameters.get("acceptDrift"))
    try:
        sync(networks.connect, account, run, accept_drift=accept_drift, wiring=Wiring(WallClock(networks.stop)))
    except NetworkFailure as failure:  # recorded with the run; the job itself did what it should
        _log.warning("sync failed", network=account.network, run=run, reason=str(failure))
        return
    if CONNECTORS[account.network].details(account.credentials):
        _defer_details(networks, account.network, run)


def _defer_details(networks: _Networks, network: str, run: int, *, again: bool = False) -> None:
    """Put a pass for details before the workers; one that waits already is enough."""
    producing = sync_producer(networks.database_url)
    with producing.open(), suppress(AlreadyEnqueued):
        producing.configure_task(
            ASK_DETAILS,
            queue=DETAILS,
            priority=networks.accounts[network].priority,
            queueing_lock=f"{ASK_DETAILS} {network}",
        ).defer(network=network, run=run, again=again)


def _ask_details(networks: _Networks | None, network: str, run: int, again: bool) -> None:
    assert networks is not None, "a producer carries nothing out"
    try:
        ask_details(
            networks.connect, networks.accounts[network], run, again=again, wiring=Wiring(WallClock(networks.stop))
        )
    except NetworkFailure as failure:  # as above
        _log.warning("details were cut short", network=network, sync=run, reason=str(failure))


def _start(networks: _Networks, network: str, by: str) -> None:
    """Open a sync and carry it out; a network that is busy is left alone."""
    with networks.connect() as connection:
        try:
            run = open_sync(connection, network, by=by)
        except NetworkBusy as busy:
            _log.info("not synced", network=network, reason=str(busy))
            return
    _sync(networks, run)


# A queued run is put before the workers within moments; the process that opened it may have died in between.
_UNQUEUED = """
    select r.id from import_runs r
    where r.state = 'queued' and r.created_at < now() - make_interval(secs => %(seconds)s)
        and not exists (
            select from jobs.procrastinate_jobs j
            where j.task_name = any(%(tasks)s) and j.status in ('todo', 'doing') and (j.args ->> 'run')::bigint = r.id
        )
    for update of r skip locked
"""
_UNQUEUED_SECONDS = 120.0
NEVER_QUEUED = "it was never put before a worker, whoever opened it ended before that; start it again"


def bury_unqueued(connection: psycopg.Connection, seconds: float = _UNQUEUED_SECONDS) -> list[int]:
    """Fail the queued runs that no worker will ever see, and give their networks back; commits."""
    tasks = [IMPORT_BULK, IMPORT_FEED, SYNC]
    rows = connection.execute(_UNQUEUED, {"seconds": seconds, "tasks": tasks}).fetchall()
    for (run,) in rows:
        end_run(connection, run, NEVER_QUEUED)
        _log.warning("a run was never put before a worker", run=run)
    connection.commit()
    return [run for (run,) in rows]


def _tasks(app: App, connect: Connect | None, networks: _Networks | None) -> None:
    app.task(name=IMPORT_BULK, queue=IMPORTS)(functools.partial(_import_bulk, connect))
    app.task(name=IMPORT_FEED, queue=IMPORTS)(functools.partial(_import_feed, connect))
    app.task(name=SYNC, queue=SYNCS)(functools.partial(_sync, networks))
    app.task(name=ASK_DETAILS, queue=DETAILS)(functools.partial(_ask_details, networks))


def _schedules(app: App, networks: _Networks) -> None:
    """The cron line of every network that can be synced, and a look for what a crash interrupted."""

    @app.task(name=SCHEDULED_SYNC, queue=SYNCS)
    def scheduled(timestamp: int, network: str) -> None:
        _start(networks, network, by="schedule")

    for slug, account in networks.accounts.items():
        if account.obstacle is None and account.schedule:
            app.periodic(
                cron=account.schedule,
                periodic_id=slug,
                queue=SYNCS,
                priority=account.priority,
                queueing_lock=f"{SCHEDULED_SYNC} {slug}",
                task_kwargs={"network": slug},
            )(scheduled)

    @app.periodic(cron=_EVERY_FIVE_MINUTES)
    @app.task(name=RESUME, queue=IMPORTS, queueing_lock=RESUME)
    def resume(timestamp: int) -> None:
        with networks.connect() as connection:
            bury_unqueued(connection)
            for network in to_resume(connection, networks.accounts):
                try:
                    run = open_sync(connection, network, by="resume")
                except NetworkBusy:
                    continue
                producing = sync_producer(networks.database_url)
                priority = networks.accounts[network].priority
                with producing.open():
                    producing.configure_task(SYNC, queue=SYNCS, priority=priority).defer(run=run)
            for network, run in details_to_resume(connection, networks.accounts):
                _defer_details(networks, network, run, again=True)


async def defer_import(app: App, run: int, task: str = IMPORT_BULK) -> None:
    """Put a queued run before the workers."""
    await app.configure_task(task, queue=IMPORTS).defer_async(run=run)


async def defer_sync(app: App, run: int, priority: int) -> None:
    """Put a sync that was opened before the workers; of several that wait, the highest priority goes first."""
    await app.configure_task(SYNC, queue=SYNCS, priority=priority).defer_async(run=run)
