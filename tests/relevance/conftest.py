"""The whole generated catalogue, imported once for all files of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.engines import Engines
from app.importing.run_import import run_import
from app.importing.sources import generated
from app.settings import Settings
from generators import VOLUMES
from tests.conftest import new_catalogue
from tests.words import Catalogue


@pytest.fixture(scope="package")
def whole_catalogue(engines: Engines, settings: Settings, template: str) -> Iterator[Catalogue]:
    """All 80,000 programs (seed 1), searchable; no test may change them."""
    for catalogue in new_catalogue(engines, settings, template):
        run_import(catalogue.connect, generated(tuple(VOLUMES)), {})
        catalogue.rebuild()
        yield catalogue
