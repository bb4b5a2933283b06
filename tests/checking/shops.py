"""Shops on this machine that answer link checks as real ones do, each under a name of its own (`*.test`)."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from app.feeds.public_addresses import is_public

LATE = 1.5  # seconds
"""How long a slow page takes."""


class Shops:
    """What was asked of them: (host, method, path), each with its time and User-Agent. They set cookies."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.asked: list[tuple[str, str, str]] = []
        self.times: list[float] = []
        self.agents: set[str] = set()
        self.cookies: set[str] = set()  # that were sent back
        self.pages: dict[str, int] = {}  # what a path answers, over its name
        self.robots: dict[str, str | int] = {}  # of a host; 404 by default

    def at(self, path: str, host: str = "shop.test") -> str:
        return f"http://{host}:{self.port}{path}"

    def of(self, host: str) -> list[tuple[str, str]]:
        """Method and path of what was asked of a host, but for robots.txt."""
        return [(method, path) for name, method, path in self.asked if name == host and path != "/robots.txt"]


def permitted(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """As if 127.0.0.1 were public; every other is judged as ever."""
    return str(address) == "127.0.0.1" or is_public(address)


class _Page(BaseHTTPRequestHandler):
    shops: Shops

    def do_HEAD(self) -> None:
        self._come()

    def do_GET(self) -> None:
        self._come()

    def _come(self) -> None:
        shops = self.shops
        host = self.headers["Host"].partition(":")[0]
        shops.asked.append((host, self.command, self.path))
        shops.times.append(time.monotonic())
        shops.agents.add(self.headers["User-Agent"])
        shops.cookies.update(self.headers.get_all("Cookie", []))
        if self.path == "/robots.txt":
            said = shops.robots.get(host, 404)
            if isinstance(said, int):
                self._say(said)
            else:
                self._say(200, said.encode())
            return
        kind, _, rest = self.path.removeprefix("/").partition("/")
        if self.path in shops.pages:
            self._say(shops.pages[self.path])
        elif kind.isdecimal():
            self._say(int(kind))
        elif kind == "moved":
            self._say(301, location=f"/{rest}")
        elif kind == "to":
            self._say(302, location=rest)
        elif kind == "loop":
            self._say(302, location=self.path)
        elif kind == "slow":
            time.sleep(LATE)
            self._say(200)
        elif kind == "drip":
            for letter in b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 60:
                self.wfile.write(bytes([letter]))
                time.sleep(LATE / 20)
        elif kind == "headless":  # only GET is understood
            self._say(200 if self.command == "GET" else int(rest or 405))
        elif kind == "silent":
            if self.command == "HEAD":
                self.close_connection = True
            else:
                self._say(200)
        elif kind == "endless":
            self._say(200, None)
            while self.command == "GET":
                self.wfile.write(b"x" * 65_536)
        else:
            self._say(200, b"hello")

    def _say(self, status: int, body: bytes | None = b"", location: str | None = None) -> None:
        self.send_response(status)
        self.send_header("Set-Cookie", "seen=1")
        if location:
            self.send_header("Location", location)
        if body is not None:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if body and self.command == "GET":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        pass  # whoever hangs up on them has seen enough


@contextmanager
def open_shops(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shops]:
    """Shops that are open; `*.test` leads to them, `private.test` to a private network, `nowhere.test` nowhere."""
    page = type("_OwnPage", (_Page,), {})
    with _Server(("127.0.0.1", 0), page) as server:
        page.shops = shops = Shops(server.server_address[1])  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        monkeypatch.setattr(socket, "getaddrinfo", _named(socket.getaddrinfo))
        try:
            yield shops
        finally:
            server.shutdown()
            thread.join()


def _named(really: Callable[..., Any]) -> Callable[..., Any]:
    def getaddrinfo(host: Any, port: Any, *rest: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else str(host)
        if name == "private.test":
            return really("10.0.0.1", port, *rest, **options)
        if name.endswith("nowhere.test"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        if name == "passing.test":
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return really("127.0.0.1" if name.endswith(".test") else host, port, *rest, **options)

    return getaddrinfo
