"""`affindex db`: the schema."""

from __future__ import annotations

import rich_click as click

from app.cli.context import Context, console, emit, json_option, opened, say
from app.migrations import differences


@click.group()
def db() -> None:
    """The database schema."""


@db.command()
@click.pass_obj
def upgrade(context: Context) -> None:
    """Bring the schema to the newest version. Every command does this before it starts."""
    with context.engines():
        say("the schema is current")


@db.command()
@json_option
@click.pass_obj
def check(context: Context, as_json: bool) -> None:
    """Compare the database with what the code says it should be. Exit 0 if they agree, 1 if not."""
    with context.engines() as engines, opened(engines, context.settings).connect() as connection:
        found = differences(connection)
    if as_json:
        emit({"agrees": not found, "differences": found})
    elif found:
        for difference in found:
            console.print(difference, highlight=False)
    else:
        say("the database is what the code says")
    if found:
        raise SystemExit(1)
