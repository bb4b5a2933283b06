"""Every change of a program is noted for the index, whoever makes it, in the same transaction; nothing else is.

And a row's version grows in the order in which its writers commit.
"""

from __future__ import annotations

import threading

import psycopg
import pytest

from tests.words import Catalogue, program


def _changed(catalogue: Catalogue) -> dict[int, int]:
    return dict(catalogue.rows("select program_id, version from changed_programs"))


def _forget(catalogue: Catalogue) -> None:
    catalogue.rows("delete from changed_programs")


@pytest.fixture
def three(catalogue: Catalogue) -> Catalogue:
    catalogue.put([program("A"), program("B"), program("C")])
    return catalogue


def test_insert(three: Catalogue) -> None:
    assert _changed(three) == dict(three.rows("select id, version from programs"))


def test_update_by_anybody(three: Catalogue) -> None:
    _forget(three)
    three.rows("update programs set name = 'X' where name = 'B'")
    assert _changed(three) == dict(three.rows("select id, version from programs where name = 'X'"))


def test_rows_that_are_not_touched_are_not_noted(three: Catalogue) -> None:
    _forget(three)
    three.rows("update programs set name = 'X' where name = 'nobody'")
    assert _changed(three) == {}


def test_delete_leaves_a_newer_version_behind(three: Catalogue) -> None:
    ((id, version),) = three.rows("select id, version from programs where name = 'A'")
    _forget(three)
    three.rows("delete from programs where name = 'A'")
    ((buried,),) = three.rows("select version from deleted_programs where id = %s", id)
    assert buried > version
    assert _changed(three) == {id: buried}


def test_truncate_is_noted(three: Catalogue) -> None:
    ids = {id for (id,) in three.rows("select id from programs")}
    _forget(three)
    three.rows("truncate programs")
    assert set(_changed(three)) == ids


def test_copy_is_noted(catalogue: Catalogue) -> None:
    with catalogue.connect() as connection:
        columns = "network_id, external_id, data_source, status, name, normaliser"
        with connection.cursor().copy(f"copy programs ({columns}) from stdin") as copy:
            copy.write("5\tx\ttest\tactive\tCopied\t1\n")
    assert len(_changed(catalogue)) == 1


def test_a_rolled_back_change_is_not_noted(three: Catalogue) -> None:
    _forget(three)
    with three.connect() as connection:
        connection.execute("update programs set name = 'X'")
        connection.rollback()
    assert _changed(three) == {}


def test_a_networks_policy_is_a_change_of_its_programs(three: Catalogue) -> None:
    _forget(three)
    three.rows("update networks set min_payout = 99 where slug = 'awin'")
    assert len(_changed(three)) == 3


def test_a_change_ends_the_lease(three: Catalogue) -> None:
    three.rows("update changed_programs set leased_until = now() + interval '1 hour'")
    three.rows("update programs set name = 'X' where name = 'A'")
    assert three.rows("select count(*) from changed_programs where leased_until is null") == [(1,)]


def test_an_id_cannot_be_chosen(catalogue: Catalogue) -> None:
    with pytest.raises(psycopg.errors.GeneratedAlways):
        catalogue.rows(
            "insert into programs (id, network_id, external_id, data_source, status, name, normaliser) "
            "values (7, 5, 'x', 'test', 'active', 'X', 1)"
        )


def test_versions_follow_the_order_of_commits(catalogue: Catalogue) -> None:
    """A sequence with a cache, or a version drawn before the row's lock is held, fails this."""
    catalogue.put([program("hot")])
    catalogue.rows("create table seen (at bigint generated always as identity, version bigint)")

    def write() -> None:
        with catalogue.connect() as connection:
            for _ in range(60):
                # the insert happens while the row's lock is still held: `at` is the order of the writers
                connection.execute(
                    "with written as (update programs set name = 'hot' returning version) "
                    "insert into seen (version) select version from written"
                )
                connection.commit()

    writers = [threading.Thread(target=write) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    versions = [version for (version,) in catalogue.rows("select version from seen order by at")]
    assert len(versions) == 480
    assert versions == sorted(versions)
    assert catalogue.rows("select seqcache from pg_sequence where seqrelid = 'program_version'::regclass") == [(1,)]
