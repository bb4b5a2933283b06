"""The suggestions index: built anew from Postgres when the catalogue has changed, and swapped behind its own alias.

It is small, read only, and never in step to the second: what it was built from is written into the index itself, so
that any worker sees whether it is old. A build that fails leaves the one before serving.
"""

from __future__ import annotations

import hashlib
import random
import threading
import time
from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Any

import msgspec
import psycopg
import structlog
from opensearchpy import NotFoundError, OpenSearch
from opensearchpy.exceptions import OpenSearchException

from indexing.completions import completions, together, topic_names
from indexing.connect import Connect
from indexing.documents import bodies
from indexing.index_names import new_suggestions, suggestions_like, suggestions_of
from indexing.locks import Lock, alone
from indexing.pool import Pool
from indexing.push import push
from mappings.moments import rfc3339
from mappings.networks import BY_SLUG
from mappings.suggestions import (
    DESCRIPTIONS_SQL,
    NETWORKS_SQL,
    TOPICS_SQL,
    documents_sql,
    fingerprint,
    mapping,
    network_document,
    settings,
)

_log = structlog.get_logger()


# Writers whose rows cannot be seen yet. They hold this lock from before they draw a version until they have committed.
_WRITERS = """
    select count(*) from pg_locks
    where database = (select oid from pg_database where datname = current_database()) and granted
        and relation = 'programs'::regclass and mode in ('RowExclusiveLock', 'AccessExclusiveLock')
"""
# What is said to be built from this has missed something, and is built anew.
_UNSETTLED = -1
_LOOK_SECONDS = 10.0
# The price of freshness: however often the catalogue changes, building takes at most a twentieth of the time.
_FRESH_SECONDS = 60.0
_SHARE_OF_TIME = 20
# Both cores of a small machine index; the third thread counts phrases meanwhile.
_PUSHES_AT_ONCE = 2
# Completions are numbered from here, beyond any row of the catalogue.
_FIRST_COMPLETION = 1 << 40
_FIRST_NETWORK = 1 << 41


class SuggestionsRefused(Exception):
    """The new suggestions were not put in service; the old ones go on serving."""


class Built(msgspec.Struct, frozen=True, rename="camel"):
    """What an index was built from; kept in its mapping. `version` is the catalogue's newest when it was read."""

    version: int
    fingerprint: str
    built_at: str
    seconds: float = 0.0
    documents: int = 0


def target(client: OpenSearch, alias: str) -> tuple[str, Built] | None:
    """The index that answers suggestions and what it was built from; None if there is none.

    `alias` is the catalogue's.
    """
    try:
        answer = client.indices.get_mapping(index=suggestions_of(alias))
    except NotFoundError:
        return None
    for name, found in answer.items():
        try:
            return name, msgspec.convert(found["mappings"].get("_meta", {}), Built)
        except msgspec.ValidationError:
            return name, Built(version=_UNSETTLED, fingerprint="", built_at="")
    return None


def stale(connection: psycopg.Connection, client: OpenSearch, alias: str) -> bool:
    """Whether the catalogue has changed since its suggestions were built, or they were built by other code."""
    found = target(client, alias)
    if found is None:
        return True
    _, built = found
    return built.fingerprint != fingerprint() or built.version != newest_version(connection)


def build(connect: Connect, client: OpenSearch, alias: str, *, replicas: int = 0) -> Built | None:
    """Build the suggestions of a catalogue and let them serve; None if somebody else is building them.

    Raises SuggestionsRefused, or whatever broke; the suggestions before go on serving then.
    """
    with connect() as holder, alone(holder, Lock.SUGGESTIONS, number_of(alias)) as free:
        if not free:
            return None
        # Read before the rows are: a change in between makes the index look older than it is, never newer.
        version = _settled(holder)
        return _build(connect, client, alias, replicas, version)


def number_of(alias: str) -> int:
    """A 32-bit number for an alias, for advisory locks that are its own."""
    return int.from_bytes(hashlib.blake2b(alias.encode(), digest_size=4).digest(), signed=True)


def _build(connect: Connect, client: OpenSearch, alias: str, replicas: int, version: int) -> Built:
    began = time.monotonic()
    name = new_suggestions(alias)
    with connect() as snapshot:
        snapshot.execute("set transaction isolation level repeatable read, read only")
        built_at = rfc3339(datetime.now(UTC))
        client.indices.create(index=name, body={"settings": settings(0), "mappings": mapping({})})
        try:
            documents = _fill(snapshot, client, name)
            snapshot.rollback()
            _settle(client, name, documents, replicas)
            built = Built(version, fingerprint(), built_at, round(time.monotonic() - began, 3), documents)
            client.indices.put_mapping(index=name, body={"_meta": msgspec.to_builtins(built)})
            _serve(client, alias, name)
        except BaseException:
            client.indices.delete(index=name, ignore_unavailable=True)
            raise
    return built


def newest_version(connection: psycopg.Connection) -> int:
    """The newest version that was drawn for a program."""
    (version,) = connection.execute("select last_value from program_version").fetchone() or (0,)
    return int(version)


def _settled(connection: psycopg.Connection) -> int:
    """The newest version, if all until it can be seen from now on; otherwise none that there is."""
    version = newest_version(connection)
    busy = writers(connection)
    connection.commit()
    return _UNSETTLED if busy else version


