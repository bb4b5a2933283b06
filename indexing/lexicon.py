"""The lexicon's home: counted from Postgres, kept as documents in OpenSearch beside the suggestions.

It is renewed from what has changed since it was counted, and counted anew when changes have piled up, since words that
are gone are not taken off. Readers follow one document that names the current version and its parts; both are read by
id, so that nothing needs a refresh, and a version stays until the one after the next is there.
"""

from __future__ import annotations

import base64
import random
import secrets
import threading
import time
from datetime import UTC, datetime
from typing import Any

import msgspec
import psycopg
import structlog
from opensearchpy import NotFoundError, OpenSearch
from opensearchpy.exceptions import OpenSearchException, RequestError

from indexing.connect import Connect
from indexing.index_names import lexicon_of
from indexing.locks import Lock, alone
from indexing.suggestions import newest_version, number_of, writers
from mappings.lexicon import PROGRAMS_SQL, Lexicon, WordCounts, fingerprint
from mappings.moments import rfc3339

_log = structlog.get_logger()


CURRENT = "current"
_PART_BYTES = 1_000_000
_ROWS_AT_ONCE = 5_000
# Words of programs that changed since are counted as they come; those they lost stay until everything is counted anew.
_MOST_CHANGED = 0.2
_LOOK_SECONDS = 5.0
RENEW_SECONDS = 60.0
# While somebody is always writing, what is committed is counted after so long all the same.
_MOST_STALE_SECONDS = 120.0
_SETTLE_TRIES, _SETTLE_SECONDS = 20, 0.025


class StoredLexicon(msgspec.Struct, frozen=True, rename="camel"):
    """The document that names the current lexicon.

    `counted`: the newest version of a program in it; `changed`: programs counted since all were; `settled`: no writer
    was under way whose rows could not be seen.
    """

    version: str
    parts: int
    fingerprint: str
    counted: int
    programs: int
    changed: int
    settled: bool
    built_at: str

    def part(self, number: int) -> str:
        """The id of a part."""
        return f"{self.version}-{number}"


def current(client: OpenSearch, alias: str) -> StoredLexicon | None:
    """What the current lexicon was counted from; None if there is none."""
    try:
        answer = client.get(index=lexicon_of(alias), id=CURRENT)
    except NotFoundError:
        return None
    try:
        return msgspec.convert(answer["_source"], StoredLexicon)
    except msgspec.ValidationError:
        return None


def read(client: OpenSearch, alias: str, held: StoredLexicon) -> Lexicon:
    """The words themselves. Raises NotFoundError if a part is gone, since it was renewed twice meanwhile."""
    data = b"".join(
        base64.b64decode(client.get(index=lexicon_of(alias), id=held.part(number))["_source"]["data"])
        for number in range(held.parts)
    )
    return Lexicon.decoded(data)


def renew(connect: Connect, client: OpenSearch, alias: str, *, replicas: int = 0) -> StoredLexicon | None:
    """Bring the lexicon up to what Postgres holds; None if it is, or if somebody else is at it."""
    with connect() as holder, alone(holder, Lock.LEXICON, number_of(alias)) as free:
        if not free:
            return None
        known = current(client, alias)
        if known is not None and known.fingerprint != fingerprint():
            known = None
        newest, settled = _newest(holder)
        if known is not None:
            if known.settled and known.counted == newest:
                return None
            if not settled and _age(known) < _MOST_STALE_SECONDS:
                return None
        return _renewed(connect, client, alias, known, newest, settled, replicas)


def _renewed(
    connect: Connect,
    client: OpenSearch,
    alias: str,
    known: StoredLexicon | None,
    newest: int,
    settled: bool,
    replicas: int,
) -> StoredLexicon:
    lexicon: Lexicon | None = None
    changed = 0
    if known is not None and known.settled:
        more = _count(connect, known.counted)
        changed = known.changed + more.total
        if changed <= max(_MOST_CHANGED * known.programs, 100):
            lexicon = read(client, alias, known).plus(more)
    if lexicon is None:
        lexicon, changed = _count(connect, 0), 0
    return _write(client, alias, lexicon, newest, changed, settled, known, replicas)


