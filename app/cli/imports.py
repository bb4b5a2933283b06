"""`affindex import`: bring programs in, and see what imports did."""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import rich_click as click
from rich.table import Table

from app.cli.context import Context, NetworkName, console, counting, emit, json_option, opened, say
from app.feeds.fetching import fetched, is_address
from app.feeds.leftovers import PREFIX
from app.feeds.mapping import Mapping
from app.feeds.mapping import read as read_mapping
from app.feeds.opening import Feed, as_source, draft, open_feed
from app.feeds.preview import RefusedRecord, previewed, program_line
from app.feeds.refusal import BadMapping, NoNetwork, NotAFeed, UnknownLayout
from app.feeds.suggesting import toml
from app.importing.run_import import run_import
from app.importing.runs import Run, bury_dead_runs, newest_runs, run_by_id
from app.importing.self_check import self_check
from app.importing.sources import Source, generated
from app.normalising.warnings import RecordWarning, RecordWarnings
from generators import VOLUMES
from indexing.follow import drain
from indexing.generations import live

_REASONS = 1000  # different ones that are counted
_LINE = re.compile(r"line \d+: ")  # what tells apart two rejections of one reason
_SHOWN_WARNINGS = 20
_SHOWN_RECORDS = 5  # of a dry run that a person reads


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
    _carried_out(context, source, parameters, as_json)


def _carried_out(context: Context, source: Source, parameters: dict[str, Any], as_json: bool) -> Run:
    """Import a source, make what changed searchable, and show what was done."""
    with context.engines() as engines:
        to = opened(engines, context.settings)
        started = time.monotonic()
        read = 0
        with counting("importing", sum(source.expected.values()) or None) as advance:

            def progress(_: str, more: int, __: int) -> None:
                nonlocal read
                read += more
                advance(read, None)

            run = run_import(to.connect, source, parameters, progress)
        seconds = time.monotonic() - started
        with to.connect() as connection:
            done = run_by_id(connection, run)
            serving = live(connection)
        assert done is not None
        # Whoever follows (`up`, a worker) shares this work; alone, the command does it.
        pushed = drain(to.connect, to.search) if serving else 0
    if as_json:
        emit(done)
        return done
    _show(done)
    _say_warnings(done.warnings)
    total = sum(each.read for each in done.networks)
    say(f"{total:,} records in {seconds:.1f} s ({total / seconds:,.0f}/s); {pushed:,} changes made searchable")
    return done


@imports.command()
@click.argument("file", metavar="FILE")
@click.option("--network", type=NetworkName(), help="The network the feed is of.")
@click.option(
    "--mapping",
    "mapping_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A mapping file, for layouts that are not known.",
)
@click.option("--suggest-mapping", is_flag=True, help="Draft a mapping file from heading and values, and print it.")
@click.option("--dry-run", is_flag=True, help="Show what would be stored, and what rejected; store nothing.")
@click.option(
    "--complete",
    is_flag=True,
    help="The feed lists all programs of the network: what it lacks is missing, and closed after the next such feed.",
)
@click.option("--encoding", help="The encoding, where it is not found out rightly.")
@click.option("--delimiter", help="What parts the columns, where it is not found out rightly.")
@json_option
@click.pass_obj
def feed(
    context: Context,
    file: str,
    network: str | None,
    mapping_file: Path | None,
    suggest_mapping: bool,
    dry_run: bool,
    complete: bool,
    encoding: str | None,
    delimiter: str | None,
    as_json: bool,
) -> None:
    """Import a feed: CSV, TSV, pipes, XML, JSON, NDJSON; plain, gz or zip; a file, an address, or - for standard input.

    Known layouts are recognised. A feed is part of its network unless --complete says that it is all of it. With
    --dry-run --json every record is a line: {"program": {…}} or {"rejected": {…}}, then {"summary": {…}}.
    """
    if delimiter is not None:
        delimiter = {"tab": "\t", "\\t": "\t"}.get(delimiter.lower(), delimiter)
        if len(delimiter) != 1:
            raise click.UsageError("--delimiter is one character, or 'tab'")
    if network is not None:
        network = context.known(network)
    mapping = _mapping(context, mapping_file) if mapping_file else None
    with _at_hand(file) as path:
        if suggest_mapping:
            _suggest(path, network, encoding, delimiter, as_json)
            return
        try:
            found = open_feed(path, network, mapping, encoding=encoding, delimiter=delimiter, suggesting=dry_run)
        except UnknownLayout as unknown:
            how = "draft one with --suggest-mapping, correct it, and give it with --mapping"
            raise NotAFeed(f"{unknown}: {how}") from None
        except NoNetwork as unnamed:
            raise BadMapping(f"{unnamed}, say --network") from None
        if not as_json:
            about = found.described()
            dialect = f", {about['dialect']}" if about["dialect"] else ""
            say(f"{about['layout']}: {about['form']}{dialect}, {about['encoding']}, {about['bytes']:,} bytes")
            for warning in about["warnings"]:
                console.print(f"careful: {warning}", style="yellow", highlight=False, markup=False)
        if dry_run:
            _dry_run(found, as_json)
            return
        parameters = {"file": _public(file), **found.described(), "complete": complete}
        done = _carried_out(context, as_source(found, complete=complete), parameters, as_json)
        if not as_json and (tally := found.tally) is not None:
            _say_lines(tally.counted())
        _refuse_without_programs(sum(each.created + each.updated + each.unchanged for each in done.networks))


