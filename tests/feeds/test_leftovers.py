"""What killed processes left behind is swept, and nothing else."""

from __future__ import annotations

import os
import time
from pathlib import Path

from app.feeds.leftovers import PREFIX, sweep


def test_old_files_of_ours_go(tmp_path: Path) -> None:
    old, fresh, of_others = (tmp_path / name for name in (f"{PREFIX}old", f"{PREFIX}fresh", "notes"))
    folder = tmp_path / f"{PREFIX}folder"
    folder.mkdir()
    for each in (old, fresh, of_others):
        each.write_bytes(b"x")
    for each in (old, of_others, folder):
        os.utime(each, (time.time() - 3 * 3_600,) * 2)
    assert sweep(tmp_path) == 1
    assert sorted(tmp_path.iterdir()) == sorted((fresh, of_others, folder))
    assert sweep(tmp_path / "no such folder") == 0
