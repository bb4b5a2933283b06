"""The page of the OpenAPI document, in a browser.

1. It shows every operation, and the schemas; nothing is refused and nothing loaded from elsewhere (each visit's end).
2. An operation can be tried out on this server.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.dashboard.browsing import Visit
from tests.words import Catalogue

_PATIENCE = 90_000  # ms: it is two megabytes of somebody else's code, on a machine that does much else


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    expect.set_options(timeout=_PATIENCE)
    yield
    expect.set_options(timeout=5_000)


def _opened(visit: Visit) -> None:
    visit.page.set_default_timeout(_PATIENCE)
    visit.page.goto("/schema")


def test_every_operation_and_schema(visit: Visit, stocked: Catalogue) -> None:  # 1
    document = stocked.get("/schema/openapi.json")
    _opened(visit)
    expect(visit.page.locator(".info .title")).to_contain_text(document["info"]["title"])
    expect(visit.page.locator(".info .title")).to_contain_text(document["info"]["version"])
    operations = sum(len(item) for item in document["paths"].values())
    expect(visit.page.locator(".opblock")).to_have_count(operations)
    for name in ("Page", "FoundProgram", "TermsFacet"):
        expect(visit.page.locator("section.models")).to_contain_text(name)
    expect(visit.page.locator(".errors-wrapper, .version-pragma__message--unsupported")).to_have_count(0)


def test_an_operation_is_tried_out(visit: Visit) -> None:  # 2
    _opened(visit)
    alive = visit.page.locator(".opblock", has_text=re.compile("/healthz"))
    alive.locator("button.opblock-summary-control").click()
    alive.get_by_role("button", name="Try it out").click()
    alive.get_by_role("button", name="Execute").click()
    expect(alive.locator(".live-responses-table")).to_contain_text("alive")
