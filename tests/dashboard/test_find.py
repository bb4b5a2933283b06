"""Finding programs.

1. Words find programs; what matched is marked, and markup in a program's text is only text.
2. A filter narrows the results, its counts are the API's, and a chip takes it away again.
3. Every state is in the address: a link, reload, back and forward give the same view.
4. A slider with two handles, by pointer and by keys, and exact boxes set a range; its ticks have numbers. Whether
   unknown values count too is a switch.
5. Verticals unfold into their categories.
6. A facet with many values can be searched inside.
7. Order, page size, pages and the dense table, all by link.
8. Nothing found names the filters to drop, with what each would give, and leads to closed programs.
9. An address with something in it that the API does not know is told, and mended with one press.
10. Filters are in a drawer where there is no room beside the results.
11. Suggestions follow the typing; they are chosen by keys or by mouse, and Escape puts them away. Networks are a group
    of their own, and filters, where the server suggests some.
12. Programs can be gathered by merchant, with the offers of all networks.
13. A word with a typing error finds what is closest, and says so.
14. Results follow the typing: what is typed in one go is one entry of the history, Enter means it as it is, and the
    suggestions stay, categories first. Each key asks at once; while an answer is awaited nothing else is asked, then
    for the newest words alone, or without it once it takes too long.
15. An export has the results in their order.
16. A category narrows its vertical and never stands beside it.
17. Every facet of the API is a filter, in the group that the catalogue of fields says.
18. The table fits beside the filters, its buttons too.
"""

from __future__ import annotations

import json
import re
from itertools import pairwise
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser, Request, Route, expect

from tests.dashboard.browsing import Visit
from tests.dashboard.conftest import visiting
from tests.dashboard.stock import HOSTILE, MERCHANT
from tests.words import Catalogue


def test_words_find_and_are_marked(visit: Visit) -> None:  # 1
    visit.open().search("northwind travel")
    assert visit.names()[0] == "Northwind Travel"
    assert visit.parameters == {"q": "northwind travel"}
    assert "Northwind" in visit.page.locator("#results mark").all_inner_texts()


def test_markup_in_a_program_is_only_text(visit: Visit) -> None:  # 1
    visit.open("/find?q=onerror")
    assert visit.names() == [HOSTILE]
    assert visit.page.locator("#results img, #results script").count() == 0
    visit.page.get_by_role("link", name="Sons").click()
    visit.settled()
    assert visit.page.locator("h1").inner_text() == HOSTILE
    assert visit.page.locator("main img, main script").count() == 0


def test_a_filter_narrows_and_a_chip_takes_it_away(visit: Visit, stocked: Catalogue) -> None:  # 2
    visit.open()
    everything = stocked.get()["total"]
    assert visit.total == everything
    counts = stocked.counts("network")
    visit.choose("network", "CJ Affiliate")
    assert visit.parameters == {"network": "cj"}
    assert visit.total == counts["cj"]
    visit.choose("network", "Awin")
    assert visit.parameters == {"network": "cj,awin"}
    assert visit.total == counts["cj"] + counts["awin"]
    visit.page.get_by_role("button", name="Network: CJ Affiliate").click()
    visit.settled()
    assert visit.parameters == {"network": "awin"}
    visit.page.get_by_role("button", name="Network: Awin").click()
    visit.settled()
    assert visit.total == everything
    assert visit.parameters == {}


def test_every_facet_of_the_api_is_in_the_panel(visit: Visit, stocked: Catalogue) -> None:  # 17
    visit.open()
    shown = visit.page.locator("details[data-facet]").evaluate_all("all => all.map(each => each.dataset.facet)")
    facets = {each["key"] for each in stocked.get("/api/fields")["fields"] if each["facet"]}
    # the tree of categoryPath holds these
    assert set(shown) == facets - {"vertical", "category", "categories"}
    for facet in shown:
        visit.facet(facet)
    assert visit.page.locator(".panel [role=alert]").count() == 0


def test_closed_programs_are_a_choice_away(visit: Visit) -> None:  # 8
    visit.open("/find?q=shuttered")
    assert visit.total == 0
    visit.page.get_by_role("button", name="Look among closed programs too").click()
    visit.settled()
    assert visit.names() == ["Shuttered Socks"]
    visit.choose("status", "Active")
    assert visit.parameters["status"] == "paused,closed"


