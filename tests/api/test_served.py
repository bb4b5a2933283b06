"""What holds on the wire, with the server that runs us.

1. It does not say what it is made of.
2. A body that breaks off, or whose chunks are none, is the client's fault: 400.
3. The answer to HEAD is whole without a body, also where GET would stream.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.serving import serving
from tests.words import Catalogue, program


@pytest.fixture(scope="module")
def address(shared_catalogue: Catalogue) -> Iterator[str]:
    shared_catalogue.store(*(program(f"Shop {number}") for number in range(3)))
    with serving(
        shared_catalogue.settings,
        database_url=shared_catalogue.engines.database_url,
        opensearch_url=shared_catalogue.engines.opensearch_url,
        alias=shared_catalogue.alias,
    ) as address:
        yield address


def _ask(address: str, *lines: str, body: bytes = b"") -> tuple[str, str]:
    """Head and body of the answer to a request, read until the server closes."""
    where = urlsplit(address)
    assert where.hostname is not None
    head = "".join(f"{line}\r\n" for line in (*lines, "Host: x", "Connection: close", ""))
    with socket.create_connection((where.hostname, where.port or 0), timeout=20) as connection:
        connection.sendall(head.encode() + body)
        answer = b""
        while piece := connection.recv(65_536):
            answer += piece
    head, _, rest = answer.decode().partition("\r\n\r\n")
    return head, rest


@pytest.mark.parametrize("path", ["/healthz", "/api/programs", "/nowhere", "/metrics"])
def test_no_banner(address: str, path: str) -> None:  # 1
    head, _ = _ask(address, f"GET {path} HTTP/1.1")
    assert "granian" not in head.lower()
    assert "litestar" not in head.lower()


@pytest.mark.parametrize("chunks", [b"zz\r\n{}\r\n0\r\n\r\n", b"5\r\n{}\r\n0\r\n\r\n", b"-1\r\n{}\r\n0\r\n\r\n"])
@pytest.mark.parametrize("path", ["/1/indexes/*/queries", "/api/import/bulk", "/api/import/feed?network=awin"])
def test_chunks_that_are_none(address: str, shared_catalogue: Catalogue, path: str, chunks: bytes) -> None:  # 2
    (authorization,) = shared_catalogue.key("admin").values()
    said = (f"Authorization: {authorization}", "Content-Type: application/json", "Transfer-Encoding: chunked")
    head, body = _ask(address, f"POST {path} HTTP/1.1", *said, body=chunks)
    assert head.startswith("HTTP/1.1 400 ")
    assert "/problems/incomplete-body" in body


@pytest.mark.parametrize("path", ["/api/programs", "/api/programs/export", "/api/programs/export?format=csv"])
def test_head(address: str, path: str) -> None:  # 3
    head, body = _ask(address, f"HEAD {path} HTTP/1.1")
    assert head.startswith("HTTP/1.1 200 ")
    assert body == ""
