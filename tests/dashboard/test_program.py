"""One program.

1. Everything known is shown with its unit and where it comes from; what is not known is said, never 0, and what is
   little is not 0 either.
2. Its merchant's offers are side by side, the best of each figure marked.
3. Links lead out safely: a new tab that learns nothing of this page, and only http.
4. A program that is not there says so; one that is closed or paused says what that means.
5. What has changed is a chart of the rate, shaded while it was paused, and is told in words.
6. A list leads here and back; keeping and comparing are remembered.
7. A search box, and a way back by vertical and category; merchant, vertical and network lead to their own. What is
   known stands before sections that may be empty.
8. A merchant's page has all of its offers, the best of each figure on top; a network's its terms and what it sells.
9. What is told of a field is in words of people, without names of code and numbers of standards.
10. A program's logo stands where its letter does otherwise, and comes from this server.
"""

from __future__ import annotations

import base64
import re

import pytest
from playwright.sync_api import expect

from tests.dashboard.browsing import Visit
from tests.dashboard.stock import MERCHANT
from tests.words import Catalogue


@pytest.fixture(scope="module")
def numbers(stocked: Catalogue) -> dict[str, int]:
    """Ids by name."""
    return {str(name): int(id) for name, id in stocked.rows("select name, id from programs")}


def test_all_that_is_known(visit: Visit, numbers: dict[str, int], stocked: Catalogue) -> None:  # 1
    visit.open(f"/programs/{numbers['Northwind Travel']}")
    assert visit.page.title() == "Northwind Travel · Affindex"
    tiles = visit.page.locator(".tiles").inner_text()
    assert "6%–12%" in tiles.replace(" ", "")
    assert "US$1.25" in tiles
    assert "45 days" in tiles
    shown = visit.page.locator(".fact dt").evaluate_all("all => all.map(each => each.firstChild.textContent)")
    assert len(shown) == len(set(shown))
    program = stocked.get(f"/api/programs/{numbers['Northwind Travel']}")
    # names of the record that are shown elsewhere on the page, or as a unit beside another
    elsewhere = 12
    assert len(shown) == len(program) - elsewhere
    sells = visit.page.locator(".fact", has_text="Sells to")
    assert "Germany, Denmark, Norway and Sweden" in sells.inner_text()
    assert "network" in sells.locator(".origin").inner_text()
    rule = visit.page.get_by_role("region", name="What is paid for what").inner_text()
    assert "12%" in rule
    assert "New customers" in rule


def test_unknown_is_said_and_never_zero(visit: Visit, numbers: dict[str, int]) -> None:  # 1
    visit.open(f"/programs/{numbers['Bare Minimum']}")
    tiles = visit.page.locator(".tiles .tile")
    assert "unknown" in tiles.filter(has_text="Commission").inner_text()
    assert "unknown" in tiles.filter(has_text="EPC").inner_text()
    # the cards are of other programs, and may well know an EPC below a dollar
    claims = " | ".join(visit.page.locator("main dd:not(.card dd)").all_text_contents())
    assert claims.count("unknown") > 10
    assert not re.search(r"\$\s?0|(?<![\d.,])0(?:[.,]0+)?\s?%|(?<![\d.,])0 days", claims)


def test_what_is_little_is_not_nothing(visit: Visit, stocked: Catalogue) -> None:  # 1
    little = stocked.get(epc="0.0001..0.0049")["total"]
    visit.open("/find?epc=0.0001..0.0049")
    assert visit.total == little > 0
    earned = visit.page.locator(".card .metrics div", has_text="EPC").locator("dd").all_inner_texts()
    assert earned
    for each in earned:
        assert re.fullmatch(r"US\$0\.00\d*[1-9]", each)
    visit.see("EPC: US$0.0001 to US$0.0049")


