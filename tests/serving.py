"""A server process of ours over the engines of a test, as `affindex serve` starts one."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from app.settings import Settings, as_environment

_UP_SECONDS = 120  # long before that on any machine but one that does much else


def environment_of(settings: Settings, *, database_url: str, opensearch_url: str, alias: str) -> dict[str, str]:
    """The environment of a process of ours over these engines."""
    of_engines = {
        "AFFINDEX_DATABASE_URL": database_url,
        "AFFINDEX_OPENSEARCH_URL": opensearch_url,
        "AFFINDEX_INDEX": alias,
        "AFFINDEX_LOG_LEVEL": "error",
    }
    return {**os.environ, **as_environment(settings), **of_engines}


def free_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def serving(
    settings: Settings,
    *,
    database_url: str,
    opensearch_url: str,
    alias: str,
    workers: str = "1",
    application: str = "app.serving.asgi:create_app",
) -> Iterator[str]:
    """A server of its own, as `affindex serve` starts one, with one process or more; its address."""
    port = free_port()
    environment = environment_of(settings, database_url=database_url, opensearch_url=opensearch_url, alias=alias)
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "--host", "127.0.0.1"]
    command += [
        "--port",
        str(port),
        "--workers",
        str(workers),
        "--no-ws",
        "--log-level",
        "warning",
        application,
    ]
    process = subprocess.Popen(command, env=environment)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address, process)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _UP_SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=1):
                return
        except OSError:
            assert process.poll() is None, "the server ended"
            assert time.monotonic() < until, "the server did not come up"
            time.sleep(0.05)
