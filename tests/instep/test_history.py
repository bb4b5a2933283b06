"""What changed in a program is kept, whoever changed it, and nobody who reads on from a cursor misses any of it.

1. Rate, cookie and status are kept with old and new value; EPC only when it moves to another band; nothing else is.
   That a program is new is kept beside them, once.
2. A change that commits late, behind others that began after it, is still read by who goes on from a cursor.
3. `changedSince`, `rateCut` and `closed` find the programs of it; `closed` also lifts the default of `status`.
4. The log tells of the fields and networks that are asked for alone.
"""

from __future__ import annotations

import time
from typing import Any

from app.api.changes import WATCHED
from tests.words import Catalogue, program

_CHANGED = ",".join(each for each in WATCHED if each != "created")


def _changes(catalogue: Catalogue, count: int, since: str = "", field: str = _CHANGED) -> dict[str, Any]:
    """The changes since a point once they are so many: the oldest open transaction of any database bounds them."""
    for _ in range(200):
        found: dict[str, Any] = catalogue.get("/api/changes", since=since, field=field)
        if len(found["changes"]) >= count:
            break
        time.sleep(0.1)
    assert len(found["changes"]) == count
    return found


def test_what_is_kept(catalogue: Catalogue) -> None:  # 1
    catalogue.put([program("A", commission_max=8.0, commission_min=4.0, cookie_days=30, epc=0.11)])
    assert catalogue.get("/api/changes", field=_CHANGED)["changes"] == []
    catalogue.rows("update programs set commission_max = 5, cookie_days = 7, status = 'paused', epc = 0.6")
    catalogue.rows("update programs set epc = 0.7, name = 'B', popularity = 5")
    changes = _changes(catalogue, 4)["changes"]
    assert sorted((each["field"], each["old"], each["new"]) for each in changes) == [
        ("commissionMax", 8, 5),
        ("cookieDays", 30, 7),
        ("epc", 0.11, 0.6),
        ("status", "active", "paused"),
    ]
    ((id,),) = catalogue.rows("select id from programs")
    past = catalogue.get(f"/api/programs/{id}/history")["changes"]
    assert {each["field"] for each in past} == {"commissionMax", "cookieDays", "epc", "status"}
    catalogue.get("/api/programs/999999/history", expect=404)


def test_that_a_program_is_new(catalogue: Catalogue) -> None:  # 1
    acme = program("A", external_id="a", status="paused")
    catalogue.put([acme])
    catalogue.put([acme, program("B")])
    catalogue.rows("update programs set name = 'C' where name = 'A'")
    created = _changes(catalogue, 2, field="created")["changes"]
    assert [(each["name"], each["old"], each["new"]) for each in created] == [
        ("C", None, "paused"),
        ("B", None, "active"),
    ]
    ((id,),) = catalogue.rows("select id from programs where name = 'B'")
    assert catalogue.get(f"/api/programs/{id}/history")["changes"] == []


def test_a_late_commit_is_not_missed(catalogue: Catalogue) -> None:  # 2
    catalogue.put([program("Slow", cookie_days=1), program("Fast", cookie_days=1)])
    with catalogue.connect() as slow:
        slow.execute("update programs set cookie_days = 2 where name = 'Slow'")
        catalogue.rows("update programs set cookie_days = 3 where name = 'Fast'")
        first = catalogue.get("/api/changes", field=_CHANGED)
        assert first["changes"] == []  # the fast one waits for the slow one, which would come before it
    rest = _changes(catalogue, 2, first["nextCursor"])
    assert [(each["name"], each["new"]) for each in rest["changes"]] == [("Slow", 2), ("Fast", 3)]
    assert catalogue.get("/api/changes", since=rest["nextCursor"], field=_CHANGED)["changes"] == []
    assert len(catalogue.get("/api/changes", since="2020", field=_CHANGED)["changes"]) == 2
    assert catalogue.get("/api/changes", since="2100")["changes"] == []
    catalogue.get("/api/changes", since="yesterday", expect=400)


def test_pages_of_changes(catalogue: Catalogue) -> None:  # 2
    catalogue.put([program(f"P{number}", cookie_days=1) for number in range(7)])
    catalogue.rows("update programs set cookie_days = 2")
    _changes(catalogue, 7)
    seen: list[int] = []
    cursor, more = "", True
    while more:
        page = catalogue.get("/api/changes", limit=3, since=cursor, field=_CHANGED)
        seen += [each["id"] for each in page["changes"]]
        cursor, more = page["nextCursor"], page["more"]
    assert sorted(seen) == [id for (id,) in catalogue.rows("select id from programs order by id")]


def test_filters(catalogue: Catalogue) -> None:  # 3
    names = ("Same", "Cut", "Raised", "Closed")
    catalogue.put([program(name, commission_min=2.0, commission_max=8.0) for name in names])
    catalogue.rows("update programs set commission_max = 5 where name = 'Cut'")
    catalogue.rows("update programs set commission_max = 9 where name = 'Raised'")
    catalogue.rows("update programs set status = 'closed' where name = 'Closed'")
    catalogue.index()
    catalogue.finds("", ["Cut"], rateCut="true")
    catalogue.finds("", ["Cut"], rateCut="2020-01-01")
    catalogue.finds("", [], rateCut="2100")
    catalogue.finds("", ["Same", "Raised"], rateCut="false")
    catalogue.finds("", ["Cut", "Raised"], changedSince="2020-05")
    catalogue.finds("", ["Cut", "Raised", "Closed"], changedSince="2020-05", status="active,closed")
    catalogue.finds("", ["Closed"], closed="true")
    catalogue.finds("", ["Closed"], closed="2020..")
    catalogue.rows("update programs set status = 'active' where name = 'Closed'")
    catalogue.index()
    catalogue.finds("", [], closed="true")


def test_only_what_is_asked_for(catalogue: Catalogue) -> None:  # 4
    acme = program("A", external_id="a", network="cj", commission_max=5.0, cookie_days=30)
    other = program("B", external_id="b", network="awin", cookie_days=30)
    catalogue.put([acme, other])
    catalogue.rows("update programs set commission_max = 4, cookie_days = 7 where external_id = 'a'")
    catalogue.rows("update programs set cookie_days = 8 where external_id = 'b'")
    until = time.monotonic() + 20
    while len(catalogue.get("/api/changes", field=_CHANGED)["changes"]) < 3:
        assert time.monotonic() < until
        time.sleep(0.1)
    told = catalogue.get("/api/changes", field="COOKIEDAYS")["changes"]
    assert [(each["name"], each["old"], each["new"]) for each in told] == [("A", 30, 7), ("B", 30, 8)]
    assert [
        each["name"] for each in catalogue.get("/api/changes", network="awin,cj", field="commissionMax")["changes"]
    ] == ["A"]
    problem = catalogue.get("/api/changes", expect=400, field="cookieDay")
    assert problem["errors"][0]["didYouMean"] == "cookieDays"
