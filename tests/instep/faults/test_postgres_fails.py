"""Postgres restarts, crashes, fails over, or has no connection left.

1. Restarted in the middle of an import, the import goes on. After a crash, which empties unlogged tables, it fails,
   says so, and can be run again.
2. While it is away, searches go on; what needs it says 503 with Retry-After.
3. Without a free connection the same; an import that cannot begin fails at once and leaves nothing behind.
4. A failover ends all connections, and for a while every one that is opened is read-only: an import waits, a write
   over the API says 503.
5. Afterwards the worker's threads have connected again and the index converges by itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import psycopg
import pytest

from app.importing.run_import import StagingLost, run_import
from app.importing.sources import Record, Source
from generators import catalogue as records_of
from tests.instep.faults.house import Answered, House, eventually
from tests.instep.faults.own_engines import OwnPostgres

_PROGRAMS = 4500
_HALF = 2500  # more than one COPY
_END_ALL_OTHERS = (
    "select pg_terminate_backend(pid) from pg_stat_activity "
    "where pid <> pg_backend_pid() and backend_type = 'client backend'"
)


@pytest.fixture
def house(house_over_own_postgres: House) -> House:
    """A house in which 30 programs can be found."""
    house = house_over_own_postgres
    house.imports(30, "awin")
    house.converges()
    return house


def _import_with(house: House, happening: Callable[[], object]) -> int:
    """An import in the middle of which something happens."""

    def records() -> Iterator[Record]:
        for number, record in enumerate(records_of("cj", stop=_PROGRAMS)):
            if number == _HALF:
                eventually(lambda: _staged(house) > 0, 60, "nothing is staged")
                happening()
            yield record

    return run_import(house.connect, Source("generator", ("cj",), records, partial=True), {})


def _staged(house: House) -> int:
    """Records of the newest import that have been committed."""
    ((read,),) = house.catalogue.rows("select read from import_run_networks order by run_id desc limit 1")
    return int(read)


def test_it_restarts(house: House, own_postgres: OwnPostgres) -> None:  # 1, 2, 5
    def restart() -> None:
        own_postgres.stop()
        answered = house.asks("/api/programs?perPage=1&network=awin&q=")
        assert (answered.status, answered.json["total"]) == (200, 30)
        refused = house.asks("/api/import/runs")
        assert refused.refused, refused
        own_postgres.start()

    _import_with(house, restart)
    assert house.programs == _PROGRAMS + 30
    house.converges()


def test_it_crashes(house: House, own_postgres: OwnPostgres) -> None:  # 1, 5
    def crash() -> None:
        own_postgres.kill()
        own_postgres.start()

    with pytest.raises(StagingLost, match="run it again"):
        _import_with(house, crash)
    ((run, state, error),) = house.catalogue.rows("select id, state, error from import_runs order by id desc limit 1")
    assert state == "failed"
    assert "run it again" in error
    again = _import_with(house, lambda: None)
    assert again > run
    house.converges()


def test_no_connection_is_left(house: House) -> None:  # 2, 3, 5
    with ExitStack() as taken:
        held = taken.enter_context(psycopg.connect(house.catalogue.engines.database_url, autocommit=True))
        mine = [held.info.backend_pid]

        def take_all() -> bool:
            """Whether all there are have been taken, from others too; the followers take some back in between."""
            while True:
                try:
                    more = psycopg.connect(house.catalogue.engines.database_url, autocommit=True)
                except psycopg.OperationalError:
                    break
                taken.callback(more.close)
                mine.append(more.info.backend_pid)
            return not held.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where pid <> all(%s) and backend_type = 'client backend'",
                (mine,),
            ).fetchall()

        eventually(take_all, 60, "the connections cannot be taken")
        answered = house.asks("/api/programs?perPage=1&network=awin")
        assert (answered.status, answered.json["total"]) == (200, 30)
        for path in ("/api/import/runs", "/api/index"):
            refused = house.asks(path)
            assert refused.refused, refused
        with pytest.raises(psycopg.OperationalError, match="too many clients"):
            house.imports(10, "rakuten")
    house.imports(10, "rakuten")
    house.converges()
    eventually(lambda: house.asks("/api/import/runs").status == 200, 60, "the API does not connect again")


def test_it_fails_over(house: House) -> None:  # 2, 4, 5
    ((name,),) = house.catalogue.rows("select current_database()")
    ((some,),) = house.catalogue.rows("select min(id) from programs")
    key = house.catalogue.key("admin")

    def everybody_again(how: str) -> None:
        with psycopg.connect(
            house.catalogue.engines.database_url, autocommit=True, options="-c default_transaction_read_only=off"
        ) as primary:
            primary.execute(f"alter database {name} {how}")
            primary.execute(_END_ALL_OTHERS)

    def marks() -> Answered:
        return house.asks(f"/api/programs/{some}", "PATCH", json={"featured": True}, headers=key)

    over = threading.Timer(2.0, everybody_again, ["reset default_transaction_read_only"])

    def fail_over() -> None:
        everybody_again("set default_transaction_read_only = on")
        answered = house.asks("/api/programs?perPage=1&network=awin")
        assert (answered.status, answered.json["total"]) == (200, 30)
        eventually(lambda: marks().refused, 30, "a write is not refused")
        over.start()

    try:
        _import_with(house, fail_over)
    finally:
        over.join()
    eventually(lambda: marks().status == 200, 30, "a write is still refused")
    house.converges()