def test_offers_of_the_same_merchant(visit: Visit, numbers: dict[str, int]) -> None:  # 2
    visit.open(f"/programs/{numbers['Northwind Travel EU']}")
    offers = visit.page.get_by_role("region", name="Offers of this merchant")
    rows = offers.locator("tbody tr")
    assert rows.count() == 3
    assert "this one" in rows.filter(has_text="Northwind Travel EU").inner_text()
    best = offers.locator(".best").all_inner_texts()
    assert len(best) == 2  # commission and cookie differ; one EPC alone is not the best of several
    visit.screenshot("program", whole=True)
    rows.get_by_role("link", name="Northwind Reisen").click()
    visit.page.wait_for_url("**/programs/*")
    assert visit.settled().page.locator("h1").inner_text() == "Northwind Reisen"


def test_ways_from_a_program(visit: Visit, numbers: dict[str, int], stocked: Catalogue) -> None:  # 7
    address = f"/programs/{numbers['Northwind Travel']}"
    visit.open(address)
    crumbs = visit.page.get_by_role("navigation", name="Breadcrumb")
    assert crumbs.get_by_role("listitem").all_inner_texts() == [
        "All programs",
        "Travel",
        "Hotels & Accommodation",
        "Northwind Travel",
    ]
    headings = visit.page.locator("main h2").all_inner_texts()
    assert headings.index("Pay") < headings.index("All offers of this merchant") < headings.index("Similar programs")
    crumbs.get_by_role("link", name="Hotels").click()
    visit.page.wait_for_url("**/find?*")
    visit.settled()
    assert visit.parameters == {"categoryPath": "Travel > Hotels & Accommodation"}
    assert visit.total == stocked.get(categoryPath="Travel > Hotels & Accommodation")["total"] > 0
    visit.open(address).search("resting robots")
    visit.page.wait_for_url("**/find?q=resting+robots")


def test_a_merchants_page(visit: Visit, numbers: dict[str, int]) -> None:  # 8
    visit.open(f"/programs/{numbers['Northwind Travel EU']}")
    visit.page.locator(".head .where").get_by_role("link", name=MERCHANT).click()
    visit.page.wait_for_url(f"**/merchants/{MERCHANT}")
    visit.settled()
    offers = visit.page.get_by_role("region", name="Offers of this merchant").locator("tbody th")
    assert sorted(offers.all_inner_texts()) == ["Northwind Reisen", "Northwind Travel", "Northwind Travel EU"]
    highest = visit.page.locator(".tile", has_text="Highest commission")
    assert "6%–12%" in highest.inner_text().replace(" ", "")
    assert "on CJ Affiliate" in highest.inner_text()
    visit.screenshot("merchant", whole=True)
    visit.open("/merchants/nobody.example")
    visit.see("No program is of this merchant")


def test_a_networks_page(visit: Visit, numbers: dict[str, int], stocked: Catalogue) -> None:  # 8
    visit.open(f"/programs/{numbers['Northwind Travel']}")
    visit.page.locator(".head .where").get_by_role("link", name="CJ Affiliate").click()
    visit.page.wait_for_url("**/networks/cj")
    visit.settled()
    everything = stocked.get(network="cj", perPage=0)["total"]
    assert f"{everything}" in visit.page.locator(".tile", has_text="Programs").first.inner_text()
    policy = stocked.get("/api/networks/cj")
    terms = visit.page.locator("section", has=visit.page.get_by_role("heading", name="Terms"))
    assert f"US${policy['minPayout']:g}" in terms.inner_text()
    assert str(terms.get_by_role("link", name="Join CJ Affiliate").get_attribute("href")) == policy["home"]
    visit.screenshot("network", whole=True)
    visit.page.locator(".shelves a").first.click()
    visit.page.wait_for_url("**/find?network=cj&vertical=*")
    visit.open("/networks/nowhere")
    visit.see("There is no such network")


def test_what_is_unknown_is_a_dash_to_look_at(visit: Visit, numbers: dict[str, int]) -> None:  # 1
    visit.open(f"/programs/{numbers['Bare Minimum']}")
    unknown = visit.page.locator(".tile", has_text="Commission").locator(".unknown")
    assert (unknown.inner_text(), unknown.get_attribute("title")) == ("unknown", "unknown")
    assert "–" in visit.page.evaluate("getComputedStyle(document.querySelector('.tile .unknown'), '::before').content")


