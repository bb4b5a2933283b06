"""A watch of programs by how accounts of ours stand to them.

1. `relation=joined` matches what is joined, in every status unless one is named: a joined program that closes or
   changes is told.
2. An account that comes to stand otherwise is told as `entered` and `left`, though no program changed.
3. Of several accounts the nearest relation counts. Words and filters narrow it as ever.
4. What else is private, and values that there are not, are refused with what can be asked.
5. Accounts that stand so to more programs than a watch may match: a new one is refused, one that is there pauses.
"""

from __future__ import annotations

import pytest

from app.alerts.matching import TooManyMatches
from app.alerts.watches import one
from app.search.bad_request import BadRequest
from tests.alerts.watching import caught_up, kinds, watch
from tests.private.telling import tell
from tests.words import Catalogue, program


def stand(catalogue: Catalogue, account: str = "awin", /, **relations: str) -> None:
    """How an account stands to programs, by their names."""
    external = dict(catalogue.rows("select name, external_id from programs"))
    tell(catalogue, {external[name]: relation for name, relation in relations.items()}, account)


def test_a_joined_program_that_closes(catalogue: Catalogue) -> None:  # 1
    catalogue.store(program("Tea", cookie_days=30), program("Coffee"), program("Cocoa"))
    stand(catalogue, Tea="joined", Coffee="pending")
    joined = watch(catalogue, "relation=joined")
    assert joined.matches == 1
    catalogue.rows("update programs set cookie_days = 7")
    catalogue.rows("update programs set status = 'closed'")
    catalogue.index()
    caught_up(catalogue)
    assert kinds(catalogue, joined) == [("cookie", "Tea"), ("status", "Tea")]


def test_accounts_that_come_to_stand_otherwise(catalogue: Catalogue) -> None:  # 2
    catalogue.store(program("Tea"), program("Coffee"))
    stand(catalogue, Tea="joined", Coffee="pending")
    joined, every = watch(catalogue, "relation=joined"), watch(catalogue, "")
    caught_up(catalogue)
    stand(catalogue, Tea="removed", Coffee="joined")
    caught_up(catalogue)
    assert sorted(kinds(catalogue, joined)) == [("entered", "Coffee"), ("left", "Tea")]
    assert kinds(catalogue, every) == []
    stand(catalogue, Tea="removed", Coffee="joined")
    caught_up(catalogue)
    assert len(kinds(catalogue, joined)) == 2


def test_the_nearest_of_several_accounts_counts(catalogue: Catalogue) -> None:  # 3
    catalogue.store(program("Tea"))
    stand(catalogue, Tea="declined")
    stand(catalogue, "awin.blog", Tea="joined")
    assert watch(catalogue, "relation=joined").matches == 1
    assert watch(catalogue, "relation=declined").matches == 0


def test_words_and_filters_narrow_it(catalogue: Catalogue) -> None:  # 1, 3
    catalogue.store(program("Green Tea"), program("Black Tea", status="closed"), program("Coffee"))
    stand(catalogue, **{"Green Tea": "joined", "Black Tea": "joined", "Coffee": "joined"})
    assert watch(catalogue, "q=tea&relation=joined").matches == 2
    assert watch(catalogue, "q=tea&relation=joined&status=active").matches == 1
    assert watch(catalogue, "relation=joined,pending").matches == 3
    assert watch(catalogue, "relation=pending").matches == 0


@pytest.mark.parametrize(
    "query", ["relation=!joined", "relation=unknown", "relation=friends", "tags=top", "shortlisted=true"]
)
def test_what_is_refused(catalogue: Catalogue, query: str) -> None:  # 4
    catalogue.store(program("Tea"))
    with pytest.raises(BadRequest, match="relation"):
        watch(catalogue, query)


def test_more_than_are_watched(catalogue: Catalogue) -> None:  # 5
    catalogue.store(*(program(name) for name in ("Tea", "Coffee", "Cocoa")))
    stand(catalogue, Tea="joined", Coffee="joined", Cocoa="pending")
    with pytest.raises(TooManyMatches, match="more than 1 programs"):
        watch(catalogue, "relation=joined", most=1)
    joined = watch(catalogue, "relation=joined", most=2)
    stand(catalogue, Tea="joined", Coffee="joined", Cocoa="joined")
    caught_up(catalogue, most=2)
    with catalogue.connect() as connection:
        assert "narrow it" in (one(connection, joined.id).paused_because or "")
    assert kinds(catalogue, joined) == []
