"""OpenSearch is killed and started again.

1. In the middle of a rebuild: the build goes on once it is back, and what it lost unsynced is pushed again.
2. At the end of a build: the rebuild fails, the old generation serves on, and what is left of the new one is cleared
   away by itself.
3. Meanwhile every search is answered rightly or refused, and every import goes on.
4. What a build lost is there when it serves, also if it is changing at that moment and nobody follows.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from opensearchpy import OpenSearchException

from indexing import generations, rebuild
from tests.instep.faults.house import Answered, House, eventually
from tests.instep.faults.own_engines import OwnOpenSearch
from tests.nightly import nightly
from tests.words import Catalogue, program

_PROGRAMS = 600
_DOCUMENTS_A_SLICE = 50  # so that a build of these is many slices


@pytest.fixture
def house(house_over_own_opensearch: House) -> House:
    """A house with some programs."""
    house = house_over_own_opensearch
    house.imports(_PROGRAMS)
    house.converges()
    return house


@contextmanager
def _searching(house: House) -> Iterator[list[Answered]]:
    """A client that asks all the time for programs that do not change in number; what it was told."""
    over = threading.Event()

    def ask() -> list[Answered]:
        told: list[Answered] = []
        while not over.wait(0.05):
            told.append(house.asks(f"/api/programs?network=cj&status=active,paused,closed&id=!{10**9 + len(told)}"))
        return told

    answers: list[Answered] = []
    with ThreadPoolExecutor(1) as client:
        asking = client.submit(ask)
        try:
            yield answers
        finally:
            over.set()
            answers += asking.result()


def _right_or_refused(answers: list[Answered]) -> None:
    assert any(each.refused for each in answers)
    for each in answers:
        assert each.refused or (each.status == 200 and each.json["total"] == _PROGRAMS), each


def _nothing_left_behind(house: House) -> None:
    client, alias = house.catalogue.search, house.catalogue.alias

    def tidy() -> bool:
        with house.catalogue.connect() as connection:
            recorded = generations.live(connection)
        return {each.name for each in recorded} == set(client.indices.get(index=f"{alias}-*")) and not any(
            each.state == "building" for each in recorded
        )

    eventually(tidy, 60, "something of the build is left")


def test_in_the_middle_of_a_rebuild(house: House, own_opensearch: OwnOpenSearch) -> None:  # 1, 3
    killed = threading.Event()

    def progress(done: int, _: int) -> None:
        if not killed.is_set() and done > _PROGRAMS // 3:
            killed.set()
            own_opensearch.kill()

    with _searching(house) as answers, ThreadPoolExecutor(1) as operator:
        rebuilding: Future[rebuild.Rebuilt] = operator.submit(
            house.catalogue.rebuild, progress=progress, documents_a_slice=_DOCUMENTS_A_SLICE
        )
        eventually(lambda: killed.is_set() or rebuilding.done(), 60, "the build does not begin")
        house.imports(_PROGRAMS)
        assert house.pending
        own_opensearch.start()
        rebuilt = rebuilding.result(120)
    _right_or_refused(answers)
    assert rebuilt.generation == generations.target(house.catalogue.search, house.catalogue.alias)
    house.converges()
    _nothing_left_behind(house)


@nightly
def test_at_the_end_of_a_rebuild(house: House, own_opensearch: OwnOpenSearch) -> None:  # 2, 3
    before = generations.target(house.catalogue.search, house.catalogue.alias)

    def progress(done: int, total: int) -> None:
        if done == total:
            own_opensearch.kill()

    with _searching(house) as answers:
        with pytest.raises(OpenSearchException):
            house.catalogue.rebuild(progress=progress, documents_a_slice=_DOCUMENTS_A_SLICE)
        house.imports(_PROGRAMS)
        assert house.pending
        own_opensearch.start()
        house.converges()
    _right_or_refused(answers)
    assert generations.target(house.catalogue.search, house.catalogue.alias) == before
    _nothing_left_behind(house)


def test_what_a_build_lost_and_is_changing(catalogue: Catalogue) -> None:  # 4
    catalogue.store(program("A"), program("B"))
    ((lost,),) = catalogue.rows("select id from programs where name = 'A'")

    def progress(done: int, total: int) -> None:
        if done == total:
            ((building,),) = catalogue.rows("select name from index_generations where state = 'building'")
            catalogue.search.delete(index=building, id=str(lost))
            catalogue.rows("update programs set name = name || '!'")
            catalogue.rows("update programs set name = name || '!'")

    rebuilt = catalogue.rebuild(progress=progress)
    assert generations.target(catalogue.search, catalogue.alias) == rebuilt.generation
    catalogue.finds("", ["A!!", "B!!"])