def test_link_reload_back_and_forward_give_the_same_view(visit: Visit) -> None:  # 3
    visit.open().search("travel")
    visit.choose("network", "Awin")
    visit.page.get_by_role("combobox", name="Sort").select_option("-commission")
    visit.settled()
    visit.page.get_by_role("button", name="Table").click()
    visit.settled()
    expected = (visit.names(), visit.total, visit.parameters)
    assert visit.parameters == {"q": "travel", "network": "awin", "sort": "-commission", "view": "table"}
    visit.page.reload()
    visit.settled()
    assert (visit.names(), visit.total, visit.parameters) == expected
    assert visit.page.get_by_role("combobox", name="Search programs").input_value() == "travel"
    for _ in range(3):
        visit.page.go_back()
        visit.settled()
    assert visit.parameters == {"q": "travel"}
    assert not visit.facet("network").get_by_role("checkbox", checked=True).count()
    for _ in range(3):
        visit.page.go_forward()
        visit.settled()
    assert (visit.names(), visit.total, visit.parameters) == expected
    link = visit.page.url
    visit.open("/overview").open(link)
    assert (visit.names(), visit.total, visit.parameters) == expected


def test_a_program_and_back_gives_the_same_list(visit: Visit) -> None:  # 3
    visit.open("/find?q=travel&network=awin,cj&view=table")
    expected = visit.names()
    visit.page.locator("#results tbody th a").nth(2).click()
    visit.page.wait_for_url("**/programs/*")
    visit.settled()
    visit.page.go_back()
    visit.settled()
    assert visit.names() == expected


def test_boxes_and_sliders_set_a_range(visit: Visit, stocked: Catalogue) -> None:  # 4
    visit.open()
    facet = visit.facet("commissionMax")
    facet.get_by_label("Commission (highest) from").fill("12.5")
    facet.get_by_label("Commission (highest) from").press("Tab")
    visit.settled()
    assert visit.parameters == {"commissionMax": "12.5.."}
    assert visit.total == stocked.get(commissionMax="12.5..")["total"]
    upper = visit.facet("commissionMax").get_by_role("slider", name="Commission (highest), highest")
    upper.press("ArrowLeft")
    visit.settled()
    assert visit.parameters["commissionMax"] == "12.5..75"  # the end that was not moved is as it was written
    assert upper.get_attribute("aria-valuetext") == "to 75%"
    visit.see("Commission (highest): ")


def test_both_handles_are_drawn_on_one_track(visit: Visit, stocked: Catalogue) -> None:  # 4
    visit.open()
    facet = visit.facet("commissionMax")
    edges = stocked.get("/api/programs", facets="commissionMax", perPage=0)["facets"]["commissionMax"]["histogram"]
    froms = [each["from"] for each in edges if each["from"] is not None]

    def centre(selector: str) -> tuple[float, float]:
        found = facet.locator(selector)
        found.evaluate("each => each.scrollIntoView({ block: 'center' })")
        box = found.bounding_box()
        assert box
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    track = facet.locator(".track").bounding_box()
    assert track
    step = track["width"] / len(froms)
    for end, steps in ((".handle.low", 4), (".handle.high", -3)):
        x, y = centre(end)
        visit.page.mouse.move(x, y)
        visit.page.mouse.down()
        visit.page.mouse.move(x + steps * step / 2, y + 3)
        visit.page.mouse.move(x + steps * step, y + 3)
        visit.page.mouse.up()
        visit.settled()
    low, high = froms[4], froms[len(froms) - 3]
    assert visit.parameters == {"commissionMax": f"{low:g}..{high:g}"}
    assert visit.total == stocked.get(commissionMax=f"{low:g}..{high:g}")["total"]
    # pressed beside both, the nearer one comes
    _, y = centre(".handle.high")
    visit.page.mouse.click(track["x"] + 0.4 * step, y)
    visit.settled()
    assert visit.parameters == {"commissionMax": f"..{high:g}"}
    visit.screenshot("slider")


