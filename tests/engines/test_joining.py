"""A command that uses the engines another one runs waits for them as long as that one holds the data."""

from __future__ import annotations

import fcntl
import os
import threading
from pathlib import Path

import msgspec

from app.engines import Engines, running
from app.settings import Settings


def test_it_waits_for_engines_that_start_slowly(tmp_path: Path) -> None:
    told = threading.Event()
    said, found = list[str](), list[Engines]()

    def report(text: str) -> None:
        said.append(text)
        told.set()

    def join() -> None:
        with running(Settings(data_dir=str(tmp_path)), say=report, told_after=0.3) as engines:
            found.append(engines)

    with (tmp_path / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        held.write(msgspec.json.encode({"pid": os.getpid(), "since": "now", "command": "affindex up"}).decode())
        held.flush()
        joining = threading.Thread(target=join)
        joining.start()
        assert told.wait(10)
        assert not found
        described = {"pid": os.getpid(), "database_url": "postgresql://there", "opensearch_url": "http://there"}
        (tmp_path / "engines.json").write_bytes(msgspec.json.encode(described))
        joining.join(10)
    assert not joining.is_alive()
    assert said == [f"{tmp_path} is in use by process {os.getpid()} (affindex up), since now; waiting for its engines"]
    assert [(each.database_url, each.opensearch_url) for each in found] == [("postgresql://there", "http://there")]
