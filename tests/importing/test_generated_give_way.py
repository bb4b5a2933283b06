"""Real programs take the place of generated ones.

1. The first complete import of real programs of a network removes its generated ones in the same merge, also those
   under the same ids, and nothing of that is history; other networks and one's own programs stay.
2. A partial import, an import of generated ones, and one of another network remove nothing.
3. `affindex catalogue remove-generated` removes all of them.
"""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from app.importing.generated import remove_generated
from mappings.program import Program
from tests.words import Catalogue, program


def generated(external_id: str, network: str = "awin", **fields: Any) -> Program:
    return program(f"Generated {external_id}", network=network, external_id=external_id,
                   data_source=f"generator:{network}", commission_max=9.0, **fields)  # fmt: skip


def real(external_id: str, network: str = "awin") -> Program:
    return program(f"Real {external_id}", network=network, external_id=external_id, data_source=f"api:{network}",
                   commission_max=4.0)  # fmt: skip


def names(catalogue: Catalogue) -> list[str]:
    return [name for (name,) in catalogue.rows("select name from programs order by name")]


def test_they_are_gone_with_the_first_complete_import(catalogue: Catalogue) -> None:  # 1
    catalogue.store(*(generated(id) for id in "abc"), generated("x", "cj"), program("Own", network="direct"))
    before = dict(catalogue.rows("select external_id, id from programs where network_id = 5"))
    done = catalogue.put([real("a"), real("d")], partial=False)
    assert (done["awin"].created, done["awin"].updated, done["awin"].removed) == (2, 0, 3)
    assert names(catalogue) == ["Generated x", "Own", "Real a", "Real d"]
    assert catalogue.rows("select count(*) from program_history where field <> 'created'") == [(0,)]
    after = dict(catalogue.rows("select external_id, id from programs where network_id = 5"))
    assert after["a"] not in before.values()
    catalogue.index()
    catalogue.finds("", ["Generated x", "Own", "Real a", "Real d"])
    catalogue.get(f"/api/programs/{before['b']}", expect=410)
    done = catalogue.put([real("a"), real("d")], partial=False)
    assert (done["awin"].unchanged, done["awin"].removed) == (2, 0)


@pytest.mark.parametrize(
    ("put", "partial"), [([real("a")], True), ([generated("a"), generated("b")], False), ([real("a", "cj")], False)]
)
def test_otherwise_they_stay(catalogue: Catalogue, put: list[Program], partial: bool) -> None:  # 2
    catalogue.put([generated("b")])
    done = catalogue.put(put, partial=partial)
    assert [each.removed for each in done.values()] == [0]
    assert "Generated b" in names(catalogue)


def test_a_merge_that_fails_removes_nothing(catalogue: Catalogue) -> None:  # 1
    catalogue.put([generated("a")])
    with pytest.raises(psycopg.errors.CheckViolation):
        catalogue.put([real("b"), program("", external_id="c", data_source="api:awin")], partial=False)
    assert names(catalogue) == ["Generated a"]


def test_all_can_be_removed(catalogue: Catalogue) -> None:  # 3
    catalogue.put(
        [generated("a"), generated("x", "cj"), generated("y", "cj"), real("d"), program("Own", network="direct")]
    )
    with catalogue.connect() as connection:
        assert remove_generated(connection) == {"cj": 2, "awin": 1}
        assert remove_generated(connection) == {}
    assert names(catalogue) == ["Own", "Real d"]
    assert catalogue.rows("select count(*) from program_history where field <> 'created'") == [(0,)]
