"""A real server over a stocked catalogue, and a real Chromium. Without a browser these tests are skipped, but in CI."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from app.engines import Engines
from app.settings import Settings
from tests.chromium import chromium
from tests.conftest import new_catalogue
from tests.dashboard.browsing import SCREENSHOTS, Visit
from tests.dashboard.stock import stock
from tests.serving import environment_of, serving
from tests.words import Catalogue


@pytest.fixture(scope="package")
def stocked(engines: Engines, settings: Settings, template: str) -> Iterator[Catalogue]:
    """A catalogue that no test changes."""
    for catalogue in new_catalogue(engines, settings, template):
        stock(catalogue)
        yield catalogue


@pytest.fixture(scope="module")
def own_stock(engines: Engines, settings: Settings, template: str) -> Iterator[Catalogue]:
    """A catalogue that the tests of one file may change."""
    for catalogue in new_catalogue(engines, settings, template):
        stock(catalogue)
        yield catalogue


@pytest.fixture(scope="package")
def server(stocked: Catalogue, settings: Settings) -> Iterator[str]:
    """The address of a server over the stocked catalogue."""
    with serving(
        settings,
        database_url=stocked.engines.database_url,
        opensearch_url=stocked.engines.opensearch_url,
        alias=stocked.alias,
    ) as address:
        yield address


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A real Chromium."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def visit(browser: Browser, server: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """A person's visit in a browser that knows nothing yet. Ends with: no error of ours, no request elsewhere."""
    yield from visiting(browser, server, request.node.name)


def visiting(browser: Browser, address: str, name: str, **context: Any) -> Iterator[Visit]:
    """A visit to a server; what the page must never do is checked at its end."""
    options = {"viewport": {"width": 1280, "height": 900}, "locale": "en-GB", "reduced_motion": "reduce"} | context
    opened = browser.new_context(base_url=address, **options)
    opened.set_default_timeout(10_000)
    visit = Visit(opened.new_page(), address)
    failed = True
    try:
        yield visit
        failed = False
        visit.check()
    finally:
        if failed:
            visit.screenshot(f"failed-{name}")
        opened.close()


@pytest.fixture(scope="session", autouse=True)
def screenshots() -> Path:
    """Where pictures go, for people to look at."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    return SCREENSHOTS


@pytest.fixture(scope="module")
def address(own_stock: Catalogue, settings: Settings) -> Iterator[str]:
    """A server and a worker over a catalogue of our own."""
    engines = own_stock.engines
    urls = {"database_url": engines.database_url, "opensearch_url": engines.opensearch_url, "alias": own_stock.alias}
    command = [sys.executable, "-c", "from app.cli import main; main()", "worker"]
    worker = subprocess.Popen(command, env=environment_of(settings, **urls))
    try:
        with serving(settings, **urls) as address:
            yield address
    finally:
        worker.terminate()
        try:
            worker.wait(15)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()


@pytest.fixture
def operator(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """A visit to that server."""
    yield from visiting(browser, address, request.node.name)
