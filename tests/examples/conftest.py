"""A server over programs whose order is known."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.engines import Engines
from app.settings import Settings
from tests.conftest import new_catalogue
from tests.serving import serving
from tests.words import program

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="package")
def address(engines: Engines, settings: Settings, template: str) -> Iterator[str]:
    """A server over programs of which one pays most, whatever is looked at first."""
    for catalogue in new_catalogue(engines, settings, template):
        plain = [program(f"Shop {number}", external_id=f"s{number}") for number in range(45)]
        paying = {"commission_type": "percent", "commission_min": 10.0, "recurring": True}
        catalogue.store(
            *plain,
            program("High for a month", external_id="a", **paying, commission_max=90.0, recurring_months=1),
            program("Half for a year", external_id="b", **paying, commission_max=50.0, recurring_months=12),
            program("Half for ever", external_id="c", **paying, commission_max=50.0, epc=2.0),
            program("Little for ever", external_id="d", **paying, commission_max=10.0),
            program("Once", external_id="e", **{**paying, "recurring": False}, commission_max=99.0),
        )
        with serving(
            catalogue.settings,
            database_url=catalogue.engines.database_url,
            opensearch_url=catalogue.engines.opensearch_url,
            alias=catalogue.alias,
        ) as served:
            yield served
