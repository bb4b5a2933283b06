"""What every command starts from: the settings, and engines that are migrated."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import msgspec
import rich_click as click
from opensearchpy import OpenSearch
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from app.engines import Engines, open_database, open_search, running
from app.networks.added import SLUG, learn
from app.settings import Settings
from indexing.connect import Connect
from mappings import codes
from mappings.networks import BY_SLUG


class NetworkName(click.ParamType[str]):
    """A network by its slug or one of its names; one that this process does not know may have been added elsewhere."""

    name = "network"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The slug. Fails for what can be none."""
        known = next(iter(codes.meant("network", value)), None)
        if known is None and not re.fullmatch(SLUG, value):
            self.fail(f"'{value[:60]}' is no network; there are {', '.join(BY_SLUG)}", param, ctx)
        return known or value


# What a person reads goes to standard error; standard output belongs to results.
console = Console(stderr=True)


@dataclass(frozen=True, slots=True)
class Context:
    """Handed to every command."""

    settings: Settings

    @contextmanager
    def engines(self, *, hold: bool = False, migrate: bool = True) -> Iterator[Engines]:
        """Engines, with the newest schema."""
        with downloading() as progress, running(self.settings, hold=hold, say=say, progress=progress) as engines:
            if migrate:
                from app.migrations import upgrade  # not at the top: `up` and `serve` live long, without Alembic

                with open_database(engines) as connection:
                    upgrade(connection)
                    learn(connection)
            yield engines

    def known(self, network: str) -> str:
        """A network that is there, maybe since this process began. Raises UsageError."""
        if network not in BY_SLUG:
            with self.engines():
                pass  # who opens them learns what was added
        if network not in BY_SLUG:
            raise click.UsageError(f"there is no network '{network}'; there are {', '.join(BY_SLUG)}")
        return network


@dataclass(frozen=True, slots=True)
class Opened:
    """The engines as the rooms below take them."""

    connect: Connect
    search: OpenSearch


def opened(engines: Engines, settings: Settings) -> Opened:
    """Ways to connect to engines."""
    return Opened(lambda: open_database(engines), open_search(engines, settings))


def say(text: str) -> None:
    """A line for a person."""
    console.print(text, style="dim", highlight=False, soft_wrap=True)


def emit(value: Any) -> None:
    """A result for a machine: JSON on standard output."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")


@contextmanager
def downloading() -> Iterator[Callable[[int, int], None]]:
    """A progress bar for downloads that appears with the first byte, on a terminal only."""
    with Progress(
        TextColumn("downloading OpenSearch"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    ) as bar:
        task: list[Any] = []

        def progress(done: int, total: int) -> None:
            if not task:
                task.append(bar.add_task("", total=total))
            bar.update(task[0], completed=done)
            if done >= total:
                bar.stop()

        yield progress


@contextmanager
def counting(title: str, total: int | None) -> Iterator[Callable[[int, int | None], None]]:
    """A progress bar over records or documents, with rate and remaining time, on a terminal only."""
    with Progress(
        TextColumn(title),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    ) as bar:
        task = bar.add_task("", total=total, rate="")

        def progress(done: int, of: int | None = None) -> None:
            speed = bar.tasks[0].speed
            bar.update(task, completed=done, total=of or total, rate=f"{speed:,.0f}/s" if speed else "")

        yield progress
