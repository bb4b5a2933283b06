"""For everyone.

1. axe-core finds no violation on any page, light and dark, wide and narrow. Nothing moves while a page comes, on a
   phone, a tablet and a wide screen, whichever answer comes last and with nothing featured: but for the operators' own,
   its cumulative layout shift is below 0.02.
2. A page fits a phone: nothing is wider than the screen, and the first result begins in its first third.
3. By keyboard alone a program is found, filtered, kept and opened, and the focus is always to be seen. Results come
   before filters; "/" and Ctrl+K lead to the search box, "/" only while it is wanted.
4. Numbers, money and dates are the reader's own.
5. Colours follow the system, or the reader's choice, which is remembered.
6. Without motion for who wants none.
7. Nothing is asked of another host, and the policy is never broken (every visit's end checks the first).
"""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.dashboard.browsing import Visit
from tests.dashboard.conftest import visiting
from tests.dashboard.stock import MERCHANT
from tests.nightly import also_nightly
from tests.words import Catalogue

AXE = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
MOST_SHIFTED = 0.02
WIDTHS = {"phone": (390, 844), "tablet": (820, 1180), "wide": (1440, 900)}


def paths(stocked: Catalogue) -> dict[str, str]:
    """Every page, in a state with much on it."""
    ids = [str(id) for (id,) in stocked.rows("select id from programs where name like 'Northwind%%' order by id")]
    return {
        "home": "/",
        "find": "/find",
        "found": "/find?q=northwind&network=cj,awin,rakuten&epc=0..,unknown",
        "understood": "/find?q=northwnd paypal",
        "table": "/find?view=table&sort=-commission&page=2",
        "nothing": "/find?q=northwind&cookieDays=3000..",
        "program": f"/programs/{ids[0]}",
        "merchant": f"/merchants/{MERCHANT}",
        "network": "/networks/cj",
        "lost": "/no/such/page",
        "compare": f"/compare?ids={','.join(ids)}",
        "compare-nothing": "/compare",
        "shortlist": "/shortlist",
        "mine": "/mine",
        "own": "/own",
        "overview": "/overview",
        "operate": "/operate?run=2",
    }


SHIFTED = """() => new Promise((done) => new PerformanceObserver((list) => done(
    list.getEntries().reduce((sum, each) => sum + (each.hadRecentInput ? 0 : each.value), 0)
)).observe({type: 'layout-shift', buffered: true}) || setTimeout(() => done(0), 100))"""


STILL = "() => document.getAnimations().every((each) => each.playState !== 'running')"


def violations(visit: Visit) -> list[str]:
    """What axe-core has against the page, in short, once it is as it stays: what is on its way in or out is half
    transparent, and has not the contrast that it will have."""
    visit.settled()
    visit.page.wait_for_function(STILL)
    visit.page.evaluate(AXE)
    found = visit.page.evaluate(
        "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})", RULES
    )
    return [f"{each['id']}: {node['html'][:200]}" for each in found["violations"] for node in each["nodes"]]


# Colours differ by scheme and places by width, so each is looked at once; a tablet shows what the others do.
@pytest.mark.parametrize(("scheme", "width"), [("light", "phone"), ("dark", "wide"), also_nightly("light", "tablet")])
def test_axe_has_nothing_against_any_page(
    browser: Browser, server: str, stocked: Catalogue, scheme: Any, width: str
) -> None:  # 1, 2, 7
    across, down = WIDTHS[width]
    viewport = {"width": across, "height": down}
    for visit in visiting(browser, server, f"axe-{width}", color_scheme=scheme, viewport=viewport):
        found: dict[str, list[str]] = {}
        visit.expected.append("404")  # the page that is not there
        shifts: dict[str, float] = {}
        for name, path in paths(stocked).items():
            visit.open(path)
            visit.screenshot(f"{name}-{width}-{scheme}")
            if name != "operate":  # whose lists are as long as they are, and filled by operators
                shifts[name] = visit.page.evaluate(SHIFTED)
            assert visit.page.evaluate("document.documentElement.scrollWidth") <= across, name
            if width == "phone" and name in ("find", "found"):
                top = visit.page.evaluate("document.querySelector('.card').getBoundingClientRect().top")
                assert top <= down / 3, name
            if width != "tablet" and (against := violations(visit)):
                found[name] = against
        assert not found
        assert not {name: shift for name, shift in shifts.items() if shift >= MOST_SHIFTED}


SLOWLY = """(() => {
    const asked = window.fetch;
    window.fetch = async (address, options) => {
        const answer = await asked(address, options);
        const mixed = [...String(address)].reduce((sum, each) => (sum * 31 + each.charCodeAt(0)) % 1009, SEED);
        await new Promise((over) => setTimeout(over, mixed / 2));
        return answer;
    };
})()"""


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_moves_whichever_answer_comes_last(
    browser: Browser, server: str, stocked: Catalogue, width: str
) -> None:  # 1
    across, down = WIDTHS[width]
    ((bare,),) = stocked.rows("select id from programs where name = 'Bare Minimum'")
    addresses = ("/", "/overview", "/find?collapse=merchant", "/find?q=paypal shoes", "/week", f"/programs/{bare}")
    moved: dict[tuple[str, int], float] = {}
    for seed in (1, 2):
        for visit in visiting(browser, server, "moving", viewport={"width": across, "height": down}):
            visit.page.add_init_script(SLOWLY.replace("SEED", str(seed)))
            visit.answer(r"featured=true", json=stocked.get(featured="true", verified="false"))
            for address in addresses:
                moved[address, seed] = visit.open(address).page.evaluate(SHIFTED)
    assert not {which: shift for which, shift in moved.items() if shift >= MOST_SHIFTED}


