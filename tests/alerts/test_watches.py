"""What a watch tells.

1. A program that matches and did not before, one that no longer does, whatever the reason: it is new, it changed, it is
   gone.
2. A changed rate, cookie, status or EPC band of a program that matches, from what to what; nothing of others, and
   nothing that it is not asked to tell.
3. Its words are read as they were when it was made.
4. What was there before it is no news, even where it commits late; what commits after it is.
5. Each thing is told once: not again when another generation serves, when all is drawn anew, or when a look is
   overtaken.
6. While it is paused it tells nothing; then it tells what came and went, and no change in between.
7. More than 10,000 matches are refused, and pause a watch that grows to them.
8. Ids are kept small and come back as they were.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.alerts import looking
from app.alerts.looking import look
from app.alerts.matching import MOST_MATCHES, TooManyMatches
from app.alerts.sources import Snapshot
from app.alerts.watches import one, pause, resume
from mappings.watching import packed, unpacked
from tests.alerts.watching import caught_up, kinds, look_once, told, watch
from tests.words import Catalogue, program


def _follow(catalogue: Catalogue) -> None:
    catalogue.index()
    caught_up(catalogue)


def test_what_comes_and_goes(catalogue: Catalogue) -> None:  # 1
    catalogue.store(
        program("Stays", network="cj", cookie_days=60),
        program("Goes", network="cj", cookie_days=60),
        program("Comes", network="cj", cookie_days=10),
        program("Other", network="awin", cookie_days=60),
        program("Removed", network="cj", cookie_days=60),
    )
    long = watch(catalogue, "network=cj&cookieDays=30..")
    assert long.matches == 3
    caught_up(catalogue)
    assert kinds(catalogue, long) == []
    catalogue.rows("update programs set cookie_days = 5 where name = 'Goes'")
    catalogue.rows("update programs set cookie_days = 90 where name = 'Comes'")
    catalogue.rows("update programs set description = 'x' where name in ('Stays', 'Other')")
    catalogue.rows("delete from programs where name = 'Removed'")
    catalogue.put([program("New", network="cj", cookie_days=45)])
    _follow(catalogue)
    assert sorted(kinds(catalogue, long)) == [
        ("cookie", "Comes"),
        ("cookie", "Goes"),
        ("entered", "Comes"),
        ("entered", "New"),
        ("left", ""),
        ("left", "Goes"),
    ]
    with catalogue.connect() as connection:
        assert one(connection, long.id).matches == 3


def test_what_changes(catalogue: Catalogue) -> None:  # 2
    catalogue.store(
        program("Tea", commission_min=4.0, commission_max=8.0, cookie_days=30, epc=0.11),
        program("Coffee", commission_max=8.0),
    )
    tea = watch(catalogue, "q=tea")
    catalogue.rows("update programs set commission_max = 5, cookie_days = 60, epc = 0.6, popularity = 3")
    catalogue.rows("update programs set epc = 0.7, status = 'paused'")
    _follow(catalogue)
    assert sorted((each.kind, each.field, each.old, each.new, each.direction) for each in told(catalogue, tea)) == [
        ("cookie", "cookieDays", 30, 60, "up"),
        ("epc", "epc", 0.11, 0.6, "up"),
        ("rate", "commissionMax", 8, 5, "down"),
        ("status", "status", "active", "paused", None),
    ]
    ((id,),) = catalogue.rows("select id from programs where name = 'Tea'")
    last = told(catalogue, tea)[-1]
    assert last.program_id == id
    assert last.program is not None
    assert {key: last.program[key] for key in ("name", "network", "status", "commissionMax", "cookieDays")} == {
        "name": "Tea", "network": "awin", "status": "paused", "commissionMax": 5, "cookieDays": 60,
    }  # fmt: skip
    catalogue.rows("update programs set status = 'closed' where name = 'Tea'")
    _follow(catalogue)
    assert kinds(catalogue, tea)[4:] == [("status", "Tea"), ("left", "Tea")]


def test_only_what_is_to_be_told(catalogue: Catalogue) -> None:  # 2
    catalogue.store(program("Tea", cookie_days=30, commission_max=5.0))
    tea = watch(catalogue, "q=tea", tells=["rate"])
    catalogue.rows("update programs set cookie_days = 60, commission_max = 6")
    catalogue.put([program("Green Tea")])
    _follow(catalogue)
    assert kinds(catalogue, tea) == [("rate", "Tea")]


def test_words_are_read_as_they_were(catalogue: Catalogue) -> None:  # 3
    catalogue.store(program("Acme Skincare"), program("Other"))
    mistyped = watch(catalogue, "q=skincrae")
    assert mistyped.matches == 1
    catalogue.put([program("Skincrae")])  # a word that a search would not take for a typing error from now on
    _follow(catalogue)
    assert catalogue.found("skincrae") == ["Skincrae"]
    catalogue.put([program("Fine Skincare")])
    _follow(catalogue)
    assert ("entered", "Fine Skincare") in kinds(catalogue, mistyped)


def test_what_was_before_is_no_news(catalogue: Catalogue) -> None:  # 4
    catalogue.store(program("Early", cookie_days=1), program("Late", cookie_days=1))
    catalogue.rows("update programs set cookie_days = 2 where name = 'Early'")
    catalogue.index()
    with catalogue.connect() as late:
        late.execute("update programs set cookie_days = 3 where name = 'Late'")
        both = watch(catalogue, "cookieDays=1..")
    _follow(catalogue)
    assert kinds(catalogue, both) == [("cookie", "Late")]


def test_each_once(catalogue: Catalogue) -> None:  # 5
    catalogue.store(*(program(f"P{number}", cookie_days=number) for number in range(1, 6)))
    few = watch(catalogue, "cookieDays=..3")
    catalogue.rows("update programs set cookie_days = cookie_days - 1")
    catalogue.rebuild()
    caught_up(catalogue)
    found = sorted(kinds(catalogue, few))
    assert found == [("cookie", name) for name in ("P1", "P2", "P3", "P4")] + [("entered", "P4")]
    catalogue.rows("update watches set drawn_at = now() - interval '2 days'")
    _follow(catalogue)
    catalogue.rebuild()
    _follow(catalogue)
    assert sorted(kinds(catalogue, few)) == found
    assert len({each.id for each in told(catalogue, few)}) == len(found)


def test_a_look_that_is_overtaken_does_nothing(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:  # 5
    catalogue.store(program("Tea"))
    tea = watch(catalogue, "q=tea")
    caught_up(catalogue)
    catalogue.put([program("Black Tea")])
    catalogue.index()
    real = looking._compare

    def overtaken(*arguments: object) -> None:
        real(*arguments)  # type: ignore[arg-type]
        monkeypatch.setattr(looking, "_compare", real)
        look_once(catalogue)

    monkeypatch.setattr(looking, "_compare", overtaken)
    with catalogue.connect() as connection:
        assert look(connection, catalogue.search, catalogue.alias).events == 0
    assert kinds(catalogue, tea) == [("entered", "Black Tea")]
    caught_up(catalogue)
    assert kinds(catalogue, tea) == [("entered", "Black Tea")]


def test_paused(catalogue: Catalogue) -> None:  # 6
    catalogue.store(program("Tea", cookie_days=1), program("Old Tea", cookie_days=1))
    tea = watch(catalogue, "q=tea")
    with catalogue.connect() as connection:
        pause(connection, tea.id)
    catalogue.rows("update programs set cookie_days = 2")
    catalogue.rows("update programs set name = 'Coffee' where name = 'Old Tea'")
    catalogue.put([program("New Tea")])
    _follow(catalogue)
    assert kinds(catalogue, tea) == []
    with catalogue.connect() as connection:
        resume(connection, tea.id)
    catalogue.rows("update programs set cookie_days = 3 where name = 'Tea'")
    _follow(catalogue)
    assert sorted(kinds(catalogue, tea)) == [("cookie", "Tea"), ("entered", "New Tea"), ("left", "Coffee")]


def test_too_many(catalogue: Catalogue) -> None:  # 7
    assert MOST_MATCHES == 10_000
    catalogue.store(*(program(f"Tea {number}", network="cj" if number else "awin") for number in range(4)))
    with pytest.raises(TooManyMatches, match="narrow it"):
        watch(catalogue, "q=tea", most=3)
    cj = watch(catalogue, "q=tea&network=cj", most=3)
    catalogue.rows("update programs set network_id = (select id from networks where slug = 'cj')")
    catalogue.index()
    caught_up(catalogue, most=3)
    with catalogue.connect() as connection:
        stands = one(connection, cj.id)
    assert stands.paused_at is not None
    assert "narrow it" in (stands.paused_because or "")
    assert kinds(catalogue, cj) == []


@given(st.sets(st.integers(1, 2**53 - 1), max_size=300))
def test_ids_come_back(ids: set[int]) -> None:  # 8
    assert unpacked(packed(ids)) == ids


def test_ids_are_small() -> None:  # 8
    assert len(packed(range(1, 80_000, 8))) < 10_000


def test_a_snapshot() -> None:  # 4
    snapshot = Snapshot("10:15:11,13")
    assert [xid for xid in range(8, 18) if snapshot.holds(xid)] == [8, 9, 10, 12, 14]
    assert not Snapshot("5:5:").holds(5)
