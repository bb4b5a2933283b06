"""What `up` does before it serves: schema, first key, programs, index. A process of its own, so that it gives its
memory back."""

from __future__ import annotations

from typing import Any

import rich_click as click

from app.api.keys import create_key
from app.cli.context import Context, Opened, console, counting, opened, say
from app.importing.run_import import run_import
from app.importing.runs import bury_dead_runs
from app.importing.sources import generated
from generators import VOLUMES
from indexing.generations import target
from indexing.rebuild import rebuild


@click.command(hidden=True)
@click.pass_obj
def prepare(context: Context) -> None:
    """Make a catalogue that can be searched, where there is none yet."""
    with context.engines() as engines:
        to = opened(engines, context.settings)
        key = _first_key(to)
        _fill(context, to)
        _index(context, to)
    if key:
        console.print(f"\n  admin key, shown this once: [bold]{key}[/]", highlight=False)


def _first_key(to: Opened) -> str | None:
    """A key for whoever starts a new catalogue; None if there are keys already."""
    with to.connect() as connection:
        (some,) = connection.execute("select exists (select from api_keys)").fetchone() or (True,)
        return None if some else create_key(connection, "first", "admin")


def _fill(context: Context, to: Opened) -> None:
    with to.connect() as connection:
        bury_dead_runs(connection)
        (some,) = connection.execute("select exists (select from programs)").fetchone() or (False,)
    limit = context.settings.generated
    if some or limit == 0:
        return
    source = generated(tuple(VOLUMES), limit=limit)
    total = sum(source.expected.values())
    say(f"importing {total:,} programs")
    parameters: dict[str, Any] = {"networks": list(VOLUMES), "seed": 1, "limit": limit}
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
