"""`affindex worker`: jobs, following Postgres into the index, looking for watches, keeping the suggestions fresh."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import rich_click as click
import structlog

from app.alerts.looking import keep_looking
from app.alerts.outlets import outlets_of
from app.cli.context import Context, Opened, opened
from app.cli.worker_door import door
from app.engines import Engines
from app.feeds.leftovers import sweep
from app.importing.runs import bury_dead_runs
from app.importing.tagging import tag_stored
from app.jobs import ALERTS, CHECKS, DETAILS, IMPORTS, SYNCS, defer_telling
from app.jobs import worker as job_worker
from app.networks.accounts import accounts
from app.networks.connectors import CONNECTORS
from app.observability.tracing import start as start_tracing
from app.observability.vitals import Vitals
from app.processes.heartbeat import Heartbeat
from app.processes.pulse import VARIABLE, Pulse
from indexing import lexicon, suggestions
from indexing.follow import Leases, follow
from indexing.maintenance import maintain

_IMPORTS_AT_ONCE = 2
# Nearly all of either is waiting for the network, and no network has two at once.
_SYNCS_AT_ONCE = _DETAILS_AT_ONCE = len(CONNECTORS)
_TOLD_AT_ONCE = 8  # webhooks
_CHECKS_AT_ONCE = 1
_SLOTS = {IMPORTS: _IMPORTS_AT_ONCE, SYNCS: _SYNCS_AT_ONCE, DETAILS: _DETAILS_AT_ONCE, ALERTS: _TOLD_AT_ONCE,
          CHECKS: _CHECKS_AT_ONCE}  # fmt: skip
_SPARE_THREADS = 4
_log = structlog.get_logger()
# From SIGTERM on, in less than those who stop us wait: jobs end, followers end, and what hangs gives its leases back.
_JOBS_STOP_SECONDS = 4
_FOLLOWERS_STOP_SECONDS = 1.0
_ENDING_SECONDS = 3.0
_LEFT_OVER_SECONDS = 1.0
_HEART_STOP_SECONDS = 1.0


@click.command()
@click.pass_obj
def worker(context: Context) -> None:
    """Carry out jobs, follow Postgres into the index and keep suggestions fresh, until stopped.

    With AFFINDEX_WORKER_PORT it says at /healthz how it is. `affindex db upgrade` comes first.
    """
    start_tracing(context.settings.traces_endpoint, "worker")
    with context.engines(migrate=False) as engines:
        to = opened(engines, context.settings)
        with to.connect() as connection:
            bury_dead_runs(connection)
        sweep()
        stop = threading.Event()
        leases = [Leases() for _ in range(context.settings.followers)]
        followers = [
            # a push that hangs must not keep the worker from ending: what it had leased is given back for it
            threading.Thread(
                target=follow, args=(to.connect, to.search, stop, leased), name=f"follow-{number}", daemon=True
            )
            for number, leased in enumerate(leases)
        ]
        followers.append(
            threading.Thread(
                target=maintain,
                args=(to.connect, to.search, context.settings.index, stop),
                kwargs={"history_days": context.settings.history_days},
                name="maintenance",
                daemon=True,
            )
        )
        keepers = [
            threading.Thread(
                target=keep,
                args=(to.connect, to.search, context.settings.index, stop),
                kwargs={"replicas": context.settings.replicas},
                name=name,
                # a build is given up when the worker ends: what it has made so far is swept by the next one
                daemon=True,
            )
            for name, keep in (("suggestions", suggestions.keep), ("lexicon", lexicon.keep))
        ]
        looking = threading.Thread(
            target=keep_looking,
            args=(to.connect, to.search, context.settings.index, stop),
            kwargs={"tell": lambda watches: defer_telling(engines.database_url, watches)},
            name="watches",
            daemon=True,  # a look that is cut off has done nothing
        )
        # a new file of topics: the programs that are stored are looked through once, beside everything else
        tagger = threading.Thread(target=tag_stored, args=(to.connect, stop), name="topics", daemon=True)
        ending = threading.Thread(
            target=_end_followers, args=(stop, followers, leases, to), name="end followers", daemon=True
        )
        vitals = Vitals("worker")
        heartbeat = Heartbeat(to.connect, _turning(vitals, leases))
        heart = threading.Thread(target=heartbeat.keep_beating, args=(stop,), name="heart", daemon=True)
        settings = context.settings
        open_metrics = settings.open_operations or settings.local
        with door(settings.host, settings.worker_port, heartbeat, to.connect, open_metrics=open_metrics):
            for thread in (*followers, *keepers, looking, tagger, ending, heart):
                thread.start()
            try:
                asyncio.run(_work(engines, context, stop, vitals))
            finally:
                stop.set()
                ending.join(_ENDING_SECONDS)
                heart.join(_HEART_STOP_SECONDS)
    threading.Thread(target=_end_process, name="end", daemon=True).start()


def _turning(vitals: Vitals, leases: list[Leases]) -> dict[str, Callable[[], float]]:
    """The parts of a worker that must go on turning, and when each did last."""
    followers = {f"follow-{number}": _turned(leased) for number, leased in enumerate(leases)}
    return {"jobs": lambda: vitals.turned_at, **followers}


def _turned(leased: Leases) -> Callable[[], float]:
    return lambda: leased.turned_at


def _end_process() -> None:
    """End the process if its threads do not: one of a build's pool waits for an engine that hangs as long as that does.

    Nothing is left to lose by then: the leases are given back, and the next worker sweeps what a build has made.
    """
    time.sleep(_LEFT_OVER_SECONDS)
    os._exit(0)


def _end_followers(stop: threading.Event, followers: list[threading.Thread], leases: list[Leases], to: Opened) -> None:
    """Once `stop` is set: let others push at once what followers cannot settle soon. Jobs that hang do not delay it."""
    stop.wait()
    deadline = time.monotonic() + _FOLLOWERS_STOP_SECONDS
    for thread in followers:
        thread.join(max(deadline - time.monotonic(), 0.0))
    try:
        programs = sum(leased.give_back(to.connect) for leased in leases)
    except psycopg.Error as error:  # then they end by themselves
        _log.warning("leases could not be given back", because=str(error).strip())
        return
    if programs:
        _log.info("leases given back", programs=programs)


async def _work(engines: Engines, context: Context, stop: threading.Event, vitals: Vitals) -> None:
    """Jobs until a signal comes; then the running ones get a few seconds to end."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    telling = asyncio.create_task(Pulse(os.environ.get(VARIABLE)).keep_telling())
    looking = asyncio.create_task(vitals.keep_looking())
    to = opened(engines, context.settings)
    loop.set_default_executor(ThreadPoolExecutor(sum(_SLOTS.values()) + _SPARE_THREADS))
    settings = context.settings
    jobs = job_worker(
        engines.database_url,
        to.connect,
        accounts(settings),
        stop,
        outlets_of(settings),
        links=settings.check_links,
    )
    async with jobs.open_async():
        working = [
            asyncio.create_task(
                jobs.run_worker_async(
                    queues=[queue],
                    concurrency=at_once,
                    install_signal_handlers=False,
                    listen_notify=True,
                    fetch_job_polling_interval=2,
                    shutdown_graceful_timeout=_JOBS_STOP_SECONDS,
                )
            )
            for queue, at_once in _SLOTS.items()
        ]
        waiting = asyncio.create_task(ended.wait())
        await asyncio.wait({*working, waiting}, return_when=asyncio.FIRST_COMPLETED)
        stop.set()
        for each in working:
            if each.done():
                each.result()
            each.cancel()
        await asyncio.gather(*working, return_exceptions=True)
        waiting.cancel()
    telling.cancel()
    looking.cancel()
