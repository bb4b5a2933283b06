"""The front page.

1. It says how many programs there are, of which networks and on which shelves; each leads to its programs.
2. Featured and newest programs are there, and the rates that were raised most within a week.
3. What is typed is found in place: the box keeps the focus, and a step back is the front page again.
4. Each vertical has a picture of its own.
5. While generated programs stand beside real ones a banner says how many and what removes them, until it is put away
   for the visit; without real ones it says nothing.
"""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

from app.dashboard import pages
from mappings.taxonomy import VERTICALS
from tests.dashboard.browsing import Visit
from tests.words import Catalogue

ASSETS = Path(pages.__file__).parent / "assets"


def test_figures_lead_to_their_programs(visit: Visit, stocked: Catalogue) -> None:  # 1
    everything = stocked.get(perPage=0, facets="network,vertical")
    visit.open("/")
    assert visit.page.locator(".figures").inner_text() == (
        f"{everything['total']:,} programs of {len(everything['facets']['network']['values'])} networks"
    )
    shelf = visit.page.locator(".shelves li").first
    count = int(shelf.locator(".count").inner_text().replace(",", ""))
    assert count == max(each["count"] for each in everything["facets"]["vertical"]["values"])
    visit.screenshot("home", whole=True)
    shelf.get_by_role("link").click()
    visit.page.wait_for_url("**/find?vertical=*")
    assert visit.settled().total == count


def test_generated_programs_are_said_to_be(visit: Visit, stocked: Catalogue) -> None:  # 5
    ((made_up,),) = stocked.rows("select count(*) from programs where starts_with(data_source, 'generator:')")
    banner = visit.page.get_by_role("complementary", name="Generated programs")
    for path in ("/", "/find?q=northwind", "/overview", "/operate"):
        visit.open(path)
        expect(banner).to_contain_text(f"{made_up} of these programs are generated for trying out")
        expect(banner).to_contain_text("affindex catalogue remove-generated")
    visit.screenshot("generated")
    banner.get_by_role("button").click()
    expect(banner).to_be_hidden()
    visit.open("/find").page.reload()
    expect(visit.settled().page.locator(".banner")).to_be_hidden()


def test_generated_programs_alone_need_no_word(visit: Visit) -> None:  # 5
    alone = {"values": [{"value": "generator:cj", "count": 7}], "unknown": 0}
    with visit.page.expect_request("**/api/programs?*facets=dataSource*"):
        visit.answer(r"facets=dataSource", json={"total": 7, "facets": {"dataSource": alone}})
        visit.open("/overview")
    expect(visit.page.locator(".banner")).to_be_hidden()


def test_featured_newest_and_raised(visit: Visit, stocked: Catalogue) -> None:  # 2
    visit.open("/")

    def section(name: str) -> list[str]:
        found = visit.page.locator("section", has=visit.page.get_by_role("heading", name=name, exact=True))
        return found.locator(".card h3, .moves a").all_inner_texts()

    assert sorted(section("Featured")) == ["Northwind Reisen", "Northwind Travel"]
    newest = stocked.get(sort="newest", status="active", perPage=6)["programs"]
    assert section("Newest") == [each["name"] for each in newest]
    assert section("Biggest raises this week") == ["Steady Changes"]


def test_what_is_typed_is_found_in_place(visit: Visit) -> None:  # 3
    visit.open("/")
    box = visit.page.get_by_role("combobox", name="Search programs")
    box.press_sequentially("northwi")
    expect(visit.page.locator("#found")).to_have_text("3 programs")
    visit.settled()
    assert (visit.path, visit.parameters) == ("/find", {"q": "northwi", "prefix": "last"})
    assert visit.page.evaluate("document.activeElement.id") == "q"
    visit.page.go_back()
    expect(visit.page.get_by_role("heading", name="Categories")).to_be_visible()
    assert visit.page.locator("#found").count() == 0
    expect(box).to_have_value("")


def test_each_vertical_has_a_picture() -> None:  # 4
    drawn = re.findall(r"^  (\w+):$|^  (\w+): ", (ASSETS / "pictures.js").read_text("utf-8"), re.MULTILINE)
    assert sorted(one or other for one, other in drawn) == sorted(each.slug for each in VERTICALS)