def test_a_handle_stops_before_the_other(visit: Visit, stocked: Catalogue) -> None:  # 4
    visit.open()
    facet = visit.facet("commissionMax")
    lower = facet.get_by_role("slider", name="Commission (highest), lowest")
    lower.press("End")
    visit.settled()
    upper = facet.get_by_role("slider", name="Commission (highest), highest")
    assert int(lower.get_attribute("aria-valuenow") or 0) == int(upper.get_attribute("aria-valuenow") or 0) - 1
    assert lower.get_attribute("aria-valuenow") == lower.get_attribute("aria-valuemax")
    lower.press("ArrowRight")
    before = visit.parameters
    lower.press("PageDown")
    visit.settled()
    assert visit.parameters != before
    lower.press("Home")
    visit.settled()
    assert visit.parameters == {}
    handles = facet.locator(".handle").evaluate_all("all => all.map(each => each.getBoundingClientRect().toJSON())")
    assert all(each["width"] >= 24 and each["height"] >= 24 for each in handles)


def test_ticks_have_numbers_that_fit(visit: Visit) -> None:  # 4
    visit.open()
    for name in ("commissionMax", "epc", "launchedAt"):
        facet = visit.facet(name)
        facet.locator(".track").wait_for()
        said = facet.locator(".tick").evaluate_all(
            """all => all.filter(each => each.textContent).map(each => {
                const range = document.createRange();
                range.selectNodeContents(each);
                const { left, right } = range.getBoundingClientRect();
                return { text: each.textContent, left, right };
            })"""
        )
        assert len(said) >= 3, name
        assert all(one["right"] < other["left"] for one, other in pairwise(said)), (name, said)
        panel = visit.page.locator(".filters").bounding_box()
        assert panel
        assert panel["x"] <= said[0]["left"]
        assert said[-1]["right"] <= panel["x"] + panel["width"]


def test_a_slider_keeps_the_focus_while_it_is_moved(visit: Visit) -> None:  # 4
    visit.open()
    slider = visit.facet("epc").get_by_role("slider", name="EPC, lowest")
    slider.focus()
    for _ in range(3):
        visit.page.keyboard.press("ArrowRight")
    visit.settled()
    assert visit.page.evaluate("document.activeElement.dataset.key") == "range:epc:from"
    assert visit.parameters["epc"].endswith("..")


def test_unknown_values_are_a_switch(visit: Visit, stocked: Catalogue) -> None:  # 4
    visit.open("/find?epc=0.2..")
    switch = visit.facet("epc").get_by_role("switch")
    expect(switch).not_to_be_checked()
    known = visit.total
    switch.click()
    visit.settled()
    assert visit.parameters == {"epc": "0.2..,unknown"}
    assert visit.total == stocked.get(epc="0.2..,unknown")["total"] > known
    visit.open("/find?epc=0.2..&includeUnknown=epc")
    expect(visit.facet("epc").get_by_role("switch")).to_be_checked()


def test_verticals_unfold_into_categories(visit: Visit, stocked: Catalogue) -> None:  # 5
    visit.open("/find?q=northwind")
    tree = visit.facet("categoryPath")
    tree.get_by_role("button", name="Categories in Travel").click()
    visit.choose("categoryPath", "Hotels & Accommodation")
    assert visit.parameters["categoryPath"] == "Travel > Hotels & Accommodation"
    assert sorted(visit.names()) == ["Northwind Reisen", "Northwind Travel", "Northwind Travel EU"]


def test_a_category_narrows_its_vertical(visit: Visit, stocked: Catalogue) -> None:  # 16
    visit.open("/find?categoryPath=Travel")
    visit.facet("categoryPath").get_by_role("button", name="Categories in Travel").click()
    visit.choose("categoryPath", "Hotels & Accommodation")
    path = "Travel > Hotels & Accommodation"
    assert visit.parameters == {"categoryPath": path}
    assert visit.total == stocked.get(categoryPath=path)["total"] < stocked.get(categoryPath="Travel")["total"]
    visit.choose("categoryPath", "Travel")
    assert visit.parameters == {"categoryPath": "Travel"}


