"""How the words were read is shown, and can be answered (issue 13, points 3, 4, 7, 8 and 10).

1. A fact is a chip: it hides nothing. Pressed it is a filter, and its words leave the box.
2. Its cross takes the words as plain words; that is in the address, and has a way back.
3. A corrected word is told, with a way to what was typed; so are words that were left out or that nothing has.
4. The language of the words is the reader's choice, in the address; the browser's own is not sent.
5. Topics are a facet, found and shown in the reader's language, and chips on a program's page.
6. Markup in an address is only text.
7. Nothing moves when the chips come.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Request, Route, expect

from tests.dashboard.browsing import Visit
from tests.dashboard.conftest import visiting
from tests.words import Catalogue

READ = "travel PayPal"


def test_a_fact_is_a_chip_that_can_be_a_filter(visit: Visit, stocked: Catalogue) -> None:  # 1
    visit.open().search(READ)
    lifted = visit.total
    visit.screenshot("understood")
    visit.page.get_by_role("button", name="pays by PayPal").click()
    visit.settled()
    assert visit.parameters == {"q": "travel", "paymentMethods": "paypal"}
    assert 0 < visit.total == stocked.get(q="travel", paymentMethods="paypal")["total"] < lifted
    expect(visit.page.get_by_role("combobox", name="Search programs")).to_have_value("travel")
    assert visit.page.get_by_role("button", name="pays by PayPal").count() == 0
    assert visit.page.evaluate("document.activeElement.id") == "found"
    visit.page.get_by_role("button", name="Payment methods: PayPal").click()
    visit.settled()
    assert visit.parameters == {"q": "travel"}


def test_the_cross_takes_the_words_as_words(visit: Visit, stocked: Catalogue) -> None:  # 2
    visit.open().search(READ)
    visit.page.get_by_role("button", name="Take “PayPal” as plain words").click()
    visit.settled()
    assert visit.parameters == {"q": READ, "literal": "PayPal"}
    # no text of these programs has the word
    assert stocked.get(q=READ, literal="PayPal")["leftOut"] == ["PayPal"]
    visit.see("No program has all of these words. Without: “PayPal”.")
    visit.page.reload()
    visit.settled()
    back = visit.page.get_by_role("button", name="“PayPal” as words")
    back.click()
    visit.settled()
    assert visit.parameters == {"q": READ}
    expect(visit.page.get_by_role("button", name="pays by PayPal")).to_be_visible()
    assert visit.page.evaluate("document.activeElement.dataset.key") == "read:PayPal"
    visit.page.get_by_role("button", name="Take “PayPal” as plain words").click()
    visit.settled().search("hotels")
    assert visit.parameters == {"q": "hotels"}  # what is no word of the search any more is not kept


def test_a_correction_and_the_way_to_what_was_typed(visit: Visit) -> None:  # 3
    visit.open("/find?q=northwnd paypal&network=awin")
    visit.see("Showing results for “northwind paypal”.")
    visit.page.get_by_role("link", name="“northwnd paypal”").click()
    visit.settled()
    assert visit.parameters == {"q": '"northwnd" paypal', "network": "awin"}
    expect(visit.page.get_by_role("combobox", name="Search programs")).to_have_value('"northwnd" paypal')
    assert visit.total == 0
    visit.open('/find?q="northwnd"')
    visit.see("Nothing has “northwnd”.")
    visit.page.get_by_role("link", name="“northwind”").click()
    visit.settled()
    assert visit.parameters == {"q": "northwind"}
    assert visit.total == 3


def test_the_language_is_the_readers_choice(browser: Browser, server: str) -> None:  # 4
    for visit in visiting(browser, server, "language", locale="de-DE"):
        asked: list[str] = []

        def note(request: Request, asked: list[str] = asked) -> None:
            to = urlsplit(request.url)
            if to.path == "/api/programs" and "q" in parse_qs(to.query):  # what has no words has no language
                asked.append(request.url)

        visit.page.on("request", note)
        visit.open("/find?q=camera")
        choice = visit.page.get_by_role("combobox", name="Words in")
        expect(choice).to_have_value("")
        assert asked
        assert {parse_qs(urlsplit(each).query)["queryLanguage"][0] for each in asked} == {"de,*"}
        assert visit.parameters == {"q": "camera"}, "the browser's language is nobody's choice"
        choice.select_option("it")
        visit.settled()
        assert visit.parameters == {"q": "camera", "queryLanguage": "it"}
        assert parse_qs(urlsplit(asked[-1]).query)["queryLanguage"] == ["it"]
        visit.page.reload()
        visit.settled()
        expect(choice).to_have_value("it")


def test_topics_in_the_readers_language(browser: Browser, server: str, stocked: Catalogue) -> None:  # 5
    labels = {each["value"]: each["labels"]["de"] for each in stocked.get("/api/fields")["codes"]["topic"]}
    counts = stocked.counts("topics")
    # not among the few that are shown at first, and called otherwise in English
    topic = next(slug for slug in list(counts)[9:] if slug != labels[slug].lower())
    for visit in visiting(browser, server, "topics", locale="de-DE"):
        visit.open()
        facet = visit.facet("topics")
        facet.get_by_role("searchbox").type(labels[topic][:-1])
        facet.get_by_role("checkbox", name=re.compile(f"^{re.escape(labels[topic])}")).first.click()
        visit.settled()
        assert visit.parameters == {"topics": topic}
        assert visit.total == counts[topic]
        expect(visit.page.get_by_role("button", name=f"Topics: {labels[topic]}")).to_be_visible()
        visit.page.locator("#results h2 a").first.click()
        visit.page.wait_for_url("**/programs/*")
        visit.settled()
        visit.screenshot("topics")
        visit.page.get_by_role("list", name="Topics").get_by_role("link", name=labels[topic], exact=True).click()
        visit.page.wait_for_url("**/find?topics=*")
        visit.settled()
        assert visit.parameters == {"topics": topic}
        assert visit.total == counts[topic]


def test_markup_in_an_address_is_only_text(visit: Visit) -> None:  # 6
    hostile = "<img src=x onerror=alert(1)>"
    visit.open(f"/find?q={hostile} paypal&literal={hostile}")
    visit.see(f"“{hostile}” as words")
    assert visit.page.locator("main img").count() == 0


@pytest.mark.parametrize("across", [390, 1280])
def test_nothing_moves_when_the_chips_come(visit: Visit, across: int) -> None:  # 7
    held: list[Route] = []
    visit.page.set_viewport_size({"width": across, "height": 844})
    visit.page.route(re.compile(r"/api/programs\?"), lambda route: held.append(route))
    visit.page.goto("/find?q=travel recurring paypal 60 day cookie")
    heading = visit.page.locator("#found")
    visit.page.get_by_role("combobox", name="Words in").wait_for()
    before = heading.bounding_box()
    while not held:
        visit.page.wait_for_timeout(20)
    for route in held:
        route.continue_()
    visit.page.get_by_role("button", name="cookie of 60 days or more").wait_for()
    after = heading.bounding_box()
    assert before
    assert after
    assert (before["x"], before["y"]) == (after["x"], after["y"])
    assert visit.page.evaluate("document.documentElement.scrollWidth") == across
