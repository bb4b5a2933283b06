"""`affindex up` as a process, with engines of its own.

1. It comes up over an empty folder, whatever the folder is called and the umask is, and says where.
2. Other commands use the engines it runs; a second `up` on its data says who holds them; a taken port is named.
3. Whatever of it is killed (worker, API, Postgres, OpenSearch) is started again at the same address, and the log says
   why; so is an API process that hangs.
4. SIGTERM and Ctrl-C stop everything within 15 seconds, whenever they come.
5. After `kill -9` of `up` itself its next start takes the engines over within seconds, and ends what hangs of the rest;
   engines that are of no use are ended and started anew. There are never two on the same data, and no orphan.

What becomes of a part that cannot be started, `tests/cli/test_supervising.py` says.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import psutil
import pytest

from tests.nightly import also_nightly, nightly
from tests.serving import free_port

_A_NETWORK = 20  # programs: enough to see that they are there
_NETWORKS = 5
_READY_SECONDS = 150  # a start takes 6 s, many times that where every core is taken
_STOP_SECONDS = 15  # what is promised
_HANGS_SECONDS = 15 + _READY_SECONDS  # until it is noticed, and a start
_POSTGRES, _OPENSEARCH = "bin/postgres", "OpenSearchRunner"
_API_PROCESSES = 2

pytestmark = pytest.mark.timeout(900)  # a machine that does much else takes many times as long


class House:
    """A data directory and the commands that are run on it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        # As root below a folder of ours alone Postgres gets another place, named after this one.
        self.names = data.name, hashlib.sha256(str(data).encode()).hexdigest()[:12]
        self.port = free_port()
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("AFFINDEX_")},
            "AFFINDEX_DATA_DIR": str(data),
            "AFFINDEX_PORT": str(self.port),
            "AFFINDEX_GENERATED": str(_A_NETWORK),
            "AFFINDEX_OPENSEARCH_HEAP": "512m",
        }
        self._opened = ExitStack()
        self._running: Up | None = None

    def running(self) -> Up:
        """An `affindex up` that is ready: the one that a test before left running, for a start takes long."""
        if self._running is None or self._running.process.poll() is not None:
            self._running = self._opened.enter_context(self.up())
        return self._running

    def end(self) -> None:
        """End what was left running."""
        self._running = None
        self._opened.close()

    def run(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        """A command of ours, to its end."""
        return subprocess.run(
            [sys.executable, "-m", "app.cli", *words],
            env={**self.environment, **more},
            capture_output=True,
            text=True,
            timeout=_READY_SECONDS,
            check=False,
        )

    @contextmanager
    def start(self) -> Iterator[Up]:
        """`affindex up`, beginning, on its own."""
        self.end()
        log = self.data.parent / "up.log"
        with log.open("wb") as output:
            process = psutil.Popen(
                [sys.executable, "-m", "app.cli", "up"],
                env=self.environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
                umask=0o077,
            )
        try:
            yield Up(self, process, log)
        finally:
            with suppress(psutil.NoSuchProcess):
                process.terminate()
                process.wait(2 * _STOP_SECONDS)

    @contextmanager
    def up(self) -> Iterator[Up]:
        """`affindex up`, ready."""
        with self.start() as up:
            up.wait_until_ready()
            yield up

    def get(self, path: str) -> Any:
        with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
            return json.load(answer)

    def left(self) -> list[str]:
        """Processes that belong to this data directory."""
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                command = " ".join(process.cmdline())
                if any(name in command for name in self.names) and process.pid != os.getpid():
                    found.append(" ".join(process.cmdline())[:200])
        return found


class Up:
    """A running `up`."""

    def __init__(self, house: House, process: psutil.Popen, log: Path) -> None:
        self.house = house
        self.process = process
        self._log = log

    @property
    def said(self) -> str:
        return self._log.read_text()

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        while "ready after" not in self.said:
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.1)
        assert self.house.get("/api/programs")["total"] == _A_NETWORK * _NETWORKS

    def part(self, mark: str) -> psutil.Process:
        """The child whose command line ends in, or holds, a word."""
        (found,) = (each for each in self.process.children() if mark in " ".join(each.cmdline()))
        return found

    def engine(self, mark: str) -> psutil.Process:
        """The one engine of this data directory whose command line holds a word, whoever started it."""
        parents: dict[psutil.Process, int] = {}
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                words = process.cmdline()
                if mark in " ".join(words) and any(name in " ".join(words) for name in self.house.names):
                    parents[process] = process.ppid()
        pids = {process.pid for process in parents}
        (found,) = (process for process, parent in parents.items() if parent not in pids)  # sessions begin as copies
        return found

    def ends(self, status: int) -> None:
        """It and all it started end, within what is promised."""
        family = [self.process, *self.process.children(recursive=True)]
        _, alive = psutil.wait_procs(family, timeout=_STOP_SECONDS)
        assert not alive, alive
        assert self.process.returncode == status, self.said
        assert self.house.left() == []


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    folder = Path(tempfile.mkdtemp(prefix="affindex-up-"))
    folder.chmod(0o755)
    try:
        house = House(folder / f"Früchte & more, {folder.name}")
        try:
            yield house
        finally:
            house.end()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_it_runs_serves_others_mends_itself_and_recovers_from_kills(house: House) -> None:  # 1, 2, 3
    up = house.running()
    assert f"http://127.0.0.1:{house.port}" in up.said
    assert "afx_" not in up.said, "a service's log is no place for a key"
    assert (house.data / "first-key").read_text().startswith("afx_")

    joined = house.run("index", "verify", "--json")
    assert joined.returncode == 0, joined.stderr
    assert json.loads(joined.stdout)["rows"] == _A_NETWORK * _NETWORKS

    second = house.run("up", AFFINDEX_PORT=str(free_port()))
    assert second.returncode == 1
    assert f"in use by process {up.process.pid}" in second.stderr

    taken = house.run("up", AFFINDEX_DATA_DIR=str(house.data.parent / "other"))
    assert taken.returncode == 2
    assert f"port {house.port} is taken" in taken.stderr

    worker, serve = up.part("main() worker"), up.part("main() serve")
    worker.kill()
    serve.kill()
    _eventually(lambda: up.part("main() worker") != worker and up.part("main() serve") != serve)
    _eventually(lambda: house.get("/readyz")["status"] == "ready")


