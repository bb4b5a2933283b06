"""`affindex search`: ask the catalogue from the command line."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import rich_click as click
from rich.table import Table

from app.cli.context import Context, console, emit, json_option, opened, say
from app.engines import open_search_async
from app.learning.stored_edits import read_edits
from app.search.analysing import analyse
from app.search.answer import answer
from app.search.bad_request import BadRequest
from app.search.body import search_body
from app.search.controls import CONTROLS
from app.search.edits import SearchEdits
from app.search.engine import SearchEngine
from app.search.lexicon import NO_LEXICON
from app.search.page import Page
from app.search.request import SearchRequest
from app.search.request_parser import read_request
from app.settings import secret_of
from mappings.catalogue import FILTERS

_SHOWN = ("id", "network", "name", "commissionMin", "commissionMax", "epc", "cookieDays", "category")


_PARAMETERS = (
    f"Options: {', '.join(f'--{name}' for name in CONTROLS if name not in ('q', 'explain', 'waitForVersion'))}. "
    f"Filters: {', '.join(f'--{name}' for name in FILTERS)}. What each takes: docs/fields.md and docs/api.md."
)


@click.command(epilog=_PARAMETERS, context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
@click.option("--body", is_flag=True, help="Print the OpenSearch request instead of sending it.")
@click.option("--explain", is_flag=True, help="Show what matched and what it added to the score.")
@json_option
@click.pass_obj
def search(context: Context, words: tuple[str, ...], body: bool, explain: bool, as_json: bool) -> None:
    """Search with the API's parameters, each as an option.

    affindex search organic skincare --network awin,shareasale --commission 10.. --sort=-epc --facets network

    `affindex search report`, `edits` and `judge` tell what is searched for and steer what is found. Who looks for one
    of these very words writes it as --q.
    """
    parameters = _parameters(words, explain)
    try:
        request = read_request(parameters)
    except BadRequest:
        with context.engines():
            request = read_request(parameters)  # its network may have been added since this process began
    if request.wait_for is not None:
        raise click.UsageError("--waitForVersion is for the API")
    if body:
        emit(search_body(request, analyse(request.wording, NO_LEXICON)))
        return
    with context.engines() as engines:
        with opened(engines, context.settings).connect() as connection:
            edits = read_edits(connection)
        page = asyncio.run(_ask(context, engines.opensearch_url, request, edits))
    if as_json:
        emit(page)
        return
    _show(page)


def _parameters(words: tuple[str, ...], explain: bool) -> dict[str, list[str]]:
    parameters: dict[str, list[str]] = {}
    plain: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if not word.startswith("--"):
            plain.append(word)
            continue
        name, given, value = word.removeprefix("--").partition("=")
        if not given:
            if not rest:
                raise click.UsageError(f"--{name} needs a value")
            value = rest.pop(0)
        parameters.setdefault(name, []).append(value)
    if plain:
        parameters["q"] = [" ".join(plain)]
    if explain:
        parameters["explain"] = ["true"]
    return parameters


async def _ask(context: Context, url: str, request: SearchRequest, edits: SearchEdits) -> Page:
    async with searching_by(context, url, edits) as engine:
        return (await answer(engine, request, secret=secret_of(context.settings), synced={})).page


@asynccontextmanager
async def searching_by(context: Context, url: str, edits: SearchEdits) -> AsyncIterator[SearchEngine]:
    """The search engine with the lexicon as it was written last, and edits of how words are read."""
    client = open_search_async(url, context.settings)
    try:
        engine = SearchEngine(client, context.settings.index)
        if held := await engine.lexicon_written():
            engine.lexicon = await engine.read_lexicon(held) or NO_LEXICON
        engine.lexicon = engine.lexicon.edited(edits)
        yield engine
    finally:
        await client.close()


def _show(page: Page) -> None:
    table = Table(title=f"{page.total:,} programs in {page.took_ms} ms")
    for column in _SHOWN:
        table.add_column(column)
    for raw in page.programs:
        found: dict[str, Any] = msgspec.json.decode(raw)
        table.add_row(*("" if found.get(key) is None else str(found[key]) for key in _SHOWN))
        if "explain" in found:
            table.add_row("", "", str(found["explain"]))
    console.print(table)
    for key, facet in page.facets.items():
        values = facet.get("values") or facet.get("histogram") or []
        counts = ", ".join(
            f"{each.get('value', each.get('from'))} {each['count']:,}" for each in values if each["count"]
        )
        console.print(f"[bold]{key}[/] {counts}", highlight=False)
    for notice in page.warnings:
        say(notice.message)