def test_an_export_has_the_order_of_the_list(visit: Visit) -> None:  # 15
    for path in ("/find?network=cj", "/find?network=cj&sort=-commission", "/find?q=travel"):
        visit.open(path)
        shown = visit.names()
        href = visit.page.get_by_role("link", name="NDJSON, one program a line", include_hidden=True).get_attribute(
            "href"
        )
        lines = visit.page.request.get(f"{visit.address}{href}").text().splitlines()
        assert [json.loads(line)["name"] for line in lines[: len(shown)]] == shown, path


def test_a_long_facet_can_be_searched_inside(visit: Visit) -> None:  # 6
    visit.open()
    facet = visit.facet("geoTargeting")
    facet.get_by_role("searchbox").type("norw")
    choice = facet.get_by_role("checkbox", name=re.compile("Norway"))
    choice.wait_for()
    choice.click()
    visit.settled()
    assert visit.parameters == {"geoTargeting": "NO"}


def test_pages_and_page_size(visit: Visit, stocked: Catalogue) -> None:  # 7
    visit.open("/find?sort=name")
    first = visit.names()
    visit.page.get_by_role("link", name="Next").click()
    visit.settled()
    assert visit.parameters == {"sort": "name", "page": "2"}
    assert not set(first) & set(visit.names())
    assert visit.page.evaluate("document.activeElement.id") == "found"
    visit.page.get_by_role("combobox", name="Per page").select_option("50")
    visit.settled()
    assert visit.parameters == {"sort": "name", "perPage": "50"}
    assert visit.names() == [each["name"] for each in stocked.get(sort="name", perPage=50)["programs"]]


def test_the_table_sorts_by_its_headings(visit: Visit, stocked: Catalogue) -> None:  # 7
    visit.open("/find?view=table")
    for sort, direction in (("-commission", "descending"), ("commission", "ascending")):
        visit.page.locator("thead").get_by_role("link", name="Commission").click()
        visit.settled()
        assert visit.parameters == {"view": "table", "sort": sort}
        heading = visit.page.get_by_role("columnheader", name="Commission")
        assert heading.get_attribute("aria-sort") == direction
        assert visit.names() == [each["name"] for each in stocked.get(sort=sort)["programs"]]


def test_the_table_fits_beside_the_filters(visit: Visit) -> None:  # 18
    visit.page.set_viewport_size({"width": 1280, "height": 900})
    visit.open("/find?view=table&q=travel")
    table = "document.querySelector('#results .scroller')"
    assert visit.page.evaluate(f"{table}.scrollWidth <= {table}.clientWidth")
    visit.screenshot("table-fits")
    expect(visit.page.get_by_role("button", name=re.compile("^Compare")).first).to_be_in_viewport()


def test_nothing_found_says_which_filter_to_drop(visit: Visit, stocked: Catalogue) -> None:  # 8
    visit.open("/find?q=northwind&network=cj,awin,rakuten&cookieDays=300..")
    assert visit.total == 0
    drop = visit.page.get_by_role("button", name="Without Cookie: from 300 days")
    expect(drop).to_contain_text("3")
    visit.screenshot("nothing-found")
    drop.click()
    visit.settled()
    assert visit.total == 3
    assert "cookieDays" not in visit.parameters


def test_an_address_that_the_api_refuses_can_be_mended(visit: Visit) -> None:  # 9
    visit.expected.append("400")
    visit.open("/find?nework=cj&q=northwind")
    visit.see("'nework' is not a parameter")
    visit.screenshot("refused-address")
    visit.page.get_by_role("button", name="Use “network”").click()
    visit.settled()
    assert visit.parameters == {"q": "northwind", "network": "cj"}
    assert visit.names() == ["Northwind Travel"]
    visit.open("/find?perPage=1000")
    visit.page.get_by_role("button", name="Leave out “perPage”").click()
    visit.settled()
    assert visit.parameters == {}


def test_filters_are_in_a_drawer_on_a_phone(visit: Visit) -> None:  # 10
    visit.page.set_viewport_size({"width": 390, "height": 844})
    visit.open()
    expect(visit.page.locator("details[data-facet=network]")).not_to_be_visible()
    visit.page.get_by_role("button", name="Filters").click()
    visit.choose("network", "ClickBank")
    visit.screenshot("drawer")
    visit.page.get_by_role("button", name=re.compile(r"Show \d+ programs")).click()
    assert visit.parameters == {"network": "clickbank"}
    expect(visit.page.locator("dialog")).not_to_be_visible()
    assert visit.page.evaluate("document.documentElement.scrollWidth") == 390