@pytest.mark.parametrize(("mark", "name"), [(_POSTGRES, "Postgres"), (_OPENSEARCH, "OpenSearch")])
def test_an_engine_that_is_killed_is_started_again(house: House, mark: str, name: str) -> None:  # 3
    up = house.running()
    killed = up.engine(mark)
    killed.kill()
    _eventually(lambda: up.engine(mark) != killed)
    _eventually(lambda: house.get("/readyz")["status"] == "ready")
    # One process of the API may know sooner than another.
    _eventually(lambda: house.get("/api/programs")["total"] == _A_NETWORK * _NETWORKS)
    assert f"{name} ended with status -9; the end of its log:" in up.said
    assert f"{name} is started again in 1 s" in up.said
    assert up.process.poll() is None


def test_an_api_process_that_hangs_is_replaced(house: House) -> None:  # 3
    up = house.running()
    serve = up.part("main() serve")
    hanging = serve.children()[0]
    hanging.suspend()
    _eventually(lambda: not hanging.is_running() and len(serve.children()) == _API_PROCESSES, _HANGS_SECONDS)
    assert "a process of the API hangs" in up.said
    serve.suspend()  # the one that starts the others
    _eventually(lambda: up.part("main() serve") != serve, _HANGS_SECONDS)
    assert "'affindex serve' hangs" in up.said
    _eventually(lambda: house.get("/readyz")["status"] == "ready")


def test_after_a_kill_of_up_its_engines_are_taken_over(house: House) -> None:  # 5
    up = house.running()
    engines = [up.engine(_POSTGRES), up.engine(_OPENSEARCH)]
    hanging = up.part("main() serve").children()[0]
    hanging.suspend()  # and so it does not notice that nobody needs it any more
    up.process.kill()
    with house.up() as again:
        assert "importing" not in again.said
        assert "afx_" not in again.said
        assert "taking over Postgres" in again.said
        assert "taking over OpenSearch" in again.said
        assert f"serve (process {hanging.pid})" in again.said
        assert not hanging.is_running()
        assert [again.engine(_POSTGRES), again.engine(_OPENSEARCH)] == engines
        again.process.kill()
    engines[1].suspend()  # of no use: it hangs
    with house.up() as last:
        assert "no sign of life" in last.said
        assert last.engine(_POSTGRES) == engines[0]
        assert last.engine(_OPENSEARCH) != engines[1]
        last.process.send_signal(signal.SIGTERM)
        last.ends(128 + signal.SIGTERM)


@nightly
def test_after_a_kill_engines_of_other_settings_are_ended(house: House) -> None:  # 5
    with house.up() as up:
        before = up.engine(_OPENSEARCH)
        up.process.kill()
    house.environment["AFFINDEX_OPENSEARCH_HEAP"] = "500m"
    with house.up() as up:
        assert "left running with other settings" in up.said
        assert not before.is_running()
        assert "-Xmx500m" in up.engine(_OPENSEARCH).cmdline()
        up.process.send_signal(signal.SIGTERM)
        up.ends(128 + signal.SIGTERM)


@pytest.mark.waits
@pytest.mark.parametrize("seconds", [0.2, *map(also_nightly, (0.0, 1.0, 3.0))])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_while_the_engines_start_leaves_nothing(
    house: House, number: signal.Signals, seconds: float
) -> None:  # 4
    with house.start() as up:
        _eventually(lambda: len(up.process.children()) >= 1)
        time.sleep(seconds)  # so it comes while one is started, both are, both recover
        up.process.send_signal(number)
        up.ends(130 if number is signal.SIGINT else 128 + number)


@pytest.mark.waits
def test_a_stop_while_the_data_is_made_leaves_nothing(house: House) -> None:  # 4
    new = House(house.data.parent / f"new {secrets.token_hex(4)}")
    with new.start() as up:
        _eventually(lambda: any("initdb" in " ".join(each.cmdline()) for each in up.process.children()))
        up.process.send_signal(signal.SIGINT)
        up.ends(130)


def _eventually(holds: Any, seconds: float = _READY_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while True:
        with suppress(ValueError, OSError, psutil.NoSuchProcess):
            if holds():
                return
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.1)