def test_fields_are_told_without_names_of_code(visit: Visit, numbers: dict[str, int]) -> None:  # 9
    visit.open(f"/programs/{numbers['Northwind Travel']}")
    told = " ".join(visit.page.locator(".fact dt").all_inner_texts())
    assert not re.findall(r"\b[a-z]+[A-Z][a-z]+\w*|ISO \d+", told)


def test_links_out_are_safe(visit: Visit, numbers: dict[str, int]) -> None:  # 3
    visit.open(f"/programs/{numbers['Northwind Travel']}")
    out = visit.page.locator("main a[target=_blank]")
    assert out.count() >= 2
    for link in out.all():
        assert str(link.get_attribute("href")).startswith("https://")
        assert "noopener" in str(link.get_attribute("rel"))
        assert "noreferrer" in str(link.get_attribute("rel"))


@pytest.mark.parametrize("path", ["/programs/999999999", "/programs/abc"])
def test_a_program_that_is_not_there(visit: Visit, path: str) -> None:  # 4
    visit.expected.append("404")
    visit.open(path)
    visit.see("There is no such program")
    visit.see("Find programs")


def test_closed_and_paused_say_what_that_means(visit: Visit, numbers: dict[str, int]) -> None:  # 4
    visit.open(f"/programs/{numbers['Shuttered Socks']}")
    visit.see("This program is closed")
    visit.open(f"/programs/{numbers['Resting Robots']}")
    visit.see("This program is paused")


def test_kept_here_is_on_the_shortlist(visit: Visit, numbers: dict[str, int]) -> None:  # 6
    visit.open(f"/programs/{numbers['Northwind Travel']}")
    visit.page.get_by_role("button", name="Keep Northwind Travel").click()
    expect(visit.page.locator("#kept")).to_have_text("1")
    visit.open("/shortlist")
    assert visit.page.locator(".card h2").all_inner_texts() == ["Northwind Travel"]


def test_what_has_changed(visit: Visit, numbers: dict[str, int], stocked: Catalogue) -> None:  # 5
    id = numbers["Steady Changes"]
    visit.open(f"/programs/{id}")
    told = visit.page.locator(".timeline").inner_text()
    assert "Commission (highest): 8% → 11%" in told
    assert "Cookie: unknown → 30 days" in told
    assert "Status: Active → Paused" in told
    chart = visit.page.locator("figure svg")
    assert str(chart.get_attribute("aria-label")).endswith("now 11%")
    assert chart.locator(".band.paused").count() == 1
    assert chart.locator(".point").count() == 2
    since = stocked.rows(f"select created_at from programs where id = {id}")[0][0]
    assert f"{since.day} {since:%b %Y}" in visit.page.locator(".dates").inner_text()
    width = "document.querySelector('%s').getBoundingClientRect().width"
    assert visit.page.evaluate(width % ".stepped") > visit.page.evaluate(width % "main") * 0.85
    visit.screenshot("history", whole=True)
    changes = stocked.get(f"/api/programs/{id}/history")["changes"]
    assert [(each["field"], each["old"], each["new"]) for each in changes][-1] == ("commissionMax", 8, 11)
    visit.open(f"/programs/{numbers['Bare Minimum']}")
    visit.see("Nothing has changed since")
    assert stocked.get("/api/programs/999999999/history", expect=404)["status"] == 404


_PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


def test_logos(visit: Visit, numbers: dict[str, int]) -> None:  # 10
    id = numbers["Northwind Travel"]  # its logo is at a host that there is not: a letter stands for it
    visit.open(f"/programs/{id}")
    expect(visit.page.locator(".head .monogram img")).to_have_count(0)
    expect(visit.page.locator(".head .monogram")).to_have_text("N")
    visit.answer(rf"/api/programs/{id}/logo$", content_type="image/png", body=_PICTURE)
    visit.open(f"/programs/{id}")
    expect(visit.page.locator(".head .monogram img")).to_have_css("opacity", "1")
    visit.open("/find?q=northwind")
    expect(visit.page.locator(".card .monogram img.there")).to_have_count(1)
    visit.screenshot("logos")
