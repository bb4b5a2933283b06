"""A running server over the engines of the tests, and Algolia's clients as npm installs them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import oracle
from tests.node import WITH_NODE
from tests.oracle import Row
from tests.serving import serving
from tests.words import Catalogue

CLIENTS = Path(__file__).parent / "clients"


@pytest.fixture(scope="module")
def served(shared_catalogue: Catalogue) -> Iterator[tuple[str, list[Row]]]:
    """`host:port` of a server process, and the rows it searches."""
    rows = oracle.stock(shared_catalogue, 1)
    engines, alias = shared_catalogue.engines, shared_catalogue.alias
    with serving(
        shared_catalogue.settings,
        database_url=engines.database_url,
        opensearch_url=engines.opensearch_url,
        alias=alias,
    ) as address:
        yield address.removeprefix("http://"), rows


@pytest.fixture(scope="session")
def clients() -> Path:
    """The folder of the clients, installed as the lockfile says."""
    locked, installed = CLIENTS / "package-lock.json", CLIENTS / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < locked.stat().st_mtime:
        done = subprocess.run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=CLIENTS,
            env=WITH_NODE,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
    return CLIENTS
