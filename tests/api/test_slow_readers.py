"""Clients that read an export slowly, or not at all.

1. A piece that is not taken in time ends the export, which is then seen not to be whole, and frees its place.
2. A client has two places, a key four, and some places are for keys alone.
"""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack, suppress
from urllib.parse import urlsplit

import httpx2
import pytest

from app.api.export_places import A_CLIENT, A_KEY, AT_ONCE, WITHOUT_KEY, ExportPlaces
from app.api.problems import Problem
from app.settings import Settings
from tests.serving import serving
from tests.words import Catalogue, program

_PROGRAMS = 2_000
_SECONDS = 60  # of a machine that does much else
_ASKED = b"GET /api/programs/export HTTP/1.1\r\nHost: x\r\n\r\n"


def _slow_reader(address: str) -> socket.socket:
    """A client that asks for everything, and takes next to nothing."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
    client.connect((urlsplit(address).hostname, urlsplit(address).port))
    client.sendall(_ASKED)
    return client


def test_slow_readers(catalogue: Catalogue, settings: Settings) -> None:  # 1
    catalogue.store(*(program(f"P{number}", description="long " * 800) for number in range(_PROGRAMS)))
    with (
        serving(
            settings,
            database_url=catalogue.engines.database_url,
            opensearch_url=catalogue.engines.opensearch_url,
            alias=catalogue.alias,
            application="tests.api.impatient:create_app",
        ) as address,
        httpx2.Client(base_url=address, timeout=_SECONDS) as others,
        ExitStack() as opened,
    ):

        def refused(headers: dict[str, str]) -> bool:
            with others.stream("GET", "/api/programs/export?q=P1", headers=headers) as answer:
                assert answer.status_code in (200, 429)
                answer.read()
                return answer.status_code == 429

        slow = [opened.enter_context(_slow_reader(address)) for _ in range(A_CLIENT)]
        for each in slow:
            each.settimeout(_SECONDS)
            assert each.recv(12) == b"HTTP/1.1 200"
        assert not refused(catalogue.key("read"))
        until = time.monotonic() + _SECONDS
        while refused({}):
            assert time.monotonic() < until, "places are held for ever"
            time.sleep(0.2)
        for each in slow:
            assert b'{"end":' not in _rest(each)


def _rest(client: socket.socket) -> bytes:
    """The last that comes."""
    last = b""
    try:
        while piece := client.recv(1 << 16):
            last = (last + piece)[-200:]
    except ConnectionError:
        pass
    return last


def _refused(places: ExportPlaces, who: str, *, has_key: bool) -> bool:
    before = places.refused
    with suppress(Problem):
        places.take(who, has_key=has_key)
    return places.refused > before


def test_places() -> None:  # 2
    places = ExportPlaces()
    assert [_refused(places, "9.9.9.9", has_key=False) for _ in range(A_CLIENT + 1)] == [False] * A_CLIENT + [True]
    others = WITHOUT_KEY - A_CLIENT
    assert [_refused(places, str(number), has_key=False) for number in range(others + 1)] == [False] * others + [True]
    keyed = AT_ONCE - WITHOUT_KEY
    assert [_refused(places, "partner", has_key=True) for _ in range(keyed + 1)] == [False] * keyed + [True]
    assert (places.running, places.refused) == (AT_ONCE, 3)
    with pytest.raises(Problem) as told:
        places.take("partner", has_key=True)
    assert (told.value.status, told.value.headers["Retry-After"]) == (429, "5")
    places.leave("9.9.9.9", has_key=False)
    assert not _refused(places, "9.9.9.9", has_key=False)


@pytest.mark.parametrize("who", ["partner", "9.9.9.9"])
def test_the_places_of_a_key(who: str) -> None:  # 2
    places = ExportPlaces()
    assert [_refused(places, who, has_key=True) for _ in range(A_KEY + 1)] == [False] * A_KEY + [True]
    assert not _refused(places, who, has_key=False)
