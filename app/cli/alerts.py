"""`affindex alerts`: saved searches that tell what changes in them."""

from __future__ import annotations

import asyncio

import rich_click as click
from rich.table import Table

from app.alerts import watches
from app.alerts.creating import create as create_watch
from app.alerts.matching import TooManyMatches
from app.alerts.outlets import outlets_of
from app.alerts.posting import refusal
from app.alerts.testing import try_out
from app.alerts.wanted import WantedWatch, read_watch
from app.alerts.watches import Watch, secret_text
from app.cli.context import Context, Opened, console, emit, json_option, opened, say
from app.engines import open_search_async
from app.search.bad_request import BadRequest
from app.search.engine import SearchEngine
from app.search.lexicon import NO_LEXICON
from mappings.watching import KINDS


@click.group()
def alerts() -> None:
    """Watches: saved searches that tell what changes in them, by webhook, by mail and at /api/alerts."""


@alerts.command("list")
@json_option
@click.pass_obj
def list_watches(context: Context, as_json: bool) -> None:
    """List the watches, what they match, and what waits for their webhooks."""
    with context.engines() as engines, opened(engines, context.settings).connect() as connection:
        found = watches.listed(connection)
    if as_json:
        emit(found)
        return
    table = Table("id", "name", "query", "matches", "events", "tells", "to", "state")
    for each in found:
        to = " ".join(where for where in (each.webhook, each.email) if where)
        table.add_row(
            str(each.id),
            f"{each.name} (made by itself)" if each.built_in else each.name,
            each.query,
            f"{each.matches:,}",
            f"{each.events:,}",
            " ".join(each.tells),
            to,
            _state(each),
        )
    console.print(table)


def _state(watch: Watch) -> str:
    if watch.paused_at:
        return f"paused: {watch.paused_because}" if watch.paused_because else "paused"
    if watch.given_up_at:
        return f"given up, {watch.pending:,} waiting: {watch.failure}"
    if watch.failure:
        return f"{watch.pending:,} waiting, attempt {watch.attempts}: {watch.failure}"
    return f"mail: {watch.mail_failure}" if watch.mail_failure else "well"


@alerts.command()
@click.argument("name")
@click.argument("query")
@click.option("--webhook", help="Where each event is sent.")
@click.option("--email", help="Where a daily digest is sent.")
@click.option("--tells", multiple=True, type=click.Choice(KINDS), help="What to tell; all by default. Repeatable.")
@json_option
@click.pass_obj
def create(
    context: Context,
    name: str,
    query: str,
    webhook: str | None,
    email: str | None,
    tells: tuple[str, ...],
    as_json: bool,
) -> None:
    """Watch a search of the API, such as 'q=tea&network=cj&cookieDays=30..'.

    The secret that webhooks are signed with is shown once.
    """
    outlets = outlets_of(context.settings)

    def read() -> WantedWatch:
        return read_watch(name, query, tells or None, webhook, email, plain_http=outlets.allow_private)

    if webhook and (refused := refusal(webhook, allow_private=outlets.allow_private)):
        raise click.UsageError(refused)
    if email and outlets.server is None:
        raise click.UsageError("no mail server is set: AFFINDEX_SMTP_URL and AFFINDEX_SMTP_FROM")
    with context.engines() as engines:
        try:
            wanted = read()  # its network may have been added since this process began
            watch, secret = asyncio.run(
                _created(context, engines.opensearch_url, opened(engines, context.settings), wanted)
            )
        except (BadRequest, TooManyMatches) as wrong:
            raise click.UsageError(str(wrong)) from None
    if as_json:
        emit({"watch": watch, "secret": secret_text(secret)})
        return
    say(f"watch {watch.id} matches {watch.matches:,} programs")
    if webhook:
        click.echo(secret_text(secret))


async def _created(context: Context, url: str, to: Opened, wanted: WantedWatch) -> tuple[Watch, bytes]:
    client = open_search_async(url, context.settings)
    try:
        engine = SearchEngine(client, context.settings.index)
        if held := await engine.lexicon_written():
            engine.lexicon = await engine.read_lexicon(held) or NO_LEXICON
        return await create_watch(engine, to.connect, wanted, None)
    finally:
        await client.close()


@alerts.command()
@click.argument("watch", type=int)
@json_option
@click.pass_obj
def test(context: Context, watch: int, as_json: bool) -> None:
    """Send a test to a watch's webhook and address. Exit status 1 if one was not taken."""
    outlets = outlets_of(context.settings)
    with context.engines() as engines:
        to = opened(engines, context.settings)
        tests = try_out(to.connect, watch, outlets.server, allow_private=outlets.allow_private).tests
    if as_json:
        emit(tests)
    else:
        for each in tests:
            say(f"{each.to} {each.address}: {each.because or 'taken'}")
        if not tests:
            say("it tells nobody: it has no webhook and no address")
    if not all(each.taken for each in tests):
        raise SystemExit(1)


@alerts.command()
@click.argument("watch", type=int)
@click.option("--resume", is_flag=True, help="Go on instead.")
@click.pass_obj
def pause(context: Context, watch: int, resume: bool) -> None:
    """Let a watch tell nothing until it is resumed."""
    with context.engines() as engines, opened(engines, context.settings).connect() as connection:
        (watches.resume if resume else watches.pause)(connection, watch)
    say(f"watch {watch} {'goes on' if resume else 'is paused'}")


@alerts.command()
@click.argument("watch", type=int)
@click.pass_obj
def remove(context: Context, watch: int) -> None:
    """Forget a watch and all that it told."""
    with context.engines() as engines, opened(engines, context.settings).connect() as connection:
        watches.remove(connection, watch)
    say(f"watch {watch} is removed")
