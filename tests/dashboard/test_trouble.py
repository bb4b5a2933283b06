"""When things go wrong or take long.

1. A stale answer never overwrites a newer one, however late it comes.
2. Typing never waits for an answer.
3. What takes long is said; what is there stays, greyed.
4. 503 and 429 say when it is tried again, and it is, by itself and by a button: once, beside filters that are quiet.
5. Real engines away: search without OpenSearch, overview without Postgres.
6. A network that is gone is told from a server that answers, and a search that fails from one without findings.
7. Without a key nothing can be started; a wrong key is told at once.
8. What other text an error carries is only text.
"""

from __future__ import annotations

import re
import time

import msgspec
import pytest
from playwright.sync_api import Browser, Route, expect

from app.settings import Settings
from tests.dashboard.browsing import Visit
from tests.dashboard.conftest import visiting
from tests.serving import serving
from tests.words import Catalogue

PROBLEM = '{"status": %d, "title": "Trouble", "detail": "<b>bold</b> words of the server"}'


def test_a_stale_answer_never_overwrites_a_newer_one(visit: Visit) -> None:  # 1
    visit.open()
    late: list[Route] = []

    def hold(route: Route) -> None:
        if "q=northwind" in route.request.url:
            late.append(route)
        else:
            route.continue_()

    visit.page.route(re.compile(r"/api/programs\?"), hold)
    box = visit.page.get_by_role("combobox", name="Search programs")
    box.fill("northwind")
    box.press("Enter")
    visit.page.wait_for_timeout(100)
    assert late
    box.fill("resting robots")
    box.press("Enter")
    visit.settled()
    assert visit.names() == ["Resting Robots"]
    for route in late:
        # the page has given it up; were it to arrive all the same, it must change nothing
        route.continue_()
    visit.page.wait_for_timeout(300)
    assert visit.names() == ["Resting Robots"]
    assert visit.parameters == {"q": "resting robots"}


def test_stale_suggestions_never_come_back(visit: Visit) -> None:  # 1
    visit.open()

    def slowly(route: Route) -> None:
        if "q=north&" in f"{route.request.url}&":
            time.sleep(0.4)
        route.continue_()

    visit.page.route(re.compile(r"/api/suggest"), slowly)
    box = visit.page.get_by_role("combobox", name="Search programs")
    box.press_sequentially("north")
    visit.page.wait_for_timeout(120)
    box.fill("resting")
    option = visit.page.get_by_role("option", name="Resting Robots")
    option.wait_for()
    visit.page.wait_for_timeout(600)
    expect(option).to_be_visible()
    assert visit.page.get_by_role("option", name="Northwind").count() == 0


def test_typing_never_waits(visit: Visit) -> None:  # 2
    visit.open()
    waiting: list[Route] = []
    visit.page.route(re.compile(r"/api/(suggest|programs)"), lambda route: waiting.append(route))
    box = visit.page.get_by_role("combobox", name="Search programs")
    words = "a long row of words that is typed without a pause"
    box.press_sequentially(words, delay=5)
    expect(box).to_have_value(words)
    box.press("Enter")
    box.press_sequentially(" and on")
    expect(box).to_have_value(f"{words} and on")
    assert waiting
    visit.page.unroute_all(behavior="ignoreErrors")


def test_what_takes_long_is_said(visit: Visit) -> None:  # 3
    visit.open("/find?q=northwind")
    held: list[Route] = []
    visit.page.route(re.compile(r"/api/programs\?"), lambda route: held.append(route))
    visit.page.locator("details[data-facet=network]").get_by_role("checkbox", name="Awin").click()
    visit.see("This takes longer than usual")
    assert len(visit.names()) == 3  # still there
    visit.screenshot("slow")
    held[0].continue_()
    visit.settled()
    assert visit.names() == ["Northwind Travel EU"]
    assert visit.page.get_by_text("longer than usual").count() == 0


def test_503_is_tried_again_by_itself(visit: Visit) -> None:  # 4, 8
    visit.expected.append("503")
    visit.answer(r"/api/programs\?", status=503, body=PROBLEM % 503, headers={"Retry-After": "2"})
    visit.page.goto("/find?q=northwind")
    alert = visit.page.get_by_role("alert")
    expect(alert).to_contain_text("Not available right now")
    expect(alert).to_contain_text("again in")
    expect(alert).to_contain_text("<b>bold</b> words of the server")
    assert alert.locator("b").count() == 0
    visit.screenshot("unavailable")
    visit.as_ever()
    expect(visit.page.locator(".card")).to_have_count(3, timeout=6000)


def test_an_outage_is_told_once(visit: Visit) -> None:  # 4
    visit.expected.append("503")
    visit.answer(r"/api/programs\?", status=503, body=PROBLEM % 503, headers={"Retry-After": "60"})
    visit.page.goto("/find?q=northwind")
    visit.settled()
    opened = visit.facet("status")
    expect(opened).to_contain_text("Comes with the results")
    visit.settled()
    expect(visit.page.get_by_role("alert")).to_have_count(1)
    expect(visit.page.get_by_role("button", name="Try again")).to_have_count(1)
    visit.as_ever()
    visit.page.get_by_role("button", name="Try again").click()
    visit.settled()
    expect(opened.get_by_role("checkbox").first).to_be_visible()
    expect(visit.page.get_by_text("Comes with the results")).to_have_count(0)


