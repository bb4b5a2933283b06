"""`affindex bench`: our speed beside that of the engines alone."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

import msgspec
import rich_click as click
from opensearchpy import AsyncOpenSearch
from rich.table import Table

from app.benchmarks.figures import Report
from app.benchmarks.peers.run import PeerReport
from app.benchmarks.peers.run import run as run_peers
from app.benchmarks.run import Served, run
from app.benchmarks.sandbox import Sandbox, sandbox
from app.benchmarks.watching import watching
from app.cli.child import Child
from app.cli.context import Context, console, emit, json_option, opened, say
from app.cli.ports import wait_until_ready, with_urls
from app.engines import open_search_async

_READY_SECONDS = 30.0
_PASS_THROUGH = "from app.benchmarks.pass_through import main; main('{}')"


@click.command()
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True, help="The median of them counts.")
@click.option("--scale", type=click.FloatRange(0, min_open=True), default=1.0, help="6.25 is 500,000 programs.")
@click.option("--search/--no-search", "with_search", default=True, help="Whether searches are measured too.")
@click.option("--peers", is_flag=True, help="Only searches, beside Postgres, SQLite, tantivy and Meilisearch.")
@click.option("--alerts", type=click.IntRange(1, 2000), help="Measure so many watches beside imports instead.")
@json_option
@click.pass_obj
def bench(
    context: Context, rounds: int, scale: float, with_search: bool, peers: bool, alerts: int | None, as_json: bool
) -> None:
    """Measure import, index and search beside bare COPY, `_bulk` and `_search`, and what staying in step takes.

    It works in a database and indexes of its own and leaves nothing behind. Ratios can be compared between machines
    and days, rates cannot.
    """

    @contextmanager
    def serve(sandbox: Sandbox, what: Served) -> Iterator[str]:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        settings = msgspec.structs.replace(context.settings, host="127.0.0.1", port=port, index=sandbox.alias)
        url = f"http://127.0.0.1:{port}"
        environment = with_urls(settings, sandbox.engines)
        with (
            Child("serve", environment)
            if what is Served.API
            else Child(what.value, environment, _PASS_THROUGH.format(what.name.lower())) as child
        ):
            wait_until_ready(url, child.gone, _READY_SECONDS)
            yield url

    with context.engines(migrate=False) as engines:
        client = opened(engines, context.settings).search
        if alerts:
            with sandbox(engines, client) as place:

                def client_of_its_own() -> AsyncOpenSearch:
                    return open_search_async(engines.opensearch_url, context.settings)

                emit(watching(place, client_of_its_own, scale=scale, rounds=rounds, watches=alerts, say=say))
            return
        if peers:
            beside = run_peers(engines, client, rounds=rounds, scale=scale, serve=serve, say=say)
        else:
            report = run(engines, client, rounds=rounds, scale=scale, serve=serve if with_search else None, say=say)
    if as_json:
        emit(beside if peers else report)
    elif peers:
        _show_peers(beside)
    else:
        _show(report)


def _show_peers(report: PeerReport) -> None:
    rates = Table(title=f"{report.programs:,} programs, the median of {report.rounds} rounds, load {report.load:.1f}")
    for column in ("who", "answers/s", "p50 ms", "p99 ms"):
        rates.add_column(column, justify="left" if column == "who" else "right")
    for name in sorted({each.name for each in report.searches}, key=report.rate, reverse=True):
        rounds = [each for each in report.searches if each.name == name]
        p50, p99 = (f"{median(getattr(each, which) for each in rounds):.1f}" for which in ("p50", "p99"))
        rates.add_row(name, f"{report.rate(name):,.0f}", p50, p99)
    console.print(rates)
    for note in report.notes:
        console.print(note, highlight=False)


def _show(report: Report) -> None:
    rates = Table(title=f"{report.programs:,} programs, the median of {report.rounds} rounds, load {report.load:.1f}")
    for column in ("what", "seconds", "a second", "rounds"):
        rates.add_column(column, justify="left" if column == "what" else "right")
    for timing in report.timings:
        each = " ".join(f"{seconds:.2f}" for seconds in timing.seconds)
        rates.add_row(timing.name, f"{timing.typical:.2f}", f"{timing.rate:,.0f} {timing.unit}", each)
    for searched in report.searches:
        rate = f"{searched.rate:,.0f} answers"
        rates.add_row(searched.name, f"{searched.seconds:.2f}", rate, f"p50 {searched.p50} p99 {searched.p99} ms")
    console.print(rates)
    ratios = Table("ratio", "value", "promised", "")
    for ratio in report.ratios:
        verdict = "[green]holds[/]" if ratio.holds else "[red]does not hold[/]"
        ratios.add_row(ratio.name, f"{ratio.value:.2f}", f"{ratio.side} {ratio.bound:g}", verdict)
    console.print(ratios)
    for note in report.notes:
        console.print(note, highlight=False)
    console.print(f"peak memory of this process {report.peak_memory / 1e6:,.0f} MB", highlight=False)
