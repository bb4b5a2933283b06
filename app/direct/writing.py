"""Adding, replacing and removing a program of one's own: one record through the merge that every import takes."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec
import psycopg

from app.direct.reading import read
from app.failures import Misuse
from app.importing.merge import merge
from app.importing.not_carried import as_number
from app.importing.rows import COLUMNS, COPY_OPTIONS, copy_lines
from app.normalising import VERSION, external_id, normalise
from indexing.locks import TextLock
from mappings.catalogue import IMPORTED
from mappings.network_program import NetworkProgram
from mappings.networks import BY_SLUG, DIRECT

IDEMPOTENT_FOR = timedelta(hours=24)
_ID_BYTES = 8
_STAGING = "program_of_ones_own"
_COPIED = ", ".join("network_id" if entry.name == "network" else entry.name for entry in IMPORTED)
# The staging table of a run, made of what Postgres knows of the programs: it ends with the transaction.
_STAGE = (
    f"create temporary table {_STAGING} on commit drop as "
    f"select 0::bigint as line, 0::bigint as silent, {_COPIED} from programs limit 0"
)


class Taken(Misuse):
    """Another program of one's own has this id already."""

    def __init__(self, external: str, id: int) -> None:
        super().__init__(f"externalId '{external[:80]}' is that of program {id}: change it with PUT, or give another")
        self.id = id


class KeyUsed(Misuse):
    """An idempotency key that wrote another program."""

    def __init__(self, id: int) -> None:
        super().__init__(f"this Idempotency-Key wrote program {id} with other members; use a new key")
        self.id = id


class OfNetwork(Misuse):
    """A program that a network lists: it is the network's to change."""

    def __init__(self, id: int, network: str) -> None:
        super().__init__(
            f"program {id} is {network}'s, and the next import would bring back what it was; only programs of "
            f"'{DIRECT}' are changed or removed by hand. PATCH sets our own marks on it: verified, featured, vertical"
        )
        self.network = network


class ChangedId(Misuse):
    """A program keeps its id."""

    def __init__(self, id: int, own: str) -> None:
        super().__init__(f"program {id} has externalId '{own[:80]}', which stays; add a program to have another")


class NoProgram(Misuse):
    """There is no program of this number."""

    def __init__(self, id: int) -> None:
        super().__init__(f"there is no program {id}")


class Removed(Misuse):
    """The program has been deleted."""

    def __init__(self, id: int) -> None:
        super().__init__(f"program {id} has been deleted")


@dataclass(frozen=True, slots=True)
class Written:
    """A program as it was written: its number, and the version that an index has to reach."""

    id: int
    version: int


def add(connection: psycopg.Connection, members: dict[str, Any], key: str | None = None) -> Written:
    """Add a program; commits. The same `key` with the same members within a day is the same program.

    Raises BadRequest, Taken, KeyUsed, and Removed for a key whose program has gone since.
    """
    said = hashlib.sha256(msgspec.json.encode(members, order="sorted")).digest()
    if key is not None:
        # Two requests with one key that arrive together must not both find nothing.
        connection.execute(
            "select pg_advisory_xact_lock(hashtextextended(%s, %s))", (key, TextLock.OWN_IDEMPOTENCY_KEY)
        )
        if (earlier := _earlier(connection, key, said)) is not None:
            connection.rollback()
            return earlier
    given = members.get("externalId")
    drawn = given in (None, "")
    own = secrets.token_hex(_ID_BYTES) if drawn else external_id(DIRECT, str(given))
    record = read(members, own)
    connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, %s))", (own, TextLock.OWN_ID))
    taken = connection.execute(
        "select id from programs where network_id = %s and external_id = %s", (BY_SLUG[DIRECT].id, own)
    ).fetchone()
    if taken:
        connection.rollback()
        raise Taken(own, taken[0])
    written = _merged(connection, record)
    if key is not None:
        connection.execute("delete from program_requests where created_at < now() - %s", (IDEMPOTENT_FOR,))
        connection.execute(
            "insert into program_requests (key, sha256, program_id) values (%s, %s, %s)", (key, said, written.id)
        )
    connection.commit()
    return written


def replace(connection: psycopg.Connection, id: int, members: dict[str, Any], *, partly: bool = False) -> Written:
    """Put these members in place of what a program has; with `partly` what is not named stays. Commits.

    Raises BadRequest, OfNetwork, NoProgram, Removed, and ChangedId for the id of another.
    """
    own = _own(connection, id)
    given = members.get("externalId")
    if given not in (None, "") and external_id(DIRECT, str(given)) != own:
        connection.rollback()
        raise ChangedId(id, own)
    written = _merged(connection, read(members, own, partly=partly))
    connection.commit()
    return written


def remove(connection: psycopg.Connection, id: int) -> Written:
    """Delete a program; commits. Raises OfNetwork, NoProgram, Removed."""
    _own(connection, id)
    connection.execute("delete from programs where id = %s", (id,))
    row = connection.execute("select version from deleted_programs where id = %s", (id,)).fetchone()
    assert row is not None
    connection.commit()
    return Written(id, row[0])


def _earlier(connection: psycopg.Connection, key: str, said: bytes) -> Written | None:
    """The program that this key wrote, as it is now."""
    row = connection.execute(
        "select r.program_id, r.sha256 = %s, p.version from program_requests r "
        "left join programs p on p.id = r.program_id where r.key = %s and r.created_at > now() - %s",
        (said, key, IDEMPOTENT_FOR),
    ).fetchone()
    if row is None:
        connection.execute("delete from program_requests where key = %s", (key,))
        return None
    id, same, version = row
    if not same or version is None:
        connection.rollback()
        raise Removed(id) if same else KeyUsed(id)
    return Written(id, version)


def _own(connection: psycopg.Connection, id: int) -> str:
    """The external id of a program of one's own, whose row is locked until the transaction ends."""
    row = connection.execute(
        "select n.slug, p.external_id from programs p join networks n on n.id = p.network_id where p.id = %s "
        "for update of p",
        (id,),
    ).fetchone()
    if row is None:
        gone = connection.execute("select 1 from deleted_programs where id = %s", (id,)).fetchone()
        connection.rollback()
        raise Removed(id) if gone else NoProgram(id)
    network, own = row
    if network != DIRECT:
        connection.rollback()
        raise OfNetwork(id, network)
    return str(own)


def _merged(connection: psycopg.Connection, record: NetworkProgram) -> Written:
    connection.execute(_STAGE)
    with connection.cursor().copy(f"copy {_STAGING} ({', '.join(COLUMNS)}) from stdin {COPY_OPTIONS}") as copy:
        copy.write(copy_lines([(1, normalise(record))], as_number(record.not_carried)))
    network = BY_SLUG[DIRECT].id
    merge(connection, _STAGING, networks=(network,), partial=True, normaliser=VERSION)
    row = connection.execute(
        "select id, version from programs where network_id = %s and external_id = %s", (network, record.external_id)
    ).fetchone()
    assert row is not None
    return Written(*row)
