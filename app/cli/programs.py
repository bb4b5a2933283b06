"""`affindex programs`: programs of one's own, which no network lists; and whether the links of all answer."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import rich_click as click

from app.checking.checking import check_links
from app.cli.context import Context, NetworkName, Opened, counting, emit, json_option, opened, say
from app.direct.reading import MEMBERS
from app.direct.writing import Written, add, remove, replace
from indexing.follow import drain
from indexing.generations import live
from mappings.catalogue import Kind

_Command = TypeVar("_Command", bound=Callable[..., Any])
_LARGEST_FILE = 1_000_000  # bytes of one program


@click.group()
def programs() -> None:
    """Programs of one's own (network `direct`): add, edit, remove. Lists go in with `affindex import feed`.

    And of all networks: check whether the merchants' links answer.
    """


def _members(command: _Command) -> _Command:
    """An option for every member that may be said, `--cookie-days 30`, and a file with all of them."""
    for entry in reversed(MEMBERS):
        if entry.kind is not Kind.RULES:
            name = "--" + re.sub(r"([A-Z])", r"-\1", entry.key).lower()
            about = entry.field.about + (" Repeatable." if entry.many else "")
            command = click.option(name, entry.name, multiple=entry.many, help=about.replace("`", ""))(command)
    file = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
    return click.option("--from", "file", type=file, help="A JSON file with the members, - for standard input.")(
        command
    )


def _said(file: Path | None, options: dict[str, Any]) -> dict[str, Any]:
    """The members of a file, and over them those of the options; an empty option says that it is not known."""
    members: dict[str, Any] = {}
    if file is not None:
        source = sys.stdin.buffer if str(file) == "-" else file.open("rb")
        try:
            members = msgspec.json.decode(source.read(_LARGEST_FILE), type=dict[str, Any])
        except msgspec.MsgspecError as error:
            raise click.UsageError(f"{file} is no JSON object of members: {error}") from None
        finally:
            if source is not sys.stdin.buffer:
                source.close()
    for entry in MEMBERS:
        if (given := options.get(entry.name)) not in (None, ()):
            members[entry.key] = [each for each in given if each] if entry.many else given
    if not members:
        raise click.UsageError("nothing is said of the program: give --name and others, or --from FILE")
    return members


@programs.command("add")
@_members
@json_option
@click.pass_obj
def add_program(context: Context, /, file: Path | None, as_json: bool, **options: Any) -> None:
    """Add a program: `--name`, and whatever else is known of it. What cannot be read is refused."""
    members = _said(file, options)
    _carried_out(context, lambda to: _written(to, lambda connection: add(connection, members)), "added", as_json)


@programs.command()
@click.argument("id", type=click.IntRange(1, 2**53 - 1))
@_members
@json_option
@click.pass_obj
def edit(context: Context, /, id: int, file: Path | None, as_json: bool, **options: Any) -> None:
    """Change what is given, and leave the rest; an empty value (`--cookie-days ""`) says that it is not known.

    What is paid (commission, currency, average earnings) is one thing: who changes a part of it gives all of it.
    """
    members = _said(file, options)
    _carried_out(
        context,
        lambda to: _written(to, lambda connection: replace(connection, id, members, partly=True)),
        "changed",
        as_json,
    )


@programs.command("remove")
@click.argument("id", type=click.IntRange(1, 2**53 - 1))
@json_option
@click.pass_obj
def remove_program(context: Context, id: int, as_json: bool) -> None:
    """Delete a program; from then on the API answers 410 for it."""
    _carried_out(context, lambda to: _written(to, lambda connection: remove(connection, id)), "deleted", as_json)


class _Days(click.ParamType[timedelta]):
    """A number of days: `30` or `30d`."""

    name = "days"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """The time. Fails for anything else."""
        if isinstance(value, timedelta):
            return value
        if not re.fullmatch(r"[0-9]{1,5}d?", str(value)):
            self.fail(f"'{str(value)[:40]}' is no number of days; expected such as 30d", param, ctx)
        return timedelta(days=int(str(value).removesuffix("d")))


@programs.command()
@click.option("--network", type=NetworkName(), help="Only the programs of this network.")
@click.option("--most", type=click.IntRange(1), help="At most so many addresses; all that are due by default.")
@click.option("--every", type=_Days(), default="30d", show_default=True, help="How long a check is good for.")
@json_option
@click.pass_obj
def check(context: Context, network: str | None, most: int | None, every: timedelta, as_json: bool) -> None:
    """Ask the merchants' links whether they answer: programs whose link does are verified, on that day.

    One request a second goes to a host, as its robots.txt allows, and to public addresses only. What was checked in the
    last 30 days is not asked again, so that a stopped check goes on where it was; an address that fails is asked again
    on other days, until it is dead. Generated and closed programs are left out, and marks that were set by hand stay.
    """
    if network is not None:
        network = context.known(network)
    with context.engines() as engines:
        to = opened(engines, context.settings)
        with counting("checking links", None) as progress:
            done = check_links(to.connect, every=every, network=network, most=most, progress=progress)
        with to.connect() as connection:
            serving = live(connection)
        pushed = drain(to.connect, to.search) if serving else 0
    if as_json:
        emit(done)
        return
    say(
        f"{done.asked:,} links asked: {done.answers:,} answer, {done.gone:,} are not there, {done.failed:,} fail, "
        f"{done.refused:,} refuse us, {done.forbidden:,} forbid it by robots.txt, {done.private:,} are not public"
    )
    say(
        f"{done.verified:,} programs verified, {done.unverified:,} no longer, {done.dead:,} links are dead from now "
        f"on; {pushed:,} changes made searchable; {done.left:,} links are left for another time"
    )


def _written(to: Opened, work: Callable[[Any], Written]) -> Written:
    with to.connect() as connection:
        written = work(connection)
        serving = live(connection)
    if serving:
        drain(to.connect, to.search)
    return written


def _carried_out(context: Context, work: Callable[[Opened], Written], done: str, as_json: bool) -> None:
    with context.engines() as engines:
        written = work(opened(engines, context.settings))
    if as_json:
        emit({"id": written.id, "version": written.version})
    else:
        say(f"program {written.id} is {done}")
