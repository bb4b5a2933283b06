"""`affindex index`: the search index and its generations."""

from __future__ import annotations

import threading
import time

import rich_click as click
from rich.markup import escape
from rich.table import Table

from app.cli.context import Context, console, counting, emit, json_option, opened, say
from indexing.dead_letters import newest as newest_dead_letters
from indexing.dead_letters import redrive as redrive_dead_letters
from indexing.follow import drain
from indexing.follow import follow as follow_changes
from indexing.generations import prune as prune_generations
from indexing.rebuild import rebuild as rebuild_index
from indexing.rebuild_lock import rebuild_lock
from indexing.rollback import rollback as roll_back
from indexing.status import GenerationStatus, Status, read_status
from indexing.verify import verify as verify_index


@click.group()
def index() -> None:
    """The search index: rebuild it, follow Postgres, compare the two."""


@index.command()
@json_option
@click.pass_obj
def rebuild(context: Context, as_json: bool) -> None:
    """Build a new generation from Postgres while everything goes on, compare it, then let it serve.

    A changed mapping needs nothing else. If the new generation differs from Postgres, the old one goes on serving.
    """
    settings = context.settings
    with context.engines() as engines:
        to = opened(engines, settings)
        started = time.monotonic()
        with counting("indexing", None) as progress:
            done = rebuild_index(
                to.connect,
                to.search,
                settings.index,
                shards=settings.shards,
                replicas=settings.replicas,
                progress=progress,
            )
        seconds = time.monotonic() - started
    if as_json:
        emit(
            {
                "generation": done.generation,
                "before": done.before,
                "documents": done.documents,
                "deadLetters": done.dead_letters,
                "seconds": round(seconds, 3),
            }
        )
        return
    say(f"{done.generation} serves: {done.documents:,} documents in {seconds:.1f} s, in step with Postgres")


@index.command()
@click.pass_obj
def follow(context: Context) -> None:
    """Push changes from Postgres as they are committed, until stopped."""
    with context.engines() as engines:
        to = opened(engines, context.settings)
        say("following; Ctrl-C stops")
        follow_changes(to.connect, to.search, threading.Event())


@index.command()
@json_option
@click.pass_obj
def status(context: Context, as_json: bool) -> None:
    """Show the generations and what is pending for them: builds under way, pauses and why, dead letters."""
    with context.engines() as engines:
        to = opened(engines, context.settings)
        with to.connect() as connection:
            found = read_status(connection, to.search, context.settings.index)
    if as_json:
        emit(found)
        return
    show(found)


def show(status: Status) -> None:
    """Print a status as a table."""
    table = Table(title=f"{status.pending_changes:,} changes pending, oldest {status.oldest_pending_seconds:.1f} s")
    for column in ("generation", "state", "documents", "size", "dead letters", "mapping", "now"):
        table.add_column(column)
    for each in status.generations:
        table.add_row(
            each.name,
            each.state,
            "gone" if each.documents is None else f"{each.documents:,}",
            "" if each.bytes is None else f"{each.bytes / 1e6:,.1f} MB",
            f"{each.dead_letters:,}",
            "current" if each.current else "[yellow]older than the code: rebuild[/]",
            _now(each),
        )
    console.print(table)


def _now(generation: GenerationStatus) -> str:
    """What a generation is about."""
    if generation.paused_because:
        return f"[red]takes no changes[/] since {generation.paused_since}: {escape(generation.paused_because)}"
    if generation.state != "building":
        return "takes changes"
    if not generation.rate or generation.remaining_seconds is None:
        return "being built"
    return (
        f"{generation.built or 0:,} of {generation.expected or 0:,} built, {generation.rate:,.0f} a second, "
        f"{generation.remaining_seconds:,.0f} s left"
    )


@index.command()
@click.option("--deep", is_flag=True, help="Compare whole documents, not only counts and versions.")
@click.option("--repair", is_flag=True, help="Also mend what differs.")
@json_option
@click.pass_obj
def verify(context: Context, deep: bool, repair: bool, as_json: bool) -> None:
    """Compare the serving index with Postgres, by count and checksum. Exit 0 in step, 1 not."""
    with context.engines() as engines:
        to = opened(engines, context.settings)
        report = verify_index(to.connect, to.search, context.settings.index, deep=deep, repair=repair)
    if as_json:
        emit(report)
    elif report.in_step:
        say(
            f"in step: {report.rows:,} programs in {report.seconds:.2f} s"
            + (", after repair" if report.repaired else "")
        )
    else:
        said = report.undecided or (
            f"{report.missing:,} missing, {report.stale:,} stale, {report.extra:,} too many in {report.generation}"
            + (f"; {report.dead_letters:,} of them it refuses" if report.dead_letters else "")
        )
        console.print(f"not in step: {said}", style="red", highlight=False)
    if not report.in_step:
        raise SystemExit(1)


@index.command()
@json_option
@click.pass_obj
def rollback(context: Context, as_json: bool) -> None:
    """Let the generation before serve again; it has gone on receiving every change."""
    with context.engines() as engines:
        to = opened(engines, context.settings)
        name = roll_back(to.connect, to.search, context.settings.index)
    if as_json:
        emit({"generation": name})
    else:
        say(f"{name} serves")


@index.command()
@click.option("--keep", type=click.IntRange(0), default=1, show_default=True, help="Older generations to keep.")
@json_option
@click.pass_obj
def prune(context: Context, keep: int, as_json: bool) -> None:
    """Delete generations that are no longer needed for a rollback."""
    with context.engines() as engines:
        to = opened(engines, context.settings)
        with rebuild_lock(to.connect) as connection:
            dropped = prune_generations(connection, to.search, keep)
    if as_json:
        emit({"dropped": dropped})
    else:
        say(f"dropped {', '.join(dropped)}" if dropped else "nothing to drop")


@index.command()
@json_option
@click.pass_obj
def letters(context: Context, as_json: bool) -> None:
    """Show the documents that a generation refused, and why."""
    with context.engines() as engines:
        to = opened(engines, context.settings)
        with to.connect() as connection:
            found = newest_dead_letters(connection)
    if as_json:
        emit(found)
        return
    table = Table(title=f"{len(found):,} dead letters; `affindex index redrive` pushes them again")
    for column in ("program", "generation", "when", "reason"):
        table.add_column(column)
    for each in found:
        table.add_row(str(each.program), each.generation, each.failed_at, f"{each.type}: {each.reason}")
    console.print(table)


@index.command()
@json_option
@click.pass_obj
def redrive(context: Context, as_json: bool) -> None:
    """Push again what was refused, after its cause is gone."""
    with context.engines() as engines:
        to = opened(engines, context.settings)
        with to.connect() as connection:
            driven = redrive_dead_letters(connection)
        drain(to.connect, to.search)
        with to.connect() as connection:
            left = len(newest_dead_letters(connection, limit=driven + 1))
    if as_json:
        emit({"redriven": driven, "refusedAgain": left})
    else:
        say(f"{driven:,} pushed again, {left:,} refused again")
    if left:
        raise SystemExit(1)
