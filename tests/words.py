"""The words that tests are written in: `store(...)` programs, see what a search `finds(...)`."""

from __future__ import annotations

import random
from collections.abc import Iterable
from contextlib import ExitStack
from functools import cached_property
from itertools import count
from typing import Any

import msgspec
import psycopg
from litestar.testing import TestClient
from opensearchpy import OpenSearch

from app.alerts.outlets import outlets_of
from app.api.application import create_app
from app.api.index import Operator
from app.api.keys import create_key
from app.api.limiting import RateLimit
from app.engines import Engines, open_database, open_search, open_search_async
from app.importing.merge import Merged, merge
from app.importing.rows import COLUMNS, COPY_OPTIONS, copy_lines
from app.networks.accounts import accounts
from app.settings import Settings, secret_of
from indexing import generations, lexicon, suggestions
from indexing.follow import drain
from indexing.index_names import all_like
from indexing.rebuild import Rebuilt, rebuild
from mappings.networks import BY_SLUG
from mappings.program import Program
from mappings.tables.imports import staging_table

_numbers = count(1)
NORMALISER = 1


def program(name: str = "Acme", **fields: Any) -> Program:
    """A program of a test; what is not given is as plain as can be."""
    given = {"network": "awin", "external_id": f"x{next(_numbers)}", "data_source": "test", "name": name, **fields}
    return Program(**given)


class Catalogue:
    """A database, an index and an API of one test."""

    def __init__(self, database_url: str, opensearch_url: str, settings: Settings, alias: str) -> None:
        self.settings = settings
        self.alias = alias
        self.engines = Engines(database_url, opensearch_url)
        self._opened = ExitStack()
        self._indexed = False

    def close(self) -> None:
        self._opened.close()
        if "search" in self.__dict__:
            self.search.indices.delete(index=all_like(self.alias), ignore_unavailable=True)
            self.search.close()

    # -- engines -------------------------------------------------------------------------------------------------

    def connect(self) -> psycopg.Connection:
        return open_database(self.engines)

    @cached_property
    def search(self) -> OpenSearch:
        return self.new_client()

    def new_client(self) -> OpenSearch:
        return open_search(self.engines, self.settings)

    @cached_property
    def api(self) -> TestClient[Any]:
        """The API in this process, over the real engines."""
        return self.opened()

    def opened(self, limit: RateLimit | None = None, **options: Any) -> TestClient[Any]:
        """Another such API, with what a client may ask for, and other options of `create_app`."""
        app = create_app(
            database_url=self.engines.database_url,
            search=open_search_async(self.engines.opensearch_url, self.settings),
            alias=self.alias,
            secret=secret_of(self.settings),
            operator=Operator(self.new_client),
            accounts=accounts(self.settings),
            limit=limit,
            **{"outlets": outlets_of(self.settings), **options},
        )
        return self._opened.enter_context(TestClient(app, raise_server_exceptions=False))

    def key(self, scope: str) -> dict[str, str]:
        """Headers with a fresh key."""
        with self.connect() as connection:
            return {"Authorization": f"Bearer {create_key(connection, 'test', scope)}"}

    def work(self) -> None:
        """Let a worker's heart beat, for a day."""
        self.rows(
            "insert into workers (id, host, pid, beat_at) values ('test', 'test', 1, now() + interval '1 day') "
            "on conflict do nothing"
        )

    def rows(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Run a statement and commit; its rows."""
        with self.connect() as connection:
            cursor = connection.execute(statement, parameters or None)
            return cursor.fetchall() if cursor.description else []

    # -- putting in ----------------------------------------------------------------------------------------------

    def put(self, programs: Iterable[Program], *, partial: bool = True) -> dict[str, Merged]:
        """Merge programs into Postgres as an import run would; per network what it did."""
        listed = list(programs)
        networks = {each.network: BY_SLUG[each.network].id for each in listed}
        with self.connect() as connection:
            connection.execute(staging_table("staging.test"))
            with connection.cursor().copy(
                f"copy staging.test ({', '.join(COLUMNS)}) from stdin {COPY_OPTIONS}"
            ) as copy:
                copy.write(copy_lines(enumerate(listed, start=1)))
            done = merge(
                connection,
                "staging.test",
                networks=tuple(networks.values()),
                partial=partial,
                normaliser=NORMALISER,
            )
            connection.execute("drop table staging.test")
        return {slug: done[number] for slug, number in networks.items()}

    def store(self, *programs: Program) -> None:
        """Put programs in and make them searchable. Their order is shuffled: nothing may depend on it."""
        shuffled = list(programs)
        random.Random(len(shuffled)).shuffle(shuffled)
        self.put(shuffled)
        self.index()

    def index(self) -> None:
        """Make everything in Postgres searchable."""
        if not self._indexed:
            self.rebuild()
        drain(self.connect, self.search)
        lexicon.renew(self.connect, self.search, self.alias)
        self.search.indices.refresh(index=f"{self.alias}-*")
        if "api" in self.__dict__:  # its probe would notice within half a second
            self.get("/readyz")

    def rebuild(self, **options: Any) -> Rebuilt:
        self._indexed = True
        return rebuild(self.connect, self.search, self.alias, **options)

    def build_suggestions(self) -> suggestions.Built | None:
        """Make everything in Postgres suggestible."""
        built = suggestions.build(self.connect, self.search, self.alias)
        if "api" in self.__dict__:  # what it remembers is of those before until its probe has looked
            self.get("/readyz")
        return built

    # -- getting out ---------------------------------------------------------------------------------------------

    def get(self, path: str = "/api/programs", expect: int = 200, **parameters: Any) -> Any:
        """A GET's JSON, its status checked."""
        answer = self.api.get(path, params=parameters)
        assert answer.status_code == expect, (answer.status_code, answer.text[:2000])
        return answer.json()

    def found(self, q: str = "", **parameters: Any) -> list[str]:
        """The names a search finds, in order."""
        words: dict[str, Any] = {"q": q} if q else {}
        return [each["name"] for each in self.get(**words, **parameters)["programs"]]

    def finds(self, q: str, names: list[str], **parameters: Any) -> None:
        """A search finds exactly these names, in any order."""
        assert sorted(self.found(q, **parameters)) == sorted(names)

    def ranks(self, q: str, names: list[str], **parameters: Any) -> None:
        """A search finds exactly these names, in this order."""
        assert self.found(q, **parameters) == names

    def counts(self, facet: str, **parameters: Any) -> dict[Any, int]:
        """A facet's values with their counts, zeros included."""
        answer = self.get(facets=facet, **parameters)["facets"][facet]
        return {each["value"]: each["count"] for each in answer["values"]}

    def documents(self, generation: str | None = None) -> dict[int, dict[str, Any]]:
        """Every document of a generation (the serving one), by id."""
        index = generation or generations.target(self.search, self.alias)
        self.search.indices.refresh(index=index)
        hits = self.search.search(index=index, body={"size": 10_000, "query": {"match_all": {}}})["hits"]["hits"]
        return {int(hit["_id"]): hit["_source"] for hit in hits}


def decoded(raw: bytes) -> Any:
    return msgspec.json.decode(raw)
