"""Algolia's own clients and widgets, from npm and unmodified, against a running server; only `hosts` is set.

A visitor uses every widget of a page in turn: the search box, lists (any of, all of, searched inside), the hierarchical
menu and its breadcrumb, a range of two boxes, a slider, a toggle, a numeric menu, sort, page size, pages, endless hits,
current refinements (taken back one by one or cleared), dynamic widgets, autocomplete. What the page shows after each
step, hits in their order and counts, equals a brute-force search; what the words find, and in which order, is what the
native search says.

1. In Node with jsdom and in Chromium: `algoliasearch` 5 and 4, lite and full, with instantsearch.js and with
   react-instantsearch.
2. In Chromium the page is of another origin, and no request is preceded by a preflight.
3. Nothing is written to the console, and no widget reports an error.
4. In Chromium, boxes that complete what is typed (`@algolia/autocomplete-js`, and those of instantsearch.js and
   react-instantsearch) show hits, and categories, while it is typed; keys and clicks select them.
5. In Chromium a slider's handles are drawn with the mouse and pushed with keys.
6. Dynamic widgets are those that the answer orders, in its order, whatever is refined; their values come by count.
7. The widgets that the documentation says work are those that are used here.
8. `browseObjects`, `getObject` and `getObjects` of the full clients give every program of a query exactly once, and any
   program by its id.
"""

from __future__ import annotations

import re
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import combinations
from math import ceil, floor
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.request import Request, urlopen

import msgspec
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from mappings.catalogue import FACETS, PATH_SEPARATOR
from mappings.field import Terms
from tests.algolia import brute_force
from tests.algolia.brute_force import Expression
from tests.algolia.conftest import CLIENTS
from tests.chromium import chromium
from tests.node import WITH_NODE
from tests.oracle import Row, ordered

Served = tuple[str, list[Row]]
Seen = dict[str, dict[str, Any]]

WORDS = "shop"
EPC = (0.2, 0.9)
INSIDE = "acces"
PLACED = {"network", "geoTargeting", "category", "epc", "popularity", "recurring", "cookieDays"}
DYNAMIC_LIST, DYNAMIC_MENU = "language", "commissionType"
# Said by networks that none of the generated programs is of: registries of others' programs, and of traffic.
_OF_NONE_HERE = frozenset({"operatedBy", "trafficAllowed", "trafficForbidden"})
_TERMS = {attribute for attribute, field in FACETS.items() if isinstance(field.facet, Terms)}
HANDLES = "#popularity [role=slider], #popularity [type=range]"
_NODE_PATIENCE_SECONDS = 60
_SLIDER_PATIENCE_SECONDS = 15


def _wishes(host: str, rows: list[Row]) -> dict[str, Any]:
    """What the visitor will choose: the most frequent of each kind, so that every step finds something."""
    shown = brute_force.under(rows, [])

    def most(attribute: str, among: list[Row]) -> list[str]:
        counted = brute_force.counts(among, attribute)
        return sorted(counted, key=lambda value: (-counted[value], value))

    vertical = most("categoryPath.lvl0", shown)[0]
    path = most("categoryPath.lvl1", [row for row in shown if vertical in row["categoryPath"]])[0]
    pairs: Counter[tuple[str, ...]] = Counter(
        pair for row in shown for pair in combinations(sorted(brute_force.values(row, "geoTargeting")), 2)
    )
    ranged = brute_force.under(rows, [("to", "epc", *EPC)])
    inside = next(value for value in most("category", ranged) if value.lower().startswith(INSIDE))
    return {
        "words": WORDS,
        "countries": list(min(pairs.items(), key=lambda each: (-each[1], each[0]))[0]),
        "vertical": vertical,
        "category": path.split(PATH_SEPARATOR, 1)[1],
        "path": path,
        "epc": EPC,
        "inside": INSIDE,
        "insideFinds": inside,
        "order": _searched(host, {"facets": ["*"]})["renderingContent"]["facetOrdering"]["facets"]["order"],
        "dynamicList": [(DYNAMIC_LIST, value) for value in most(DYNAMIC_LIST, shown)[1:3]],
        "dynamicMenu": (DYNAMIC_MENU, most(DYNAMIC_MENU, shown)[1]),
    }


def _any(attribute: str, *values: Any) -> Expression:
    return ("or", [("is", attribute, value) for value in values])


