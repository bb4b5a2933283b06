"""Open connections to the engines, wherever they run."""

from __future__ import annotations

import ssl
from typing import Any

import msgspec
import psycopg
from opensearchpy import AsyncOpenSearch, OpenSearch
from opensearchpy.exceptions import SerializationError
from opensearchpy.serializer import Serializer
from psycopg.rows import dict_row

from app.engines.named import NamedConnection
from app.engines.running import Engines
from app.settings import Settings, revealed

# opensearch-py keeps one connection by default; the threads of a rebuild and the tests need more.
_CONNECTIONS = 8
_SEARCH_CONNECTIONS = 64
_TIMEOUT_SECONDS = 60


class _Json(Serializer):
    """msgspec instead of the standard library: half the cost of an answer. Bytes and text go through as they are."""

    mimetype = "application/json"

    def loads(self, s: str) -> Any:
        try:
            return msgspec.json.decode(s)
        except msgspec.DecodeError as error:  # whatever answers in the engine's place, it is an error of the engine
            raise SerializationError(s[:200], error) from error

    def dumps(self, data: Any) -> Any:
        return data if isinstance(data, str | bytes) else msgspec.json.encode(data).decode()


def open_database(engines: Engines, *, autocommit: bool = False) -> psycopg.Connection:
    """A connection to Postgres."""
    return open_database_at(engines.database_url, patience=10, autocommit=autocommit)


def open_database_at(url: str, *, patience: int, autocommit: bool = False) -> psycopg.Connection:
    """A connection to the Postgres of a URL, if it answers within so many seconds."""
    return psycopg.connect(url, autocommit=autocommit, connect_timeout=patience)


async def open_database_async(engines: Engines) -> psycopg.AsyncConnection[dict[str, Any]]:
    """An asynchronous connection to Postgres, whose rows are dicts."""
    return await psycopg.AsyncConnection.connect(engines.database_url, row_factory=dict_row, connect_timeout=10)


def open_search(engines: Engines, settings: Settings) -> OpenSearch:
    """A synchronous client with room for several threads."""
    hosts = engines.opensearch_url.split(",")
    return OpenSearch(
        hosts,
        connection_class=NamedConnection,
        serializer=_Json(),
        pool_maxsize=_CONNECTIONS,
        timeout=_TIMEOUT_SECONDS,
        # Whoever asks knows better whether, when and what to ask again; but of several nodes one may be away.
        max_retries=len(hosts) - 1,
        retry_on_timeout=False,
        **security(settings),
    )


def open_search_async(url: str, settings: Settings) -> AsyncOpenSearch:
    """An asynchronous client whose answers are bytes, as they came."""
    # Not at the top: how it counts is settled when it is loaded, which whoever starts processes must not have done.
    from app.engines.raw import RawAnswers, RawConnection

    hosts = url.split(",")
    answers = RawAnswers()
    return AsyncOpenSearch(
        hosts,
        connection_class=RawConnection,
        serializers={"application/json": answers},
        serializer=answers,
        maxsize=_SEARCH_CONNECTIONS,
        timeout=None,  # whoever asks says how long it may take
        max_retries=len(hosts) - 1,
        retry_on_timeout=False,
        **security(settings),
    )


def security(settings: Settings) -> dict[str, Any]:
    """What opensearch-py must be given to be let in, and to know whom it talks to."""
    options: dict[str, Any] = {}
    if settings.opensearch_user:
        options["http_auth"] = (settings.opensearch_user, revealed(settings.opensearch_password) or "")
    if settings.opensearch_ca_file:
        options["ssl_context"] = ssl.create_default_context(cafile=settings.opensearch_ca_file)
    return options
