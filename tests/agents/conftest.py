"""A server for the agents of a file, over the catalogue that the file stocks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.serving import serving
from tests.words import Catalogue


@pytest.fixture(scope="module")
def served(stocked: Catalogue) -> Iterator[str]:
    with serving(
        stocked.settings,
        database_url=stocked.engines.database_url,
        opensearch_url=stocked.engines.opensearch_url,
        alias=stocked.alias,
    ) as address:
        yield f"{address}/mcp"
