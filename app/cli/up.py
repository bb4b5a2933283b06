"""`affindex up`: everything, on one machine, with one command."""

from __future__ import annotations

import time
from contextlib import ExitStack

import rich_click as click

from app.cli.child import Child
from app.cli.context import Context, console, say
from app.cli.ports import NotReady, bindable, url_of, wait_until_ready, with_urls
from app.engines import Engines
from app.engines.process import EngineDied
from app.settings import secret_of

_READY_SECONDS = 60.0
_WATCH_SECONDS = 0.5
_PREPARING_SECONDS = 0.05
_RESTART_SECONDS = 1.0  # until what a killed part left behind has noticed


@click.command()
@click.pass_obj
def up(context: Context) -> None:
    """Start everything: engines, 80,000 programs if there are none, index, API, dashboard and worker.

    Ctrl-C stops it all. Running it again goes on with the same data. AFFINDEX_GENERATED=0 starts an empty catalogue.
    """
    settings = context.settings
    bindable(settings.host, settings.port)
    url = url_of(settings.host, settings.port)
    began = time.monotonic()
    with context.engines(hold=True, migrate=False) as engines, ExitStack() as children:
        secret_of(settings)  # made before the processes that share it
        environment = with_urls(settings, engines)
        with Child("prepare", environment) as preparing:
            _prepare(engines, preparing)
        parts = [children.enter_context(Child(name, environment)) for name in ("worker", "serve")]
        wait_until_ready(url, lambda: next((gone for part in parts if (gone := part.gone())), None), _READY_SECONDS)
        console.print(f"\n  [bold]{url}[/]", highlight=False)
        say(f"  API /api/programs · documentation /schema · ready after {time.monotonic() - began:.1f} s")
        say("  Ctrl-C stops everything\n")
        _watch(engines, parts)


def _prepare(engines: Engines, preparing: Child) -> None:
    while (status := preparing.process.poll()) is None:
        _watch_engines(engines)
        time.sleep(_PREPARING_SECONDS)
    if status:
        _watch_engines(engines)
        raise NotReady("the catalogue could not be prepared; what is said above is why")


def _watch_engines(engines: Engines) -> None:
    if died := engines.failed():
        raise EngineDied(died)


def _watch(engines: Engines, parts: list[Child]) -> None:
    """Until we are stopped: a dead engine ends everything and says why, a dead part of ours is started again."""
    while True:
        time.sleep(_WATCH_SECONDS)
        _watch_engines(engines)
        for part in parts:
            if gone := part.gone():
                say(f"{gone}; starting it again")
                time.sleep(_RESTART_SECONDS)
                part.start()
