"""One pair of real engines for all tests of a run, and a catalogue of its own for each test that asks for one."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from app.engines import Engines, running
from app.migrations import upgrade
from app.settings import Settings, read_settings
from tests.words import Catalogue

# Examples run against engines: their speed says nothing, and a slow one is no failure.
hypothesis_settings.register_profile(
    "default", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
hypothesis_settings.load_profile("default")


@pytest.fixture(scope="session")
def settings() -> Iterator[Settings]:
    """Settings of this run alone: folders and ports of its own, beside whatever else is running.

    With the URLs of engines in the environment the tests run on those; they make databases and indexes of their own.
    """
    given = read_settings(os.environ)
    folder = Path(tempfile.mkdtemp(prefix="affindex-test-"))
    folder.chmod(0o755)
    try:
        yield Settings(
            data_dir=str(folder),
            opensearch_heap="768m",
            secret="secret of the tests",
            database_url=given.database_url,
            opensearch_url=given.opensearch_url,
            opensearch_user=given.opensearch_user,
            opensearch_password=given.opensearch_password,
            opensearch_ca_file=given.opensearch_ca_file,
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def engines(settings: Settings) -> Iterator[Engines]:
    """A real Postgres and a real OpenSearch."""
    with running(settings, hold=True, report=lambda _: None) as engines:
        yield engines


@pytest.fixture(scope="session")
def template(engines: Engines) -> Iterator[str]:
    """A migrated database that others are copied from."""
    name = f"template_{secrets.token_hex(6)}"
    with psycopg.connect(engines.database_url, autocommit=True) as connection:
        connection.execute(f"create database {name}")
    with psycopg.connect(of_database(engines.database_url, name)) as connection:
        upgrade(connection)
    yield name
    with psycopg.connect(engines.database_url, autocommit=True) as connection:
        connection.execute(f"drop database {name} with (force)")


def of_database(url: str, name: str) -> str:
    """The URL of another database of the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@pytest.fixture
def catalogue(engines: Engines, settings: Settings, template: str) -> Iterator[Catalogue]:
    """An empty catalogue: a database and an index of its own."""
    yield from new_catalogue(engines, settings, template)


@pytest.fixture(scope="module")
def shared_catalogue(engines: Engines, settings: Settings, template: str) -> Iterator[Catalogue]:
    """An empty catalogue that the tests of one file share; none of them may change it after it was stocked."""
    yield from new_catalogue(engines, settings, template)


def new_catalogue(
    engines: Engines, settings: Settings, template: str, opensearch_url: str | None = None
) -> Iterator[Catalogue]:
    """A new catalogue, gone afterwards; its index is in another OpenSearch if one is given."""
    name = f"t{secrets.token_hex(6)}"
    with psycopg.connect(engines.database_url, autocommit=True) as connection:
        connection.execute(f"create database {name} template {template}")
    database_url = of_database(engines.database_url, name)
    catalogue = Catalogue(database_url, opensearch_url or engines.opensearch_url, settings, alias=name)
    try:
        yield catalogue
    finally:
        catalogue.close()
        with psycopg.connect(engines.database_url, autocommit=True) as connection:
            connection.execute(f"drop database {name} with (force)")
