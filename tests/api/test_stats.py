"""The catalogue in numbers, and whether it can be asked.

1. Counts are those of the rows, closed programs beside the others; fill rates are shares of rows with a value.
2. Networks show their policy and their last complete import.
3. Ready says which part is missing; alive asks nobody.
4. The OpenAPI document describes every parameter of a search, with its bounds.
"""

from __future__ import annotations

import pytest

from app.search.controls import CONTROLS
from app.version import VERSION
from mappings.catalogue import FILTERS
from tests.words import Catalogue, program


def test_counts(catalogue: Catalogue) -> None:  # 1
    catalogue.store(
        program("A", network="cj", vertical="food", category="Food", epc=1.0),
        program("B", network="cj", vertical="food", category="Food"),
        program("C", network="awin", vertical="pets", category="Pets", status="closed", epc=2.0),
    )
    catalogue.rows("update programs set featured = name = 'A'")
    stats = catalogue.get("/api/stats")
    assert (stats["programs"], stats["closed"], stats["featured"]) == (2, 1, 1)
    assert {each["network"]: (each["programs"], each["closed"]) for each in stats["networks"]} == {
        "cj": (2, 0),
        "awin": (0, 1),
    }
    assert {each["vertical"]: (each["programs"], each["closed"]) for each in stats["verticals"]} == {
        "food": (2, 0),
        "pets": (0, 1),
    }
    assert stats["fillRates"]["cj"]["epc"] == 0.5
    assert stats["fillRates"]["awin"]["epc"] == 1.0


def test_networks(catalogue: Catalogue) -> None:  # 2
    catalogue.put([program("A", network="awin")], partial=False)
    networks = {each["slug"]: each for each in catalogue.get("/api/networks")["networks"]}
    assert networks["awin"]["programs"] == 1
    assert networks["awin"]["lastCompleteAt"].endswith("Z")
    assert networks["cj"]["lastCompleteAt"] is None
    assert networks["shareasale"]["retired"] is True
    assert catalogue.get("/api/networks/AWIN")["minPayout"] == networks["awin"]["minPayout"]
    assert catalogue.get("/api/networks/amazon", expect=404)["type"] == "/problems/not-found"


@pytest.mark.waits
def test_ready(catalogue: Catalogue) -> None:  # 3
    assert catalogue.get("/healthz") == {"status": "alive", "version": VERSION}
    missing = catalogue.get("/readyz", expect=503)
    assert missing["parts"] == {"search": "missing", "database": "ready", "worker": "missing"}
    catalogue.rebuild()
    catalogue.work()
    assert catalogue.get("/readyz")["status"] == "ready"


def test_every_parameter_is_described(catalogue: Catalogue) -> None:  # 4
    described = catalogue.get("/schema/openapi.json")["paths"]["/api/programs"]["get"]["parameters"]
    names = {each["name"] for each in described}
    assert names >= {*CONTROLS, *FILTERS}
    assert all(each["description"] for each in described)
    per_page = next(each for each in described if each["name"] == "perPage")
    assert (per_page["schema"]["minimum"], per_page["schema"]["maximum"]) == (0, 100)