def test_suggestions_by_keyboard(visit: Visit) -> None:  # 11
    visit.open()
    box = visit.page.get_by_role("combobox", name="Search programs")
    box.focus()
    visit.page.keyboard.type("northw")
    options = visit.page.get_by_role("option")
    options.first.wait_for()
    expect(box).to_have_attribute("aria-expanded", "true")
    visit.screenshot("suggestions")
    visit.page.keyboard.press("ArrowDown")
    chosen = visit.page.locator("[role=option][aria-selected=true]")
    expect(box).to_have_attribute("aria-activedescendant", str(chosen.get_attribute("id")))
    assert visit.page.evaluate("document.activeElement.id") == "q"
    visit.page.keyboard.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("northw")
    visit.page.keyboard.press("ArrowDown")
    wanted = visit.page.get_by_role("group", name="Merchants").get_by_role("option").first
    wanted.wait_for()
    while wanted.get_attribute("aria-selected") != "true":
        visit.page.keyboard.press("ArrowDown")
    visit.page.keyboard.press("Enter")
    visit.settled()
    assert visit.parameters == {"merchantDomain": MERCHANT}
    assert visit.total == 3


def test_suggestions_by_mouse(visit: Visit) -> None:  # 11
    visit.open()
    box = visit.page.get_by_role("combobox", name="Search programs")
    box.press_sequentially("northwind r")
    visit.page.get_by_role("group", name="Programs").get_by_role("option", name="Northwind Reisen").click()
    visit.page.wait_for_url("**/programs/*")
    assert visit.settled().page.locator("h1").inner_text() == "Northwind Reisen"


def test_results_follow_the_typing(visit: Visit, stocked: Catalogue) -> None:  # 14
    visit.open("/find?network=cj,awin")
    box = visit.page.get_by_role("combobox", name="Search programs")
    box.press_sequentially("northwi")
    expect(visit.page.locator("#found")).to_have_text("2 programs")
    visit.settled()
    assert sorted(visit.names()) == ["Northwind Travel", "Northwind Travel EU"]
    assert visit.parameters == {"network": "cj,awin", "q": "northwi", "prefix": "last"}
    expect(visit.page.get_by_role("group", name="Merchants")).to_be_visible()
    assert visit.page.evaluate("document.activeElement.id") == "q"
    box.press_sequentially("nd")
    visit.page.wait_for_url("**q=northwind&*")
    box.press("Enter")
    visit.page.wait_for_url("**q=northwind&network=cj,awin")
    visit.settled()
    assert visit.parameters == {"network": "cj,awin", "q": "northwind"}
    visit.page.go_back()
    visit.settled()
    assert visit.parameters == {"network": "cj,awin"}
    expect(box).to_have_value("")


def test_a_key_asks_at_once_and_one_answer_is_awaited_at_a_time(visit: Visit) -> None:  # 14
    visit.page.clock.install()
    visit.open("/find")
    asked: list[str] = []
    held: list[Route] = []

    def note(request: Request) -> None:
        if words := parse_qs(urlsplit(request.url).query).get("q") if "/api/programs" in request.url else None:
            asked.append(words[0])

    visit.page.on("request", note)
    visit.page.route(re.compile(r"/api/programs\?.*q="), lambda route: held.append(route))
    visit.page.clock.pause_at(visit.page.evaluate("Date.now() + 1000"))  # from here on no time passes in the page
    box = visit.page.get_by_role("combobox", name="Search programs")
    with visit.page.expect_request(re.compile(r"/api/programs\?.*q=n&")):
        box.press("n")
    box.press_sequentially("orth")
    assert asked == ["n"]
    with visit.page.expect_request(re.compile(r"/api/programs\?.*q=north&")):
        held[0].continue_()
    box.press_sequentially("win")
    assert asked == ["n", "north"]
    with visit.page.expect_request(re.compile(r"/api/programs\?.*q=northwin&")):
        visit.page.clock.run_for(5_000)
    assert asked == ["n", "north", "northwin"]
    visit.page.clock.resume()
    while len(held) < len(asked):
        visit.page.wait_for_timeout(10)
    held[2].continue_()
    visit.settled()
    assert sorted(visit.names()) == ["Northwind Reisen", "Northwind Travel", "Northwind Travel EU"]


