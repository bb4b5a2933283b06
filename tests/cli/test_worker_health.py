"""Whether a worker works is said by its own door and, by its heartbeat in Postgres, by the API.

1. A worker that works is `ready` at both; stopped properly it is missed at once.
2. Frozen whole (SIGSTOP) it answers nothing, and the API is `degraded` (200) once it has not beaten for a while.
3. A part that hangs makes `/livez` and `/healthz` red and the API `degraded`; changes that wait too long, or a database
   that is away, only `/healthz`.
4. Its metrics need a key where the API's do.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx2 as httpx
import psycopg
import pytest

from app.cli.worker_door import door
from app.failures import Misuse
from app.processes.heartbeat import FROZEN_SECONDS, LAGGING_SECONDS, SILENT_SECONDS, Heartbeat, Workers
from tests.serving import environment_of, free_port
from tests.words import Catalogue, program


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def _asked(port: int, path: str, **headers: str) -> tuple[int, Any]:
    try:
        answer = httpx.get(f"http://127.0.0.1:{port}{path}", headers=headers, timeout=2)
    except httpx.HTTPError:
        return 0, None
    return answer.status_code, answer.json() if "json" in answer.headers["content-type"] else answer.text


def _of_api(catalogue: Catalogue) -> tuple[str, str]:
    ready = catalogue.get("/readyz")  # 200
    return ready["status"], ready["parts"]["worker"]


@pytest.mark.waits
def test_a_worker(catalogue: Catalogue) -> None:  # 1, 2
    catalogue.store(program())
    assert _of_api(catalogue) == ("degraded", "missing")
    engines, port = catalogue.engines, free_port()
    environment = environment_of(
        catalogue.settings,
        database_url=engines.database_url,
        opensearch_url=engines.opensearch_url,
        alias=catalogue.alias,
    )
    environment |= {"AFFINDEX_WORKER_PORT": str(port)}
    worker = subprocess.Popen([sys.executable, "-c", "from app.cli import main; main()", "worker"], env=environment)
    try:
        _until(lambda: _asked(port, "/healthz")[0] == 200)
        assert _asked(port, "/livez")[0] == 200
        assert _of_api(catalogue) == ("ready", "ready")
        catalogue.put([program("followed")])
        _until(lambda: "affindex_follow_lag_seconds_count 1.0" in str(_asked(port, "/metrics")[1]))
        assert _asked(port, "/nowhere")[0] == 404
        worker.send_signal(signal.SIGSTOP)
        assert _asked(port, "/healthz")[0] == 0
        # not waited for: its last beat is made as old as it will be
        catalogue.rows(f"update workers set beat_at = beat_at - interval '{SILENT_SECONDS} seconds'")
        assert _of_api(catalogue) == ("degraded", "missing")
        worker.send_signal(signal.SIGCONT)
        _until(lambda: _of_api(catalogue) == ("ready", "ready"))
        worker.terminate()
        worker.wait(60)
        assert catalogue.rows("select * from workers") == []
        assert _of_api(catalogue) == ("degraded", "missing")
    finally:
        worker.kill()
        worker.wait()


def test_a_part_that_hangs(catalogue: Catalogue) -> None:  # 3
    catalogue.store(program())
    turned_at = time.monotonic()
    heartbeat = Heartbeat(catalogue.connect, {"jobs": lambda: turned_at, "follow-0": time.monotonic})
    assert heartbeat.health().status == "unavailable"
    with catalogue.connect() as connection:
        heartbeat.beat(connection)
        assert (heartbeat.health().status, heartbeat.health().works) == ("ready", True)
        turned_at -= FROZEN_SECONDS + 1
        assert (heartbeat.health().status, heartbeat.health().frozen) == ("frozen", ("jobs",))
        assert not heartbeat.health().works
        heartbeat.beat(connection)
    assert catalogue.rows("select frozen from workers") == [("jobs",)]
    assert _of_api(catalogue) == ("degraded", "frozen")


def test_changes_that_wait(catalogue: Catalogue) -> None:  # 3
    catalogue.store(program())
    catalogue.put([program()])
    catalogue.rows(f"update changed_programs set changed_at = now() - interval '{LAGGING_SECONDS + 5} seconds'")
    heartbeat = Heartbeat(catalogue.connect, {})
    with catalogue.connect() as connection:
        heartbeat.beat(connection)
    health = heartbeat.health()
    assert (health.status, health.works) == ("lagging", True)
    assert _of_api(catalogue) == ("degraded", "lagging")


def test_a_database_that_comes_back(catalogue: Catalogue) -> None:  # 3
    away = threading.Event()
    away.set()

    def connect() -> psycopg.Connection:
        if away.is_set():
            raise psycopg.OperationalError("away")
        return catalogue.connect()

    heartbeat, stop = Heartbeat(connect, {}), threading.Event()
    beating = threading.Thread(target=heartbeat.keep_beating, args=(stop,), daemon=True)
    beating.start()
    assert (heartbeat.health().status, heartbeat.health().works) == ("unavailable", True)
    away.clear()
    _until(lambda: heartbeat.health().status == "ready")
    stop.set()
    beating.join(60)
    assert catalogue.rows("select * from workers") == []


@pytest.mark.parametrize(
    ("workers", "oldest", "state"),
    [
        (Workers(), 0, "missing"),
        (Workers(alive=1), 0, "ready"),
        (Workers(alive=1), LAGGING_SECONDS + 1, "lagging"),
        (Workers(alive=1, frozen=1), 0, "ready"),  # one that works is enough
        (Workers(frozen=1), 0, "frozen"),
    ],
)
def test_states(workers: Workers, oldest: float, state: str) -> None:  # 2, 3
    assert workers.state(oldest) == state


def test_metrics_need_a_key(catalogue: Catalogue) -> None:  # 4
    heartbeat = Heartbeat(catalogue.connect, {})
    port = free_port()
    with door("127.0.0.1", port, heartbeat, catalogue.connect, open_metrics=False):
        assert _asked(port, "/metrics")[0] == 401
        assert _asked(port, "/metrics", Authorization="Bearer afx_x")[0] == 401
        assert _asked(port, "/metrics", **catalogue.key("read"))[0] == 200
        assert _asked(port, "/healthz")[0] == 503
        with (
            pytest.raises(Misuse, match="AFFINDEX_WORKER_PORT"),
            door("127.0.0.1", port, heartbeat, catalogue.connect, open_metrics=True),
        ):
            pass
