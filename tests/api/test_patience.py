"""Searches that take long.

1. A search is cancelled in the engine when the client leaves.
2. A search that the engine does not answer is a 503 that says when to try again.
"""

from __future__ import annotations

import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from app.settings import Settings
from tests.api.slow_engine import SlowEngine
from tests.serving import serving
from tests.words import Catalogue, program


@contextmanager
def behind_slow_engine(catalogue: Catalogue, settings: Settings, seconds: int) -> Iterator[tuple[SlowEngine, str]]:
    """An engine that takes so long, and the address of a server over it."""
    with (
        SlowEngine(catalogue.engines.opensearch_url, seconds) as engine,
        serving(
            settings,
            database_url=catalogue.engines.database_url,
            opensearch_url=engine.url,
            alias=catalogue.alias,
        ) as address,
    ):
        yield engine, address


def test_a_client_leaves(catalogue: Catalogue, settings: Settings) -> None:  # 1
    catalogue.store(program("A"))
    with behind_slow_engine(catalogue, settings, 20) as (engine, address):
        host, port = urlsplit(address).hostname, urlsplit(address).port
        with socket.create_connection((host, port)) as client:
            client.sendall(b"GET /api/programs?q=anything HTTP/1.1\r\nHost: x\r\n\r\n")
            until = time.monotonic() + 10
            while not engine.waiting and time.monotonic() < until:
                time.sleep(0.02)
            assert engine.waiting == 1
            assert not engine.left.is_set()
        # well before the request's own limit would have ended it
        assert engine.left.wait(1.5)


def test_the_engine_does_not_answer(catalogue: Catalogue, settings: Settings) -> None:  # 2
    catalogue.store(program("A"))
    with behind_slow_engine(catalogue, settings, 60) as (_, address):
        for number in range(2):
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(f"{address}/api/programs?q=anything{number}", timeout=20)
            assert refused.value.code == 503
            assert int(refused.value.headers["retry-after"]) >= 1
            refused.value.close()