def test_filters_are_grouped_as_the_catalogue_says(visit: Visit, stocked: Catalogue) -> None:  # 17
    told = stocked.get("/api/fields")
    visit.open()
    shown = visit.page.locator(".panel > *").evaluate_all(
        "all => all.map(each => each.dataset.facet ?? each.textContent)"
    )
    groups = [each["label"] for each in told["groups"] if each["label"] in shown]
    assert groups == [each for each in shown if each in groups]
    within = ""
    found = {}
    for each in shown:
        within = each if each in groups else within
        found[each] = within
    labels = {each["value"]: each["label"] for each in told["groups"]}
    merged = {"vertical", "category", "categories"}
    facets = {each["key"]: labels[each["group"]] for each in told["fields"] if each["facet"]}
    assert {key: group for key, group in found.items() if key not in groups} == {
        key: group for key, group in facets.items() if key not in merged
    }
    assert shown[:2] == ["What it is", "categoryPath"]


def test_suggested_networks_are_a_group_and_filter(visit: Visit, stocked: Catalogue) -> None:  # 11
    cj = {
        "value": "cj", "label": "CJ Affiliate", "highlighted": "<mark>CJ</mark> Affiliate", "parameter": "network",
        "filter": "cj", "count": 7, "id": None, "network": None,
    }  # fmt: skip
    answer = stocked.get("/api/suggest", q="cj")
    answer["groups"]["networks"] = [cj]
    visit.open()
    visit.answer(r"/api/suggest\?", json=answer)
    visit.page.get_by_role("combobox", name="Search programs").press_sequentially("cj")
    group = visit.page.get_by_role("group", name="Networks", exact=True)
    expect(group.get_by_role("option")).to_have_text("CJ Affiliate7 programs")
    group.get_by_role("option").click()
    visit.page.wait_for_url("**network=cj**")
    visit.settled()
    assert visit.parameters == {"network": "cj"}
    visit.see("Network: CJ Affiliate")


def test_suggested_categories_come_first_and_nothing_is_cut_off(visit: Visit, stocked: Catalogue) -> None:  # 14
    visit.open()
    visit.page.get_by_role("combobox", name="Search programs").press_sequentially("hotel")
    groups = visit.page.locator(".suggestions [role=group]")
    groups.first.wait_for()
    assert groups.first.locator(".title").inner_text() == "Categories"
    visit.settled()
    cut = visit.page.evaluate(
        "(({scrollHeight, clientHeight}) => scrollHeight - clientHeight)(document.getElementById('suggestions'))"
    )
    assert cut == 0
    bottom = visit.page.evaluate("document.getElementById('suggestions').getBoundingClientRect().bottom")
    assert bottom <= visit.page.evaluate("innerHeight")


def test_a_typing_error_finds_what_is_closest(visit: Visit) -> None:  # 13
    visit.open("/find?q=northwnd")
    assert "Northwind Travel" in visit.names()
    visit.see("Showing results for “northwind”.")


def test_by_merchant_the_offers_are_together(visit: Visit, stocked: Catalogue) -> None:  # 12
    visit.open("/find?q=northwind")
    assert visit.total == 3
    visit.page.get_by_role("button", name="By merchant").click()
    visit.settled()
    assert visit.parameters == {"q": "northwind", "collapse": "merchant"}
    assert stocked.get(q="northwind", collapse="merchant")["groups"] == len(visit.names()) == 1
    expect(visit.page.locator("#found")).to_have_text("3 programs of 1 merchant")
    others = visit.page.get_by_role("list", name=f"Other offers of {MERCHANT}")
    expect(others.first).to_be_visible()
    visit.screenshot("by-merchant")


def test_values_are_found_by_name_in_the_readers_language(browser: Browser, server: str) -> None:  # 6
    for visit in visiting(browser, server, "german", locale="de-DE"):
        visit.open()
        facet = visit.facet("geoTargeting")
        facet.get_by_role("searchbox").type("deutschl")
        facet.get_by_role("checkbox", name=re.compile("Deutschland")).click()
        visit.settled()
        assert visit.parameters == {"geoTargeting": "DE"}
