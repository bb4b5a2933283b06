"""Locks of Postgres that one of us holds at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg


@contextmanager
def alone(connection: psycopg.Connection, *key: int) -> Iterator[bool]:
    """Whether this session alone holds a lock, without waiting for it; let go at the end of the block.

    `key` is one 64-bit number or two of 32 bits. The lock is of the session: it goes with a process that dies, and no
    transaction stays open for it. The connection has to outlive the block.
    """
    numbers = ", ".join(f"{each:d}" for each in key)
    (free,) = connection.execute(f"select pg_try_advisory_lock({numbers})").fetchone() or (False,)
    connection.commit()
    try:
        yield free
    except BaseException:
        with suppress(psycopg.Error):
            connection.rollback()
        raise
    else:
        connection.commit()  # what was done under the lock; that it could not be kept must be said
    finally:
        # Closing the connection is not enough: until the server has noticed, whoever asks next is told to wait.
        if free:
            with suppress(psycopg.Error):  # one that broke holds nothing
                connection.execute(f"select pg_advisory_unlock({numbers})")
                connection.commit()
