"""A sandbox to measure in: a database and indexes of the benchmark's own, gone when it ends."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import psycopg
from opensearchpy import OpenSearch

from app.engines import Engines, open_database
from app.migrations import upgrade
from indexing.index_names import all_like


@dataclass(frozen=True, slots=True)
class Sandbox:
    """An empty, migrated catalogue. Every index that a benchmark makes has a name that begins with `alias`."""

    engines: Engines
    search: OpenSearch
    alias: str

    def connect(self) -> psycopg.Connection:
        """A connection to its database."""
        return open_database(self.engines)


@contextmanager
def sandbox(engines: Engines, search: OpenSearch) -> Iterator[Sandbox]:
    """An empty catalogue on running engines, beside whatever else they hold."""
    name = f"affindex_bench_{secrets.token_hex(4)}"
    url = urlunsplit(urlsplit(engines.database_url)._replace(path=f"/{name}"))
    with open_database(engines, autocommit=True) as connection:
        connection.execute(f"create database {name}")
    try:
        own = Sandbox(Engines(url, engines.opensearch_url), search, name.replace("_", "-"))
        with own.connect() as connection:
            upgrade(connection)
        yield own
    finally:
        alias = name.replace("_", "-")
        search.indices.delete(index=all_like(alias), ignore_unavailable=True)
        with open_database(engines, autocommit=True) as connection:
            connection.execute(f"drop database {name} with (force)")
