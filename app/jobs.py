"""Work that the API or the clock starts and a worker carries out: procrastinate, in its own schema of the same
Postgres."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import psycopg
import structlog
from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued

from app.alerts.digest import send_digests
from app.alerts.outlets import Outlets
from app.alerts.posting import poster
from app.alerts.telling import due, tell
from app.checking.checking import AlreadyChecking, Offline, check_links
from app.feeds import uploads
from app.feeds.mapping import read as read_mapping
from app.feeds.opening import KIND, Feed, open_feed
from app.importing.run_import import carry_out
from app.importing.runs import NetworkBusy, Run, end_run, run_by_id
from app.importing.sources import Record, Source, generated
from app.networks.accounts import Account, account_of
from app.networks.added import learn
from app.networks.clock import WallClock
from app.networks.connectors import CONNECTORS
from app.networks.details import ask_details
from app.networks.failures import NetworkFailure
from app.networks.resuming import details_to_resume, to_resume
from app.networks.sync import Wiring, open_sync, sync
from app.observability.request_id import REQUEST_ID, drawn
from indexing.connect import Connect

_log = structlog.get_logger()

_SEARCH_PATH = {"options": "-c search_path=jobs"}
IMPORT_BULK = "import_bulk"
IMPORT_FEED = "import_feed"
SYNC = "sync_network"
SCHEDULED_SYNC = "sync_network_on_schedule"
ASK_DETAILS = "ask_details"
RESUME = "resume_syncs"
TELL = "tell_webhook"
TELL_DUE = "tell_due_webhooks"
SEND_DIGESTS = "send_digests"
CHECK_LINKS = "check_links"
# Queues of their own: a sync may wait long for a network's limit, and must not keep imports waiting; details are
# asked for during hours, and must not keep the syncs of other networks waiting; webhooks wait for whoever answers late,
# links are checked for hours.
IMPORTS, SYNCS, DETAILS, ALERTS, CHECKS = "imports", "syncs", "details", "alerts", "checks"
_DAILY = "23 2 * * *"
_EVERY_FIVE_MINUTES = "*/5 * * * *"
_EVERY_MINUTE = "* * * * *"


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
    outlets: Outlets | None = None,
    *,
    links: bool = False,
) -> App:
    """The queue as seen by who carries its jobs out, and puts in what the schedules of `accounts` say.

    Once `stop` is set, syncs end as soon as they next wait; the next worker goes on with them. Without `outlets`
    watches tell nobody. With `links` merchants' links are checked daily.
    """
    app = App(connector=PsycopgConnector(conninfo=database_url, kwargs=_SEARCH_PATH))
    networks = _Networks(database_url, connect, accounts or {}, stop)
    _tasks(app, connect, networks, outlets)
    _schedules(app, networks)
    if outlets:
        _watching(app, networks, outlets)
    if links:
        _checking(app, networks)
    return app


def bulk_source(parameters: dict[str, Any]) -> Source:
    """The source that a bulk run's parameters describe."""
    return generated(tuple(parameters["networks"]), limit=parameters.get("limit"), seed=parameters.get("seed", 1))


def _go_on_as(run: Run) -> None:
    """What a job logs and asks bears the id that its run was opened with; each job has a context of its own."""
    REQUEST_ID.set(run.request_id or drawn())


def _import_bulk(connect: Connect | None, run: int) -> None:
    assert connect is not None, "a producer carries nothing out"
    with connect() as connection:
        recorded = run_by_id(connection, run)
    if recorded is None or recorded.state != "queued":
        _log.info("nothing to import", run=run, state=recorded.state if recorded else None)
        return
    _go_on_as(recorded)
    carry_out(connect, run, bulk_source(recorded.parameters))


def feed_source(connect: Connect, parameters: dict[str, Any]) -> Source:
    """The source that the parameters of an uploaded feed's run describe. It is opened when it is read."""
    network, written = parameters["network"], parameters.get("mapping")
    opened: list[Feed] = []

    def records() -> Iterator[Record]:
        with uploads.kept(connect, parameters["upload"]) as path:
            feed = open_feed(
                path,
                network,
                read_mapping(written) if written else None,
                encoding=parameters.get("encoding"),
                delimiter=parameters.get("delimiter"),
            )
            opened.append(feed)
            yield from feed.records()

    partial = not parameters.get("complete", False)
    return Source(KIND, (network,), records, partial, line=lambda: opened[-1].line())


def _import_feed(connect: Connect | None, run: int) -> None:
    assert connect is not None, "a producer carries nothing out"
    with connect() as connection:
        learn(connection)  # its network may have been added since this process began
        recorded = run_by_id(connection, run)
    if recorded is None:
        return
    _go_on_as(recorded)
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
    _go_on_as(recorded)
    # A run was asked for, by a schedule or by somebody: a network that needs no account needs no setting either.
    name = recorded.parameters.get("account") or recorded.parameters["network"]
    account = replace(account_of(networks.accounts, name), mentioned=True)
    accept_drift = bool(recorded.parameters.get("acceptDrift"))
    try:
        sync(networks.connect, account, run, accept_drift=accept_drift, wiring=Wiring(WallClock(networks.stop)))
    except NetworkFailure as failure:  # recorded with the run; the job itself did what it should
        _log.warning("sync failed", network=account.network, run=run, reason=str(failure))
        return
    if not account.further and CONNECTORS[account.network].details(account.credentials):
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
    with networks.connect() as connection:
        recorded = run_by_id(connection, run)
    if recorded is not None:
        _go_on_as(recorded)
    try:
        ask_details(
            networks.connect, networks.accounts[network], run, again=again, wiring=Wiring(WallClock(networks.stop))
        )
    except NetworkFailure as failure:  # as above
        _log.warning("details were cut short", network=network, sync=run, reason=str(failure))


