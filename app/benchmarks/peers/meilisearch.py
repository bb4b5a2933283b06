"""Meilisearch over HTTP, where its binary is given: with all words required, and as it comes."""

from __future__ import annotations

import json
import secrets
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any

from app.benchmarks.peers.rows import FACETS, HITS, NUMBERS, Question

_START_SECONDS, _INDEXING_SECONDS = 30.0, 1800.0
_BATCH = 20_000
_SETTINGS = {
    # In order of weight, as its makers advise.
    "searchableAttributes": ["name", "merchant_domain", "category", "description"],
    "filterableAttributes": ["status", *FACETS, *NUMBERS],
    "sortableAttributes": ["id"],
    "faceting": {"maxValuesPerFacet": 20},
}


class Meilisearch:
    """A server of its own; a connection for each who asks."""

    threads = 8

    def __init__(self, port: int, key: str, strategy: str) -> None:
        self.name = f"Meilisearch, matchingStrategy {strategy}"
        self._port, self._key, self._strategy = port, key, strategy
        self._own = threading.local()

    def ask(self, asked: Question) -> int:
        """One search with its facets; the total is its estimate."""
        connection: HTTPConnection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._own.connection = HTTPConnection("127.0.0.1", self._port)
        paying = f"(commission_max >= {asked.low} OR (commission_max NOT EXISTS AND commission_min EXISTS))"
        body = {
            "q": asked.q,
            "limit": HITS,
            "filter": f"status IN [active, paused] AND {paying}",
            "facets": [*FACETS, "epc"],
            "matchingStrategy": self._strategy,
        }
        return int(_call(connection, self._key, "POST", "/indexes/programs/search", body)["estimatedTotalHits"])


@contextmanager
def meilisearch(binary: str, rows: list[dict[str, Any]]) -> Iterator[list[Meilisearch]]:
    """Both ways of asking a server with these programs, started from `binary` and ended afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    key = secrets.token_hex(16)
    with tempfile.TemporaryDirectory() as folder:
        command = [binary, "--db-path", f"{folder}/data", "--http-addr", f"127.0.0.1:{port}", "--no-analytics"]
        with subprocess.Popen(
            [*command, "--master-key", key, "--env", "production"],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as server:
            try:
                connection = _connected(port)
                _done(connection, key, _call(connection, key, "PATCH", "/indexes/programs/settings", _SETTINGS))
                for start in range(0, len(rows), _BATCH):
                    some = [
                        {name: value for name, value in row.items() if value is not None}
                        for row in rows[start : start + _BATCH]
                    ]
                    path = "/indexes/programs/documents?primaryKey=id"
                    _done(connection, key, _call(connection, key, "POST", path, some))
                yield [Meilisearch(port, key, strategy) for strategy in ("all", "last")]
            finally:
                server.terminate()


def _connected(port: int) -> HTTPConnection:
    until = time.monotonic() + _START_SECONDS
    while True:
        connection = HTTPConnection("127.0.0.1", port)
        try:
            connection.request("GET", "/health")
            connection.getresponse().read()
            return connection
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def _done(connection: HTTPConnection, key: str, task: dict[str, Any]) -> None:
    until = time.monotonic() + _INDEXING_SECONDS
    while (state := _call(connection, key, "GET", f"/tasks/{task['taskUid']}"))["status"] in ("enqueued", "processing"):
        if time.monotonic() > until:
            raise TimeoutError("Meilisearch is still indexing")
        time.sleep(0.2)
    if state["status"] != "succeeded":
        raise RuntimeError(f"Meilisearch: {state.get('error')}")


def _call(connection: HTTPConnection, key: str, method: str, path: str, body: Any = None) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    connection.request(method, path, None if body is None else json.dumps(body), headers)
    answer = connection.getresponse()
    read: dict[str, Any] = json.loads(answer.read())
    if answer.status >= 300:
        raise RuntimeError(f"Meilisearch answered {answer.status}: {read.get('message')}")
    return read
