"""`affindex up` as a process, with engines of its own.

1. It comes up over an empty folder, whatever the folder is called and the umask is, and says where.
2. Other commands use the engines it runs; a second `up` on its data says who holds them; a taken port is named.
3. A part of it that is killed is started again.
4. SIGTERM and Ctrl-C stop everything within 15 seconds.
5. After `kill -9` of `up` itself, of Postgres or of OpenSearch, the next start recovers by itself.
6. An engine that dies ends everything, and is reported with the last lines of its log.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import psutil
import pytest

_A_NETWORK = 20  # programs: enough to see that they are there
_NETWORKS = 5
_READY_SECONDS = 150  # a start takes 6 s, many times that where every core is taken
_STOP_SECONDS = 15  # what is promised


class House:
    """A data directory and the commands that are run on it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = _free_port()
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("AFFINDEX_")},
            "AFFINDEX_DATA_DIR": str(data),
            "AFFINDEX_PORT": str(self.port),
            "AFFINDEX_GENERATED": str(_A_NETWORK),
            "AFFINDEX_OPENSEARCH_HEAP": "512m",
        }

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
        """`affindex up`, beginning."""
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
                if self.data.name in " ".join(process.cmdline()) and process.pid != os.getpid():
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
        yield House(folder / f"Früchte & more, {folder.name}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_it_runs_serves_others_mends_itself_and_recovers_from_kills(house: House) -> None:
    with house.up() as up:
        assert f"http://127.0.0.1:{house.port}" in up.said
        assert up.said.count("afx_") == 1

        joined = house.run("index", "verify", "--json")
        assert joined.returncode == 0, joined.stderr
        assert json.loads(joined.stdout)["rows"] == _A_NETWORK * _NETWORKS

        second = house.run("up", AFFINDEX_PORT=str(_free_port()))
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

        left = up.process.children(recursive=True)
        up.process.kill()
        with house.up() as again:
            assert "importing" not in again.said
            assert "afx_" not in again.said
            assert not any(each.is_running() for each in left)

            again.part("postgres").kill()
            again.ends(1)
            assert "Postgres ended with status -9; the end of its log:" in again.said


def test_a_dead_search_engine_is_reported_and_recovered(house: House) -> None:
    with house.up() as up:
        up.part("OpenSearchRunner").kill()
        up.ends(1)
        assert "OpenSearch ended with status -9; the end of its log:" in up.said
    with house.up() as up:
        up.process.send_signal(signal.SIGTERM)
        up.ends(128 + signal.SIGTERM)


def test_ctrl_c_while_the_engines_start_leaves_nothing(house: House) -> None:
    with house.start() as up:
        _eventually(lambda: len(up.process.children()) == len(("postgres", "opensearch")))
        up.process.send_signal(signal.SIGINT)
        up.ends(130)


def _eventually(holds: Any, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while True:
        with suppress(ValueError, OSError, psutil.NoSuchProcess):
            if holds():
                return
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
