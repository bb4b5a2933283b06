"""The InstantSearch page, in Chromium, with the packages that the tests of Algolia's clients install.

1. It shows what is found, narrows by its facets and sorts; nothing is written to the console.
2. Its packages are of the versions that are tested.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, expect

from tests.algolia.conftest import CLIENTS, clients
from tests.chromium import chromium
from tests.examples.conftest import EXAMPLES

__all__ = ["clients"]  # a fixture of theirs

FOLDER = EXAMPLES / "instantsearch"
_PATIENCE = 60_000  # ms, of a machine that does much else


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing: the tests say what was asked."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page_address(tmp_path: Path, clients: Path) -> Iterator[str]:
    """The page as somebody serves it who ran `npm install` beside it."""
    (tmp_path / "index.html").write_bytes((FOLDER / "index.html").read_bytes())
    (tmp_path / "node_modules").symlink_to(clients / "node_modules")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(tmp_path))) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_the_page(page_address: str, address: str, browser: Browser) -> None:  # 1
    page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.set_default_timeout(_PATIENCE)
    expect.set_options(timeout=_PATIENCE)
    try:
        page.goto(f"{page_address}?api={address.removeprefix('http://')}")
        names = page.locator("#hits article strong")
        expect(page.locator("#stats")).to_contain_text("50 results")
        page.locator("#recurring input").check()
        expect(page.locator("#stats")).to_contain_text("4 results")
        page.locator("#sort select").select_option("programs_epc_desc")
        expect(names.first).to_have_text("Half for ever")
        page.locator("#box input").fill("half")
        expect(names).to_have_text(["Half for ever", "Half for a year"])
        expect(page.locator("#hits mark").first).to_have_text("Half")
    finally:
        expect.set_options(timeout=5_000)
        page.close()
    assert said == []


def test_its_packages_are_those_that_are_tested() -> None:  # 2
    shown, tested = (json.loads((folder / "package.json").read_text("utf-8")) for folder in (FOLDER, CLIENTS))
    assert shown["dependencies"].items() <= tested["dependencies"].items()
