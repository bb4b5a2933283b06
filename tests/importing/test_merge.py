"""What an import does to the rows that are there.

1. A new program is created, a changed one updated, an unchanged one not touched: it keeps its version.
2. The last of several records of one program wins.
3. Our own marks survive.
4. A complete run notes what it lacks; what two in a row lack is closed; what comes back is open again.
5. Popularity is a percentile within the network, drawn by complete runs, moved only by three points or more.
6. A partial run closes nothing and ranks nothing.
"""

from __future__ import annotations

from app.importing.merge import Merged
from tests.words import Catalogue, program


def test_created_updated_unchanged(catalogue: Catalogue) -> None:  # 1
    kept, changed = program("Kept", external_id="1"), program("Before", external_id="2")
    assert catalogue.put([kept, changed])["awin"] == Merged(created=2)
    versions = dict(catalogue.rows("select external_id, version from programs"))
    again = [kept, program("After", external_id="2"), program("New", external_id="3")]
    assert catalogue.put(again)["awin"] == Merged(created=1, updated=1, unchanged=1)
    rows = {
        key: (name, version) for key, name, version in catalogue.rows("select external_id, name, version from programs")
    }
    assert rows["1"] == ("Kept", versions["1"])
    assert rows["2"][0] == "After"
    assert rows["2"][1] > versions["2"]


def test_an_unchanged_import_writes_nothing(catalogue: Catalogue) -> None:  # 1
    programs = [program(f"P{number}", epc=number / 7, geo_targeting=("DE", "FR")) for number in range(50)]
    catalogue.put(programs)
    before = catalogue.rows("select id, xmin::text, version from programs order by id")
    catalogue.rows("delete from changed_programs")
    assert catalogue.put(programs)["awin"] == Merged(unchanged=50)
    assert catalogue.rows("select id, xmin::text, version from programs order by id") == before
    assert catalogue.rows("select * from changed_programs") == []


def test_the_last_of_duplicates_wins(catalogue: Catalogue) -> None:  # 2
    records = [program("First", external_id="1"), program("Other"), program("Last", external_id="1")]
    assert catalogue.put(records)["awin"] == Merged(duplicates=1, created=2)
    assert catalogue.rows("select name from programs where external_id = '1'") == [("Last",)]


def test_our_marks_survive(catalogue: Catalogue) -> None:  # 3
    catalogue.put([program("Before", external_id="1", vertical="travel")])
    catalogue.rows(
        "update programs set verified = true, verified_at = now(), featured = true, vertical_override = 'pets'"
    )
    catalogue.put([program("After", external_id="1", vertical="food")])
    marks = catalogue.rows("select name, verified, featured, vertical, vertical_override from programs")
    assert marks == [("After", True, True, "food", "pets")]


def test_missing_then_closed_then_back(catalogue: Catalogue) -> None:  # 4, 6
    stays, leaves = program("Stays", external_id="1"), program("Leaves", external_id="2")
    catalogue.put([stays, leaves], partial=False)

    def state() -> tuple[str, bool]:
        ((status, missing),) = catalogue.rows(
            "select status, missing_since is not null from programs where name = 'Leaves'"
        )
        return status, missing

    assert catalogue.put([stays], partial=True)["awin"].missing == 0
    assert state() == ("active", False)
    assert catalogue.put([stays], partial=False)["awin"] == Merged(unchanged=1, missing=1)
    assert state() == ("active", True)
    assert catalogue.put([stays], partial=False)["awin"] == Merged(unchanged=1, missing=1, closed=1)
    assert state() == ("closed", True)
    assert catalogue.put([stays], partial=False)["awin"] == Merged(unchanged=1)
    assert catalogue.put([stays, leaves], partial=False)["awin"] == Merged(updated=1, unchanged=1)
    assert state() == ("active", False)


def test_another_network_is_not_missing(catalogue: Catalogue) -> None:  # 4
    catalogue.put([program("Elsewhere", network="cj")], partial=False)
    catalogue.put([program("Here", network="awin")], partial=False)
    assert catalogue.rows("select count(*) from programs where missing_since is not null") == [(0,)]


def test_popularity_is_a_percentile_within_the_network(catalogue: Catalogue) -> None:  # 5
    awin = [program(f"A{n}", external_id=f"a{n}", popularity_raw=float(n)) for n in range(1, 51)]
    cj = [program("C", network="cj", popularity_raw=1.0), program("None", network="cj")]
    catalogue.put(awin + cj, partial=False)
    drawn = dict(catalogue.rows("select name, popularity from programs"))
    assert (drawn["A1"], drawn["A25"], drawn["A50"], drawn["C"], drawn["None"]) == (2, 50, 100, 100, None)


def test_popularity_moves_only_when_it_matters(catalogue: Catalogue) -> None:  # 5
    def catalogue_of(size: int) -> None:
        programs = [program(f"A{n}", external_id=f"a{n}", popularity_raw=float(n)) for n in range(1, size + 1)]
        catalogue.rows("update networks set popularity_drawn_at = null")
        catalogue.put(programs, partial=False)

    catalogue_of(100)
    versions = dict(catalogue.rows("select name, version from programs"))
    catalogue_of(101)  # everybody's percentile moves by at most one point
    assert all(
        catalogue.rows("select version from programs where name = %s", name) == [(v,)] for name, v in versions.items()
    )
    catalogue_of(150)
    assert catalogue.rows("select popularity from programs where name = 'A100'") == [(67,)]


def test_popularity_is_drawn_at_most_daily(catalogue: Catalogue) -> None:  # 5
    catalogue.put([program("A", external_id="1", popularity_raw=1.0)], partial=False)
    catalogue.put(
        [program("A", external_id="1", popularity_raw=1.0), program("B", external_id="2", popularity_raw=0.5)],
        partial=False,
    )
    assert dict(catalogue.rows("select name, popularity from programs")) == {"A": 100, "B": None}


def test_a_partial_run_ranks_nothing(catalogue: Catalogue) -> None:  # 6
    catalogue.put([program("A", popularity_raw=1.0)], partial=True)
    assert catalogue.rows("select popularity from programs") == [(None,)]