def _check(seen: Seen, rows: list[Row], holding: list[Row], wishes: dict[str, Any]) -> None:
    """Every step of a visit against the rows; `holding` are those with the words, the best first."""

    def shows(step: str, among: list[Row], *expressions: Expression) -> list[Row]:
        found = brute_force.under(among, list(expressions))
        assert found, f"{step} proves nothing: nothing is left"
        assert seen[step]["total"] == len(found), step
        assert seen[step]["endless"] == _first(5, found, "name"), step
        best = [str(row["id"]) for row in found[:20]] if among is holding else _first(20, found, "-popularity")
        assert seen[step]["hits"] == best, step
        # autocomplete has words of its own, so these of the page do not change it
        suggested = [each for each in seen[step]["suggestions"] if each.startswith("suggesting:")]
        popular = _first(3, brute_force.under(rows, list(expressions)), "-popularity")
        assert suggested == [f"suggesting:{id}" for id in popular], step
        assert seen[step]["total"] < len(shown) or not expressions, f"{step} proves nothing: all are left"
        return found

    def lists(step: str, attribute: str, among: list[Row], *expressions: Expression) -> None:
        expected = brute_force.counts(brute_force.under(among, list(expressions)), attribute)
        assert {value: count for value, count in seen[step][attribute].items() if count} == expected, (step, attribute)

    def dynamic(step: str, attribute: str, *expressions: Expression) -> None:
        """The ten most frequent values, in that order, as the answer orders them."""
        counted = brute_force.counts(brute_force.under(rows, list(expressions), attribute), attribute)
        values = dict(seen[step]["dynamic"])[attribute]
        assert values, (step, attribute)
        assert dict(values).items() <= counted.items(), (step, attribute)
        assert [count for _, count in values] == sorted(counted.values(), reverse=True)[:10], (step, attribute)

    shown = brute_force.under(rows, [])
    shows("begin", rows)
    begin = seen["begin"]
    for attribute in ("network", "geoTargeting", "category"):
        lists("begin", attribute, rows)
    assert begin["path"] == brute_force.counts(shown, "categoryPath.lvl0")
    low, high = _ends(shown, "epc")
    assert begin["epc"] == pytest.approx([floor(100 * low) / 100, ceil(100 * high) / 100])
    assert begin["popularity"] == begin["slid"] == _ends(shown, "popularity")

    found = shows("words", holding)
    assert {mark.lower() for mark in seen["words"]["marked"]} >= {WORDS}
    by_id = {str(row["id"]): row for row in found}
    assert seen["words"]["names"] == [by_id[id]["name"] for id in seen["words"]["hits"]]
    assert all(seen["words"]["snippets"])
    lists("words", "network", holding)

    awin, both = _any("network", "awin"), _any("network", "awin", "cj")
    shows("one network", holding, awin)
    lists("one network", "network", holding)  # its own choice does not narrow a list of alternatives
    lists("one network", "category", holding, awin)
    shows("two networks", holding, both)
    shows("no words", rows, both)
    lists("no words", "network", rows)
    assert seen["no words"]["marked"] == []
    shows("cleared", rows)
    first, second = (("is", "geoTargeting", country) for country in wishes["countries"])
    shows("a country", rows, first)
    lists("a country", "geoTargeting", rows, first)  # where all must hold, it does
    shows("two countries", rows, first, second)
    lists("two countries", "network", rows, first, second)
    assert sorted(seen["two countries"]["current"]) == sorted(wishes["countries"])
    shows("one taken back", rows, second)
    assert seen["one taken back"]["current"] == wishes["countries"][1:]
    shows("countries cleared", rows)

    vertical: Expression = ("is", "categoryPath.lvl0", wishes["vertical"])
    path: Expression = ("is", "categoryPath.lvl1", wishes["path"])
    below = shows("a vertical", rows, vertical)
    children = {
        value.split(PATH_SEPARATOR, 1)[1]: count
        for value, count in brute_force.counts(below, "categoryPath.lvl1").items()
    }
    assert seen["a vertical"]["path"] == {**brute_force.counts(shown, "categoryPath.lvl0"), **children}
    shows("a category", rows, path)
    assert seen["a category"]["path"] == seen["a vertical"]["path"]
    assert [part.strip(" >") for part in seen["a category"]["breadcrumb"]][1:] == [
        wishes["vertical"],
        wishes["category"],
    ]
    shows("up again", rows, vertical)
    shows("path cleared", rows)

    ranged: Expression = ("to", "epc", *EPC)
    month: Expression = ("to", "cookieDays", 8, 30)
    shows("a range", rows, ranged)
    shows("a month", rows, ranged, month)
    lists("a month", "network", rows, ranged, month)
    narrowed = brute_force.counts(shows("any cookie", rows, ranged), "category")
    inside: Expression = ("is", "category", wishes["insideFinds"])
    begun = {value: count for value, count in narrowed.items() if _begins(value)}
    assert seen["searched inside"]["category"] == begun
    shows("found inside", rows, ranged, inside)
    shows("range cleared", rows)
    for step in ("slid up", "slid down"):
        _check_slid(seen[step], shown)
        slid: Expression = ("to", "popularity", *seen[step]["slid"])
        shows(step, rows, slid)
        lists(step, "network", rows, slid)
    assert seen["slid up"]["slid"][1] == begin["slid"][1] > seen["slid down"]["slid"][1]
    shows("slider cleared", rows)
    assert seen["slider cleared"]["slid"] == begin["slid"]

    order = [attribute for attribute, _ in begin["dynamic"]]
    assert order == [attribute for attribute in wishes["order"] if not _placed(attribute)]
    for attribute, values in begin["dynamic"]:
        assert values or attribute not in _TERMS or attribute in _OF_NONE_HERE, attribute
        if values:
            dynamic("begin", attribute)
    (_, value), (_, other) = wishes["dynamicList"]
    one, two = _any(DYNAMIC_LIST, value), _any(DYNAMIC_LIST, value, other)
    kind: Expression = ("is", *wishes["dynamicMenu"])
    shows("dynamic list", rows, one)
    shows("dynamic list of two", rows, two)
    dynamic("dynamic list of two", DYNAMIC_LIST)  # its own choice does not narrow it
    dynamic("dynamic list of two", DYNAMIC_MENU, two)
    shows("dynamic menu", rows, two, kind)
    dynamic("dynamic menu", DYNAMIC_LIST, kind)
    dynamic("dynamic menu", DYNAMIC_MENU, two)
    dynamic("dynamic menu", "paymentMethods", two, kind)
    lists("dynamic menu", "network", rows, two, kind)
    assert sorted(seen["dynamic menu"]["current"]) == sorted([value, other, wishes["dynamicMenu"][1]])
    shows("dynamic cleared", rows)
    closed: Expression = ("is", "status", "closed")
    shows("closed", rows, closed)
    lists("closed", "network", rows, closed)
    dynamic("closed", "status")
    shows("opened", rows)
    for step in ("dynamic menu", "closed", "opened"):
        assert [attribute for attribute, _ in seen[step]["dynamic"]] == order, step

    recurring: Expression = ("is", "recurring", True)
    shows("recurring", rows, recurring)
    shows("recurring or not", rows)

    down = [str(id) for id in ordered(shown, "epc", descending=True)]
    assert seen["sorted"]["hits"] == down[:20]
    assert seen["seven a page"]["hits"] == down[:7]
    assert seen["second page"]["hits"] == down[7:14]
    assert seen["second page"]["pages"][:3] == ["1", "2", "3"]
    last = (len(down) - 1) // 7
    assert seen["last page"]["hits"] == down[7 * last :]
    assert seen["last page"]["pages"][-1] == str(last + 1)
    assert seen["more"]["endless"] == _first(10, shown, "name")
    assert (seen["nothing found"]["total"], seen["nothing found"]["hits"]) == (0, [])


