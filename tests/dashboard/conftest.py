"""A real server over a stocked catalogue, and a real Chromium. Without a browser these tests are skipped, but in CI."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from app.engines import Engines
from app.settings import Settings
from tests.conftest import new_catalogue
from tests.dashboard.browsing import SCREENSHOTS, Visit
from tests.dashboard.stock import stock
from tests.serving import serving
from tests.words import Catalogue

_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


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
def playwright() -> Iterator[Playwright]:
    """Ended with this package: its event loop would be in the way of other tests."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """A real Chromium."""
    executable = next((found for name in _NAMES if (found := shutil.which(name))), None)
    if executable is None:
        if os.environ.get("CI"):
            pytest.fail("CI needs Chromium for the dashboard's tests; .ci/run installs it")
        pytest.skip("no Chromium here: the dashboard's tests in a browser are left out (apt-get install chromium)")
    browser = playwright.chromium.launch(executable_path=executable, args=list(_QUIET))
    yield browser
    browser.close()


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