def _mapping(context: Context, file: Path) -> Mapping:
    written = file.read_text("utf-8")
    try:
        return read_mapping(written)
    except BadMapping:
        with context.engines():
            return read_mapping(written)  # its network may have been added


def _public(file: str) -> str:
    """The file as it may be recorded: an address without user and query, which may hold keys."""
    if not is_address(file):
        return Path(file).name
    parts = urlsplit(file)
    return f"{parts.scheme}://{parts.hostname}{parts.path}"


@contextmanager
def _at_hand(file: str) -> Iterator[Path]:
    """The file; what is behind an address, or comes in on standard input (`-`), is spooled first."""
    if is_address(file):
        with fetched(file) as path:
            yield path
        return
    if file == "-":
        with tempfile.NamedTemporaryFile(prefix=PREFIX) as spooled:
            shutil.copyfileobj(sys.stdin.buffer, spooled)
            spooled.flush()
            yield Path(spooled.name)
        return
    path = Path(file)
    if not path.is_file():
        raise click.UsageError(f"there is no file '{file}'")
    yield path


def _suggest(path: Path, network: str | None, encoding: str | None, delimiter: str | None, as_json: bool) -> None:
    suggestion, layout = draft(path, network, encoding=encoding, delimiter=delimiter)
    written = toml(suggestion)
    if layout:
        say(f"its layout is known ({layout.called}) and needs no mapping")
    if as_json:
        emit({"mapping": written, "unused": suggestion.unused, "recognised": layout.called if layout else None})
    else:
        sys.stdout.write(written)


def _dry_run(found: Feed, as_json: bool) -> None:
    programs = rejected = lines = 0
    reasons: dict[str, int] = {}
    out = sys.stdout.buffer
    warnings = RecordWarnings()
    for record in previewed(found, warnings=warnings):
        if isinstance(record, RefusedRecord):
            rejected += 1
            lines += record.lines
            reason = _LINE.sub("", record.reason)
            if reason in reasons or len(reasons) < _REASONS:
                reasons[reason] = reasons.get(reason, 0) + 1
            if as_json:
                out.write(record.as_line() + b"\n")
            elif rejected <= _SHOWN_RECORDS:
                console.print(f"rejected: {record.reason}", style="red", highlight=False, markup=False)
        else:
            programs += 1
            if as_json:
                out.write(program_line(record) + b"\n")
            elif programs <= _SHOWN_RECORDS:
                shown = {name: value for name, value in msgspec.to_builtins(record).items() if value is not None}
                out.write(msgspec.json.format(msgspec.json.encode(shown), indent=2) + b"\n")
    summary = {"read": programs + rejected, "programs": programs, "rejected": rejected, **found.described()}
    if (tally := found.tally) is not None:
        summary["lines"] = {
            "heading": tally.heading,
            "notes": tally.notes,
            "blank": tally.blank,
            "programs": tally.records + tally.rejected - lines,
            "rejected": lines,
        }
    summary["recordWarnings"] = warnings.listed()
    if as_json:
        out.write(msgspec.json.encode({"summary": summary}) + b"\n")
        out.flush()
        _refuse_without_programs(programs)
        return
    out.flush()
    say(f"{programs + rejected:,} records: {programs:,} programs, {rejected:,} rejected; nothing was stored")
    _say_lines(summary.get("lines"))
    for reason, count in sorted(reasons.items(), key=lambda each: -each[1])[:10]:
        console.print(f"{count:>8,}  {reason}", style="red", highlight=False, markup=False)
    _say_warnings(warnings.listed())
    _refuse_without_programs(programs)


def _refuse_without_programs(programs: int) -> None:
    if not programs:
        raise NotAFeed("no record of it is a program")


def _say_warnings(warnings: Sequence[RecordWarning]) -> None:
    """What is doubtful in the values of records, with the first record of each."""
    for each in warnings[:_SHOWN_WARNINGS]:
        where = f"line {each.line:,}" if each.line else f"record {each.record:,}"
        console.print(
            f"{each.records:>8,}  {each.field}: {each.warning}; '{each.value}' in {where} ({each.external_id})",
            style="yellow", highlight=False, markup=False, soft_wrap=True,
        )  # fmt: skip


def _say_lines(lines: dict[str, int] | None) -> None:
    """Every line of a file of columns, accounted for."""
    if lines is not None:
        parts = ", ".join(f"{count:,} {name}" for name, count in lines.items() if count)
        say(f"{sum(lines.values()):,} lines: {parts}")


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
    counters = ("read", "created", "updated", "unchanged", "rejected", "duplicates", "missing", "closed", "removed")
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
            report = self_check(connection, networks or tuple(VOLUMES), seed=seed)
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
