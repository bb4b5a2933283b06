"""A feed is fetched from the public internet only, whole, and within its limits.

1. Private, local and special addresses are refused, named or numbered, at first or after a redirect.
2. A name is resolved once: the connection goes to the address that was checked.
3. Too large, truncated, too many redirects, an error status, no address at all: refused with the reason; no query in
   it.
4. What is fetched is as it was sent, and is forgotten afterwards.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from app.feeds.fetching import FetchPatience, fetched
from app.feeds.limits import Limits
from app.feeds.public_addresses import is_public
from app.feeds.refusal import NotAFeed


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        match self.path.partition("?")[0]:
            case "/feed":
                self._send(200, b"id,name\n1,A\n")
            case "/large":
                self._send(200, b"x" * 5000)
            case "/endless":
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"x" * 5000)
            case "/short":
                self.send_response(200)
                self.send_header("Content-Length", "100")
                self.end_headers()
                self.wfile.write(b"x" * 10)
            case "/moved":
                self._send(302, b"", "/feed")
            case "/inside":
                self._send(302, b"", "http://127.0.0.2:9/feed")
            case "/metadata":
                self._send(307, b"", "http://169.254.169.254/latest/meta-data/")
            case "/file":
                self._send(302, b"", "file:///etc/passwd")
            case "/loop":
                self._send(301, b"", "/loop")
            case _:
                self._send(404, b"nothing")

    def _send(self, status: int, body: bytes, location: str | None = None) -> None:
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as httpd:
        thread = threading.Thread(target=httpd.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{httpd.server_address[1]}"
        httpd.shutdown()
        thread.join()


def only_the_server(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """As if 127.0.0.1 were public; what it points at is judged as ever."""
    return str(address) == "127.0.0.1" or is_public(address)


def read(address: str, **options: Any) -> bytes:
    with fetched(address, permitted=only_the_server, **options) as path:
        return path.read_bytes()


def refused(address: str, **options: Any) -> str:
    with pytest.raises(NotAFeed) as caught:
        read(address, **options)
    return str(caught.value)


def test_a_feed_is_fetched_and_forgotten(server: str) -> None:  # 4
    with fetched(f"{server}/feed?token=1", permitted=only_the_server) as path:
        assert path.read_bytes() == b"id,name\n1,A\n"
    assert not path.exists()
    assert read(f"{server}/moved") == b"id,name\n1,A\n"


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0",
     "100.64.0.1", "[::ffff:127.0.0.1]", "[fe80::1]", "[fc00::1]", "224.0.0.1", "2130706433", "0x7f.1", "127.1"],
)  # fmt: skip
def test_private_addresses_are_refused(host: str) -> None:  # 1
    with pytest.raises(NotAFeed, match=r"a private address|cannot be found"), fetched(f"http://{host}:9/feed"):
        raise AssertionError("it was fetched")


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "64:ff9b::808:808"])
def test_public_ones_are_not(address: str) -> None:  # 1
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address", ["64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::808:808", "2002:7f00:1::", "::ffff:10.0.0.1"]
)
def test_private_ones_inside_of_others_are_refused(address: str) -> None:  # 1
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/inside", "127.0.0.2, a private address"),
        ("/metadata", "169.254.169.254, a private address"),
        ("/file", "no address of the web"),
        ("/loop", "redirects more than 5 times"),
        ("/nothing", "answers 404"),
        ("/short", "truncated"),
    ],
)
def test_what_is_refused(server: str, path: str, said: str) -> None:  # 1, 3
    found = refused(f"{server}{path}?token=secret")
    assert said in found
    assert "secret" not in found


def test_large_files(server: str) -> None:  # 3
    assert "it has 5,000 bytes; at most 1,000" in refused(f"{server}/large", limits=Limits(file=1000))
    assert "more than 1,000 bytes" in refused(f"{server}/endless", limits=Limits(file=1000))


def test_a_name_that_changes_its_mind_gains_nothing(server: str, monkeypatch: pytest.MonkeyPatch) -> None:  # 2
    """The name resolves to a public address when it is checked, and to this machine from then on."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def rebinding(host: str, *rest: Any, **more: Any) -> Any:
        if host != "rebinding.example.com":
            return real(host, *rest, **more)
        asked.append(host)
        return real("203.0.113.7" if len(asked) == 1 else "127.0.0.1", *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    soon = FetchPatience(between=0.5, whole=5.0)
    port = server.rpartition(":")[2]
    address = f"http://rebinding.example.com:{port}/feed"
    with pytest.raises(NotAFeed), fetched(address, permitted=lambda _: True, patience=soon):
        raise AssertionError("it reached this machine")
    assert len(asked) == 1


def test_what_is_no_address() -> None:  # 3
    for address in ("http://", "http://[::1", "http://example.com:99999/", "http://no-such-name.invalid/feed"):
        assert refused(address)
