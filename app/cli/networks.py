"""`affindex networks`: live networks, how they are, and a sync at once."""

from __future__ import annotations

import time
from datetime import datetime

import rich_click as click
from rich.table import Table

from app.cli.context import Context, console, counting, emit, json_option, opened, say
from app.importing.runs import bury_dead_runs, run_by_id
from app.networks.accounts import accounts
from app.networks.details import ask_details
from app.networks.health import Health, health, syncs
from app.networks.sync import open_sync
from app.networks.sync import sync as carry_out
from indexing.follow import drain
from indexing.generations import live
from mappings.networks import BY_SLUG

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
@click.argument("network", type=click.Choice(list(BY_SLUG), case_sensitive=False), required=False)
@json_option
@click.pass_obj
def show_health(context: Context, network: str | None, as_json: bool) -> None:
    """Show how networks are. Exit 1 if one is failing."""
    found = {slug: each for slug, each in _health(context).items() if network in (None, slug)}
    if as_json:
        emit({"networks": list(found.values())} if network is None else found[network])
    else:
        for each in found.values():
            _show(each, whole=network is not None)
        if network is not None:
            _show_syncs(context, network)
    if any(each.state == "failing" for each in found.values()):
        raise SystemExit(1)


@networks.command()
@click.argument("network", type=click.Choice(list(BY_SLUG), case_sensitive=False))
@click.option("--accept-drift", is_flag=True, help="Import it although it lost much against the last sync.")
@json_option
@click.pass_obj
def sync(context: Context, network: str, accept_drift: bool, as_json: bool) -> None:
    """Sync a network now, in this process. What changed becomes searchable at once.

    A sync that was interrupted goes on where it ended.
    """
    account = accounts(context.settings)[network]
    account.must_work()
    with context.engines() as engines:
        to = opened(engines, context.settings)
        with to.connect() as connection:
            run = open_sync(connection, network, accept_drift=accept_drift, by="command")
        started = time.monotonic()
        with counting(f"syncing {network}", None) as progress:

            def told(_: str, done: int, of: int | None) -> None:
                progress(done, of)

            carry_out(to.connect, account, run, accept_drift=accept_drift, told=told)
            ask_details(to.connect, account, run, told=told)
        with to.connect() as connection:
            done = run_by_id(connection, run)
            last = syncs(connection, network, 1)[0]
            serving = live(connection)
        assert done is not None
        pushed = drain(to.connect, to.search) if serving else 0
    if as_json:
        emit({"run": done, "sync": last})
        return
    (counts,) = done.networks
    say(
        f"{network}: {counts.read:,} records in {time.monotonic() - started:.1f} s, {last.calls} calls: "
        f"{counts.created:,} new, {counts.updated:,} changed, {counts.unchanged:,} unchanged, "
        f"{counts.rejected:,} rejected, {counts.closed:,} closed; {pushed:,} changes made searchable"
    )
    for note in last.notes or ():
        say(note)


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
