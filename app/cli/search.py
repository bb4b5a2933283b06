"""`affindex search`: ask the catalogue from the command line."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import rich_click as click
from rich.table import Table

from app.cli.context import Context, console, emit, json_option, say
from app.engines import open_search_async
from app.search.answer import answer
from app.search.body import search_body
from app.search.engine import SearchEngine
from app.search.page import Page
from app.search.request import SearchRequest, read_request
from app.settings import secret_of

_SHOWN = ("id", "network", "name", "commissionMin", "commissionMax", "epc", "cookieDays", "category")


@click.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
@click.option("--body", is_flag=True, help="Print the OpenSearch request instead of sending it.")
@click.option("--explain", is_flag=True, help="Show what matched and what it added to the score.")
@json_option
@click.pass_obj
def search(context: Context, words: tuple[str, ...], body: bool, explain: bool, as_json: bool) -> None:
    """Search with the API's parameters, each as an option.

    affindex search organic skincare --network awin,shareasale --commission 10.. --sort=-epc --facets network
    """
    request = read_request(_parameters(words, explain))
    if request.wait_for is not None:
        raise click.UsageError("--waitForVersion is for the API")
    if body:
        emit(search_body(request))
        return
    with context.engines() as engines:
        page = asyncio.run(_ask(context, engines.opensearch_url, request))
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


async def _ask(context: Context, url: str, request: SearchRequest) -> Page:
    client = open_search_async(url, context.settings)
    try:
        engine = SearchEngine(client, context.settings.index)
        return (await answer(engine, request, secret=secret_of(context.settings), synced={})).page
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
