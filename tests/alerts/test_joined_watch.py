"""The watch of what one has joined, which nobody has to make.

1. The first list that tells of a joined program makes it, listed as built in. What is joined already is no news,
   whether the index has it yet or not, nor is what another account's first list tells.
2. Whatever is committed from then on, or with the list, or was under way, is told exactly once: what changed or closed,
   what was joined since, where one was removed.
3. It is paused as every watch is. Removed, or where somebody watches the same, it is not made again.
4. It is private: without a key nothing of it is told.
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from app.alerts.watches import Watch, listed, pause, remove, resume
from app.importing.joined_watch import NAME, QUERY
from app.importing.relations import ToldRelations
from mappings.network_program import NetworkProgram
from tests.alerts.test_relations_watched import stand
from tests.alerts.watching import caught_up, kinds, look_once, watch
from tests.words import Catalogue, program


def built_in(catalogue: Catalogue) -> Watch:
    with catalogue.connect() as connection:
        (found,) = [each for each in listed(connection) if each.built_in]
    return found


def joining(externals: Iterable[str]) -> ToldRelations:
    """A list that says of programs, by Awin's ids, that they are joined."""
    told = ToldRelations()
    for external in externals:
        record = NetworkProgram(network="awin", external_id=external, data_source="test", name="A", relation="joined")
        list(told.apart([record]))
    return told


def watches(catalogue: Catalogue) -> list[str]:
    with catalogue.connect() as connection:
        return [each.name for each in listed(connection)]


def test_what_is_joined_is_watched(catalogue: Catalogue) -> None:  # 1, 2
    catalogue.store(program("Tea", cookie_days=30), program("Coffee"), program("Cocoa"))
    stand(catalogue, Coffee="pending")
    assert watches(catalogue) == []
    stand(catalogue, Tea="joined", Coffee="pending")
    joined = built_in(catalogue)
    assert (joined.name, joined.query, joined.matches) == (NAME, QUERY, 1)
    caught_up(catalogue)
    assert kinds(catalogue, joined) == []
    catalogue.rows("update programs set cookie_days = 7")
    catalogue.rows("update programs set status = 'closed'")
    catalogue.index()
    caught_up(catalogue)
    stand(catalogue, Tea="removed", Coffee="joined")
    caught_up(catalogue)
    assert kinds(catalogue, joined) == [
        ("cookie", "Tea"), ("status", "Tea"), ("entered", "Coffee"), ("left", "Tea"),
    ]  # fmt: skip
    caught_up(catalogue)
    assert len(kinds(catalogue, joined)) == 4


def test_what_the_index_does_not_have_yet_is_no_news(catalogue: Catalogue) -> None:  # 1
    catalogue.index()
    catalogue.put([program("Tea"), program("Coffee")])
    stand(catalogue, Tea="joined", Coffee="joined")
    caught_up(catalogue)
    catalogue.rows("update programs set status = 'closed' where name = 'Tea'")
    caught_up(catalogue)
    catalogue.index()
    caught_up(catalogue)
    joined = built_in(catalogue)
    assert (joined.matches, kinds(catalogue, joined)) == (2, [("status", "Tea")])


def test_what_another_account_has_joined_already_is_no_news(catalogue: Catalogue) -> None:  # 1
    catalogue.store(program("Tea"), program("Coffee"), program("Cocoa", network="cj"))
    stand(catalogue, Tea="joined")
    caught_up(catalogue)
    stand(catalogue, "awin.blog", Coffee="joined")
    stand(catalogue, "cj", Cocoa="joined")
    catalogue.rows("update programs set cookie_days = 7")
    catalogue.index()
    caught_up(catalogue)
    joined = built_in(catalogue)
    assert joined.matches == 3
    assert sorted(kinds(catalogue, joined)) == [("cookie", "Cocoa"), ("cookie", "Coffee"), ("cookie", "Tea")]


@pytest.mark.parametrize("looks", [False, True])
def test_what_was_under_way_is_told_once(catalogue: Catalogue, looks: bool) -> None:  # 2
    catalogue.store(program("Before"), program("With"), program("After"))
    ids = dict(catalogue.rows("select name, external_id from programs"))
    told = joining(ids.values())
    close = "update programs set status = 'closed' where name = %s"
    with catalogue.connect() as writer, catalogue.connect() as importer, catalogue.connect() as other:
        writer.execute(close, ("Before",))
        importer.execute(close, ("With",))
        told.store(importer, "awin", complete=True)
        other.execute(close, ("After",))
        importer.commit()
        if looks:
            look_once(catalogue)
        other.commit()
        if looks:
            look_once(catalogue)
        writer.commit()
    catalogue.index()
    caught_up(catalogue)
    expected = [("status", "After"), ("status", "Before"), ("status", "With")]
    assert sorted(kinds(catalogue, built_in(catalogue))) == expected


def test_who_had_relations_before_has_it_with_the_next_list(catalogue: Catalogue) -> None:  # 1
    catalogue.store(program("Tea"), program("Coffee"))
    stand(catalogue, Tea="joined", Coffee="joined")
    catalogue.rows("delete from watches")
    catalogue.rows("delete from built_in_watches")  # as it was before there was such a watch
    with catalogue.connect() as connection:  # what closes in the very run that makes it
        connection.execute("update programs set status = 'closed' where name = 'Tea'")
        ids = [external for (external,) in connection.execute("select external_id from programs").fetchall()]
        joining(ids).store(connection, "awin", complete=True)
    catalogue.index()
    caught_up(catalogue)
    assert kinds(catalogue, built_in(catalogue)) == [("status", "Tea")]


def test_paused_and_removed(catalogue: Catalogue) -> None:  # 3
    catalogue.store(program("Tea"), program("Coffee"))
    stand(catalogue, Tea="joined")
    joined = built_in(catalogue)
    with catalogue.connect() as connection:
        pause(connection, joined.id)
        catalogue.rows("update programs set cookie_days = 7")
        catalogue.index()
        caught_up(catalogue)
        resume(connection, joined.id)
        caught_up(catalogue)
        assert kinds(catalogue, joined) == []
        remove(connection, joined.id)
    stand(catalogue, Tea="joined", Coffee="joined")
    stand(catalogue, "awin.blog", Tea="joined")
    assert watches(catalogue) == []


def test_who_watches_the_same_has_no_second_one(catalogue: Catalogue) -> None:  # 3
    catalogue.store(program("Tea"))
    watch(catalogue, QUERY, "mine")
    stand(catalogue, Tea="joined")
    assert watches(catalogue) == ["mine"]


def test_a_name_that_is_taken(catalogue: Catalogue) -> None:  # 3
    catalogue.store(program("Tea"))
    watch(catalogue, "q=tea", NAME)
    stand(catalogue, Tea="joined")
    assert watches(catalogue) == [NAME, f"{NAME} 2"]


def test_it_is_private_and_listed(catalogue: Catalogue) -> None:  # 1, 4
    catalogue.store(program("Tea"))
    stand(catalogue, Tea="joined")
    id = built_in(catalogue).id
    for path in ("/api/alerts", f"/api/alerts/{id}", f"/api/alerts/{id}/events"):
        assert catalogue.api.get(path).status_code == 401
    (told,) = catalogue.api.get("/api/alerts", headers=catalogue.key("read")).json()["watches"]
    assert (told["builtIn"], told["name"], told["author"]) == (True, NAME, None)
