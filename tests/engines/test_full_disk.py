"""The disk is full to the last byte: some room was kept for that day.

1. Searches go on from what is there, and no write is taken, also when somebody fills what was given up.
2. Once there is room, it is kept again and writes are taken, by themselves.
3. A start on a full disk gets the room that was kept.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from app.engines.jars import fetch, locked_jars
from app.engines.opensearch import start_opensearch
from app.engines.process import Servers
from app.engines.reserve import Reserve, Room, give_up_if_full
from app.settings import Settings

_MEGABYTE = 1 << 20
_DISK_MEGABYTES = 300
_ROOM = Room(kept=24 * _MEGABYTE, full=8 * _MEGABYTE, again=96 * _MEGABYTE)
_DOCUMENTS = 1000
_BULK = b"".join(b'{"index":{"_id":"%d"}}\n{"name":"n %d"}\n' % (number, number) for number in range(_DOCUMENTS))
_SECONDS = 120  # OpenSearch looks at its disk every half minute


class Disk:
    """A small file system."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._filler = path / "filler"

    def fill(self) -> None:
        """Take all that is left."""
        with self._filler.open("ab", buffering=0) as file:
            for size in (_MEGABYTE, 4096, 1):
                with suppress(OSError):
                    while True:
                        file.write(b"x" * size)

    def free(self) -> None:
        self._filler.unlink()


@pytest.fixture
def disk() -> Iterator[Disk]:
    folder = Path(tempfile.mkdtemp(prefix="affindex-disk-"))
    folder.chmod(0o755)  # the engine of a root is somebody else, and would get another place
    options = ["-t", "tmpfs", "-o", f"size={_DISK_MEGABYTES}m,mode=755", "tmpfs", str(folder)]
    try:
        subprocess.run(["mount", *options], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        folder.rmdir()
        pytest.skip("a small file system can only be mounted by a root that may")
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()


class Engine:
    """An OpenSearch with an index of some documents."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.ask("PUT", "/programs", b'{"settings":{"number_of_replicas":0}}')
        assert self.writes()
        self.ask("POST", "/programs/_refresh")

    def ask(self, method: str, path: str, body: bytes = b"") -> Any:
        """What it answers; None if that is an error or nothing."""
        headers = {"Content-Type": "application/json"}
        try:
            with urlopen(Request(f"{self.url}{path}", data=body, method=method, headers=headers), timeout=30) as answer:
                return json.load(answer)
        except HTTPError as error:
            error.close()
        except OSError:
            pass
        return None

    def writes(self) -> bool:
        """Whether a write is taken."""
        answer = self.ask("POST", "/programs/_bulk", _BULK)
        return answer is not None and not answer["errors"]

    @property
    def total(self) -> Any:
        """What a search counts; None if it is not answered."""
        answer = self.ask("POST", "/programs/_search", b'{"size":0}')
        return answer and answer["hits"]["total"]["value"]


@contextmanager
def _looked_after(kept: Reserve) -> Iterator[None]:
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.2):
            kept.look()

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield
    finally:
        over.set()
        looking.join()
        kept.close()


def _goes_on(engine: Engine, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        assert engine.total == _DOCUMENTS
        time.sleep(0.2)


def _eventually(holds: Any, otherwise: str) -> None:
    deadline = time.monotonic() + _SECONDS
    while not holds():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.2)


def test_searches_go_on(disk: Disk, settings: Settings) -> None:  # 1, 2
    data, servers, said = disk.path / "data", Servers(), list[str]()
    jars = fetch(locked_jars(), settings.cache, settings.maven_repository)
    try:
        engine = Engine(start_opensearch(servers, data, jars, heap="400m", nodes=1, port=None))
        kept = Reserve(data, engine.url, said.append, _ROOM)
        with _looked_after(kept):
            _eventually((data / "reserve").exists, "no room is kept")
            disk.fill()
            _eventually(lambda: kept.full, "nobody notices that the disk is full")
            assert "the disk is full" in said[-1]
            _eventually(lambda: not engine.writes(), "writes are taken still")
            _eventually(lambda: engine.total == _DOCUMENTS, "searches do not come back")
            _goes_on(engine, 5)
            disk.fill()  # whatever wrote goes on writing
            _goes_on(engine, 10)
            disk.free()
            _eventually((data / "reserve").exists, "no room is kept again")
            assert "there is room" in said[-1]
            _eventually(engine.writes, "writes are not taken again")
            _goes_on(engine, 1)
    finally:
        servers.stop()


def test_a_start_on_a_full_disk(disk: Disk) -> None:  # 3
    Reserve(disk.path, None, lambda _: None, _ROOM).look()
    assert (disk.path / "reserve").stat().st_size == _ROOM.kept
    give_up_if_full(disk.path, _ROOM)
    assert (disk.path / "reserve").exists()
    disk.fill()
    give_up_if_full(disk.path, _ROOM)
    (disk.path / "lock").write_bytes(b"x" * _MEGABYTE)
