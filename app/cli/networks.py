"""`affindex networks`: live networks, how they are, and a sync at once."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

import rich_click as click
from rich.table import Table

from app.cli.context import Context, NetworkName, Opened, console, counting, emit, json_option, opened, say
from app.importing.runs import bury_dead_runs, run_by_id
from app.networks.accounts import Account, account_of, accounts
from app.networks.added import add, defined, read
from app.networks.details import ask_details
from app.networks.health import Health, health, sync_of, syncs
from app.networks.relations import accounts_told
from app.networks.sync import open_sync
from app.networks.sync import sync as carry_out
from indexing.follow import drain
from indexing.generations import live
from mappings import codes
from mappings.networks import BY_SLUG, ZeroField
from mappings.relations import RELATIONS

_SYNCS_SHOWN = 10
_COLOURS = {"ok": "green", "degraded": "yellow", "failing": "red"}


@click.group()
def networks() -> None:
    """Live networks: what is set up, how they are, sync one now."""


@networks.command("list")
@json_option
@click.pass_obj
def list_networks(context: Context, as_json: bool) -> None:
    """Show every network: whether it is set up, when it was synced, when it will be."""
    found = _health(context)
    if as_json:
        emit({"networks": list(found.values())})
        return
    table = Table()
    for column in ("network", "state", "last success", "next sync", "schedule (UTC)", "why"):
        table.add_column(column)
    for each in found.values():
        table.add_row(
            each.network,
            _coloured(each.state),
            _when(each.last_success_at),
            _when(each.next_sync_at),
            each.schedule or "",
            each.reason or "",
        )
    console.print(table)


@networks.command("health")
@click.argument("network", type=NetworkName(), required=False)
@json_option
@click.pass_obj
def show_health(context: Context, network: str | None, as_json: bool) -> None:
    """Show how networks are. Exit 1 if one is failing."""
    found = {slug: each for slug, each in _health(context).items() if network in (None, slug)}
    if network is not None and not found:
        raise click.UsageError(f"there is no network '{network}'; there are {', '.join(BY_SLUG)}")
    if as_json:
        emit({"networks": list(found.values())} if network is None else found[network])
    else:
        for each in found.values():
            _show(each, whole=network is not None)
        if network is not None:
            _show_syncs(context, network)
    if any(each.state == "failing" for each in found.values()):
        raise SystemExit(1)


class AccountName(NetworkName):
    """A network, for its first account, or a further account by its name: `awin.blog`."""

    name = "account"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name. Fails for what can be none."""
        network, dot, further = value.partition(".")
        return f"{super().convert(network, param, ctx)}{dot}{further.lower()}"


@networks.command("accounts")
@json_option
@click.pass_obj
def show_accounts(context: Context, as_json: bool) -> None:
    """Show the accounts that are set up, and how they stand to programs. Names are shown, credentials never."""
    given = [each for each in accounts(context.settings).values() if each.mentioned]
    with context.engines() as engines, opened(engines, context.settings).connect() as connection:
        found = accounts_told(connection, given)
    if as_json:
        emit({"accounts": found})
        return
    table = Table()
    for column in ("account", "network", "last complete list", *RELATIONS, "why not synced"):
        table.add_column(column)
    for each in found:
        counts = [f"{each.programs.get(relation, 0):,}" for relation in RELATIONS]
        table.add_row(each.name, each.network, _when(each.seen_at), *counts, each.reason or "")
    console.print(table)


@networks.command()
@click.argument("slugs", metavar="NETWORK...", type=AccountName(), nargs=-1, required=True)
@click.option("--accept-drift", is_flag=True, help="Import it although it lost much against the last sync.")
@json_option
@click.pass_obj
def sync(context: Context, slugs: tuple[str, ...], accept_drift: bool, as_json: bool) -> None:
    """Sync networks, or further accounts of them (`awin.blog`), now, in this process, one after the other.

    What changed becomes searchable at once.

    Networks that need no account (ClickBank, OpenAffiliate) need no setting for this. A sync that was interrupted goes
    on where it ended.
    """
    given = accounts(context.settings)
    # Who names a network has said that it is to be synced.
    chosen = [replace(_chosen(context, given, slug), mentioned=True) for slug in dict.fromkeys(slugs)]
    for account in chosen:
        account.must_work()
    with context.engines() as engines:
        to = opened(engines, context.settings)
        synced = [_synced(to, account, accept_drift=accept_drift, as_json=as_json) for account in chosen]
    if as_json:
        emit(synced[0] if len(synced) == 1 else {"syncs": synced})


def _chosen(context: Context, given: Mapping[str, Account], name: str) -> Account:
    network, dot, _ = name.partition(".")
    if dot and name not in given:
        raise click.UsageError(f"there is no account '{name[:80]}'; [{name[:80]}] in the secrets file makes one")
    return given[name] if dot else account_of(given, context.known(network))


