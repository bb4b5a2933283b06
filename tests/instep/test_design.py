"""A generation is asked only by code of its own design.

1. An API that meets a generation of another design is not ready, says that the index is too old, and answers searches
   with 503 and Retry-After; one program is answered all the same.
2. A rollback to such a generation is refused with the reason.
3. A rebuild makes it right.
"""

from __future__ import annotations

import pytest

from indexing import generations
from indexing.rebuild_lock import RebuildRefused
from indexing.rollback import rollback
from tests.words import Catalogue, program


def of_older_code(catalogue: Catalogue, generation: str) -> None:
    """Make a generation look as one that was built before there were designs."""
    catalogue.search.indices.put_mapping(index=generation, body={"_meta": {}})


def test_an_older_index_is_not_asked(catalogue: Catalogue) -> None:  # 1, 3
    catalogue.store(program("Acme"))
    generation = generations.target(catalogue.search, catalogue.alias)
    assert generation is not None
    of_older_code(catalogue, generation)
    readiness = catalogue.get("/readyz", expect=503)
    assert readiness["parts"]["search"] == "index too old, rebuild"
    answer = catalogue.api.get("/api/programs", params={"q": "acme"})
    assert (answer.status_code, "retry-after" in answer.headers) == (503, True)
    assert "too old" in answer.json()["detail"]
    (id,) = (id for (id,) in catalogue.rows("select id from programs"))
    assert catalogue.get(f"/api/programs/{id}")["name"] == "Acme"
    catalogue.rebuild()
    catalogue.get("/readyz")
    assert catalogue.found("acme") == ["Acme"]


def test_no_way_back_to_an_older_index(catalogue: Catalogue) -> None:  # 2
    catalogue.store(program("Acme"))
    older = generations.target(catalogue.search, catalogue.alias)
    assert older is not None
    catalogue.rebuild()
    of_older_code(catalogue, older)
    with pytest.raises(RebuildRefused, match="older version of search"):
        rollback(catalogue.connect, catalogue.search, catalogue.alias)
    assert generations.target(catalogue.search, catalogue.alias) != older
