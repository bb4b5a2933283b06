"""An engine that starts slowly, hangs, or was left behind. Real processes play it; only its program is a stub.

1. It is waited for as long as it lives and gives a sign of it: an answer that says it recovers, or a line of its log.
2. One that gives none is ended, with the reason; one that ends is reported with the last lines of its log.
3. There is never a second one on the same data, and none is out of sight: what was left running is taken over, or
   ended if it hangs or is not as it should be; a broken start leaves nothing.
4. A port that a stranger takes between our look and the start costs a second try and no more.
"""

from __future__ import annotations

import random
import signal
import socket
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from app.engines import opensearch, opensearch_place
from app.engines.process import BrokenOff, EngineDied, Servers
from tests.engines import stub_engine

pytestmark = pytest.mark.waits

_SILENT_SECONDS = 2.0  # of patience in these tests; real engines have two minutes


class Engine:
    """Starts of a stub over one data directory, by the product's own function."""

    def __init__(self, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.data = data
        self.told: list[str] = []
        self.words: list[str] = []
        self._opened: list[Servers] = []
        monkeypatch.setattr(opensearch, "java_command", self._command)
        monkeypatch.setattr(
            opensearch_place, "_whom", lambda: None
        )  # a root's engine has another place: test_not_root.py
        first = random.randrange(12_000, 30_000)  # others start real engines at the real ports meanwhile
        self.bases = range(first, first + 90)

    def _command(
        self, home: Path, classes: list[str], *, heap: str, base: int, cluster: str, **others: object
    ) -> list[str]:
        options = ["-basePath", str(home), "-baseHttpPort", str(base)]
        program = [sys.executable, stub_engine.__file__, opensearch._MAIN]
        return [*program, *options, f"name={cluster}", f"heap={heap}", *self.words]

    def start(self, *words: str, servers: Servers | None = None, heap: str = "1g", port: int | None = None) -> str:
        """As one `affindex` would; others before it may have been killed, and stop nothing."""
        self.words = list(words)
        servers = servers or Servers()
        self._opened.append(servers)
        jars = [self.data / "a.jar"]
        return opensearch.start_opensearch(
            servers,
            self.data,
            jars,
            heap=heap,
            nodes=1,
            port=port,
            say=self.told.append,
            bases=self.bases,
            silent_seconds=_SILENT_SECONDS,
            left_silent_seconds=_SILENT_SECONDS,
        )

    @property
    def running(self) -> list[int]:
        """Processes over the data."""
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                words = process.cmdline()
                if opensearch._MAIN in words and str(self.data / "opensearch") in words:
                    found.append(process.pid)
        return found

    def close(self) -> None:
        for servers in self._opened:
            servers.stop()
        assert self.running == []


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    engine = Engine(tmp_path, monkeypatch)
    yield engine
    engine.close()


@pytest.mark.parametrize("how", ["logging=5", "recovering=5"])
def test_a_slow_start_is_waited_for(engine: Engine, how: str) -> None:  # 1
    began = time.monotonic()
    engine.start(how)
    assert time.monotonic() - began > 2 * _SILENT_SECONDS
    assert len(engine.running) == 1


def test_a_start_without_a_sign_of_life_is_ended(engine: Engine) -> None:  # 2
    with pytest.raises(EngineDied, match=r"OpenSearch hung while it started: no sign of life for 2 s, so it was ended"):
        engine.start("silent=600")
    assert engine.running == []


def test_an_engine_that_ends_is_reported(engine: Engine) -> None:  # 2
    with pytest.raises(EngineDied, match=r"(?s)OpenSearch ended with status 1; the end of its log:.*ValueError"):
        engine.start("logging=1", "recovering=soon")
    assert engine.running == []


def test_what_was_left_running_is_taken_over(engine: Engine) -> None:  # 3
    url = engine.start()
    left = engine.running
    assert engine.start() == url
    assert engine.running == left
    assert engine.told == [f"taking over OpenSearch (process {left[0]}), which was left running"]


def test_what_was_left_starting_is_taken_over(engine: Engine) -> None:  # 3
    killed = Servers()
    with ThreadPoolExecutor(1) as starter:
        starting = starter.submit(engine.start, "recovering=6", servers=killed)
        while not engine.running:
            time.sleep(0.05)
        left = engine.running
        url = engine.start("recovering=6")
        assert engine.running == left
        assert starting.result() == url


def test_what_was_left_and_hangs_is_ended(engine: Engine) -> None:  # 3
    engine.start()
    (left,) = engine.running
    psutil.Process(left).send_signal(signal.SIGSTOP)
    engine.start()
    assert len(engine.running) == 1
    assert left not in engine.running
    assert "no sign of life" in engine.told[-1]


def test_what_was_left_with_other_settings_is_ended(engine: Engine) -> None:  # 3
    engine.start(heap="2g")
    (left,) = engine.running
    engine.start(heap="1g")
    assert len(engine.running) == 1
    assert left not in engine.running
    assert f"ending OpenSearch (process {left})" in engine.told[-1]


def test_what_was_left_on_the_port_that_is_wanted_is_ended_first(engine: Engine) -> None:  # 3
    url = engine.start(heap="2g")
    port = int(url.rpartition(":")[2])
    assert engine.start(heap="1g", port=port) == url
    assert len(engine.running) == 1


@pytest.mark.parametrize("how", ["silent=600", "logging=600", "recovering=600"])
def test_a_broken_start_leaves_nothing(engine: Engine, how: str) -> None:  # 3
    servers = Servers()
    with ThreadPoolExecutor(1) as starter:
        starting = starter.submit(engine.start, how, servers=servers)
        while not engine.running:
            time.sleep(0.05)
        began = time.monotonic()
        servers.break_off()
        servers.stop()
        with pytest.raises((BrokenOff, EngineDied)):
            starting.result(10)
        assert time.monotonic() - began < 10
    assert engine.running == []


def test_nothing_is_started_once_a_start_is_broken_off(engine: Engine) -> None:  # 3
    servers = Servers()
    servers.stop()
    with pytest.raises(BrokenOff):
        engine.start(servers=servers)
    assert engine.running == []
    assert not (engine.data / "opensearch.log").exists()


def test_a_port_that_is_taken_meanwhile(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:  # 4
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        taken = stranger.getsockname()[1] - 1
        looks = iter([taken, opensearch.free_base(1, engine.bases)])
        monkeypatch.setattr(opensearch, "free_base", lambda *_: next(looks))
        assert engine.start() != f"http://127.0.0.1:{taken + 1}"
    assert len(engine.running) == 1