def writers(connection: psycopg.Connection) -> int:
    """How many transactions are writing programs: their rows cannot be seen yet."""
    (number,) = connection.execute(_WRITERS).fetchone() or (0,)
    return int(number)


def _fill(snapshot: psycopg.Connection, client: OpenSearch, name: str) -> int:
    """Push every suggestion; how many there are. Reading, counting phrases and pushing go on at the same time."""
    descriptions = snapshot.execute(DESCRIPTIONS_SQL).fetchall()
    topics = snapshot.execute(TOPICS_SQL).fetchall()
    documents = 0
    under_way: deque[Future[int]] = deque()
    with Pool(_PUSHES_AT_ONCE + 1, thread_name_prefix="suggestions") as pool:
        phrases = pool.submit(_completion_body, descriptions, topics)
        if body := _network_body(snapshot):
            documents += _taken(client, name, body)
        for body, _ in bodies(snapshot, documents_sql()):
            under_way.append(pool.submit(_taken, client, name, body))
            if len(under_way) > _PUSHES_AT_ONCE:
                documents += under_way.popleft().result()
        if body := phrases.result():
            documents += _taken(client, name, body)
        return documents + sum(each.result() for each in under_way)


def _network_body(snapshot: psycopg.Connection) -> bytes:
    """A bulk body of the networks that have programs to be found."""
    counts = snapshot.execute(NETWORKS_SQL).fetchall()
    documents = [network_document(BY_SLUG[slug], programs) for slug, programs in counts if slug in BY_SLUG]
    return b"".join(
        b'{"index":{"_id":"%d"}}\n%s\n' % (number, msgspec.json.encode(each))
        for number, each in enumerate(documents, start=_FIRST_NETWORK)
    )


def _completion_body(
    descriptions: Iterable[tuple[str, str, str, str]], topics: Iterable[tuple[str, str, int]]
) -> bytes:
    """A bulk body of the completions: a few megabytes at most, since they are at most so many."""
    lines = []
    completed = together(topic_names(topics), completions(descriptions))
    for number, each in enumerate(completed, start=_FIRST_COMPLETION):
        document = {"kind": "query", "text": each.text, "value": each.text, "weight": each.uses}
        lines.append(b'{"index":{"_id":"%d"}}\n%s\n' % (number, msgspec.json.encode(document)))
    return b"".join(lines)


def _taken(client: OpenSearch, name: str, body: bytes) -> int:
    outcome = push(client, name, body)
    if not outcome.complete or outcome.refused:
        refused = f"{outcome.refused[0].type}: {outcome.refused[0].reason}" if outcome.refused else "the index is gone"
        reason = outcome.unavailable or refused
        raise SuggestionsRefused(f"the suggestions could not be built: {reason}")
    return len(outcome.done)


def _settle(client: OpenSearch, name: str, documents: int, replicas: int) -> None:
    """One segment, sorted: beginnings are found in one place, and read from the heaviest on."""
    client.indices.forcemerge(index=name, params={"max_num_segments": "1"})
    client.indices.refresh(index=name)
    if replicas:
        client.indices.put_settings(index=name, body={"index": {"number_of_replicas": replicas}})
    held = client.count(index=name)["count"]
    if held != documents:
        raise SuggestionsRefused(f"{held:,} of {documents:,} suggestions arrived; the old ones serve on")


def _serve(client: OpenSearch, alias: str, name: str) -> None:
    """Point the alias at the new index in one atomic call, and sweep older ones.

    The one before stays until the next build: a request under way must still find it.
    """
    serving = suggestions_of(alias)
    actions: list[dict[str, Any]] = [{"add": {"index": name, "alias": serving, "is_write_index": False}}]
    for other, found in client.indices.get_alias(index=suggestions_like(alias)).items():
        if serving in found["aliases"]:
            actions.append({"remove": {"index": other, "alias": serving, "must_exist": True}})
        elif other != name:
            actions.append({"remove_index": {"index": other}})
    client.indices.update_aliases(body={"actions": actions})


def keep(
    connect: Connect,
    client: OpenSearch,
    alias: str,
    stop: threading.Event,
    *,
    replicas: int = 0,
    look: float = _LOOK_SECONDS,
    fresh: float = _FRESH_SECONDS,
    share_of_time: float = _SHARE_OF_TIME,
) -> None:
    """Build the suggestions anew whenever the catalogue has changed, until `stop` is set. Outages are waited out.

    There are `look` seconds between two looks, and `fresh` after a build; more where it took long, so that a catalogue
    that never rests does not wear the engines out.
    """
    pause = look
    while not stop.is_set():
        try:
            with connect() as connection:
                old = stale(connection, client, alias)
            built = build(connect, client, alias, replicas=replicas) if old else None
            pause = max(fresh, share_of_time * built.seconds) if built else look
        except Exception as error:  # whatever it was, those before serve on, and the next look may find it gone
            passing = isinstance(error, psycopg.Error | OpenSearchException | SuggestionsRefused)
            pause = look
            _log.warning(
                "suggestions are not built",
                because=f"{type(error).__name__}: {error}".strip(),
                again_in=pause,
                exc_info=None if passing else error,
            )
        stop.wait(pause * random.uniform(0.9, 1.0))
