"""The engines of a root are run by somebody who may do less.

1. Neither Postgres nor OpenSearch runs as root, and neither as the other's user where there are two.
2. Data that OpenSearch made as root is taken along, with its modes; one that is left running as root is ended first.
3. Below a folder of root's alone OpenSearch has a place of its own, as Postgres has; data that was made before moves.
   Its command still names the data directory.
4. Giving files away follows no link: nothing outside is given, and settings are written nowhere else.
"""

from __future__ import annotations

import os
import pwd
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.request import Request, urlopen

import psutil
import pytest

from app.engines import opensearch, opensearch_place, unprivileged
from app.engines.jars import fetch, locked_jars
from app.engines.opensearch import start_opensearch
from app.engines.opensearch_place import _write_settings
from app.engines.process import Servers
from app.engines.unprivileged import hand_over
from app.settings import Settings
from tests.conftest import in_memory
from tests.engines import stub_engine
from tests.nightly import also_nightly, nightly

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only a root has others run its engines")


class House:
    """Starts of OpenSearch over one data directory."""

    def __init__(self, data: Path, settings: Settings) -> None:
        self.data = data
        self.told: list[str] = []
        self._opened: list[Servers] = []
        self._jars = fetch(locked_jars(), settings.cache, settings.maven_repository)

    def start(self) -> str:
        """Start it; who started one before may have been killed, and stops nothing."""
        self._opened.append(Servers())
        return start_opensearch(
            self._opened[-1], self.data, self._jars, heap="400m", nodes=1, port=None, say=self.told.append
        )

    @property
    def process(self) -> psutil.Process:
        """The one that runs."""
        running = {each.process.pid for servers in self._opened for each in servers.running() if not each.died()}
        (pid,) = running
        return psutil.Process(pid)

    def stop(self) -> None:
        for servers in self._opened:
            servers.stop()


@pytest.fixture
def reachable() -> Iterator[Path]:
    """A folder that everybody may enter."""
    folder = Path(tempfile.mkdtemp(prefix="affindex-root-", dir=in_memory()))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def _of_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """As it was before: root itself runs OpenSearch."""
    monkeypatch.setattr(opensearch_place, "_whom", lambda: None)


def _stub(home: Path, classes: list[str], *, base: int, cluster: str, **_: object) -> list[str]:
    """The command of a stub in place of OpenSearch, which takes as long to start as a test does."""
    options = ["-basePath", str(home), "-baseHttpPort", str(base), f"name={cluster}"]
    return [sys.executable, stub_engine.__file__, opensearch._MAIN, *options]


def _keep(url: str) -> None:
    headers = {"Content-Type": "application/json"}
    for path, body in (("/kept", b'{"settings":{"number_of_replicas":0}}'), ("/kept/_doc/1", b'{"name":"kept"}')):
        urlopen(Request(f"{url}{path}", data=body, method="PUT", headers=headers), timeout=30).close()


def _kept(url: str) -> bool:
    with urlopen(f"{url}/kept/_doc/1", timeout=30) as answer:
        return b'"kept"' in answer.read()


def test_nobody_of_them_is_root(engines_data: Path | None) -> None:  # 1
    if engines_data is None:
        pytest.skip("these engines are somebody else's")
    users: dict[str, set[int]] = {}
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.name() in ("java", "postgres") and any(str(engines_data) in word for word in process.cmdline()):
                users.setdefault(process.name(), set()).update(process.uids())
    assert set(users) == {"java", "postgres"}
    assert 0 not in users["java"] | users["postgres"]
    with suppress(KeyError):
        if pwd.getpwnam("postgres").pw_uid in users["postgres"]:
            assert users["java"].isdisjoint(users["postgres"])


@pytest.mark.parametrize("real", [False, also_nightly(True)])
def test_data_that_root_made(
    reachable: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, real: bool
) -> None:  # 2
    house = House(reachable, settings)
    file = reachable / "opensearch" / "node_1" / "data" / "file"
    try:
        with monkeypatch.context() as before:
            _of_root(before)
            if real:
                _keep(house.start())
            else:
                before.setattr(opensearch, "java_command", _stub)
                house.start()
                file.parent.mkdir(mode=0o700)
                file.write_bytes(b"kept")
                file.chmod(0o600)
        of_root = house.process
        assert of_root.uids().effective == 0
        url = house.start()
        assert any(f"ending OpenSearch (process {of_root.pid})" in each for each in house.told)
        assert house.process.uids().effective == pwd.getpwnam(opensearch_place._whom() or "").pw_uid
        assert _kept(url) if real else file.read_bytes() == b"kept"
        home = reachable / "opensearch"
        assert home.stat().st_mode & 0o777 == 0o700
        for file in (home, *home.rglob("*")):
            assert file.lstat().st_uid == house.process.uids().effective, file
            assert "/data/" not in str(file) or file.lstat().st_mode & 0o077 == 0, file
        assert house.start() == url  # taken over, as it is as it should be
        assert any("taking over OpenSearch" in each for each in house.told)
    finally:
        house.stop()


@nightly
def test_below_a_folder_of_roots_alone(
    reachable: Path, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:  # 3
    monkeypatch.setattr(unprivileged, "_ROOTS_HOME", reachable)
    alone = tmp_path / "alone"
    alone.mkdir(mode=0o700)
    house = House(alone / "data", settings)
    try:
        with monkeypatch.context() as before:
            _of_root(before)
            _keep(house.start())
        house.stop()
        assert _kept(house.start())
        assert house.process.uids().effective != 0
        assert alone.stat().st_mode & 0o777 == 0o700
        assert not (alone / "data" / "opensearch").exists()
        (place,) = reachable.glob("*-opensearch")
        assert place.stat().st_mode & 0o777 == 0o700
        assert str(place) in house.process.cmdline()
        assert f"-Daffindex.data={alone / 'data'}" in house.process.cmdline()
    finally:
        house.stop()


def test_no_link_is_followed(tmp_path: Path) -> None:  # 4
    user = opensearch_place._whom()
    assert user is not None
    secret = tmp_path / "secret"
    secret.write_text("ours")
    home = tmp_path / "home"
    (home / "node_1").mkdir(parents=True)
    (home / "link").symlink_to(secret)
    (home / "name").hardlink_to(secret)
    (home / "file").touch()
    hand_over(home, user)
    assert secret.stat().st_uid == 0
    assert (home / "file").stat().st_uid == home.stat().st_uid == pwd.getpwnam(user).pw_uid

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (home / "node_1" / "config").symlink_to(elsewhere)
    with pytest.raises(OSError, match="config"):
        _write_settings(home, 1, user)
    (home / "node_1" / "config").unlink()
    (home / "node_1" / "config").mkdir()
    (home / "node_1" / "config" / "opensearch.yml").symlink_to(secret)
    _write_settings(home, 1, user)
    assert list(elsewhere.iterdir()) == []
    assert secret.read_text() == "ours"
    assert secret.stat().st_uid == 0
    assert "127.0.0.1" in (home / "node_1" / "config" / "opensearch.yml").read_text()