def _first(number: int, rows: list[Row], key: str) -> list[str]:
    """The ids of the first hits of an order; a minus before the key turns it round."""
    return [str(id) for id in ordered(rows, key.removeprefix("-"), descending=key.startswith("-"))[:number]]


def _ends(rows: list[Row], key: str) -> list[Any]:
    known = [row[key] for row in rows if row[key] is not None]
    return [min(known), max(known)]


def _check_slid(seen: dict[str, Any], shown: list[Row]) -> None:
    """A handle has moved, and the slider still goes from end to end: its own choice does not narrow it."""
    assert seen["popularity"] == _ends(shown, "popularity")
    assert seen["slid"] != seen["popularity"]
    assert seen["popularity"][0] <= seen["slid"][0] < seen["slid"][1] <= seen["popularity"][1]


def _placed(attribute: str) -> bool:
    """Whether the page has a widget for it, so that it is none of the dynamic ones."""
    return attribute in PLACED or attribute.startswith("categoryPath")


def _begins(value: str) -> bool:
    """Whether a word of it begins as typed."""
    return re.search(rf"\b{INSIDE}", value, re.IGNORECASE) is not None


def _holding(host: str, rows: list[Row]) -> list[Row]:
    """The rows that hold the words, the best first, as the native search says."""
    found: list[int] = []
    for page in range(1, 9):
        shown = f"status=active,paused,closed&fields=id&perPage=100&page={page}"
        path = f"http://{host}/api/programs?q={WORDS}&prefix=last&{shown}"
        with urlopen(path) as answer:
            found += [each["id"] for each in msgspec.json.decode(answer.read())["programs"]]
    by_id = {row["id"]: row for row in rows}
    return [by_id[id] for id in found]


