"""The overview.

1. Its figures are the API's, and each of them leads to the programs behind it.
2. A distribution says in words what it draws.
3. Featured and newest programs are there, and what has changed most.
"""

from __future__ import annotations

from tests.dashboard.browsing import Visit
from tests.words import Catalogue


def test_figures_are_the_apis(visit: Visit, stocked: Catalogue) -> None:  # 1
    visit.open("/overview")
    stats = stocked.get("/api/stats")
    tiles = visit.page.locator(".tiles")
    assert f"{stats['programs']:,}" in tiles.inner_text()
    assert f"{stats['verified']:,}" in tiles.inner_text()
    networks = visit.page.locator("section", has_text="Programs by network").locator("li")
    assert networks.count() == len([each for each in stats["networks"] if each["programs"]])
    visit.screenshot("overview", whole=True)


def test_every_figure_leads_to_its_programs(visit: Visit, stocked: Catalogue) -> None:  # 1
    visit.open("/overview")
    visit.page.locator("section", has_text="Programs by network").get_by_role("link", name="Awin").click()
    visit.page.wait_for_url("**/find?network=awin")
    assert visit.settled().total == stocked.counts("network")["awin"]
    visit.open("/overview")
    vertical = visit.page.locator("section", has_text="Verticals").first.get_by_role("link").first
    shown = int(vertical.locator(".value").inner_text())
    vertical.click()
    visit.page.wait_for_url("**/find?vertical=*")
    assert visit.settled().total == shown
    visit.open("/overview")
    visit.page.locator("section", has_text="EPC by network").get_by_role("link").first.click()
    visit.page.wait_for_url("**epc=!unknown")
    assert visit.settled().total > 0


def test_a_distribution_says_what_it_draws(visit: Visit) -> None:  # 2
    visit.open("/overview")
    row = visit.page.locator("section", has_text="Commission by network").get_by_role("link").first
    assert "median" in row.locator(".hidden").inner_text()
    assert "half between" in row.locator(".hidden").inner_text()


def test_featured_and_newest(visit: Visit, stocked: Catalogue) -> None:  # 3
    visit.open("/overview")
    featured = visit.page.locator("section", has=visit.page.get_by_role("heading", name="Featured", exact=True))
    assert sorted(featured.locator(".card h3").all_inner_texts()) == ["Northwind Reisen", "Northwind Travel"]
    newest = visit.page.locator("section", has=visit.page.get_by_role("heading", name="Newest"))
    expected = [each["name"] for each in stocked.get(sort="newest", status="active", perPage=6)["programs"]]
    assert newest.locator(".card h3").all_inner_texts() == expected


def test_biggest_changes(visit: Visit, stocked: Catalogue) -> None:  # 3
    visit.open("/overview")
    changed = visit.page.locator("section", has=visit.page.get_by_role("heading", name="Biggest changes"))
    row = changed.get_by_role("listitem").filter(has_text="Steady Changes")
    assert "8% → 11%" in row.inner_text()
    row.get_by_role("link", name="Steady Changes").click()
    ((id,),) = stocked.rows("select id from programs where name = 'Steady Changes'")
    visit.page.wait_for_url(f"**/programs/{id}")
