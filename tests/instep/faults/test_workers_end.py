"""A worker is killed, stalls, or has a clock that is wrong; nothing is lost, and nobody waits for it for ever.

1. What a killed follower had leased is pushed by another once its lease is over, by the database's clock.
2. One that is told to stop ends, and leaves no lease behind, also while an engine that hangs has its push.
3. A follower whose own clock is an hour ahead or behind takes and gives back leases as everybody else does.
4. A database whose clock was set back by an hour does not keep leases for an hour.
5. Maintenance verifies and repairs by itself, and records it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from indexing import follow, maintenance
from indexing.verify import verify
from tests.instep.faults.faulty_engine import FaultyEngine, hanging
from tests.instep.faults.house import eventually
from tests.serving import environment_of
from tests.words import Catalogue, program

_LEASED = "select count(*) from changed_programs where leased_until > clock_timestamp()"


def _in_step(catalogue: Catalogue) -> bool:
    return verify(catalogue.connect, catalogue.search, catalogue.alias, deep=True).in_step


def _changed(catalogue: Catalogue, name: str) -> None:
    catalogue.rows("update programs set name = %s", name)


def test_a_killed_follower(catalogue: Catalogue) -> None:  # 1
    catalogue.store(program("A"), program("B"))
    _changed(catalogue, "C")
    with catalogue.connect() as killed:
        assert len(follow._lease(killed, follow.BATCH, 0)) == 2
    assert follow.drain(catalogue.connect, catalogue.search) == 0  # they are somebody's
    assert catalogue.rows(_LEASED) == [(2,)]
    catalogue.rows("update changed_programs set leased_until = clock_timestamp() - interval '1 millisecond'")
    assert follow.drain(catalogue.connect, catalogue.search) == 2
    assert _in_step(catalogue)


@pytest.mark.parametrize("hours", [1, -1], ids=["ahead", "behind"])
def test_a_worker_whose_clock_is_wrong(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch, hours: int) -> None:  # 3
    catalogue.store(program("A"), program("B"))
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + hours * 3600)
    _changed(catalogue, "C")
    with catalogue.connect() as other:
        leased = follow._lease(other, follow.BATCH, 0)
        ((seconds,),) = catalogue.rows(
            "select extract(epoch from max(leased_until) - clock_timestamp())::float8 from changed_programs"
        )
        assert 0 < seconds <= follow._LEASE_SECONDS
        assert follow.drain(catalogue.connect, catalogue.search) == 0
        follow._release(other, leased, 0.0)
        other.commit()
    assert follow.drain(catalogue.connect, catalogue.search) == 2
    assert follow.drain(catalogue.connect, catalogue.search) == 0
    assert _in_step(catalogue)


def test_a_database_whose_clock_was_set_back(catalogue: Catalogue) -> None:  # 4
    catalogue.store(program("A"), program("B"))
    _changed(catalogue, "C")
    catalogue.rows("update changed_programs set leased_until = clock_timestamp() + interval '1 hour'")
    catalogue.rows(
        "update index_generations set paused_since = clock_timestamp(), paused_because = 'the clock', "
        "paused_until = clock_timestamp() + interval '1 hour'"
    )
    assert follow.drain(catalogue.connect, catalogue.search) == 2
    assert _in_step(catalogue)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=["stopped", "killed"])
def test_a_whole_worker_ends(catalogue: Catalogue, how: signal.Signals) -> None:  # 1, 2
    catalogue.store(*(program(f"P{number}") for number in range(50)))
    command = [sys.executable, "-m", "app.cli", "worker"]
    environment = environment_of(
        catalogue.settings,
        database_url=catalogue.engines.database_url,
        opensearch_url=catalogue.engines.opensearch_url,
        alias=catalogue.alias,
    )
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as worker:
        try:
            _changed(catalogue, "followed")
            eventually(lambda: catalogue.rows("select 1 from changed_programs") == [], 60, "it does not follow")
            for number in range(20):
                _changed(catalogue, f"change {number}")
            os.kill(worker.pid, how)
            assert worker.wait(30) == (0 if how is signal.SIGTERM else -how)
        finally:
            if worker.poll() is None:
                worker.kill()
    if how is signal.SIGTERM:
        assert catalogue.rows(_LEASED) == [(0,)]
    else:  # half a minute later, but the test need not wait for it
        catalogue.rows("update changed_programs set leased_until = clock_timestamp() - interval '1 second'")
    follow.drain(catalogue.connect, catalogue.search)
    assert catalogue.rows("select 1 from changed_programs") == []
    assert _in_step(catalogue)
    catalogue.index()
    assert set(catalogue.found(perPage=50)) == {"change 19"}


@pytest.mark.waits
def test_a_worker_is_stopped_while_the_engine_hangs(catalogue: Catalogue) -> None:  # 2
    catalogue.store(*(program(f"P{number}") for number in range(50)))
    with FaultyEngine(catalogue.engines.opensearch_url) as engine:
        environment = environment_of(
            catalogue.settings,
            database_url=catalogue.engines.database_url,
            opensearch_url=engine.url,
            alias=catalogue.alias,
        )
        command = [sys.executable, "-m", "app.cli", "worker"]
        with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as worker:
            try:
                _changed(catalogue, "followed")
                eventually(lambda: catalogue.rows("select 1 from changed_programs") == [], 60, "it does not follow")
                with engine.misbehaving(hanging):
                    _changed(catalogue, "held up")
                    eventually(lambda: catalogue.rows(_LEASED) == [(50,)], 60, "it leases nothing")
                    os.kill(worker.pid, signal.SIGTERM)
                    assert worker.wait(12) == 0  # what hangs is not waited for
                    assert catalogue.rows(_LEASED) == [(0,)]
                    assert follow.drain(catalogue.connect, catalogue.search) == 50  # by another, at once
            finally:
                if worker.poll() is None:
                    worker.kill()
    assert _in_step(catalogue)


def test_tend_repairs(catalogue: Catalogue) -> None:  # 5
    catalogue.store(program("A"), program("B"))
    ((lost,),) = catalogue.rows("select min(id) from programs")
    (serving,) = catalogue.rows("select name from index_generations where state = 'serving'")[0]
    catalogue.search.delete(index=serving, id=str(lost))
    stop = threading.Event()
    words = (catalogue.connect, catalogue.new_client(), catalogue.alias, stop)
    hurry = {"every": 0.2, "verify_every": 0.2}
    tending = threading.Thread(target=maintenance.maintain, args=words, kwargs=hurry, daemon=True)
    tending.start()
    try:
        eventually(lambda: _in_step(catalogue), 60, "nobody repairs")
        repairs = "select 1 from index_operations where kind = 'verify' and (result->>'repaired')::int > 0"
        eventually(lambda: catalogue.rows(repairs) != [], 60, "no repair is recorded")
    finally:
        stop.set()
        tending.join(30)
        words[1].close()
    assert not tending.is_alive()
