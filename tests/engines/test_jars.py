"""Downloading OpenSearch's jars.

1. What is not there is fetched, checked, and never fetched again.
2. A download that breaks off is resumed where it ended, within a run and in the next one; also from a server that
   cannot resume.
3. A jar that is not what the lock says is never used.
4. Without a network it says so within seconds, naming the jar; with everything there it needs none. A cache that cannot
   be made is said too.
5. It can be broken off at any time, and keeps what it has.
6. The committed lock lists every jar once, with a checksum and a size.
"""

from __future__ import annotations

import hashlib
import random
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from app.engines.jars import DownloadFailed, Jar, fetch, locked_jars

_BLOCK = 1 << 16


class Repository:
    """A Maven repository on this machine, that can be made to misbehave."""

    def __init__(self) -> None:
        self.url = ""
        self.files: dict[str, bytes] = {}
        self.asked: list[tuple[str, str | None]] = []  # path, Range
        self.breaks_after: list[int] = []  # bytes that the next answers end after
        self.resumes = True
        self.seconds_a_block = 0.0

    def jar(self, name: str, size: int = 300_000) -> Jar:
        """Put a jar in it."""
        content = random.Random(name).randbytes(size)
        jar = Jar(f"org.example:{name}:1.0", hashlib.sha256(content).hexdigest(), size)
        self.files[f"/{jar.path}"] = content
        return jar


@pytest.fixture
def repository() -> Iterator[Repository]:
    held = Repository()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            given = self.headers.get("Range")
            held.asked.append((self.path, given))
            content = held.files.get(self.path)
            if content is None:
                self.send_error(404)
                return
            start = int(given.removeprefix("bytes=").rstrip("-")) if given and held.resumes else 0
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            end = start + held.breaks_after.pop(0) if held.breaks_after else len(content)
            with suppress(ConnectionError):  # who asked may have gone
                for at in range(start, min(end, len(content)), _BLOCK):
                    self.wfile.write(content[at : min(at + _BLOCK, end)])
                    time.sleep(held.seconds_a_block)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    held.url = f"http://127.0.0.1:{server.server_port}"
    yield held
    server.shutdown()
    server.server_close()


def _fetched(
    repository: Repository, jars: list[Jar], cache: Path, stopping: threading.Event | None = None
) -> list[bytes]:
    url = repository.url
    return [path.read_bytes() for path in fetch(jars, cache, url, stopping=stopping, first_pause=0.01)]


def test_what_is_there_is_not_fetched_again(repository: Repository, tmp_path: Path) -> None:  # 1
    wanted = [repository.jar(f"a{number}") for number in range(20)]
    seen: list[tuple[int, int]] = []
    url = repository.url
    paths = fetch(wanted, tmp_path, url, lambda done, total: seen.append((done, total)))
    assert [path.read_bytes() for path in paths] == [repository.files[f"/{jar.path}"] for jar in wanted]
    assert max(seen) == (20 * 300_000, 20 * 300_000)
    repository.files.clear()
    _fetched(repository, wanted, tmp_path)
    assert len(repository.asked) == 20


@pytest.mark.parametrize("resumes", [True, False])
def test_a_broken_download_goes_on(repository: Repository, tmp_path: Path, resumes: bool) -> None:  # 2
    jar = repository.jar("a")
    repository.resumes = resumes
    repository.breaks_after = [100_000]
    assert _fetched(repository, [jar], tmp_path) == [repository.files[f"/{jar.path}"]]
    assert [given for _, given in repository.asked] == [None, "bytes=100000-"]


def test_the_next_run_goes_on_too(repository: Repository, tmp_path: Path) -> None:  # 2
    jar = repository.jar("a")
    repository.breaks_after = [50_000, 50_000, 50_000, 50_000]
    with pytest.raises(DownloadFailed, match="broke off"):
        _fetched(repository, [jar], tmp_path)
    assert [path.name for path in (tmp_path / "jars").iterdir()] == ["a-1.0.jar.part"]
    assert _fetched(repository, [jar], tmp_path) == [repository.files[f"/{jar.path}"]]
    assert repository.asked[-1][1] == "bytes=200000-"


def test_a_jar_that_is_another_is_never_used(repository: Repository, tmp_path: Path) -> None:  # 3
    jar = repository.jar("a", 1000)
    repository.files[f"/{jar.path}"] = bytes(1000)
    with pytest.raises(DownloadFailed, match="checksum"):
        _fetched(repository, [jar], tmp_path)
    assert list((tmp_path / "jars").iterdir()) == []


def test_half_a_jar_that_is_wrong_is_thrown_away(repository: Repository, tmp_path: Path) -> None:  # 3
    jar = repository.jar("a")
    (tmp_path / "jars").mkdir()
    (tmp_path / "jars" / "a-1.0.jar.part").write_bytes(bytes(1000))
    assert _fetched(repository, [jar], tmp_path) == [repository.files[f"/{jar.path}"]]


def test_no_network_is_said_soon(repository: Repository, tmp_path: Path) -> None:  # 4
    wanted = [repository.jar(f"a{number}") for number in range(100)]
    repository.breaks_after = [0] * 1000
    with pytest.raises(DownloadFailed, match=r"org\.example:a\d+:1\.0 from http://127\.0\.0\.1:\d+: .*broke off"):
        _fetched(repository, wanted, tmp_path)
    # The attempts of those that were being fetched when the first gave up; the others were not tried.
    assert len(repository.asked) <= 20 * 4


def test_a_jar_that_does_not_exist_is_said_at_once(repository: Repository, tmp_path: Path) -> None:  # 4
    with pytest.raises(DownloadFailed, match="404"):
        _fetched(repository, [Jar("org.example:gone:1.0", "0" * 64, 10)], tmp_path)
    assert len(repository.asked) == 1


def test_it_can_be_broken_off(repository: Repository, tmp_path: Path) -> None:  # 5
    jar = repository.jar("a", 10_000_000)
    repository.seconds_a_block = 0.05  # 8 s in all
    stopping = threading.Event()
    threading.Timer(0.5, stopping.set).start()
    began = time.monotonic()
    with pytest.raises(DownloadFailed, match="broken off"):
        _fetched(repository, [jar], tmp_path, stopping=stopping)
    assert time.monotonic() - began < 5
    (part,) = (tmp_path / "jars").iterdir()
    assert part.read_bytes() == repository.files[f"/{jar.path}"][: part.stat().st_size]


def test_a_cache_that_cannot_be_made_is_said(tmp_path: Path) -> None:  # 4
    (tmp_path / "file").touch()
    with pytest.raises(DownloadFailed, match="AFFINDEX_CACHE_DIR"):
        fetch([], tmp_path / "file" / "cache", None)


def test_the_lock_is_whole() -> None:  # 6
    locked = locked_jars()
    assert len({jar.file for jar in locked}) == len(locked) > 100
    assert all(len(jar.sha256) == 64 and jar.size > 0 for jar in locked)
    assert any(jar.coordinate == "org.opensearch:opensearch:3.8.0" for jar in locked)
