"""One program.

1. Everything known is shown with its unit and where it comes from; what is not known is said, never 0.
2. Its merchant's offers are side by side, the best of each figure marked.
3. Links lead out safely: a new tab that learns nothing of this page, and only http.
4. A program that is not there, or was deleted, says so.
5. What has changed is a chart of the rate, shaded while it was paused, and is told in words.
6. A list leads here and back; keeping and comparing are remembered.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.dashboard.browsing import Visit
from tests.words import Catalogue


@pytest.fixture(scope="module")
def numbers(stocked: Catalogue) -> dict[str, int]:
    """Ids by name."""
    return {str(name): int(id) for name, id in stocked.rows("select name, id from programs")}


def test_all_that_is_known(visit: Visit, numbers: dict[str, int], stocked: Catalogue) -> None:
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


def test_unknown_is_said_and_never_zero(visit: Visit, numbers: dict[str, int]) -> None:
    visit.open(f"/programs/{numbers['Bare Minimum']}")
    tiles = visit.page.locator(".tiles .tile")
    assert "unknown" in tiles.filter(has_text="Commission").inner_text()
    assert "unknown" in tiles.filter(has_text="EPC").inner_text()
    assert visit.page.locator("main dd", has_text="0").filter(has_text="$0").count() == 0


def test_offers_of_the_same_merchant(visit: Visit, numbers: dict[str, int]) -> None:
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


def test_links_out_are_safe(visit: Visit, numbers: dict[str, int]) -> None:
    visit.open(f"/programs/{numbers['Northwind Travel']}")
    out = visit.page.locator("main a[target=_blank]")
    assert out.count() >= 2
    for link in out.all():
        assert str(link.get_attribute("href")).startswith("https://")
        assert "noopener" in str(link.get_attribute("rel"))
        assert "noreferrer" in str(link.get_attribute("rel"))


@pytest.mark.parametrize("path", ["/programs/999999999", "/programs/abc"])
def test_a_program_that_is_not_there(visit: Visit, path: str) -> None:
    visit.expected.append("404")
    visit.open(path)
    visit.see("There is no such program")
    visit.see("Find programs")


def test_closed_and_paused_say_what_that_means(visit: Visit, numbers: dict[str, int]) -> None:
    visit.open(f"/programs/{numbers['Shuttered Socks']}")
    visit.see("This program is closed")
    visit.open(f"/programs/{numbers['Resting Robots']}")
    visit.see("This program is paused")


def test_kept_here_is_on_the_shortlist(visit: Visit, numbers: dict[str, int]) -> None:
    visit.open(f"/programs/{numbers['Northwind Travel']}")
    visit.page.get_by_role("button", name="Keep Northwind Travel").click()
    expect(visit.page.locator("#kept")).to_have_text("1")
    visit.open("/shortlist")
    assert visit.page.locator(".card h2").all_inner_texts() == ["Northwind Travel"]


def test_what_has_changed(visit: Visit, numbers: dict[str, int], stocked: Catalogue) -> None:
    id = numbers["Steady Changes"]
    visit.open(f"/programs/{id}")
    told = visit.page.locator(".timeline").inner_text()
    assert "Commission (highest): 8% → 11%" in told
    assert "Cookie: unknown → 30 days" in told
    assert "Status: Active → Paused" in told
    chart = visit.page.locator("figure svg")
    assert str(chart.get_attribute("aria-label")).endswith("now 11%")
    assert chart.locator(".band.paused").count() == 1
    assert chart.locator("circle").count() == 2
    visit.screenshot("history", whole=True)
    changes = stocked.get(f"/api/programs/{id}/history")["changes"]
    assert [(each["field"], each["old"], each["new"]) for each in changes][-1] == ("commissionMax", 8, 11)
    visit.open(f"/programs/{numbers['Bare Minimum']}")
    visit.see("Nothing has changed since")
    assert stocked.get("/api/programs/999999999/history", expect=404)["status"] == 404