def test_axe_has_nothing_against_what_opens(visit: Visit) -> None:  # 1
    visit.open()
    for section in ("status", "geoTargeting", "launchedAt"):
        visit.facet(section)
    visit.page.locator("summary", has_text="Export").click()
    assert not violations(visit)
    visit.page.get_by_role("combobox", name="Search programs").press_sequentially("north")
    visit.page.get_by_role("option").first.wait_for()
    visit.page.keyboard.press("ArrowDown")
    assert not violations(visit)
    visit.open("/find?q=northwnd recurring 60 day cookie&literal=recurring")
    assert not violations(visit)
    visit.page.set_viewport_size({"width": 390, "height": 844})
    visit.open().page.get_by_role("button", name="Filters").click()
    assert not violations(visit)


def test_by_keyboard_alone(visit: Visit) -> None:  # 3
    visit.open()
    press = visit.page.keyboard.press

    def focused() -> str:
        return str(visit.page.evaluate("document.activeElement.dataset.key ?? document.activeElement.className"))

    def tab_to(key: str, most: int = 80) -> None:
        for _ in range(most):
            press("Tab")
            if focused() == key or (key.endswith(":") and focused().startswith(key)):
                return
        raise AssertionError(f"no way to {key} by Tab")

    press("Tab")
    assert focused() == "skip"
    press("Enter")
    assert visit.page.evaluate("document.activeElement.id") == "main"
    press("Control+k")
    visit.page.keyboard.type("northwind")
    press("Enter")
    visit.settled()
    tab_to("program:", most=40)  # a result comes before the filters
    tab_to("value:network:awin")
    press("Space")
    visit.settled()
    assert visit.names() == ["Northwind Travel EU"]
    assert focused() == "value:network:awin"
    outline = visit.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    id = visit.page.locator("article").get_attribute("data-id")
    press("Control+k")
    tab_to(f"program:{id}")
    tab_to(f"save:{id}")
    press("Enter")
    expect(visit.page.get_by_role("button", name="Keep Northwind Travel EU")).to_have_attribute("aria-pressed", "true")
    press("Shift+Tab")
    press("Enter")
    visit.page.wait_for_url("**/programs/*")


def test_a_slash_leads_to_the_search_while_it_is_wanted(visit: Visit) -> None:  # 3
    at = "document.activeElement.id"
    for path in ("/", f"/merchants/{MERCHANT}"):
        visit.open(path).page.keyboard.press("/")
        assert visit.page.evaluate(at) == "q"
    visit.page.keyboard.type("a/b")
    expect(visit.page.locator("#q")).to_have_value("a/b")
    assert visit.page.locator(".keys kbd").all_inner_texts() != []
    visit.page.get_by_role("button", name="leads to the search").click()
    visit.page.keyboard.press("/")
    assert visit.page.evaluate(at) != "q"
    visit.page.keyboard.press("Control+k")
    assert visit.page.evaluate(at) == "q"


@pytest.mark.parametrize(
    ("locale", "amount", "day"),
    [
        ("de-DE", "1,25\u00a0$", "17.05.2024"),
        ("en-US", "$1.25", "May 17, 2024"),
        ("fr-FR", "1,25\u00a0$US", "17 mai 2024"),
    ],
)
def test_numbers_and_dates_are_the_readers(
    browser: Browser, server: str, stocked: Catalogue, locale: str, amount: str, day: str
) -> None:  # 4
    ((id,),) = stocked.rows("select id from programs where name = 'Northwind Travel'")
    for visit in visiting(browser, server, f"locale-{locale}", locale=locale):
        visit.open(f"/programs/{id}")
        assert amount in visit.page.locator(".tiles").inner_text().replace("\u202f", "\u00a0")
        assert day in visit.page.locator(".fact", has_text="Launched").inner_text()


def test_colours_follow_the_system_or_the_readers_choice(visit: Visit) -> None:  # 5
    def ground() -> str:
        return str(visit.page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))

    visit.page.emulate_media(color_scheme="light")
    visit.open("/shortlist")
    light = ground()
    visit.page.emulate_media(color_scheme="dark")
    dark = ground()
    assert light != dark
    button = visit.page.get_by_role("button", name="colours")
    button.click()
    assert ground() == light
    visit.page.reload()
    visit.settled()
    assert ground() == light
    button.click()
    assert ground() == dark
    button.click()
    expect(button).to_have_accessible_name("System colours; change")


def test_no_motion_for_who_wants_none(visit: Visit) -> None:  # 6
    visit.open()
    moving: Any = visit.page.evaluate(
        """() => [...document.querySelectorAll('*')].filter((each) => {
            const style = getComputedStyle(each);
            return style.animationName !== 'none' || style.transitionDuration.split(',').some((d) => parseFloat(d) > 0);
        }).length"""
    )
    assert moving == 0