@pytest.mark.parametrize(
    ("made", "client"), [("vanilla", "version 5"), ("vanilla", "version 4 lite"), ("react", "version 5 lite")]
)
def test_in_node(served: Served, clients: Path, made: str, client: str) -> None:  # 1, 3, 6
    host, rows = served
    wishes = _wishes(host, rows)
    done = subprocess.run(
        ["node", "node.mjs", host, made, client, msgspec.json.encode(wishes).decode()],
        cwd=clients,
        env=WITH_NODE,
        capture_output=True,
        text=True,
        timeout=_NODE_PATIENCE_SECONDS,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    report = msgspec.json.decode(done.stdout)
    _check(report["seen"], rows, _holding(host, rows), wishes)
    assert (report["errors"], report["complaints"]) == ([], [])


@pytest.fixture(scope="module")
def shop(clients: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the page with everything in it, on an origin of its own."""
    folder = tmp_path_factory.mktemp("shop")
    subprocess.run(
        [
            "node_modules/.bin/esbuild",
            "browser.mjs",
            "--bundle",
            "--log-level=error",
            '--define:process.env.NODE_ENV="development"',
            f"--outfile={folder / 'shop.js'}",
        ],
        cwd=clients,
        env=WITH_NODE,
        check=True,
    )
    (folder / "index.html").write_text(
        '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">'
        # without a style sheet the marks of the slider would lie over its handles
        "<style>.rheostat-handle { z-index: 1 }</style>"
        '<div id="root"></div><script src="shop.js"></script>'
    )

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def _watched(browser: Browser) -> tuple[Page, list[str]]:
    """A page, and everything it complains of."""
    page = browser.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return page, complaints


@pytest.mark.parametrize(
    ("made", "client"),
    [
        ("vanilla", "version 5 lite"),
        ("vanilla", "version 4"),
        ("react", "version 5"),
        ("react", "version 4 lite"),
    ],
)
def test_in_chromium(served: Served, shop: str, browser: Browser, made: str, client: str) -> None:  # 1, 2, 3, 6
    host, rows = served
    wishes = _wishes(host, rows)
    page, complaints = _watched(browser)
    kinds: list[str] = []
    session = page.context.new_cdp_session(page)
    session.on("Network.requestWillBeSent", lambda event: kinds.append(event["type"]))
    session.send("Network.enable")
    page.goto(shop)
    report = page.evaluate("([...given]) => visitAs(...given)", [host, made, client, wishes])
    page.close()
    _check(report["seen"], rows, _holding(host, rows), wishes)
    assert (report["errors"], complaints) == ([], [])
    assert "Preflight" not in kinds
    assert kinds.count("Fetch") + kinds.count("XHR") > len(report["seen"]) // 2


@pytest.mark.parametrize(("made", "client"), [("vanilla", "version 5 lite"), ("react", "version 4 lite")])
def test_a_slider_is_drawn_and_pushed(served: Served, shop: str, browser: Browser, made: str, client: str) -> None:  # 5
    host, rows = served
    shown = brute_force.under(rows, [])
    page, complaints = _watched(browser)
    page.goto(shop)
    page.evaluate("([...given]) => openAs(...given)", [host, made, client])
    lower, upper = page.locator(HANDLES).first, page.locator(HANDLES).last
    page.wait_for_function("shown()?.dynamic.some(([, values]) => values.length)")  # the last to come
    begin = page.evaluate("shown()")
    assert begin["slid"] == begin["popularity"] == _ends(shown, "popularity")

    def narrowed(before: dict[str, Any]) -> dict[str, Any]:
        """What the page shows once it has the answer to where its handles are."""
        seen: dict[str, Any] = {}

        def right() -> bool:
            seen.update(page.evaluate("shown()") or before)
            found = brute_force.under(rows, [("to", "popularity", *seen["slid"])])
            counted = {value: count for value, count in seen["network"].items() if count}
            return (
                seen["slid"] != before["slid"]
                and seen["total"] == len(found) < len(shown)
                and seen["hits"] == _first(20, found, "-popularity")
                and counted == brute_force.counts(found, "network")
            )

        until = time.monotonic() + _SLIDER_PATIENCE_SECONDS
        while not right():
            assert time.monotonic() < until, {name: seen[name] for name in ("slid", "total", "network")}
            page.wait_for_timeout(20)
        _check_slid(seen, shown)
        return seen

    def draw(handle: Locator, by: int) -> None:
        box = handle.bounding_box()
        assert box is not None
        within = box["width"] / 2
        if handle.get_attribute("type") == "range":  # a browser's own slider has its knob inside
            within = 8 if handle is lower else box["width"] - 8
        handle.hover(position={"x": within, "y": box["height"] / 2})  # which waits until nothing moves any more
        box = handle.bounding_box()
        assert box is not None
        page.mouse.down()
        page.mouse.move(box["x"] + within + by, box["y"] + box["height"] / 2, steps=4)
        page.mouse.up()

    draw(lower, 40)
    drawn = narrowed(begin)
    draw(upper, -30)
    drawn = narrowed(drawn)
    assert begin["slid"][0] < drawn["slid"][0] < drawn["slid"][1] < begin["slid"][1]
    upper.press("ArrowLeft")
    pushed = narrowed(drawn)
    assert pushed["slid"][0] == drawn["slid"][0]
    assert drawn["slid"][1] - 2 <= pushed["slid"][1] < drawn["slid"][1]  # a hundredth of the way, which is about one
    lower.press("Home")
    assert narrowed(pushed)["slid"][0] == begin["slid"][0]
    page.close()
    assert complaints == []


def test_the_documentation_lists_the_widgets_used() -> None:  # 7
    page = (Path(__file__).parents[2] / "docs" / "instantsearch.md").read_text("utf-8")
    table = page.partition("## Widgets")[2].partition("\n## ")[0]
    listed = re.findall(r"^\| `(\w+)`", table, re.MULTILINE)
    vanilla, react = ((CLIENTS / f"{made}.mjs").read_text("utf-8") for made in ("vanilla", "react"))
    used = set(re.findall(r"(?:widgets\.|components\.|[ (]connect)(\w+)\(", vanilla))
    used |= set(re.findall(r"named\(widgets\.(\w+)", vanilla))
    assert {name.lower() for name in listed} == {name.lower() for name in used} - {"configure", "index"}
    imported = set(re.findall(r"^  (?:use)?(\w+),$", react.partition("from 'react-instantsearch'")[0], re.MULTILINE))
    assert {name[0].upper() + name[1:] for name in listed} - imported == {"RangeSlider"}  # of which it has the hook
    assert "Range" in imported


def _flat(pages: list[list[dict[str, Any]]]) -> list[str]:
    return [hit["objectID"] for page in pages for hit in page]


@pytest.mark.parametrize(
    ("made", "client"),
    [
        ("alone", "version 5 lite"),
        ("alone", "version 4 lite"),
        ("vanilla", "version 5"),
        ("react", "version 5 lite"),
    ],
)
def test_a_box_completes_what_is_typed(
    served: Served, shop: str, browser: Browser, made: str, client: str
) -> None:  # 4
    host, rows = served
    names = {str(row["id"]): row["name"] for row in rows}
    best = [hit["objectID"] for hit in _searched(host, {"query": INSIDE, "hitsPerPage": 5})["hits"]]
    assert len(best) == 5
    page, complaints = _watched(browser)
    box, programs = page.locator("input[aria-autocomplete]"), page.locator("article[data-id]")

    def suggests(ids: list[str]) -> None:
        page.goto(shop)
        page.evaluate("([...given]) => completeAs(...given)", [host, made, client])
        box.click()
        if made == "alone":
            page.keyboard.type(INSIDE)
        else:  # each answer draws the box of InstantSearch anew, and a letter typed meanwhile would be lost
            expect(programs).to_have_count(5)
            box.fill(INSIDE)
        for number, id in enumerate(ids):
            expect(programs.nth(number)).to_have_attribute("data-id", id)
        expect(programs).to_have_count(len(ids))

    def chose(id: str) -> None:
        page.wait_for_function("chosen.length > 0")
        assert page.evaluate("chosen") == [id]
        expect(box).to_have_value(names[id])

    suggests(best)
    assert {mark.lower() for mark in page.locator("article mark").all_inner_texts()} <= {"acces", "accessories"}
    assert programs.all_inner_texts() == [names[id] for id in best]
    if made == "alone":
        _check_categories(page, rows)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator("[aria-selected=true]")).to_have_count(1)
    expect(page.locator("[aria-selected=true] article")).to_have_attribute("data-id", best[1])
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    chose(best[0])
    suggests(best)
    programs.nth(2).click()
    chose(best[2])
    page.close()
    assert complaints == []


def _check_categories(page: Page, rows: list[Row]) -> None:
    """Below the programs are the categories with a word that begins as typed, and how many programs each has."""
    counted = brute_force.counts(brute_force.under(rows, []), "category")
    begun = {name: count for name, count in counted.items() if _begins(name)}
    shown = page.locator("section[data-count]")
    expect(shown).to_have_count(min(len(begun), 10))
    found = [(each.inner_text(), int(each.get_attribute("data-count") or 0)) for each in shown.all()]
    assert dict(found).items() <= begun.items()
    assert found == sorted(found, key=lambda one: (not one[0].lower().startswith(INSIDE), -one[1], one[0]))


def test_the_full_clients_browse_and_get(served: Served, clients: Path) -> None:  # 8
    host, rows = served
    shown = brute_force.under(rows, [])
    wishes: dict[str, Any] = {
        "ids": [str(row["id"]) for row in rows[:5]],
        "missing": "999999999",
        "query": "shop",
        "filters": "NOT network:awin AND epc > 0.1",
        "hitsPerPage": 100,
    }
    holding = {hit["id"] for hit in _searched(host, {"query": "shop", "hitsPerPage": 1000})["hits"]}
    some = brute_force.under(
        [row for row in rows if row["id"] in holding], [("not", ("is", "network", "awin")), (">", "epc", 0.1)]
    )
    assert len(some) > 1
    done = subprocess.run(
        ["node", "objects.mjs", host, msgspec.json.encode(wishes).decode()],
        cwd=clients,
        env=WITH_NODE,
        capture_output=True,
        text=True,
        timeout=_NODE_PATIENCE_SECONDS,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    names = {str(row["id"]): row["name"] for row in rows}
    several = [{"objectID": id, "name": names[id]} for id in wishes["ids"]]
    for version, found in msgspec.json.decode(done.stdout).items():
        assert [len(page) for page in found["all"][:-1]] == [100] * (len(shown) // 100), version
        assert _flat(found["all"]) == [str(row["id"]) for row in sorted(shown, key=lambda row: row["id"])]
        assert {hit["objectID"]: hit["cookieDays"] for page in found["all"] for hit in page} == {
            str(row["id"]): row["cookieDays"] for row in shown
        }
        assert [hit for page in found["some"] for hit in page] == [
            {"objectID": str(id), "name": names[str(id)]} for id in sorted(row["id"] for row in some)
        ]
        assert _flat(found["sorted"]) == [str(id) for id in ordered(shown, "epc", descending=True)]
        assert found["one"] == several[0]
        assert found["several"] == [*several, None]
        assert found["refused"] == {"status": 404, "message": "ObjectID does not exist"}


def _searched(host: str, parameters: dict[str, Any]) -> Any:
    asking = Request(f"http://{host}/1/indexes/programs/query", data=msgspec.json.encode(parameters), method="POST")
    with urlopen(asking) as answer:
        return msgspec.json.decode(answer.read())