@pytest.mark.parametrize("path", ["/", "/overview"])
def test_an_outage_of_many_parts_is_told_once(visit: Visit, path: str) -> None:  # 4
    visit.expected.append("503")
    trouble = {"status": 503, "body": PROBLEM % 503, "headers": {"Retry-After": "60"}}
    visit.answer(r"/api/(programs|stats|changes)\b", **trouble)
    visit.open(path)
    expect(visit.page.get_by_role("alert")).to_have_count(1)
    visit.as_ever()
    visit.page.get_by_role("button", name="Try again").click()
    visit.settled()
    expect(visit.page.get_by_role("heading", name="Featured", exact=True)).to_be_visible()
    expect(visit.page.locator(".card").first).to_be_visible()
    expect(visit.page.get_by_text("Not available right now")).to_have_count(0)


def test_a_search_inside_a_filter_that_fails_is_no_search_without_findings(visit: Visit) -> None:  # 6
    visit.expected.append("503")
    visit.open()
    visit.answer(r"/api/facets/", status=503, body=PROBLEM % 503)
    facet = visit.facet("geoTargeting")
    facet.get_by_role("searchbox").type("norw")
    expect(facet).to_contain_text("Cannot be searched right now")
    expect(facet).not_to_contain_text("Nothing like")
    visit.as_ever()
    facet.get_by_role("searchbox").fill("norwa")
    facet.get_by_role("checkbox", name="Norway").wait_for()


def test_a_link_that_is_wrong_is_told_once(visit: Visit) -> None:  # 4
    visit.expected.append("400")
    visit.open("/find?nework=cj")
    expect(visit.page.get_by_role("alert")).to_have_count(1)


def test_429_says_when_and_the_button_tries_at_once(visit: Visit) -> None:  # 4
    visit.expected.append("429")
    visit.answer(r"/api/programs\?", status=429, body=PROBLEM % 429, headers={"Retry-After": "30"})
    visit.page.goto("/find?q=northwind")
    alert = visit.page.get_by_role("alert")
    expect(alert).to_contain_text("Too many requests")
    expect(alert).to_contain_text(re.compile(r"again in (30|29|28) s"))
    visit.as_ever()
    alert.get_by_role("button", name="Try again").click()
    visit.settled()
    assert len(visit.names()) == 3


def test_a_server_that_limits(browser: Browser, stocked: Catalogue, settings: Settings) -> None:  # 4
    with serving(
        msgspec.structs.replace(settings, rate_limit=2, workers=1),
        database_url=stocked.engines.database_url,
        opensearch_url=stocked.engines.opensearch_url,
        alias=stocked.alias,
    ) as address:
        for visit in visiting(browser, address, "limited"):
            visit.expected.append("429")
            visit.page.goto("/find?q=northwind")
            visit.page.goto("/find?q=travel")
            expect(visit.page.get_by_role("alert").first).to_contain_text("Too many requests")


def test_a_network_that_is_gone(visit: Visit) -> None:  # 6
    visit.expected.append("ERR_")
    visit.open()
    visit.page.route(re.compile(r"/api/programs\?"), lambda route: route.abort())
    visit.page.locator("details[data-facet=network]").get_by_role("checkbox", name="Awin").click()
    expect(visit.page.get_by_role("alert")).to_contain_text("Cannot reach the server")
    visit.as_ever()
    visit.page.get_by_role("button", name="Try again").click()
    visit.settled()
    assert visit.parameters == {"network": "awin"}
    assert visit.total > 0


def test_without_opensearch(browser: Browser, stocked: Catalogue, settings: Settings) -> None:  # 5
    with serving(
        settings, database_url=stocked.engines.database_url, opensearch_url="http://127.0.0.1:9", alias=stocked.alias
    ) as address:
        for visit in visiting(browser, address, "without-opensearch"):
            visit.expected.append("503")
            visit.page.goto("/find")
            expect(visit.page.get_by_role("alert")).to_contain_text("Not available right now")
            visit.page.goto("/operate")
            expect(visit.page.get_by_role("row", name="CJ Affiliate")).to_be_visible()


def test_without_postgres(browser: Browser, stocked: Catalogue, settings: Settings) -> None:  # 5
    with serving(
        settings,
        database_url="postgresql://nobody@127.0.0.1:9/none",
        opensearch_url=stocked.engines.opensearch_url,
        alias=stocked.alias,
    ) as address:
        for visit in visiting(browser, address, "without-postgres"):
            visit.expected.append("503")
            visit.open("/find?q=northwind")
            assert len(visit.names()) == 3
            visit.page.goto("/")  # the front page needs it for raised rates alone
            expect(visit.page.locator(".figures")).to_contain_text("programs of")
            visit.page.goto("/overview")
            expect(visit.page.get_by_role("alert").first).to_contain_text("The database does not answer", timeout=8000)
            # what comes from the index is there
            expect(visit.page.locator(".card").first).to_be_visible()
            visit.screenshot("without-postgres", whole=True)


def test_without_a_key_nothing_can_be_started(visit: Visit) -> None:  # 7
    visit.expected.append("401")
    visit.open("/operate")
    assert visit.page.get_by_role("button", name="Start import").count() == 0
    visit.see("Starting an import needs a key with scope import.")
    visit.page.get_by_label("Key", exact=True).fill("afx_wrong")
    visit.page.get_by_role("button", name="Use key").click()
    expect(visit.page.get_by_role("alert")).to_contain_text("unknown, revoked")
    assert visit.page.evaluate("sessionStorage.getItem('affindex.key')") is None