def _newest(connection: psycopg.Connection) -> tuple[int, bool]:
    """The newest version, and whether all until it can be seen from now on."""
    for _ in range(_SETTLE_TRIES):
        version = newest_version(connection)
        busy = writers(connection)
        connection.commit()
        if not busy:
            return version, True
        time.sleep(_SETTLE_SECONDS)
    return version, False


def _count(connect: Connect, after: int) -> Lexicon:
    """The words of the programs whose version is above `after`, in bounded memory beside the words."""
    counted = WordCounts()
    with connect() as connection, connection.cursor(name="lexicon") as cursor:
        cursor.itersize = _ROWS_AT_ONCE
        cursor.execute(PROGRAMS_SQL, {"after": after})
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            counted.add_all(rows)
    return counted.lexicon()


def _write(
    client: OpenSearch,
    alias: str,
    lexicon: Lexicon,
    newest: int,
    changed: int,
    settled: bool,
    before: StoredLexicon | None,
    replicas: int,
) -> StoredLexicon:
    index = lexicon_of(alias)
    data = lexicon.encoded()
    parts = [data[start : start + _PART_BYTES] for start in range(0, len(data), _PART_BYTES)]
    held = StoredLexicon(
        version=f"{datetime.now(UTC):%Y%m%d%H%M%S}{secrets.token_hex(3)}",
        parts=len(parts),
        fingerprint=fingerprint(),
        counted=newest,
        programs=max(lexicon.total - changed, 0),
        changed=changed,
        settled=settled,
        built_at=rfc3339(datetime.now(UTC)),
    )
    _ensure(client, index, replicas)
    for number, part in enumerate(parts):
        client.index(index=index, id=held.part(number), body={"data": base64.b64encode(part).decode()})
    client.index(index=index, id=CURRENT, body=msgspec.to_builtins(held))
    _sweep(client, index, {held.version, before.version if before else ""})
    return held


def _ensure(client: OpenSearch, index: str, replicas: int) -> None:
    settings = {"index": {"number_of_shards": 1, "number_of_replicas": replicas, "refresh_interval": "-1"}}
    properties: dict[str, Any] = {"version": {"type": "keyword"}}
    try:
        client.indices.create(
            index=index, body={"settings": settings, "mappings": {"dynamic": False, "properties": properties}}
        )
    except RequestError as error:
        if error.error != "resource_already_exists_exception":
            raise


def _sweep(client: OpenSearch, index: str, kept: set[str]) -> None:
    """Delete the parts of older versions; what is left by a failure is swept after the next."""
    try:
        client.indices.refresh(index=index)
        found = client.search(index=index, body={"size": 1000, "_source": False, "query": {"match_all": {}}})
        for hit in found["hits"]["hits"]:
            if hit["_id"] != CURRENT and hit["_id"].rpartition("-")[0] not in kept:
                client.delete(index=index, id=hit["_id"], ignore=404)
    except OpenSearchException as error:
        _log.warning("older parts of the lexicon are left; they are swept later", because=str(error))


def _age(held: StoredLexicon) -> float:
    built = datetime.fromisoformat(held.built_at)
    return (datetime.now(UTC) - built).total_seconds()


def keep(connect: Connect, client: OpenSearch, alias: str, stop: threading.Event, *, replicas: int = 0) -> None:
    """Renew the lexicon whenever the catalogue has changed, at most once a minute, until `stop` is set."""
    while not stop.is_set():
        pause = _LOOK_SECONDS
        try:
            if renew(connect, client, alias, replicas=replicas):
                pause = RENEW_SECONDS
        except Exception as error:  # whatever it was, the one before serves on, and the next look may find it gone
            passing = isinstance(error, psycopg.Error | OpenSearchException)
            _log.warning(
                "the lexicon is not renewed",
                because=f"{type(error).__name__}: {error}".strip(),
                again_in=pause,
                exc_info=None if passing else error,
            )
        stop.wait(pause * random.uniform(0.9, 1.0))
