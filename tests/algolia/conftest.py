"""A running server over the engines of the tests, and Algolia's clients as npm installs them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import msgspec
import pytest

from app.settings import Settings, as_environment
from tests import oracle
from tests.oracle import Row
from tests.words import Catalogue

CLIENTS = Path(__file__).parent / "clients"
_PATIENCE_SECONDS = 30


@pytest.fixture(scope="module")
def served(shared_catalogue: Catalogue) -> Iterator[tuple[str, list[Row]]]:
    """`host:port` of a server process as `affindex serve` starts it, and the rows it searches."""
    rows = oracle.stock(shared_catalogue, 1)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings: Settings = msgspec.structs.replace(
        shared_catalogue.settings,
        database_url=shared_catalogue.engines.database_url,
        opensearch_url=shared_catalogue.engines.opensearch_url,
        index=shared_catalogue.alias,
        port=port,
        workers=1,
        log_level="warning",
    )
    server = subprocess.Popen(
        [str(Path(sys.executable).parent / "affindex"), "serve"], env={**os.environ, **as_environment(settings)}
    )
    try:
        _wait(f"http://127.0.0.1:{port}/readyz", server)
        yield f"127.0.0.1:{port}", rows
    finally:
        server.terminate()
        server.wait(_PATIENCE_SECONDS)


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < until:
        assert server.poll() is None, "the server ended before it answered"
        try:
            with urlopen(url, timeout=1) as answer:
                if answer.status == 200:
                    return
        except HTTPError as refused:
            refused.close()
        except (URLError, OSError):
            pass
        time.sleep(0.05)
    raise AssertionError(f"no answer from {url}")


@pytest.fixture(scope="session")
def clients() -> Path:
    """The folder of the clients, installed as the lockfile says. Without Node it cannot be: then these tests skip."""
    if not (shutil.which("node") and shutil.which("npm")):
        if os.environ.get("CI"):
            pytest.fail("Node.js and npm are needed to drive Algolia's clients; .ci/run installs them")
        pytest.skip("Node.js and npm are not installed; Algolia's clients run in them (Debian: apt install nodejs npm)")
    locked, installed = CLIENTS / "package-lock.json", CLIENTS / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < locked.stat().st_mtime:
        done = subprocess.run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=CLIENTS,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
    return CLIENTS
