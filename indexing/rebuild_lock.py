"""The lock of rebuilds, and how one can be refused."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from indexing.connect import Connect
from indexing.locks import Lock, alone

# The worker, clearing up, holds the lock for some hundredths of a second: nobody is to be refused for that.
PATIENCE_SECONDS = 1.0
_LOOK_SECONDS = 0.05


class RebuildRefused(Exception):
    """The new generation was not put in service; the old one goes on serving."""


class AlreadyRebuilding(Exception):
    """Another rebuild holds the lock."""


@contextmanager
def rebuild_lock(connect: Connect, patience: float = PATIENCE_SECONDS) -> Iterator[psycopg.Connection]:
    """A connection that holds the one rebuild lock. Raises AlreadyRebuilding after so many seconds."""
    until = time.monotonic() + patience
    with connect() as holder:
        while True:
            with alone(holder, Lock.REBUILD) as free:
                if free:
                    yield holder
                    return
            if time.monotonic() >= until:
                raise AlreadyRebuilding("another rebuild is under way; `affindex index status` shows how far it is")
            time.sleep(_LOOK_SECONDS)
