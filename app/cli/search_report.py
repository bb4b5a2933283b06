"""`affindex search report`: what is searched for."""

from __future__ import annotations

import asyncio

import rich_click as click
from rich.table import Table

from app.cli.context import Context, console, emit, json_option, say
from app.engines import Engines, open_database_async
from app.learning.query_counts import KEPT_DAYS, MOST_LINES, QueryReport, ReportedQuery
from app.learning.query_counts import report as read_report


@click.command()
@click.option("--days", type=click.IntRange(1, KEPT_DAYS), default=7, show_default=True, help="Today among them.")
@click.option("--limit", type=click.IntRange(1, MOST_LINES), default=20, show_default=True, help="Lines of each table.")
@json_option
@click.pass_obj
def report(context: Context, days: int, limit: int, as_json: bool) -> None:
    """Tell what is searched for: most often, in vain, with words left out, with words corrected.

    It is counted where AFFINDEX_QUERY_LOG=true; nothing tells who searched.
    """
    with context.engines() as engines:
        told = asyncio.run(_read(engines, days, limit, logging=context.settings.query_log))
    if as_json:
        emit(told)
        return
    _show(told)


async def _read(engines: Engines, days: int, limit: int, *, logging: bool) -> QueryReport:
    async with await open_database_async(engines) as connection:
        return await read_report(connection, days, limit, logging=logging)


def _show(told: QueryReport) -> None:
    by_day = Table("day", "searches", "in vain", "words left out", "corrected", "text not kept", title="By day")
    for day in told.days:
        counts = (day.asked, day.empty, day.relaxed, day.corrected, day.others)
        by_day.add_row(str(day.day), *(f"{each:,}" for each in counts))
    console.print(by_day)
    for title, lines in (
        ("Most often", told.top),
        ("Found nothing", told.empty),
        ("Words left out", told.relaxed),
        ("Corrected", told.corrected),
    ):
        console.print(_table(title, lines))
    if not told.logging:
        say("queries are not counted here: AFFINDEX_QUERY_LOG=true has the API count them")


def _table(title: str, lines: list[ReportedQuery]) -> Table:
    table = Table("query", "searches", "in vain", "words left out", "corrected", "found last", title=title)
    for each in lines:
        counts = (each.asked, each.empty, each.relaxed, each.corrected)
        table.add_row(each.query, *(f"{count:,}" for count in counts), "" if each.found is None else f"{each.found:,}")
    return table
