"""What a crowd gets of a slow engine: `make crowds`, with a table.

The engine has a tenth of its speed: each search takes ten times as long, two at once, the others wait in its own queue.
Capacity is what eight clients get. Then three and thirty times as many ask, each again at once, whatever it is told.
On a machine that does much else the figures say little; AFFINDEX_DATABASE_URL and AFFINDEX_OPENSEARCH_URL name engines
to use in place of own ones.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import rich_click as click

from app.engines import Engines, running
from app.importing.run_import import run_import
from app.importing.sources import generated
from app.migrations import upgrade
from app.settings import Secret, Settings, read_settings
from tests.api.crowd import Told, crowd, words
from tests.api.starved_engine import starved
from tests.conftest import new_catalogue, of_database
from tests.serving import serving
from tests.words import Catalogue

_TIMES_AS_LONG = float(os.environ.get("TIMES", "10"))
_LEAST = float(os.environ.get("LEAST", "0"))  # seconds that a search takes; long ones are moved less by other work
_CORES = 2
_CAPACITY_CLIENTS = 8
_PROGRAMS = 2_000
_SECONDS = float(os.environ.get("SECONDS", "10"))
_WORKERS = os.environ.get("WORKERS", "2")


@contextmanager
def _catalogue() -> Iterator[Catalogue]:
    with tempfile.TemporaryDirectory(prefix="affindex-crowds-") as folder:
        Path(folder).chmod(0o755)
        given = read_settings(os.environ)
        settings = Settings(
            data_dir=folder,
            secret=Secret("crowds"),
            database_url=given.database_url,
            opensearch_url=given.opensearch_url,
        )
        with running(settings, hold=True, say=click.echo) as engines:
            name = f"template_{secrets.token_hex(6)}"
            _statement(engines, f"create database {name}")
            with psycopg.connect(of_database(engines.database_url, name)) as connection:
                upgrade(connection)
            try:
                yield from new_catalogue(engines, settings, name)
            finally:
                _statement(engines, f"drop database {name} with (force)")


def _statement(engines: Engines, statement: str) -> None:
    with psycopg.connect(engines.database_url, autocommit=True) as connection:
        connection.execute(statement)


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:,.0f} ms"


def _row(clients: int, told: Told) -> str:
    refused = sorted(told.refused)
    slowest = _ms(refused[len(refused) * 99 // 100]) if refused else ""
    return (
        f"| {clients} | {told.rate:.1f} | {_ms(told.percentile(50))} | {_ms(told.percentile(99))} "
        f"| {len(refused) / told.seconds:.0f} | {slowest} | {len(told.others)} |"
    )


def main() -> None:
    """Measure, and print the table."""
    paths = words()
    with _catalogue() as catalogue:
        run_import(catalogue.connect, generated(("cj",), limit=_PROGRAMS, seed=1), {})
        catalogue.index()
        with (
            starved(catalogue.engines.opensearch_url, times=_TIMES_AS_LONG, cores=_CORES, least=_LEAST) as engine,
            serving(
                catalogue.settings,
                workers=_WORKERS,
                database_url=catalogue.engines.database_url,
                opensearch_url=engine,
                alias=catalogue.alias,
            ) as address,
        ):

            def asks(clients: int, seconds: float = _SECONDS) -> Told:
                return asyncio.run(crowd(address, clients, seconds, paths))

            asks(_CAPACITY_CLIENTS)
            capacity = asks(_CAPACITY_CLIENTS)
            rows = [_row(_CAPACITY_CLIENTS, capacity)]
            notes = []
            for times in (3, 30):
                told = asks(times * _CAPACITY_CLIENTS)
                rows.append(_row(times * _CAPACITY_CLIENTS, told))
                began = time.monotonic()
                while asks(1, 0.3).refused:
                    pass
                notes.append(
                    f"{times} times: {told.rate / capacity.rate:.2f} of the answers, p99 "
                    f"{told.percentile(99) / capacity.percentile(99):.2f} times, alone nothing is refused after "
                    f"{max(time.monotonic() - began - 0.3, 0.0):.1f} s; refusals say {sorted(told.reasons)}"
                )
            rows.append(_row(_CAPACITY_CLIENTS, asks(_CAPACITY_CLIENTS)))
    click.echo("| clients | answers a second | median | p99 | refused a second | p99 of those | others |")
    click.echo("|---|---|---|---|---|---|---|")
    click.echo("\n".join([*rows, "", *notes]))


if __name__ == "__main__":
    main()
