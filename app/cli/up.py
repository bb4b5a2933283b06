"""`affindex up`: everything, on one machine, with one command."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import ExitStack
from typing import Any

import rich_click as click

from app.api.keys import create_key
from app.cli.context import Context, Opened, console, counting, opened, say
from app.cli.serve import port_taken, with_urls
from app.engines import Engines
from app.engines.process import EngineDied
from app.importing.run_import import run_import
from app.importing.runs import bury_dead_runs
from app.importing.sources import generated
from app.settings import secret_of
from generators import VOLUMES
from indexing.generations import target
from indexing.rebuild import rebuild

_STOP_SECONDS = 8.0
_WATCH_SECONDS = 0.5


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
    with context.engines(hold=True) as engines, ExitStack() as children:
        to = opened(engines, settings)
        secret_of(settings)
        key = _first_key(to)
        _fill(to)
        _index(context, to)
        environment = with_urls(settings, engines)
        running = [children.enter_context(_Child(name, environment)) for name in ("worker", "serve")]
        _wait_until_ready(settings.host, settings.port, running)
        console.print(f"\n  [bold]http://{settings.host}:{settings.port}[/]", highlight=False)
        say(f"  API /api/programs · documentation /schema · ready after {time.monotonic() - began:.1f} s")
        if key:
            console.print(f"\n  admin key, shown this once: [bold]{key}[/]", highlight=False)
        say("  Ctrl-C stops everything\n")
        _watch(engines, running)


def _first_key(to: Opened) -> str | None:
    """A key for whoever starts a new catalogue; None if there are keys already."""
    with to.connect() as connection:
        (some,) = connection.execute("select exists (select from api_keys)").fetchone() or (True,)
        return None if some else create_key(connection, "first", "admin")


def _fill(to: Opened) -> None:
    with to.connect() as connection:
        bury_dead_runs(connection)
        (some,) = connection.execute("select exists (select from programs)").fetchone() or (False,)
    if some:
        return
    source = generated(tuple(VOLUMES))
    total = sum(source.expected.values())
    say(f"importing {total:,} programs")
    parameters: dict[str, Any] = {"networks": list(VOLUMES), "seed": 1}
    done = 0
    with counting("importing", total) as progress:

        def told(_: str, more: int, __: int) -> None:
            nonlocal done
            done += more
            progress(done, None)

        run_import(to.connect, source, parameters, told)


def _index(context: Context, to: Opened) -> None:
    settings = context.settings
    if target(to.search, settings.index):
        return
    say("indexing")
    with counting("indexing", None) as progress:
        rebuild(
            to.connect, to.search, settings.index, shards=settings.shards, replicas=settings.replicas, progress=progress
        )


class _Child:
    """A process of ours, started with the engines' URLs, ended with us."""

    def __init__(self, name: str, environment: dict[str, str]) -> None:
        self.name = name
        self._environment = environment

    def __enter__(self) -> _Child:
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from app.cli import main; main()", self.name],
            env=self._environment,
            start_new_session=True,  # Ctrl-C is ours to handle: the children end before the engines do
        )
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, 9)
                self.process.wait()

    def restart(self) -> None:
        self.__enter__()


def _wait_until_ready(host: str, port: int, children: list[_Child]) -> None:
    deadline = time.monotonic() + 60
    while not port_taken(host, port):
        for child in children:
            if child.process.poll() is not None:
                raise EngineDied(f"'affindex {child.name}' ended with status {child.process.returncode}")
        if time.monotonic() > deadline:
            raise EngineDied("the API did not come up within a minute")
        time.sleep(0.05)


def _watch(engines: Engines, children: list[_Child]) -> None:
    """Until we are stopped: a dead engine ends everything and says why, a dead child of ours is started again."""
    while True:
        time.sleep(_WATCH_SECONDS)
        if died := engines.failed():
            raise EngineDied(died)
        for child in children:
            if child.process.poll() is not None:
                say(f"'affindex {child.name}' ended with status {child.process.returncode}; starting it again")
                time.sleep(1)
                child.restart()