def _synced(to: Opened, account: Account, *, accept_drift: bool, as_json: bool) -> dict[str, Any]:
    """Sync one network and make what changed searchable; its run and its sync."""
    with to.connect() as connection:
        run = open_sync(connection, account.name, accept_drift=accept_drift, by="command")
    started = time.monotonic()
    with counting(f"syncing {account.name}", None) as advance:

        def progress(_: str, done: int, of: int | None) -> None:
            advance(done, of)

        carry_out(to.connect, account, run, accept_drift=accept_drift, progress=progress)
        if not account.further:
            ask_details(to.connect, account, run, progress=progress)
    with to.connect() as connection:
        done = run_by_id(connection, run)
        last = sync_of(connection, run)
        serving = live(connection)
    assert done is not None
    pushed = drain(to.connect, to.search) if serving else 0
    if not as_json:
        (counts,) = done.networks
        say(
            f"{account.name}: {counts.read:,} records in {time.monotonic() - started:.1f} s, {last.calls} calls: "
            f"{counts.created:,} new, {counts.updated:,} changed, {counts.unchanged:,} unchanged, "
            f"{counts.rejected:,} rejected, {counts.closed:,} closed, {counts.removed:,} generated ones removed; "
            f"{pushed:,} changes made searchable"
        )
        for note in last.notes or ():
            say(note)
    return {"run": done, "sync": last}


@networks.command("add")
@click.argument("slug", required=False)
@click.option("--name", help="What it is called.")
@click.option("--home", help="Its site.")
@click.option("--other-name", "other_names", multiple=True, help="Another name, or a usual misspelling; repeatable.")
@click.option("--currency", help="The currency of amounts that name none (ISO 4217); USD.")
@click.option("--epc-unit", type=click.Choice(("click", "100 clicks")), help="What one EPC figure stands for; click.")
@click.option("--program-page", help="The address of a program's page, with {id} in it.")
@click.option("--tracking-link", help="The template of tracking links, with {id} in it.")
@click.option(
    "--date-order", type=click.Choice(("day", "month")), help="Which comes first in 03-04-2021; else unknown."
)
@click.option(
    "--zero-unknown",
    multiple=True,
    type=click.Choice(get_args(ZeroField)),
    help="A field whose 0 says that it does not know; repeatable.",
)
@click.option("--id-case", type=click.Choice(("kept", "upper", "lower")), help="How ids are kept; kept.")
@click.option("--cookie-days", type=int, help="Days a click counts, where one rule holds for all programs.")
@click.option("--min-payout", type=float, help="Earnings from which it pays out, in USD.")
@click.option("--payment-method", "payment_methods", multiple=True, type=click.Choice(codes.PAYMENT_METHODS),
              help="How it pays; repeatable.")  # fmt: skip
@click.option(
    "--from",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A TOML file instead: a table for each network, named by its slug.",
)
@json_option
@click.pass_obj
def add_network(context: Context, /, slug: str | None, file: Path | None, as_json: bool, **options: Any) -> None:
    """Add a network, or describe one otherwise: its programs come from feeds. Every process knows it within a second.

    affindex networks add webgains --name Webgains --currency GBP --other-name "web gains"
    """
    members = {name: value for name, value in options.items() if value not in (None, ())}
    if (slug is None) == (file is None) or (file is not None and members):
        raise click.UsageError("give a slug and what is known of the network, or --from FILE")
    definitions = read(file.read_text("utf-8")) if file else {slug or "": defined(slug or "", members)}
    with context.engines() as engines, opened(engines, context.settings).connect() as connection:
        changed = add(connection, definitions)
    if as_json:
        emit({"networks": list(definitions), "changed": changed})
        return
    for each in definitions:
        say(f"{each}: {'known from now on' if each in changed else 'known as it is already'}")


def _health(context: Context) -> dict[str, Health]:
    given = accounts(context.settings)
    with context.engines() as engines:
        to = opened(engines, context.settings)
        with to.connect() as connection:
            bury_dead_runs(connection)
            return health(connection, given)


def _show(each: Health, *, whole: bool) -> None:
    console.print(f"[bold]{each.network}[/] {_coloured(each.state)}" + (f": {each.reason}" if each.reason else ""))
    if each.state in ("paused", "unconfigured") and not whole:
        return
    budget = each.budget
    if each.running:
        say(f"  run {each.running} is at work")
    say(f"  last success {_when(each.last_success_at)} · next {_when(each.next_sync_at)} · failures {each.failures}")
    if budget:
        blocked = f", blocked until {_when(budget.blocked_until)}" if budget.blocked_until else ""
        rate = "none yet" if each.error_rate is None else f"{each.error_rate:.1%}"
        allowed = f"{budget.calls} calls in {budget.seconds:g} s, {budget.left:g} at once now{blocked}"
        say(f"  {allowed} · failed calls {rate}")
    for name, change in (each.drift or {}).items():
        say(f"  {name} {change:+.1%} against the sync before")


def _show_syncs(context: Context, network: str) -> None:
    with context.engines() as engines, opened(engines, context.settings).connect() as connection:
        found = syncs(connection, network, _SYNCS_SHOWN)
    if not found:
        return
    table = Table(title="last syncs")
    for column in ("run", "by", "state", "ended", "records", "calls", "failed", "details", "error"):
        table.add_column(column)
    for each in found:
        table.add_row(
            str(each.run),
            each.by or "",
            each.state + ("" if each.complete or each.state != "done" else ", partial"),
            _when(each.finished_at),
            "" if each.records is None else f"{each.records:,}",
            str(each.calls),
            str(each.failed_calls),
            str(each.details),
            each.error or "",
        )
    console.print(table)


def _coloured(state: str) -> str:
    return f"[{_COLOURS[state]}]{state}[/]" if state in _COLOURS else state


def _when(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "never"
