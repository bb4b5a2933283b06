"""The folder in which processes of ours that belong together keep what they count, so that one answers for all.

It is named in the environment before they start: how an instrument counts is settled when its module is loaded.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"  # as prometheus_client calls it; no setting, so it has not their prefix
_PREFIX = "affindex-figures-"


def made_anew(folder: Path) -> Path:
    """An empty folder, for us alone; what was in it is gone."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    return folder


@contextmanager
def shared() -> Iterator[None]:
    """Name a folder to the processes that are started in here, unless whoever started us has named one."""
    if os.environ.get(VARIABLE):
        yield
        return
    assert "prometheus_client" not in sys.modules, "processes forked from this one would count each for itself"
    _sweep()
    with tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-", ignore_cleanup_errors=True) as folder:
        os.environ[VARIABLE] = folder
        try:
            yield
        finally:
            del os.environ[VARIABLE]


def _sweep() -> None:
    """Delete the folders of processes that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        pid = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if pid.isdigit() and (int(pid) == os.getpid() or not lives(int(pid))):
            shutil.rmtree(folder, ignore_errors=True)


def lives(pid: int) -> bool:
    """Whether there is a process of that id."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's
        return True
    return True
