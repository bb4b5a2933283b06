"""Work that the API starts and a worker carries out: procrastinate, in its own schema of the same Postgres."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import structlog
from procrastinate import App, PsycopgConnector, SyncPsycopgConnector

from app.feeds import uploads
from app.feeds.mapping import read as read_mapping
from app.feeds.reading import KIND, open_feed
from app.importing.run_import import carry_out
from app.importing.runs import run_by_id
from app.importing.sources import Record, Source, generated

_log = structlog.get_logger()

_SEARCH_PATH = {"options": "-c search_path=jobs"}
IMPORT_BULK = "import_bulk"
IMPORT_FEED = "import_feed"
_QUEUE = "imports"


def producer(database_url: str) -> App:
    """The queue as seen by who only puts jobs into it; to be opened."""
    app = App(connector=PsycopgConnector(conninfo=database_url, min_size=0, max_size=2, kwargs=_SEARCH_PATH))
    _tasks(app, None)
    return app


def sync_producer(database_url: str) -> App:
    """The same for synchronous callers."""
    app = App(connector=SyncPsycopgConnector(conninfo=database_url, min_size=0, max_size=1, kwargs=_SEARCH_PATH))
    _tasks(app, None)
    return app


def worker(database_url: str, connect: Callable[[], psycopg.Connection]) -> App:
    """The queue as seen by who carries its jobs out."""
    app = App(connector=PsycopgConnector(conninfo=database_url, kwargs=_SEARCH_PATH))
    _tasks(app, connect)
    return app


def bulk_source(parameters: dict[str, Any]) -> Source:
    """The source that a bulk run's parameters describe."""
    return generated(tuple(parameters["networks"]), limit=parameters.get("limit"), seed=parameters.get("seed", 1))


def _import_bulk(connect: Callable[[], psycopg.Connection] | None, run: int) -> None:
    assert connect is not None, "a producer carries nothing out"
    with connect() as connection:
        recorded = run_by_id(connection, run)
    if recorded is None or recorded.state != "queued":
        _log.info("nothing to import", run=run, state=recorded.state if recorded else None)
        return
    carry_out(connect, run, bulk_source(recorded.parameters))


def feed_source(connect: Callable[[], psycopg.Connection], parameters: dict[str, Any]) -> Source:
    """The source that the parameters of an uploaded feed's run describe. It is opened when it is read."""
    network, written = parameters["network"], parameters.get("mapping")

    def records() -> Iterator[Record]:
        with uploads.kept(connect, parameters["upload"]) as path:
            yield from open_feed(
                path,
                network,
                read_mapping(written) if written else None,
                encoding=parameters.get("encoding"),
                delimiter=parameters.get("delimiter"),
            ).records()

    return Source(KIND, (network,), records, partial=not parameters.get("complete", False))


def _import_feed(connect: Callable[[], psycopg.Connection] | None, run: int) -> None:
    assert connect is not None, "a producer carries nothing out"
    with connect() as connection:
        recorded = run_by_id(connection, run)
    if recorded is None:
        return
    try:
        if recorded.state == "queued":
            carry_out(connect, run, feed_source(connect, recorded.parameters))
    finally:
        with connect() as connection:
            uploads.drop(connection, recorded.parameters["upload"])


def _tasks(app: App, connect: Callable[[], psycopg.Connection] | None) -> None:
    app.task(name=IMPORT_BULK, queue=_QUEUE)(functools.partial(_import_bulk, connect))
    app.task(name=IMPORT_FEED, queue=_QUEUE)(functools.partial(_import_feed, connect))


async def defer_import(app: App, run: int, task: str = IMPORT_BULK) -> None:
    """Put a queued run before the workers."""
    await app.configure_task(task, queue=_QUEUE).defer_async(run=run)
