"""Affindex as it runs, for tests that make its engines fail: a server process, a worker's threads, one catalogue."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx2
import psycopg
from opensearchpy import OpenSearch

from app.engines import Engines, open_search
from app.importing.run_import import run_import
from app.importing.sources import generated
from app.settings import Settings
from indexing import maintenance, suggestions
from indexing.follow import follow
from indexing.verify import verify
from tests.serving import serving
from tests.words import Catalogue

_CONVERGED_SECONDS = 60
_WORKER_ENDS_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Answered:
    """What a client was told, and after how many seconds."""

    status: int
    headers: httpx2.Headers
    json: Any
    seconds: float

    @property
    def refused(self) -> bool:
        """Whether it says in the agreed words that searching is not possible now, and when to try again."""
        return (
            self.status == 503
            and self.headers["content-type"].startswith("application/problem+json")
            and int(self.headers.get("retry-after", "0")) >= 1
            and self.json["status"] == 503
            and bool(self.json["message"])
        )


class House:
    """One catalogue over engines; `catalogue` reaches them directly, all else by the URLs that are given."""

    def __init__(self, catalogue: Catalogue, settings: Settings, opensearch_url: str) -> None:
        self.catalogue = catalogue
        self._settings = settings
        self._engines = Engines(catalogue.engines.database_url, opensearch_url)
        self._seeds = iter(range(1, 1_000_000))
        self.threads: list[threading.Thread] = []
        self.client: httpx2.Client

    @contextmanager
    def open(self) -> Iterator[House]:
        """Serve, follow and maintain, everything in a hurry."""
        self.catalogue.index()
        self.catalogue.build_suggestions()
        with ExitStack() as opened:
            opened.enter_context(self._working())
            address = opened.enter_context(
                serving(
                    self._settings,
                    database_url=self._engines.database_url,
                    opensearch_url=self._engines.opensearch_url,
                    alias=self.catalogue.alias,
                )
            )
            self.client = opened.enter_context(
                httpx2.Client(base_url=address, timeout=60, limits=httpx2.Limits(max_connections=256))
            )
            yield self

    @contextmanager
    def _working(self) -> Iterator[None]:
        """What a worker has running beside its jobs."""
        stop = threading.Event()
        client = self.new_client()
        alias = self.catalogue.alias
        works: list[tuple[Callable[..., None], tuple[Any, ...]]] = [
            (follow, (self.connect, client, stop)),
            (partial(maintenance.maintain, every=0.5, verify_every=1.0), (self.connect, client, alias, stop)),
            (partial(suggestions.keep, look=0.5, fresh=1.0), (self.connect, client, alias, stop)),
        ]
        self.threads = [threading.Thread(target=work, args=words, daemon=True) for work, words in works]
        for thread in self.threads:
            thread.start()
        try:
            yield
        finally:
            stop.set()
            for thread in self.threads:
                thread.join(_WORKER_ENDS_SECONDS)
            client.close()

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(self._engines.database_url, connect_timeout=10)

    def new_client(self) -> OpenSearch:
        return open_search(self._engines, self._settings)

    # -- what happens ----------------------------------------------------------------------------------------------

    def imports(self, programs: int = 30, network: str = "cj") -> None:
        """A whole import, with other values each time."""
        run_import(self.connect, generated((network,), limit=programs, seed=next(self._seeds)), {})

    def asks(self, path: str, method: str = "GET", **given: Any) -> Answered:
        """One request, whatever comes of it."""
        began = time.monotonic()
        answer = self.client.request(method, path, **given)
        told = answer.json() if "json" in answer.headers["content-type"] else answer.text
        return Answered(answer.status_code, answer.headers, told, time.monotonic() - began)

    def asks_at_once(self, paths: list[str]) -> list[Answered]:
        """Many clients at the same time."""
        with ThreadPoolExecutor(len(paths)) as clients:
            return list(clients.map(self.asks, paths))

    # -- what must hold --------------------------------------------------------------------------------------------

    @property
    def pending(self) -> int:
        ((count,),) = self.catalogue.rows("select count(*) from changed_programs")
        return int(count)

    @property
    def programs(self) -> int:
        ((count,),) = self.catalogue.rows("select count(*) from programs")
        return int(count)

    def converges(self) -> None:
        """By itself, and soon, the index holds what Postgres does, and searches answer from it."""
        eventually(lambda: not self.pending, _CONVERGED_SECONDS, "changes stay pending")
        found = verify(self.catalogue.connect, self.catalogue.search, self.catalogue.alias, deep=True)
        eventually(
            lambda: self.asks("/api/programs?perPage=1&status=active,paused,closed").json.get("total") == self.programs,
            _CONVERGED_SECONDS,
            "searches do not find what is there",
        )
        assert found.in_step, found
        assert self.catalogue.rows("select * from dead_letters") == []
        assert all(thread.is_alive() for thread in self.threads)


def eventually(holds: Callable[[], bool], seconds: float, otherwise: str) -> None:
    """Wait until something holds; fail with `otherwise` if it does not come to that."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.05)