def _start(networks: _Networks, network: str, by: str) -> None:
    """Open a sync and carry it out; a network that is busy is left alone."""
    REQUEST_ID.set(drawn())
    with networks.connect() as connection:
        try:
            run = open_sync(connection, network, by=by)
        except NetworkBusy as busy:
            _log.info("not synced", network=network, reason=str(busy))
            return
    _sync(networks, run)


# Jobs that wait or are carried out, by queue: how many, and for how long the oldest, in seconds.
WAITING = """
    select j.queue_name as queue, j.status::text as state, count(*)::int as count,
        coalesce(extract(epoch from max(clock_timestamp() - e.at)), 0)::float8 as seconds
    from jobs.procrastinate_jobs j
    left join lateral (
        select max(at) as at from jobs.procrastinate_events
        where job_id = j.id and type::text in ('deferred', 'deferred_for_retry', 'started')
    ) e on true
    where j.status in ('todo', 'doing') and (j.scheduled_at is null or j.scheduled_at <= clock_timestamp())
    group by 1, 2
"""

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


def _tell(networks: _Networks | None, outlets: Outlets | None, watch: int) -> None:
    assert networks is not None, "a producer carries nothing out"
    if outlets is None:
        return
    stop = networks.stop
    with poster(allow_private=outlets.allow_private) as opened:
        again_in = tell(networks.connect, opened, watch, stop.is_set if stop else lambda: False)
    if again_in is not None:
        with sync_producer(networks.database_url).open() as producing, suppress(AlreadyEnqueued):
            producing.configure_task(
                TELL,
                queue=ALERTS,
                queueing_lock=f"{TELL} {watch} later",
                schedule_in={"seconds": int(again_in) + 1},
            ).defer(watch=watch)


def defer_telling(database_url: str, watches: Iterable[int]) -> None:
    """Put the webhooks of watches before the workers; one that waits already is enough."""
    with sync_producer(database_url).open() as producing:
        for watch in watches:
            with suppress(AlreadyEnqueued):
                producing.configure_task(TELL, queue=ALERTS, queueing_lock=f"{TELL} {watch}").defer(watch=watch)


def _watching(app: App, networks: _Networks, outlets: Outlets) -> None:
    """What a crash kept from being told, and the daily digest."""

    @app.periodic(cron=_EVERY_MINUTE)
    @app.task(name=TELL_DUE, queue=ALERTS, queueing_lock=TELL_DUE)
    def tell_due(timestamp: int) -> None:
        with networks.connect() as connection:
            watches = due(connection)
        if watches:
            defer_telling(networks.database_url, watches)

    if outlets.server is not None:
        server = outlets.server

        @app.periodic(cron=_EVERY_FIVE_MINUTES)
        @app.task(name=SEND_DIGESTS, queue=ALERTS, queueing_lock=SEND_DIGESTS)
        def send(timestamp: int) -> None:
            send_digests(networks.connect, server, outlets.digest_hour, outlets.site)


def _checking(app: App, networks: _Networks) -> None:
    """A round of link checks a day; what a stop leaves, the next one asks."""

    @app.periodic(cron=_DAILY)
    @app.task(name=CHECK_LINKS, queue=CHECKS, queueing_lock=CHECK_LINKS)
    def check(timestamp: int) -> None:
        REQUEST_ID.set(drawn())
        stop = networks.stop
        try:
            check_links(networks.connect, stop=stop.is_set if stop else lambda: False)
        except (AlreadyChecking, Offline) as failure:  # tomorrow is another day
            _log.warning("links were not checked", reason=str(failure))


def _tasks(app: App, connect: Connect | None, networks: _Networks | None, outlets: Outlets | None = None) -> None:
    app.task(name=TELL, queue=ALERTS)(functools.partial(_tell, networks, outlets))
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
                REQUEST_ID.set(drawn())
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


async def tell_now(app: App, watch: int) -> None:
    """Put a webhook before the workers, whatever waits for a later attempt."""
    await app.configure_task(TELL, queue=ALERTS).defer_async(watch=watch)


async def defer_import(app: App, run: int, task: str = IMPORT_BULK) -> None:
    """Put a queued run before the workers."""
    await app.configure_task(task, queue=IMPORTS).defer_async(run=run)


async def defer_sync(app: App, run: int, priority: int) -> None:
    """Put a sync that was opened before the workers; of several that wait, the highest priority goes first."""
    await app.configure_task(SYNC, queue=SYNCS, priority=priority).defer_async(run=run)
