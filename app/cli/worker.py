"""`affindex worker`: jobs, following Postgres into the index, and keeping the suggestions fresh."""

from __future__ import annotations

import asyncio
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import rich_click as click

from app.cli.context import Context, opened
from app.engines import Engines
from app.importing.runs import bury_dead_runs
from app.jobs import DETAILS, IMPORTS, SYNCS
from app.jobs import worker as job_worker
from app.networks.accounts import accounts
from app.networks.connectors import CONNECTORS
from indexing import suggestions
from indexing.follow import follow
from indexing.tend import tend

_IMPORTS_AT_ONCE = 2
# Nearly all of either is waiting for the network, and no network has two at once.
_SYNCS_AT_ONCE = _DETAILS_AT_ONCE = len(CONNECTORS)
_SLOTS = {IMPORTS: _IMPORTS_AT_ONCE, SYNCS: _SYNCS_AT_ONCE, DETAILS: _DETAILS_AT_ONCE}
_SPARE_THREADS = 4
_STOP_SECONDS = 5


@click.command()
@click.pass_obj
def worker(context: Context) -> None:
    """Carry out jobs, follow Postgres into the index and keep suggestions fresh, until stopped.

    `affindex db upgrade` comes first.
    """
    with context.engines(migrate=False) as engines:
        to = opened(engines, context.settings)
        with to.connect() as connection:
            bury_dead_runs(connection)
        stop = threading.Event()
        followers = [
            # a push that hangs must not keep the worker from ending: what it had leased is pushed by the next one
            threading.Thread(target=follow, args=(to.connect, to.search, stop), name=f"follow-{number}", daemon=True)
            for number in range(context.settings.followers)
        ]
        followers.append(
            threading.Thread(
                target=tend,
                args=(to.connect, to.search, context.settings.index, stop),
                kwargs={"history_days": context.settings.history_days},
                name="tend",
                daemon=True,
            )
        )
        keeper = threading.Thread(
            target=suggestions.keep,
            args=(to.connect, to.search, context.settings.index, stop),
            kwargs={"replicas": context.settings.replicas},
            name="suggestions",
            # a build is given up when the worker ends: what it has made so far is swept by the next one
            daemon=True,
        )
        for thread in (*followers, keeper):
            thread.start()
        try:
            asyncio.run(_work(engines, context, stop))
        finally:
            stop.set()
            for thread in followers:
                thread.join(_STOP_SECONDS)


async def _work(engines: Engines, context: Context, stop: threading.Event) -> None:
    """Jobs until a signal comes; then the running ones get a few seconds to end."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    to = opened(engines, context.settings)
    loop.set_default_executor(ThreadPoolExecutor(sum(_SLOTS.values()) + _SPARE_THREADS))
    jobs = job_worker(engines.database_url, to.connect, accounts(context.settings), stop)
    async with jobs.open_async():
        working = [
            asyncio.create_task(
                jobs.run_worker_async(
                    queues=[queue],
                    concurrency=at_once,
                    install_signal_handlers=False,
                    listen_notify=True,
                    fetch_job_polling_interval=2,
                    shutdown_graceful_timeout=_STOP_SECONDS,
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
