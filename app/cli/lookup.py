"""`affindex lookup`: which of my links earn."""

from __future__ import annotations

import asyncio
import sys
from typing import BinaryIO

import rich_click as click

from app.cli.context import Context, emit, json_option, say
from app.engines import open_search_async
from app.failures import Misuse
from app.search.engine import SearchEngine
from app.search.lookup.earning import Lookup, earning
from app.search.lookup.sought import LARGEST_BODY, Sought, addresses_of, sought
from app.search.lookup.table import as_csv


@click.command()
@click.argument("file", type=click.File("rb"))
@json_option
@click.pass_obj
def lookup(context: Context, file: BinaryIO, as_json: bool) -> None:
    """For addresses or domains, one a line, every program of their merchants as CSV, the best paid first.

    FILE `-` is standard input. At most 10,000 addresses.
    """
    text = file.read(LARGEST_BODY + 1)
    if len(text) > LARGEST_BODY:
        raise Misuse(f"more than {LARGEST_BODY:,} bytes; look up the addresses in parts")
    wanted = sought(addresses_of(text, is_text=True))
    with context.engines() as engines:
        found = asyncio.run(_ask(context, engines.opensearch_url, wanted))
    if as_json:
        emit(found)
    else:
        sys.stdout.buffer.write(as_csv(found))
    say(
        f"{found.addresses:,} addresses, {len(found.merchants):,} merchants, {found.programs:,} programs; "
        f"{found.without:,} merchants without any, {len(found.unread):,} addresses of no merchant"
    )


async def _ask(context: Context, url: str, wanted: Sought) -> Lookup:
    client = open_search_async(url, context.settings)
    try:
        return await earning(SearchEngine(client, context.settings.index), wanted)
    finally:
        await client.close()
