"""Maintenance of the generations: what crashes left behind is cleared away by whoever is free to."""

from __future__ import annotations

import logging
import threading
import time

import psycopg
import structlog
from opensearchpy import OpenSearch, OpenSearchException

from indexing import generations, operations
from indexing.connect import Connect
from indexing.rebuild_lock import AlreadyRebuilding, rebuild_lock
from indexing.verify import verify

_log = structlog.get_logger()


_EVERY_SECONDS = 20.0
_VERIFY_EVERY_SECONDS = 600.0
_HISTORY_AT_ONCE = 10_000
_OLD_HISTORY = """
    delete from program_history where id in (
        select id from program_history where at < now() - make_interval(days => %s) order by at limit %s
    )
"""
_QUERY_DAYS = 90  # for which it is kept what was searched for
_OLD_QUERIES = "delete from query_counts where day < (now() at time zone 'utc')::date - %s"
# People set them: few. Those of `verified` stay: they say that it is not a check's to change.
_OLD_MARKS = """
    delete from program_marks where at < now() - make_interval(days => %s) and not (marks::jsonb ? 'verified')
"""


def maintain_once(connect: Connect, client: OpenSearch, alias: str) -> list[str]:
    """Clear away what a crash left, and generations that take no changes any more; one sentence each.

    Does nothing while a rebuild is under way.
    """
    try:
        with rebuild_lock(connect, patience=0) as connection:
            done = generations.reconcile(connection, client, alias)
            return done + [
                f"{name} took no changes for too long; deleted" for name in generations.drop_stalled(connection, client)
            ]
    except AlreadyRebuilding:
        return []


def prune_history(connection: psycopg.Connection, days: int) -> int:
    """Delete the changes of programs that are older than so many days, some at a time; how many. Commits.

    Who set marks so long ago goes too, but for who verified.
    """
    connection.execute(_OLD_MARKS, (days,))
    deleted = 0
    while True:
        some = connection.execute(_OLD_HISTORY, (days, _HISTORY_AT_ONCE)).rowcount
        connection.commit()
        deleted += some
        if some < _HISTORY_AT_ONCE:
            return deleted


def forget_queries(connection: psycopg.Connection) -> int:
    """Delete what was searched for longer ago than it is kept; how many texts of days. Commits."""
    deleted = connection.execute(_OLD_QUERIES, (_QUERY_DAYS,)).rowcount
    connection.commit()
    return deleted


def maintain(
    connect: Connect,
    client: OpenSearch,
    alias: str,
    stop: threading.Event,
    *,
    history_days: int | None = None,
    every: float = _EVERY_SECONDS,
    verify_every: float = _VERIFY_EVERY_SECONDS,
) -> None:
    """Maintain the generations until `stop` is set, and verify and repair now and then; outages are waited out.

    Changes of programs are kept for `history_days`, or for ever.
    """
    verify_at = time.monotonic() + every
    while not stop.is_set():
        try:
            for sentence in maintain_once(connect, client, alias):
                _log.info("tended", what=sentence)
            if time.monotonic() >= verify_at:
                verify_at = time.monotonic() + verify_every
                with connect() as connection:
                    forget_queries(connection)
                    if history_days is not None:
                        prune_history(connection, history_days)
                operations.recorded(connect, "verify", lambda: verify(connect, client, alias, repair=True))
        except Exception as error:  # whatever it was, it must not end the maintenance
            passing = isinstance(error, psycopg.Error | OpenSearchException)
            _log.log(
                logging.DEBUG if passing else logging.WARNING,
                "could not tend",
                because=f"{type(error).__name__}: {error}".strip(),
                exc_info=None if passing else error,
            )
        stop.wait(every)
