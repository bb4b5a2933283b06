"""Verify finds what was done behind our back in the index, and repair mends it for good.

1. A document that was deleted, added, overwritten, made stale or put in a wrong place is found by counts and checksums.
2. One that was altered without moving what is compared is found by `deep`.
3. Repair ends in step, also where a write behind our back raised a version above all of ours.
4. A database that is older than the index (a restored backup) draws versions above it from then on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from indexing import generations
from indexing.verify import Verified, verify
from indexing.versions import raise_above_both
from tests.words import Catalogue, program

Damage = Callable[[Catalogue, str, int], Any]


def _verify(catalogue: Catalogue, **options: bool) -> Verified:
    return verify(catalogue.connect, catalogue.search, catalogue.alias, **options)


def _deleted(catalogue: Catalogue, index: str, id: int) -> None:
    catalogue.search.delete(index=index, id=str(id))


def _added(catalogue: Catalogue, index: str, id: int) -> None:
    document = catalogue.search.get(index=index, id=str(id))["_source"]
    catalogue.search.index(index=index, id=str(id + 5_000_000), body=document)


def _added_without_a_number(catalogue: Catalogue, index: str, _: int) -> None:
    catalogue.search.index(index=index, id="x", body={"name": "stranger"})


def _added_elsewhere(catalogue: Catalogue, index: str, id: int) -> None:
    document = catalogue.search.get(index=index, id=str(id))["_source"]
    catalogue.search.index(index=index, id="0" + str(id), body=document)


def _overwritten(catalogue: Catalogue, index: str, id: int) -> None:
    catalogue.search.index(index=index, id=str(id), body={"name": "mine now"})


def _overwritten_often(catalogue: Catalogue, index: str, id: int) -> None:
    for _ in range(40):
        catalogue.search.index(index=index, id=str(id), body={"name": "mine now"})


def _stale(catalogue: Catalogue, index: str, id: int) -> None:
    document = catalogue.search.get(index=index, id=str(id))["_source"]
    catalogue.rows("update programs set name = 'newer' where id = %s", id)
    catalogue.index()
    catalogue.search.index(index=index, id=str(id), body=document)


@pytest.mark.parametrize(
    "damage",
    [_deleted, _added, _added_without_a_number, _added_elsewhere, _overwritten, _overwritten_often, _stale],
)
def test_found_and_repaired(catalogue: Catalogue, damage: Damage) -> None:  # 1, 3
    catalogue.store(*(program(f"P{number}") for number in range(20)))
    assert _verify(catalogue).in_step
    index = generations.target(catalogue.search, catalogue.alias)
    assert index
    ((id,),) = catalogue.rows("select max(id) from programs")
    damage(catalogue, index, id)
    assert not _verify(catalogue).in_step
    repaired = _verify(catalogue, repair=True)
    assert repaired.in_step
    assert repaired.repaired == 1
    assert _verify(catalogue, deep=True).in_step
    assert sorted(catalogue.found()) == sorted(name for (name,) in catalogue.rows("select name from programs"))


def test_an_altered_document_is_found_by_deep(catalogue: Catalogue) -> None:  # 2
    catalogue.store(program("A"), program("B"))
    index = generations.target(catalogue.search, catalogue.alias)
    ((id,),) = catalogue.rows("select id from programs where name = 'A'")
    catalogue.search.update(index=index, id=str(id), body={"doc": {"name": "altered"}})
    assert _verify(catalogue).in_step
    found = _verify(catalogue, deep=True)
    assert (found.in_step, found.stale) == (False, 1)
    assert _verify(catalogue, deep=True, repair=True).in_step
    catalogue.search.indices.refresh(index=index)
    catalogue.finds("", ["A", "B"])


def test_a_restored_database_goes_on_above_the_index(catalogue: Catalogue) -> None:  # 4
    catalogue.store(program("A"))
    catalogue.rows("update programs set name = 'lost in the restore'")
    catalogue.index()
    catalogue.rows("alter table programs disable trigger user")
    catalogue.rows("update programs set name = 'A', version = 1")
    catalogue.rows("alter table programs enable trigger user")
    catalogue.rows("select setval('program_version', 1)")
    with catalogue.connect() as connection:
        assert raise_above_both(connection, catalogue.search)
        assert not raise_above_both(connection, catalogue.search)
    assert not _verify(catalogue).in_step
    assert _verify(catalogue, repair=True).in_step
    catalogue.index()
    catalogue.finds("", ["A"])


def test_follow_notices_a_rewound_database_by_itself(catalogue: Catalogue) -> None:  # 4
    """A failover that lost the last transactions: nobody restarts, versions are drawn below the index's."""
    catalogue.store(program("A"))
    for _ in range(5):
        catalogue.rows("update programs set name = name || '!'")
    catalogue.index()
    catalogue.rows("select setval('program_version', 1)")
    catalogue.rows("update programs set name = 'after the failover'")
    catalogue.index()
    catalogue.finds("", ["after the failover"])
    assert _verify(catalogue, deep=True).in_step
