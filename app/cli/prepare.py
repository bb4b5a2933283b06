"""What `up` does before it serves: schema, first key, programs, index. A process of its own, so that it gives its
memory back."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import rich_click as click

from app.api.keys import create_key
from app.cli.context import Context, Opened, console, counting, opened, say
from app.failures import Failure, Misuse
from app.importing.marking import feature_generated
from app.importing.run_import import run_import
from app.importing.runs import bury_dead_runs, run_by_id
from app.importing.sources import generated
from app.importing.tagging import tag_stored
from app.networks.accounts import account_of, accounts
from app.networks.failures import Stopped
from app.networks.sync import open_sync, sync
from app.settings import Settings
from generators import VOLUMES
from indexing.generations import live, target
from indexing.rebuild import rebuild
from mappings.index import fingerprint

WITHOUT_ACCOUNT = ("openaffiliate", "clickbank")
"""The networks that anybody may ask."""


@click.command(hidden=True)
@click.option("--real", is_flag=True, help="With real programs, instead of generated ones.")
@click.pass_obj
def prepare(context: Context, real: bool) -> None:
    """Make a catalogue that can be searched, where there is none yet."""
    with context.engines() as engines:
        to = opened(engines, context.settings)
        if written := _first_key(to, context.settings.data):  # said at once: it is made only once
            console.print(f"\n  admin key: [bold]{written}[/]\n", highlight=False, soft_wrap=True)
        tag_stored(to.connect)  # before the first import, which brings its topics itself, and before the index
        fill(context.settings, to, real=real)
        _index(context, to)


def _first_key(to: Opened, data: Path) -> Path | None:
    """The file with a key for whoever starts a new catalogue; None if there are keys already.

    A file and no line: what a service prints is kept, sent on and read by many.
    """
    with to.connect() as connection:
        (some,) = connection.execute("select exists (select from api_keys)").fetchone() or (True,)
        if some:
            return None
        data.mkdir(parents=True, exist_ok=True)
        path = data / "first-key"
        path.unlink(missing_ok=True)  # of a catalogue that was here before
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(create_key(connection, "first", "admin") + "\n")
        return path


def fill(settings: Settings, to: Opened, *, real: bool) -> None:
    """Bring programs into a catalogue that has none: generated ones, or `real` ones."""
    with to.connect() as connection:
        bury_dead_runs(connection)
        (programs,) = connection.execute("select count(*) from programs").fetchone() or (0,)
    if real:
        _fill_with_real(settings, to, programs)
    elif programs == 0 and settings.generated != 0:
        _generate(settings, to)


def _fill_with_real(settings: Settings, to: Opened, programs: int) -> None:
    """The programs of the networks that need no account; what cannot be had is said, and no reason not to start."""
    if programs:
        say(f"--real: there are {programs:,} programs already, and nothing is changed; to sync real ones:")
        say(f"  affindex networks sync {' '.join(WITHOUT_ACCOUNT)}")
        return
    given = accounts(settings)
    brought = 0
    for slug in WITHOUT_ACCOUNT:
        account = replace(account_of(given, slug), mentioned=True)
        say(f"syncing {account.network}")
        try:
            account.must_work()
            with to.connect() as connection:
                run = open_sync(connection, slug, by="up")
            sync(to.connect, account, run)
        except Stopped:
            raise
        except (Failure, Misuse) as reason:
            say(f"  {slug} could not be read: {reason}")
            continue
        with to.connect() as connection:
            done = run_by_id(connection, run)
        brought += sum(each.created for each in done.networks) if done else 0
    say(f"{brought:,} real programs" if brought else "the catalogue starts empty; later, with a network:")
    if not brought:
        say(f"  affindex networks sync {' '.join(WITHOUT_ACCOUNT)}")


def _generate(settings: Settings, to: Opened) -> None:
    limit = settings.generated
    source = generated(tuple(VOLUMES), limit=limit)
    total = sum(source.expected.values())
    say(f"importing {total:,} programs")
    parameters: dict[str, Any] = {"networks": list(VOLUMES), "seed": 1, "limit": limit}
    done = 0
    with counting("importing", total) as advance:

        def progress(_: str, more: int, __: int) -> None:
            nonlocal done
            done += more
            advance(done, None)

        run_import(to.connect, source, parameters, progress)
    with to.connect() as connection:
        feature_generated(connection)


def _index(context: Context, to: Opened) -> None:
    settings = context.settings
    if target(to.search, settings.index):
        with to.connect() as connection:
            serving = next((each for each in live(connection) if each.state == "serving"), None)
        if serving is not None and serving.fingerprint == fingerprint():
            return
        say("indexing anew: the index was built for another version of search")
    else:
        say("indexing")
    with counting("indexing", None) as progress:
        rebuild(
            to.connect, to.search, settings.index, shards=settings.shards, replicas=settings.replicas, progress=progress
        )
