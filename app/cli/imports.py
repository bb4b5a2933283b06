"""`affindex import`: bring programs in, and see what imports did."""

from __future__ import annotations

import time
from typing import Any

import rich_click as click
from rich.table import Table

from app.cli.context import Context, console, counting, emit, json_option, opened, say
from app.importing.run_import import run_import
from app.importing.runs import Run, bury_dead_runs, newest_runs, run_by_id
from app.importing.sources import generated
from app.importing.trial import trial
from generators import VOLUMES
from indexing.follow import drain
from indexing.generations import live


@click.group("import")
def imports() -> None:
    """Bring programs into the catalogue."""


_networks = click.option(
    "--network", "networks", multiple=True, type=click.Choice(list(VOLUMES)), help="Only this network; repeatable."
)
_seed = click.option(
    "--seed", type=click.IntRange(0), default=1, show_default=True, help="Another seed, other content."
)


@imports.command()
@_networks
@click.option(
    "--limit", type=click.IntRange(1), help="The first N of each network: a partial run, which closes nothing."
)
@_seed
@click.option("--scale", type=click.FloatRange(0, min_open=True), default=1.0, hidden=True)
@json_option
@click.pass_obj
def bulk(
    context: Context, networks: tuple[str, ...], limit: int | None, seed: int, scale: float, as_json: bool
) -> None:
    """Import the generated catalogues: 80,000 programs of five networks.

    Run it again and nothing is written: only what changed is. What changed becomes searchable at once.
    """
    chosen = networks or tuple(VOLUMES)
    source = generated(chosen, limit=limit, seed=seed, scale=scale)
    parameters: dict[str, Any] = {"networks": list(chosen), "seed": seed, "limit": limit, "scale": scale}
    with context.engines() as engines:
        to = opened(engines, context.settings)
        started = time.monotonic()
        read = 0
        with counting("importing", sum(source.expected.values())) as progress:

            def told(_: str, more: int, __: int) -> None:
                nonlocal read
                read += more
                progress(read, None)

            run = run_import(to.connect, source, parameters, told)
        seconds = time.monotonic() - started
        with to.connect() as connection:
            done = run_by_id(connection, run)
            serving = live(connection)
        assert done is not None
        # Whoever follows (`up`, a worker) shares this work; alone, the command does it.
        pushed = drain(to.connect, to.search) if serving else 0
    if as_json:
        emit(done)
        return
    _show(done)
    total = sum(each.read for each in done.networks)
    say(f"{total:,} records in {seconds:.1f} s ({total / seconds:,.0f}/s); {pushed:,} changes made searchable")


@imports.command()
@click.argument("run", type=int, required=False)
@json_option
@click.pass_context
def status(click_context: click.Context, run: int | None, as_json: bool) -> None:
    """Show a run, or the newest runs."""
    context: Context = click_context.obj
    with context.engines() as engines:
        to = opened(engines, context.settings)
        with to.connect() as connection:
            bury_dead_runs(connection)
            found = newest_runs(connection) if run is None else [run_by_id(connection, run)]
    runs = [each for each in found if each is not None]
    if run is not None and not runs:
        raise click.UsageError(f"there is no run {run}")
    if as_json:
        emit(runs if run is None else runs[0])
        return
    if not runs:
        say("no imports yet; `affindex import bulk` makes one")
    for each in runs if run is not None else runs[:5]:
        _show(each)


def _show(run: Run) -> None:
    table = Table(title=f"run {run.id} · {run.source} · {run.state}" + (" · partial" if run.partial else ""))
    table.add_column("network")
    counters = ("read", "created", "updated", "unchanged", "rejected", "duplicates", "missing", "closed")
    for name in counters:
        table.add_column(name, justify="right")
    for network in run.networks:
        table.add_row(network.network, *(f"{getattr(network, name):,}" for name in counters))
    console.print(table)
    if run.error:
        console.print(run.error, style="red", highlight=False)


@imports.command()
@_networks
@_seed
@json_option
@click.pass_obj
def test(context: Context, networks: tuple[str, ...], seed: int, as_json: bool) -> None:
    """Import 100 programs, check them in every way, and roll back. Exit 1 if anything is off."""
    with context.engines() as engines:
        to = opened(engines, context.settings)
        with to.connect() as connection:
            report = trial(connection, networks or tuple(VOLUMES), seed=seed)
    if as_json:
        emit(report)
    else:
        checks = Table(title=f"{report.programs} programs, rolled back")
        for column in ("check", "result", "what"):
            checks.add_column(column)
        for check in report.checks:
            checks.add_row(check.name, "ok" if check.passed else "[red]off[/]", check.said)
        console.print(checks)
        fill = Table(title="fill rate")
        fill.add_column("field")
        for network in report.fill_rates:
            fill.add_column(network, justify="right")
        for key in next(iter(report.fill_rates.values()), {}):
            fill.add_row(key, *(f"{rates[key]:.0%}" for rates in report.fill_rates.values()))
        console.print(fill)
    if not report.passed:
        raise SystemExit(1)
