"""The first key of a new catalogue is a file that its owner alone can read, and on no line of a log."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from app.cli.context import Opened
from app.cli.prepare import _first_key
from tests.words import Catalogue


def test_the_first_key(catalogue: Catalogue, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    to = Opened(catalogue.connect, catalogue.search)
    (tmp_path / "first-key").write_text("of a catalogue that was here before")
    (tmp_path / "first-key").chmod(0o644)
    path = _first_key(to, tmp_path)
    assert path == tmp_path / "first-key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    key = path.read_text().strip()
    answer = catalogue.api.get("/api/key", headers={"Authorization": f"Bearer {key}"})
    assert answer.json()["scope"] == "admin"
    assert key not in "".join(capfd.readouterr())
    assert _first_key(to, tmp_path) is None
    assert path.read_text().strip() == key
