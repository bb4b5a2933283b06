"""OpenSearch answers 429, 503 or garbage, late or not at all.

1. An import goes on: its rows are committed, and their changes are kept until the index has them.
2. Every route that needs OpenSearch answers rightly or says 503 with Retry-After; none takes garbage for an answer.
3. Behind an OpenSearch that hangs nothing piles up: many clients at once are refused soon, and hardly any of their
   requests reach it.
4. When it is over the index converges by itself; no document was given up, and no thread of the worker has ended.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from app.settings import Settings
from tests.instep.faults import faulty_engine as faults
from tests.instep.faults.faulty_engine import Fault, FaultyEngine
from tests.instep.faults.house import House, eventually
from tests.words import Catalogue

_CLIENTS = 60
_PATIENCE_SECONDS = 10  # about 1 s is promised; the machine may be busy with other things

REFUSING: list[Fault] = [
    faults.too_many_requests,
    faults.unavailable,
    faults.a_web_page,
    faults.broken_json,
    faults.json_of_something_else,
    faults.an_empty_object,
    faults.no_text,
    faults.cut_off,
    faults.answer_lost,
    faults.broken_off,
    faults.hanging,
]


class FaultyHouse(House):
    """A house whose OpenSearch can be made to misbehave."""

    engine: FaultyEngine


@pytest.fixture(scope="module")
def house(shared_catalogue: Catalogue, settings: Settings) -> Iterator[FaultyHouse]:
    with FaultyEngine(shared_catalogue.engines.opensearch_url) as engine:
        house = FaultyHouse(shared_catalogue, settings, engine.url)
        house.engine = engine
        house.imports()
        with house.open():
            house.converges()
            yield house


@pytest.mark.parametrize("fault", REFUSING, ids=lambda fault: fault.__name__)
def test_it_is_waited_out(house: FaultyHouse, fault: Fault) -> None:  # 1, 2, 4
    ((some,),) = house.catalogue.rows("select min(id) from programs")
    with house.engine.misbehaving(fault):
        house.imports()
        for path in (
            f"/api/programs?q=anything+{fault.__name__}",
            f"/api/programs/{some}",
            f"/api/programs/{some}/similar",
            f"/api/suggest?q={fault.__name__[:6]}",
            f"/api/facets/category?facetQuery={fault.__name__[:4]}",
            f"/api/programs/export?format=ndjson&q={fault.__name__}",
            "/api/index",
        ):
            answered = house.asks(path)
            assert answered.refused, (path, answered)
            assert answered.seconds < _PATIENCE_SECONDS
        query = {"requests": [{"indexName": "programs", "query": fault.__name__}, {"indexName": "programs"}]}
        assert house.asks("/1/indexes/*/queries", "POST", json=query).refused
        assert house.asks("/readyz").status == 503
        assert house.pending == 30
    house.converges()


def test_a_part_of_the_documents_is_put_off(house: FaultyHouse) -> None:  # 1, 4
    with house.engine.misbehaving(faults.every_second_document_too_many):
        house.imports()
        assert house.asks("/api/programs?q=anything").status == 200
        eventually(lambda: 0 < house.pending < 30, 20, "nothing was taken")
        house.imports()
    house.converges()


def test_it_is_slow(house: FaultyHouse) -> None:  # 1, 2, 4
    with house.engine.misbehaving(faults.slow):
        house.imports()
        paths = {f"/api/programs?id=!{number}" for number in range(10**9, 10**9 + 20)}
        deadline = time.monotonic() + 60
        while paths:  # more at once than can be answered soon are told to ask again
            assert time.monotonic() < deadline, "not all are answered"
            answers = dict(zip(asked := sorted(paths), house.asks_at_once(asked), strict=True))
            assert all(each.status == 200 or each.refused for each in answers.values())
            paths = {path for path, each in answers.items() if each.refused}
            assert {each.json["total"] for each in answers.values() if not each.refused} <= {house.programs}
        house.converges()
    house.converges()


def test_nothing_piles_up(house: FaultyHouse) -> None:  # 3
    with house.engine.misbehaving(faults.hanging):
        for wave in range(3):
            house.engine.asked.clear()
            # Never asked before: a remembered answer is right, however much the engine hangs.
            paths = [f"/api/programs?id=!{10**10 + number}&page={wave + 1}" for number in range(_CLIENTS)]
            answers = house.asks_at_once(paths)
            assert all(each.refused for each in answers)
            assert max(each.seconds for each in answers) < _PATIENCE_SECONDS
            if wave:  # the first finds out; from then on one at a time may try
                assert house.engine.asked["_search"] < _CLIENTS / 4
    house.converges()
