"""Logos come through this server.

1. A program's logo is answered as a picture, with the type that its first bytes tell, to be kept for a day.
2. What is no picture (a page, SVG whatever it calls itself, an error), is too large, is not at a public address, or
   drips, is 204: a letter stands for it.
3. A program without a logo, and a generated one, is 404, and nobody is asked; so is a program that there is not.
4. A host is asked once, however many want the picture.
5. Whoever asks for more than are fetched at once is told 503 with Retry-After.
"""

from __future__ import annotations

import ipaddress
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from app.api.application_state import ApplicationState
from app.api.logo_proxy import LARGEST, LogoProxy
from app.feeds.fetching import FetchPatience, Permitted
from app.feeds.public_addresses import is_public
from tests.words import Catalogue, program

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
_PICTURES = {
    "/logo.png": PNG,
    "/logo.jpg": b"\xff\xd8\xff\xe0" + b"\0" * 40,
    "/logo.gif": b"GIF89a" + b"\0" * 40,
    "/logo.webp": b"RIFF\x24\0\0\0WEBPVP8 " + b"\0" * 40,
    "/favicon.ico": b"\x00\x00\x01\x00" + b"\0" * 40,
}
_NONE = {
    "/logo.svg": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "/page.png": b"<!doctype html><p>Please log in",
    "/large.png": PNG + b"\0" * LARGEST,
    "/empty.png": b"",
}


class _Host(BaseHTTPRequestHandler):
    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self.path == "/inside.png":
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.2:9/logo.png")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if self.path == "/drips.png":
            self.send_response(200)
            self.end_headers()
            for _ in range(40):
                self.wfile.write(b"\x89")
                self.wfile.flush()
                time.sleep(0.1)
            return
        body = {**_PICTURES, **_NONE}.get(self.path)
        if self.path.startswith("/slow"):
            time.sleep(0.5)
            body = PNG
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Type", "image/png")  # whatever it is
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def host() -> Iterator[tuple[str, list[str]]]:
    """A merchant's server, and what it was asked for."""
    asked: list[str] = []

    class Host(_Host):
        pass

    Host.asked = asked
    with ThreadingHTTPServer(("127.0.0.1", 0), Host) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
        thread.join()


def only_the_host(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """As if 127.0.0.1 were public."""
    return str(address) == "127.0.0.1" or is_public(address)


def logos_of(catalogue: Catalogue) -> LogoProxy:
    state: ApplicationState = catalogue.api.app.state.app_state
    return state.logos


def allow(catalogue: Catalogue, permitted: Permitted) -> None:
    """Which addresses may be asked."""
    logos_of(catalogue).permitted = permitted


def stored(catalogue: Catalogue, *addresses: str | None, data_source: str = "feed:direct") -> list[int]:
    """Programs with these logos; their ids. 127.0.0.1 may be asked."""
    catalogue.store(
        *(program(f"Shop {at}", logo_url=each, data_source=data_source) for at, each in enumerate(addresses))
    )
    allow(catalogue, only_the_host)
    return [id for (id,) in catalogue.rows("select id from programs order by name")]


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/logo.png", "image/png"),
        ("/logo.jpg", "image/jpeg"),
        ("/logo.gif", "image/gif"),
        ("/logo.webp", "image/webp"),
        ("/favicon.ico", "image/x-icon"),
    ],
)
def test_a_picture(catalogue: Catalogue, host: tuple[str, list[str]], path: str, media_type: str) -> None:  # 1
    (id,) = stored(catalogue, host[0] + path)
    answer = catalogue.api.get(f"/api/programs/{id}/logo")
    assert (answer.status_code, answer.content) == (200, _PICTURES[path])
    assert answer.headers["content-type"] == media_type
    assert answer.headers["cache-control"] == "public, max-age=86400"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", [*_NONE, "/gone.png", "/inside.png", "/drips.png"])
def test_what_is_none(catalogue: Catalogue, host: tuple[str, list[str]], path: str) -> None:  # 2
    logos_of(catalogue).patience = FetchPatience(between=0.5, whole=1.0)
    (id,) = stored(catalogue, host[0] + path)
    for _ in range(2):
        answer = catalogue.api.get(f"/api/programs/{id}/logo")
        assert (answer.status_code, answer.content) == (204, b"")
    assert host[1] == [path]


def test_a_private_address_is_not_asked(catalogue: Catalogue, host: tuple[str, list[str]]) -> None:  # 2
    (id,) = stored(catalogue, host[0] + "/logo.png")
    allow(catalogue, is_public)
    assert catalogue.api.get(f"/api/programs/{id}/logo").status_code == 204
    assert host[1] == []


def test_who_has_none(catalogue: Catalogue, host: tuple[str, list[str]]) -> None:  # 3
    (without,) = stored(catalogue, None)
    assert catalogue.api.get(f"/api/programs/{without}/logo").status_code == 404
    assert catalogue.api.get("/api/programs/999999/logo").status_code == 404


def test_generated_programs_have_none(catalogue: Catalogue, host: tuple[str, list[str]]) -> None:  # 3
    (id,) = stored(catalogue, host[0] + "/logo.png", data_source="generator:cj")
    assert catalogue.api.get(f"/api/programs/{id}/logo").status_code == 404
    assert host[1] == []


def test_a_host_is_asked_once(catalogue: Catalogue, host: tuple[str, list[str]]) -> None:  # 4
    ids = stored(catalogue, host[0] + "/logo.png", host[0] + "/logo.png")
    for id in (*ids, *ids):
        assert catalogue.api.get(f"/api/programs/{id}/logo").content == PNG
    assert host[1] == ["/logo.png"]


def test_too_many_at_once(catalogue: Catalogue, host: tuple[str, list[str]]) -> None:  # 5
    logos_of(catalogue).most = 1
    ids = stored(catalogue, *(f"{host[0]}/slow{number}.png" for number in range(4)))
    answers = []

    def ask(id: int) -> None:
        answers.append(catalogue.api.get(f"/api/programs/{id}/logo"))

    threads = [threading.Thread(target=ask, args=(id,)) for id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    statuses = sorted(each.status_code for each in answers)
    assert statuses[0] == 200
    assert statuses[-1] == 503
    assert next(each for each in answers if each.status_code == 503).headers["retry-after"] == "2"
