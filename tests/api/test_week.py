"""What the last seven days brought.

1. Programs that are new, closed, pay more or pay less count once each: in all, per network, per vertical.
2. What is older, and programs that are gone, do not count.
"""

from __future__ import annotations

from typing import Any

from tests.words import Catalogue, program

_KINDS = ("new", "closed", "raised", "cut")


def _counts(moves: dict[str, Any]) -> tuple[int, ...]:
    return tuple(moves[kind] for kind in _KINDS)


def test_a_week(catalogue: Catalogue) -> None:  # 1, 2
    catalogue.put(
        [
            program("A", network="cj", vertical="food", commission_max=5.0, currency="EUR"),
            program("B", network="cj", vertical="pets", commission_fixed_max=5.0, currency="EUR"),
            program("C", network="awin", vertical="food", commission_max=5.0),
            program("Old", network="awin"),
            program("Gone", network="awin"),
        ]
    )
    catalogue.rows("update programs set commission_max = 6 where name = 'A'")
    catalogue.rows("update programs set commission_max = 7 where name = 'A'")
    catalogue.rows("update programs set commission_fixed_max = 4 where name = 'B'")
    catalogue.rows("update programs set status = 'closed' where name in ('C', 'Old', 'Gone')")
    catalogue.rows(
        "update program_history set at = now() - interval '8 days' "
        "where program_id = (select id from programs where name = 'Old')"
    )
    catalogue.rows("delete from programs where name = 'Gone'")
    week = catalogue.get("/api/week")
    assert (week["days"], _counts(week["total"])) == (7, (3, 1, 1, 1))
    assert {each["network"]: _counts(each) for each in week["networks"]} == {
        "cj": (2, 0, 1, 1),
        "awin": (1, 1, 0, 0),
    }
    assert {each["vertical"]: _counts(each) for each in week["verticals"]} == {
        "food": (2, 1, 1, 0),
        "pets": (1, 0, 0, 1),
    }


def test_nothing(catalogue: Catalogue) -> None:  # 1
    week = catalogue.get("/api/week")
    assert (_counts(week["total"]), week["networks"], week["verticals"]) == ((0, 0, 0, 0), [], [])
