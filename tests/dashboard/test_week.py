"""The page of the week.

1. Its figures are the API's, as pictures per network and vertical, and each leads to the programs behind it.
"""

from __future__ import annotations

from tests.dashboard.browsing import Visit
from tests.words import Catalogue


def test_the_week(visit: Visit, stocked: Catalogue) -> None:  # 1
    week = stocked.get("/api/week")
    assert week["total"]["new"] > 0
    visit.open("/week")
    new = visit.page.locator("[data-moves=new]")
    assert f"{week['total']['new']:,} programs" in new.inner_text()
    networks = {each["network"]: each["new"] for each in week["networks"] if each["new"]}
    assert new.locator(".bars").first.locator("li").count() == len(networks)
    visit.screenshot("week", whole=True)
    bar = new.get_by_role("link", name="Awin")
    assert f"{networks['awin']:,}" in bar.inner_text()
    bar.click()
    visit.page.wait_for_url("**/?network=awin&createdAt=*")
    assert visit.settled().total == stocked.counts("network")["awin"]
