"""`affindex worker`: jobs, following Postgres into the index, and keeping the suggestions fresh."""

from __future__ import annotations

import asyncio
import signal
import threading

import rich_click as click

from app.cli.context import Context, opened
from app.engines import Engines
from app.importing.runs import bury_dead_runs
from app.jobs import worker as job_worker
from indexing import suggestions
from indexing.follow import follow
from indexing.tend import tend

_JOBS_AT_ONCE = 2
_STOP_SECONDS = 5


@click.command()
@click.pass_obj
def worker(context: Context) -> None:
    """Carry out jobs, follow Postgres into the index and keep suggestions fresh, until stopped."""
    with context.engines() as engines:
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
    jobs = job_worker(engines.database_url, to.connect)
    async with jobs.open_async():
        working = asyncio.create_task(
            jobs.run_worker_async(
                concurrency=_JOBS_AT_ONCE,
                install_signal_handlers=False,
                listen_notify=True,
                fetch_job_polling_interval=2,
                shutdown_graceful_timeout=_STOP_SECONDS,
            )
        )
        waiting = asyncio.create_task(ended.wait())
        await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
        stop.set()
        if working.done():
            working.result()
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        waiting.cancel()
