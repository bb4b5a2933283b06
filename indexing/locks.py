"""Locks of Postgres that one of us holds at a time: every advisory lock there is, by what it guards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum, unique

import psycopg


@unique
class Lock(IntEnum):
    """What an advisory lock guards. Processes of older code use the same numbers, so a number never changes."""

    # One of a catalogue: the number is the whole key.
    MIGRATION = 5_238_417_001
    REBUILD = 5_238_417_002
    TAGGING = 5_238_417_003
    ADDED_NETWORKS = 5_238_417_004  # two that are added at once must not get one number
    LINK_CHECKS = 5_238_417_016
    LOOKING = 7_301_144_902  # for what watches tell
    DIGEST = 7_301_144_903
    # One of each run, network, index or watch: the first of two 32-bit numbers; which one is the second.
    OPERATION = 52_384_171
    RUN = 1_096_041_801
    DETAILS = 1_096_041_802
    SUGGESTIONS = 943_449_707
    LEXICON = 943_449_708
    TELLING = 730_114


@unique
class TextLock(IntEnum):
    """What the lock of a text guards: the seed with which the text is hashed into the key."""

    IDEMPOTENCY_KEY = 0  # of an upload or an import
    OWN_IDEMPOTENCY_KEY = 1  # of a program of one's own
    OWN_ID = 2


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
