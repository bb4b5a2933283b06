"""`affindex serve` and `affindex worker`: the pieces of `up`, for deployment."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading

import rich_click as click
from granian.constants import Interfaces, Loops
from granian.log import LogLevels
from granian.server import MPServer

from app.cli.context import Context, opened, say
from app.engines import Engines
from app.importing.runs import bury_dead_runs
from app.jobs import worker as job_worker
from app.settings import Settings, as_environment, secret_of
from indexing.follow import follow

_FOLLOWERS = 1  # one keeps up with 500 changes a second many times over; any number may run


def with_urls(settings: Settings, engines: Engines) -> dict[str, str]:
    """The environment of a process that shall use these engines."""
    given = {key: value for key, value in os.environ.items() if not key.startswith("AFFINDEX_")}
    return {
        **given,
        **as_environment(settings),
        "AFFINDEX_DATABASE_URL": engines.database_url,
        "AFFINDEX_OPENSEARCH_URL": engines.opensearch_url,
    }


def port_taken(host: str, port: int) -> bool:
    """Whether somebody listens there already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


@click.command()
@click.pass_obj
def serve(context: Context) -> None:
    """Serve the API and the dashboard."""
    settings = context.settings
    if port_taken(settings.host, settings.port):
        raise click.UsageError(f"port {settings.port} is taken; set AFFINDEX_PORT to a free one")
    with context.engines() as engines:
        secret_of(settings)  # made before the processes that share it
        os.environ.update(with_urls(settings, engines))
        say(f"serving on http://{settings.host}:{settings.port}")
        server(settings).serve()


def server(settings: Settings) -> MPServer:
    """The HTTP server, its processes and their limits."""
    return MPServer(
        "app.asgi:create_app",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=settings.workers,
        loop=Loops.uvloop,
        log_access=False,
        log_level=LogLevels.warning,
        websockets=False,
        backlog=1024,
        respawn_failed_workers=True,
        workers_kill_timeout=5,
    )


@click.command()
@click.pass_obj
def worker(context: Context) -> None:
    """Carry out jobs, and follow Postgres into the index, until stopped."""
    with context.engines() as engines:
        to = opened(engines, context.settings)
        with to.connect() as connection:
            bury_dead_runs(connection)
        stop = threading.Event()
        followers = [
            threading.Thread(target=follow, args=(to.connect, to.search, stop), name=f"follow-{number}")
            for number in range(_FOLLOWERS)
        ]
        for thread in followers:
            thread.start()
        try:
            asyncio.run(_work(engines, context, stop))
        finally:
            stop.set()
            for thread in followers:
                thread.join(10)


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
                concurrency=2,
                install_signal_handlers=False,
                listen_notify=True,
                fetch_job_polling_interval=2,
                shutdown_graceful_timeout=5,
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
