"""Engines that the tests of this folder may break, and catalogues over them."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import psycopg
import pytest

from app.engines import Engines
from app.migrations import upgrade
from app.settings import Settings
from tests.conftest import new_catalogue, of_database
from tests.instep.faults.house import House
from tests.instep.faults.own_engines import OwnOpenSearch, OwnPostgres
from tests.words import Catalogue


@pytest.fixture(scope="package")
def own_opensearch(settings: Settings) -> Iterator[OwnOpenSearch]:
    """An OpenSearch that may be killed; whoever does starts it again."""
    opensearch = OwnOpenSearch(settings)
    try:
        yield opensearch
    finally:
        opensearch.close()


@pytest.fixture(scope="package")
def own_postgres() -> Iterator[OwnPostgres]:
    """A Postgres that may be killed; whoever does starts it again."""
    postgres = OwnPostgres()
    try:
        yield postgres
    finally:
        postgres.close()


@pytest.fixture(scope="module")
def house_over_own_opensearch(
    engines: Engines, template: str, settings: Settings, own_opensearch: OwnOpenSearch
) -> Iterator[House]:
    """A house with a Postgres that lives and an OpenSearch that may be killed."""
    for catalogue in new_catalogue(engines, settings, template, own_opensearch.url):
        with House(catalogue, settings, own_opensearch.url).open() as house:
            yield house


@pytest.fixture(scope="module")
def house_over_own_postgres(engines: Engines, settings: Settings, own_postgres: OwnPostgres) -> Iterator[House]:
    """A house with an OpenSearch that lives and a Postgres that may be killed."""
    name = f"t{secrets.token_hex(6)}"
    with psycopg.connect(own_postgres.url, autocommit=True) as connection:
        connection.execute(f"create database {name}")
    url = of_database(own_postgres.url, name)
    with psycopg.connect(url) as connection:
        upgrade(connection)
    catalogue = Catalogue(url, engines.opensearch_url, settings, alias=name)
    try:
        with House(catalogue, settings, engines.opensearch_url).open() as house:
            yield house
    finally:
        catalogue.close()
