"""`affindex up`: everything, on one machine, with one command."""

from __future__ import annotations

import time
from contextlib import ExitStack

import rich_click as click

from app.cli.child import Child
from app.cli.context import Context, console, say
from app.cli.ports import port_taken, with_urls
from app.engines import Engines
from app.engines.process import EngineDied
from app.failures import Failure
from app.settings import secret_of

_READY_SECONDS = 60.0
_WATCH_SECONDS = 0.5


class NotReady(Failure):
    """A part of us did not come up."""


@click.command()
@click.pass_obj
def up(context: Context) -> None:
    """Start everything: engines, 80,000 programs if there are none, index, API, dashboard and worker.

    Ctrl-C stops it all. Running it again goes on with the same data.
    """
    settings = context.settings
    if port_taken(settings.host, settings.port):
        raise click.UsageError(f"port {settings.port} is taken; set AFFINDEX_PORT to a free one")
    began = time.monotonic()
    with context.engines(hold=True, migrate=False) as engines, ExitStack() as children:
        secret_of(settings)  # made before the processes that share it
        environment = with_urls(settings, engines)
        preparing = children.enter_context(Child("prepare", environment))
        if preparing.process.wait():
            raise NotReady("the catalogue could not be prepared; what is said above is why")
        parts = [children.enter_context(Child(name, environment)) for name in ("worker", "serve")]
        _wait_until_ready(settings.host, settings.port, parts)
        console.print(f"\n  [bold]http://{settings.host}:{settings.port}[/]", highlight=False)
        say(f"  API /api/programs · documentation /schema · ready after {time.monotonic() - began:.1f} s")
        say("  Ctrl-C stops everything\n")
        _watch(engines, parts)


def _wait_until_ready(host: str, port: int, parts: list[Child]) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while not port_taken(host, port):
        for part in parts:
            if part.process.poll() is not None:
                raise NotReady(f"'affindex {part.name}' ended with status {part.process.returncode}")
        if time.monotonic() > deadline:
            raise NotReady(f"the API did not come up within {_READY_SECONDS:.0f} s")
        time.sleep(0.05)


def _watch(engines: Engines, parts: list[Child]) -> None:
    """Until we are stopped: a dead engine ends everything and says why, a dead part of ours is started again."""
    while True:
        time.sleep(_WATCH_SECONDS)
        if died := engines.failed():
            raise EngineDied(died)
        for part in parts:
            if part.process.poll() is not None:
                say(f"'affindex {part.name}' ended with status {part.process.returncode}; starting it again")
                time.sleep(1)
                part.start()
