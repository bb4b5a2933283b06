"""A rebuild beside raw `_bulk` requests of the same bytes, and our mapping beside a lean one."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import IO, Any

from opensearchpy import OpenSearch

from app.benchmarks.sandbox import Sandbox
from indexing.documents import all_documents, bodies
from indexing.rebuild import rebuild
from mappings import index
from mappings.catalogue import FIELDS, Entry, Kind

_CONNECTIONS = 2
_NOTHING = {"filter_path": "errors"}
# As fast as an index can be filled: no refresh meanwhile, no copies, no fsync a request.
_FILLING = {"refresh_interval": "-1", "number_of_replicas": 0, "translog.durability": "async"}


@dataclass(frozen=True, slots=True)
class Bodies:
    """Bulk bodies as a rebuild sends them, on disk: where each begins, how long it is."""

    file: IO[bytes]
    places: list[tuple[int, int]]
    documents: int

    def __iter__(self) -> Iterator[bytes]:
        for start, length in self.places:
            self.file.seek(start)
            yield self.file.read(length)


def ready_made(sandbox: Sandbox) -> Bodies:
    """The bulk bodies of the whole catalogue."""
    file = tempfile.TemporaryFile()  # noqa: SIM115
    places, documents = [], 0
    with sandbox.connect() as connection:
        for body, count in bodies(connection, all_documents(index.KEYS, 0, 2**53)):
            places.append((file.tell(), len(body)))
            file.write(body)
            documents += count
    return Bodies(file, places, documents)


def full_rebuild(sandbox: Sandbox) -> float:
    """Seconds from Postgres to a generation that serves: documents made, pushed, refreshed, compared, warmed up."""
    began = time.perf_counter()
    rebuild(sandbox.connect, sandbox.search, sandbox.alias)
    return time.perf_counter() - began


def raw_bulk(sandbox: Sandbox, ready: Bodies, mapping: dict[str, Any]) -> float:
    """Seconds of pushing ready-made bodies into a new index, until they can be searched."""
    with filled(sandbox, f"{sandbox.alias}-raw", ready, mapping) as seconds:
        return seconds


@contextmanager
def filled(sandbox: Sandbox, name: str, ready: Bodies, mapping: dict[str, Any]) -> Iterator[float]:
    """A new index of ready-made bodies, pushed over two connections, gone afterwards: in so many seconds until they can
    be searched."""
    settings = index.settings()
    settings["index"] |= _FILLING
    sandbox.search.indices.create(index=name, body={"settings": settings, "mappings": mapping})
    try:
        began = time.perf_counter()
        left, taking = iter(ready), Lock()
        with ThreadPoolExecutor(_CONNECTIONS) as pool:
            for done in [pool.submit(_push, sandbox.search, name, left, taking) for _ in range(_CONNECTIONS)]:
                done.result()
        sandbox.search.indices.refresh(index=name)
        seconds = time.perf_counter() - began
        count = sandbox.search.count(index=name)["count"]
        assert count == ready.documents, f"{count} of {ready.documents} documents were taken"
        yield seconds
    finally:
        sandbox.search.indices.delete(index=name)


def _push(client: OpenSearch, name: str, left: Iterator[bytes], taking: Lock) -> None:
    while True:
        with taking:
            body = next(left, None)
        if body is None:
            return
        client.transport.perform_request("POST", f"/{name}/_bulk", params=_NOTHING, body=body)


def lean_mapping() -> dict[str, Any]:
    """Each field once: text with the standard analyzer, the rest as keywords and numbers, nothing of `sync`."""
    ours = index.mapping()["properties"]
    return {
        "dynamic": False,
        "properties": {
            "sync": {"type": "object", "enabled": False},
            **{entry.key: _lean(entry, ours[entry.key]) for entry in FIELDS if entry.field.indexed},
        },
    }


def _lean(entry: Entry, ours: dict[str, Any]) -> dict[str, Any]:
    if ours["type"] == "text":
        return {"type": "text"}
    return ours if entry.kind is Kind.RULES else {key: value for key, value in ours.items() if key != "fields"}
