"""`affindex catalogue`: what is done to the catalogue as a whole."""

from __future__ import annotations

import rich_click as click

from app.cli.context import Context, emit, json_option, opened, say
from app.importing.generated import remove_generated
from indexing.follow import drain
from indexing.generations import live


@click.group()
def catalogue() -> None:
    """The catalogue as a whole."""


@catalogue.command("remove-generated")
@json_option
@click.pass_obj
def remove(context: Context, as_json: bool) -> None:
    """Remove every generated program, of all networks; real ones and your own stay.

    The first complete import of real programs does this by itself for its network. A catalogue without any program is
    filled with generated ones by the next `affindex up`.
    """
    with context.engines() as engines:
        to = opened(engines, context.settings)
        with to.connect() as connection:
            removed = remove_generated(connection)
            serving = live(connection)
        if serving:
            drain(to.connect, to.search)
    total = sum(removed.values())
    if as_json:
        emit({"removed": total, "networks": removed})
        return
    parts = ", ".join(f"{count:,} of {network}" for network, count in removed.items())
    say(f"{total:,} generated programs removed" + (f": {parts}" if parts else ""))
