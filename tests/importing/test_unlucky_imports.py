"""Imports whose world does not hold still.

1. A bad record is kept with its reason and what it was, and takes nobody down with it.
2. A lost connection is replaced and nothing is counted twice.
3. An import that cannot go on is failed with its reason, its networks are free again, and it can be run once more.
4. A run whose process died is found dead; nothing of it was merged.
5. Importing the same again writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from app.importing.run_import import run_import
from app.importing.runs import bury_dead_runs, open_run, run_by_id, start_run
from app.importing.sources import Record, Source, Unreadable, generated
from generators import catalogue as records_of
from mappings.network_program import NetworkProgram
from tests.words import Catalogue


def _source(*records: Record) -> Source:
    return Source("generator", ("cj",), lambda: iter(records), partial=True)


def _run(catalogue: Catalogue, run: int) -> Any:
    with catalogue.connect() as connection:
        return run_by_id(connection, run)


def test_a_bad_record(catalogue: Catalogue) -> None:  # 1
    good = list(records_of("cj", stop=150))
    bad = NetworkProgram(network="cj", external_id="nul\0", data_source="test", name="A\ud800")
    run = run_import(catalogue.connect, _source(*good[:70], bad, Unreadable("cj", "no id", {"x": 1}), *good[70:]), {})
    (counts,) = _run(catalogue, run).networks
    assert (counts.read, counts.created, counts.rejected) == (152, 150, 2)
    rejected = catalogue.rows("select line, reason, raw::text from rejected_records order by line")
    assert [line for line, _, _ in rejected] == [71, 72]
    assert rejected[1][1] == "no id"
    assert "\\u0000" in rejected[0][2]


def test_a_lost_connection(catalogue: Catalogue) -> None:  # 2
    def records() -> Iterator[Record]:
        for number, record in enumerate(records_of("cj", stop=6000)):
            if number == 3000:
                with psycopg.connect(catalogue.engines.database_url, autocommit=True) as other:
                    other.execute(
                        "select pg_terminate_backend(pid) from pg_stat_activity "
                        "where datname = current_database() and pid <> pg_backend_pid()"
                    )
            yield record

    run = run_import(catalogue.connect, Source("generator", ("cj",), records, partial=True), {})
    (counts,) = _run(catalogue, run).networks
    assert (counts.read, counts.created) == (6000, 6000)


def test_a_source_that_breaks(catalogue: Catalogue) -> None:  # 3
    def records() -> Iterator[Record]:
        yield from records_of("cj", stop=2500)
        raise OSError("the disk is gone")

    broken = Source("generator", ("cj",), records, partial=True)
    with pytest.raises(OSError, match="the disk is gone"):
        run_import(catalogue.connect, broken, {})
    ((run, state, error),) = catalogue.rows("select id, state, error from import_runs")
    assert (state, error) == ("failed", "OSError: the disk is gone")
    assert catalogue.rows("select count(*) from programs") == [(0,)]
    assert catalogue.rows("select count(*) from pg_tables where schemaname = 'staging'") == [(0,)]
    again = run_import(catalogue.connect, generated(("cj",), limit=10), {})
    assert again > run


def test_a_process_that_died(catalogue: Catalogue) -> None:  # 4
    with catalogue.connect() as connection:
        run = open_run(connection, source="generator", networks=["cj"], partial=True, expected={}, parameters={})
        start_run(connection, run)
        with catalogue.connect() as other:
            assert bury_dead_runs(other) == []
    with catalogue.connect() as connection:
        assert bury_dead_runs(connection) == [run]
    assert _run(catalogue, run).state == "failed"
    run_import(catalogue.connect, generated(("cj",), limit=10), {})


def test_the_same_again(catalogue: Catalogue) -> None:  # 5
    source = generated(("cj", "awin"), limit=300)
    run_import(catalogue.connect, source, {})
    before = catalogue.rows("select id, version, xmin::text from programs order by id")
    run = run_import(catalogue.connect, source, {})
    assert catalogue.rows("select id, version, xmin::text from programs order by id") == before
    assert [each.unchanged for each in _run(catalogue, run).networks] == [300, 300]
