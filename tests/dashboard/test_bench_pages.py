"""What `make bench-pages` measures in a browser.

1. Each key of words that are typed has a figure: from its press, with the wait for the answer, to the paint of its
   results, also where there are none.
2. Of several looks at a page the medians count.
"""

from __future__ import annotations

import re
import time
from typing import Any

from playwright.sync_api import Route

from tests.benchmarks.pages import keys, of_rounds
from tests.dashboard.browsing import Visit

WAIT = 150  # ms for each answer


def test_each_key_has_its_figure(visit: Visit) -> None:  # 1
    visit.open("/find")

    def answer(route: Route) -> None:
        time.sleep(WAIT / 1000)
        route.continue_()

    visit.page.route(re.compile(r"/api/programs\?"), answer)
    found = keys(visit.page, ("tra", "zzzz"))
    assert len(found) == 7
    assert min(found) >= WAIT
    assert visit.page.get_by_role("combobox", name="Search programs").input_value() == "zzzz"
    visit.see("No programs")


def test_the_median_of_several_looks_counts() -> None:  # 2
    seen = [of_rounds("front", "mobile", [report(score) for score in scores]) for scores in ([0.9, 1.0, 0.97], [0.5])]
    assert [(each.performance, each.rounds) for each in seen] == [(97, [90, 100, 97]), (50, [50])]
    assert (seen[0].first_paint, seen[0].shift) == (970.0, 0.97)


def report(score: float) -> dict[str, Any]:
    """What Lighthouse says of a page, all of it with one number."""
    audits = ("first-contentful-paint", "largest-contentful-paint", "total-blocking-time")
    values = {audit: {"numericValue": 1000 * score} for audit in audits}
    return {
        "categories": {"performance": {"score": score}},
        "audits": {**values, "cumulative-layout-shift": {"numericValue": score}},
    }
