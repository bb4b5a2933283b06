"""Topics of programs that are stored.

1. Another file of topics: the stored programs are looked through once, in batches; only rows whose topics change are
   written, and those go through the change set.
2. What was stopped goes on where it was; nothing is done twice.
3. A program whose network names no category takes its first topic's vertical; one with a category keeps its own.
4. A record that is silent about texts has the topics of the texts that are stored.
"""

from __future__ import annotations

import threading

import pytest

from app.importing.merge import merge
from app.importing.not_carried import as_number
from app.importing.rows import COLUMNS, COPY_OPTIONS, copy_lines
from app.importing.tagging import Tagged, tag_stored
from app.normalising import VERSION, normalise
from mappings.network_program import NetworkProgram
from mappings.networks import BY_SLUG
from mappings.tables.imports import staging_table
from tests.words import Catalogue, program

_BATCH = 3  # so that few programs make several


@pytest.fixture
def anew(catalogue: Catalogue) -> Catalogue:
    """A catalogue for which no file of topics was looked through."""
    catalogue.rows("delete from topic_tagging")
    return catalogue


def _topics(catalogue: Catalogue) -> dict[str, list[str] | None]:
    return dict(catalogue.rows("select name, topics from programs"))


def test_only_what_changes_is_written(anew: Catalogue) -> None:  # 1
    sofas = {"text_language": "en", "topics": ("sofas",), "vertical": "home"}
    right = [program(f"Sofas {number}", **sofas) for number in range(4)]
    wrong = [program(f"Rugs {number}", **sofas) for number in range(4)]
    none = [program(f"Nothing {number}", text_language="en") for number in range(4)]
    anew.put([*right, *wrong, *none])
    before = dict(anew.rows("select name, version from programs"))
    anew.rows("delete from changed_programs")
    assert tag_stored(anew.connect, batch=_BATCH) == Tagged(seen=12, changed=4)
    assert _topics(anew) == {
        each.name: ["rugs"] if each in wrong else ["sofas"] if each in right else None
        for each in [*right, *wrong, *none]
    }
    after = dict(anew.rows("select name, version from programs"))
    assert {name for name in before if after[name] != before[name]} == {each.name for each in wrong}
    changed = anew.rows("select name from changed_programs c join programs p on p.id = c.program_id")
    assert {name for (name,) in changed} == {each.name for each in wrong}


def test_once(anew: Catalogue) -> None:  # 1, 2
    anew.put([program("Rugs", text_language="en")])
    assert tag_stored(anew.connect).changed == 1
    anew.rows("update programs set topics = null")
    assert tag_stored(anew.connect) == Tagged()
    assert _topics(anew) == {"Rugs": None}


def test_another_file_is_another_time(anew: Catalogue) -> None:  # 1
    anew.put([program("Rugs", text_language="en")])
    tag_stored(anew.connect)
    anew.rows("update programs set topics = null")
    assert tag_stored(anew.connect, fingerprint="another") == Tagged(seen=1, changed=1)
    assert _topics(anew) == {"Rugs": ["rugs"]}


def test_goes_on_where_it_stopped(anew: Catalogue) -> None:  # 2
    anew.put([program(f"Rugs {number}", text_language="en") for number in range(10)])
    stop = threading.Event()
    stop.set()
    assert tag_stored(anew.connect, stop) == Tagged()
    first_batch = anew.rows("select id from programs order by id limit %s", _BATCH)
    anew.rows("update topic_tagging set reached = %s", first_batch[-1][0])
    assert tag_stored(anew.connect, batch=_BATCH) == Tagged(seen=7, changed=7)
    assert tag_stored(anew.connect) == Tagged()


def test_the_vertical_of_what_has_no_category(anew: Catalogue) -> None:  # 3
    anew.put(
        [
            program("Rugs A", text_language="en"),
            program("Rugs B", text_language="en", category="Odd", categories=("Odd",), vertical="other"),
        ]
    )
    tag_stored(anew.connect)
    assert dict(anew.rows("select name, vertical from programs")) == {"Rugs A": "home", "Rugs B": "other"}


def test_an_import_takes_the_first_topics_vertical() -> None:  # 3
    record = NetworkProgram(
        network="awin", external_id="1", data_source="feed:awin", name="Running shoes and rugs", text_language="en"
    )
    made = normalise(record)
    assert (made.topics, made.vertical) == (("running-shoes", "rugs"), "fashion")


def test_silent_records_have_the_topics_of_what_is_stored(catalogue: Catalogue) -> None:  # 4
    whole = NetworkProgram(
        network="awin",
        external_id="1",
        data_source="feed:awin",
        name="House",
        description="Rugs for every room",
        text_language="en",
    )
    _import(catalogue, whole)
    assert _topics(catalogue) == {"House": ["rugs"]}
    renamed = NetworkProgram(
        network="awin",
        external_id="1",
        data_source="feed:awin",
        name="Sofas",
        not_carried=frozenset({"description", "text_language", "categories"}),
    )
    _import(catalogue, renamed)
    assert _topics(catalogue) == {"Sofas": ["sofas", "rugs"]}


def _import(catalogue: Catalogue, record: NetworkProgram) -> None:
    with catalogue.connect() as connection:
        connection.execute(staging_table("staging.told"))
        with connection.cursor().copy(f"copy staging.told ({', '.join(COLUMNS)}) from stdin {COPY_OPTIONS}") as copy:
            copy.write(copy_lines([(1, normalise(record))], as_number(record.not_carried)))
        merge(connection, "staging.told", networks=(BY_SLUG[record.network].id,), partial=True, normaliser=VERSION)
        connection.execute("drop table staging.told")
