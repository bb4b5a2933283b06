"""Work that the API starts and a worker carries out: procrastinate, in its own schema of the same Postgres."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import psycopg
import structlog
from procrastinate import App, PsycopgConnector, SyncPsycopgConnector

from app.importing.run_import import carry_out
from app.importing.runs import run_by_id
from app.importing.sources import Source, generated

_log = structlog.get_logger()

_SEARCH_PATH = {"options": "-c search_path=jobs"}
IMPORT_BULK = "import_bulk"
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


def _tasks(app: App, connect: Callable[[], psycopg.Connection] | None) -> None:
    app.task(name=IMPORT_BULK, queue=_QUEUE)(functools.partial(_import_bulk, connect))


async def defer_import(app: App, run: int) -> None:
    """Put a queued run before the workers."""
    await app.configure_task(IMPORT_BULK, queue=_QUEUE).defer_async(run=run)
