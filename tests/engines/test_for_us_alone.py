"""What the embedded engines hold is for whoever runs them.

1. OpenSearch, which asks for no password, listens on 127.0.0.1 alone, with HTTP and transport; Postgres nowhere.
2. The data directory, logs and addresses of the engines can be read by nobody else.
3. A data directory that was open is closed at the next start, and settings of OpenSearch are written anew.
4. No index appears because somebody writes to a name that there is not.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from opensearchpy import NotFoundError, OpenSearch

from app.engines.opensearch_place import _write_settings
from app.engines.running import Engines, _make_private


@pytest.fixture
def data(engines_data: Path | None) -> Path:
    if engines_data is None:
        pytest.skip("these engines are somebody else's")
    return engines_data


def _listening(data: Path) -> dict[str, set[str]]:
    """Addresses that processes over a data directory listen on, by the name of their program."""
    found: dict[str, set[str]] = {}
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            words = process.cmdline()
            if any(str(data) in word for word in words):
                listening = [each for each in process.net_connections("inet") if each.status == psutil.CONN_LISTEN]
                found.setdefault(process.name(), set()).update(str(each.laddr.ip) for each in listening)
    return found


def test_who_can_reach_them(data: Path) -> None:  # 1
    listening = _listening(data)
    assert {address.removeprefix("::ffff:") for address in listening["java"]} == {"127.0.0.1"}
    assert listening["postgres"] == set()


def test_who_can_read_them(data: Path) -> None:  # 2
    through = 0o011 if os.geteuid() == 0 else 0  # Postgres is another user there, and may pass
    assert data.stat().st_mode & 0o077 & ~through == 0
    assert (data / "opensearch").stat().st_mode & 0o777 == 0o700
    for name in ("engines.json", "lock", "opensearch.log", "postgres.log"):
        assert (data / name).stat().st_mode & 0o777 == 0o600, name
    for file in (data / "opensearch").rglob("*"):
        if "/data/" in str(file):
            assert file.stat().st_mode & 0o077 == 0, file


def test_an_open_directory_is_closed(tmp_path: Path) -> None:  # 3
    data = tmp_path / "data"
    data.mkdir()
    data.chmod(0o777)
    _make_private(data)
    assert data.stat().st_mode & 0o777 in (0o700, 0o711)


def test_an_edit_of_the_settings_opens_nothing(tmp_path: Path) -> None:  # 3
    settings = tmp_path / "node_1" / "config" / "opensearch.yml"
    settings.parent.mkdir(parents=True)
    settings.write_text("network.host: 0.0.0.0\n")
    _write_settings(tmp_path, 1, None)
    assert "0.0.0.0" not in settings.read_text()
    assert "network.host: 127.0.0.1\n" in settings.read_text()


def test_no_index_appears_by_mistake(engines: Engines, data: Path) -> None:  # 4
    with OpenSearch(engines.opensearch_url) as client, pytest.raises(NotFoundError) as refused:
        client.index(index="mistyped", body={"name": "Acme"})
    assert "index_not_found" in refused.value.error
