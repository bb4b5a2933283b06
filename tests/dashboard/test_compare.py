"""Comparing, keeping, exporting.

1. Up to four programs are compared; a fifth is refused with a word.
2. Which ones is in the address; the best of each figure is marked in words too; only differences can be shown. One that
   is gone leaves the others.
3. The shortlist is kept in this browser, over visits, and emptied only after a question.
4. Export links carry the result's own filters and order, and give the whole result.
"""

from __future__ import annotations

import re
from csv import DictReader

from playwright.sync_api import expect

from tests.dashboard.browsing import Visit
from tests.words import Catalogue

OTHER = "Northwind Travel EU"


def test_four_are_compared_and_a_fifth_is_refused(visit: Visit) -> None:  # 1
    visit.open("/find?q=northwind")
    for name in ("Northwind Travel", "Northwind Travel EU", "Northwind Reisen"):
        visit.page.get_by_role("button", name=f"Compare {name}", exact=True).click()
    visit.open("/find?sort=name")
    buttons = visit.page.get_by_role("button", name=re.compile("^Compare "))
    buttons.nth(0).click()
    expect(buttons.nth(0)).to_have_attribute("aria-pressed", "true")
    buttons.nth(1).click()
    expect(buttons.nth(1)).to_have_attribute("aria-pressed", "false")
    expect(visit.page.get_by_role("status")).to_contain_text("Only 4 programs")
    expect(visit.page.get_by_role("status")).to_have_class("toast")  # seen, too
    visit.page.get_by_role("complementary", name="To compare").get_by_role("link", name="Compare").click()
    visit.page.wait_for_url("**/compare*")
    visit.settled()
    assert visit.page.locator("thead th").count() == 4
    assert re.fullmatch(r"\d+,\d+,\d+,\d+", visit.parameters["ids"])


def test_the_comparison_is_in_the_address(visit: Visit, stocked: Catalogue) -> None:  # 2
    ids = [
        id
        for (id,) in stocked.rows("select id from programs where name in ('Northwind Travel', 'Northwind Travel EU')")
    ]
    visit.open(f"/compare?ids={ids[0]},{ids[1]}")
    commission = visit.page.get_by_role("row", name="Commission")
    expect(commission.locator(".best")).to_contain_text("best")
    everything = visit.page.locator("tbody tr").count()
    visit.page.get_by_role("switch", name="Only differences").click()
    visit.settled()
    assert visit.parameters["only"] == "differences"
    assert 0 < visit.page.locator("tbody tr").count() < everything
    visit.screenshot("compare", whole=True)
    visit.page.get_by_role("button", name="Take Northwind Travel EU out").click()
    visit.settled()
    assert visit.page.locator("thead th").count() == 1
    visit.page.go_back()
    visit.settled()
    assert visit.page.locator("thead th").count() == 2


def test_a_program_that_is_gone_leaves_the_others(visit: Visit, stocked: Catalogue) -> None:  # 2
    visit.expected.append("404")
    ((id,),) = stocked.rows("select id from programs where name = 'Northwind Travel'")
    visit.open(f"/compare?ids={id},999999999")
    visit.see("One of these programs is no longer there.")
    assert visit.page.locator("thead th").count() == 1


def test_the_shortlist_outlives_the_visit_and_asks_before_it_is_emptied(visit: Visit) -> None:  # 3
    visit.open("/find?q=northwind")
    visit.page.get_by_role("button", name="Keep Northwind Travel", exact=True).click()
    visit.page.get_by_role("button", name="Keep Northwind Reisen", exact=True).click()
    later = visit.page.context.new_page()
    later.goto("/shortlist")
    expect(later.locator(".card h2")).to_have_text(["Northwind Reisen", "Northwind Travel"])
    later.get_by_role("button", name="Empty the list").click()
    later.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(later.locator(".card")).to_have_count(2)
    later.get_by_role("button", name="Empty the list").click()
    later.get_by_role("dialog").get_by_role("button", name="Empty the list").click()
    expect(later.get_by_text("Nothing kept yet")).to_be_visible()
    # the first page has seen it too
    expect(visit.page.locator("#kept")).to_be_hidden()


def test_exports_carry_the_filters_and_the_order(visit: Visit) -> None:  # 4
    visit.open("/find?q=northwind&network=cj,awin&page=1&sort=-name")
    visit.page.locator("summary", has_text="Export").click()
    csv = visit.page.get_by_role("link", name="CSV")
    export = "/api/programs/export?q=northwind&queryLanguage=en,*&network=cj,awin&sort=-name"
    assert csv.get_attribute("href") == f"{export}&format=csv"
    ndjson = visit.page.get_by_role("link", name="NDJSON")
    assert ndjson.get_attribute("href") == f"{export}&format=ndjson"
    with visit.page.expect_download() as downloading:
        csv.click()
    rows = DictReader(downloading.value.path().read_text("utf-8").splitlines())
    assert [row["name"] for row in rows] == visit.names() == [OTHER, "Northwind Travel"]
