"""Operators see what is searched for, and answer it.

1. With a key, Operate tells of the last days what was asked most often, in vain, relaxed and corrected; each leads to
   its search. Without one it says which it needs.
2. Synonyms and pins are added, listed with who made them, and removed after a question; what is refused says why.
3. With a file of judged queries each edit tells what it does to them: tried, before it is made, and with it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from app.settings import Settings
from tests.dashboard.browsing import Visit
from tests.dashboard.conftest import visiting
from tests.dashboard.test_operate import with_key
from tests.serving import serving
from tests.words import Catalogue

# days ago, the text, and how often it was asked, found nothing, had words left out, was corrected; what it found last
_COUNTED = [
    (0, "hiking boots", 40, 0, 2, 0, 31),
    (1, "<b>zilb</b>", 7, 7, 0, 0, 0),
    (2, "hikking", 3, 0, 0, 3, 12),
    (20, "long ago", 90, 0, 0, 0, 5),
    (0, "", 4, 1, 0, 0, None),
]


@pytest.fixture(scope="module")
def address(own_stock: Catalogue, settings: Settings) -> Iterator[str]:
    for days, *counts in _COUNTED:
        own_stock.rows(
            "insert into query_counts (day, query, asked, empty, relaxed, corrected, found) "
            "values ((now() at time zone 'utc')::date - %s, %s, %s, %s, %s, %s, %s)",
            days, *counts,
        )  # fmt: skip
    engines = own_stock.engines
    with serving(
        settings,
        database_url=engines.database_url,
        opensearch_url=engines.opensearch_url,
        alias=own_stock.alias,
    ) as address:
        yield address


@pytest.fixture
def operator(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    yield from visiting(browser, address, request.node.name)


def _searches(operator: Visit) -> Locator:
    return operator.page.locator("#searches")


def test_what_is_searched_for(operator: Visit, own_stock: Catalogue) -> None:  # 1
    operator.open("/operate")
    expect(_searches(operator)).to_contain_text("keys with scope read")
    with_key(operator, own_stock, "read")
    shown = _searches(operator)
    expect(shown).to_contain_text("54 searches in 7 days, 4 of them by words that are not kept.")
    expect(shown).to_contain_text("AFFINDEX_QUERY_LOG=true")
    for kind, labels in {
        "top": ["hiking boots", "<b>zilb</b>", "hikking"],
        "empty": ["<b>zilb</b>"],
        "relaxed": ["hiking boots"],
        "corrected": ["hikking"],
    }.items():
        expect(shown.locator(f"[data-searches={kind}] .label")).to_have_text(labels)
    operator.screenshot("searches", whole=True)
    shown.get_by_label("Of the last").select_option("30")
    expect(shown.locator("[data-searches=top] .label").first).to_have_text("long ago")
    expect(shown.get_by_role("button", name="Remove")).to_have_count(0)
    shown.locator("[data-searches=empty] a").click()
    operator.settled()
    assert operator.parameters == {"q": "<b>zilb</b>"}


def test_synonyms_and_pins(operator: Visit, own_stock: Catalogue) -> None:  # 2
    ((id,),) = own_stock.rows("select id from programs where name = 'Bare Minimum'")
    with_key(operator, own_stock, "admin")
    shown = _searches(operator)
    expect(shown).to_contain_text("no synonyms, topics and pins")
    words, query = shown.get_by_label("Words that mean the same"), shown.get_by_label("A query, and what comes first")
    words.fill("zilb")
    words.press("Enter")
    expect(shown.get_by_role("alert")).to_contain_text("two words or more")
    operator.expected = ["400"]
    words.fill("zilb, Northwind")
    words.press("Enter")
    expect(shown.get_by_role("row")).to_have_count(2)
    query.fill(f"zilb: {id}")
    query.press("Enter")
    expect(shown.get_by_role("row")).to_have_count(3)
    expect(shown.get_by_role("row").nth(1)).to_contain_text("zilb = Northwind")
    expect(shown.get_by_role("row").nth(2)).to_contain_text(f"zilb: program {id}")
    expect(shown.get_by_role("row").nth(2)).to_contain_text("test")
    operator.screenshot("search-edits", whole=True)

    operator.open("/find").search("zilb")
    assert operator.names()[0] == "Bare Minimum"
    expect(operator.page.get_by_text("Pinned", exact=True)).to_have_count(1)
    assert any("Northwind" in name for name in operator.names())

    operator.open("/operate")
    operator.settled()
    shown.get_by_role("row").nth(2).get_by_role("button", name="Remove").click()
    operator.page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(shown.get_by_role("row")).to_have_count(2)
    assert own_stock.rows("select kind from search_edits") == [("synonym",)]


def test_each_edit_tells_its_effect_on_judged_queries(operator: Visit, own_stock: Catalogue) -> None:  # 3
    ((id,),) = own_stock.rows("select id from programs where name = 'Resting Robots'")
    judged = '[[judgements]]\nquery = "quonk"\nrelevant = ["Resting Robots"]\n'
    judged += '[[judgements]]\nquery = "steady changes"\nrelevant = ["Steady Changes"]\n'
    with_key(operator, own_stock, "admin")
    shown = _searches(operator)
    told = shown.locator(".told")
    query = operator.page.get_by_label("A query, and what comes first")
    tried = shown.locator("form", has=query).get_by_role("button", name="Try")
    file = shown.get_by_label("Judged queries")

    operator.expected = ["400"]
    file.set_input_files({"name": "bad.toml", "mimeType": "text/plain", "buffer": b"[["})
    expect(told.get_by_role("alert")).to_contain_text("The judgements cannot be read")
    file.set_input_files({"name": "judged.toml", "mimeType": "text/plain", "buffer": judged.encode()})
    expect(told).to_contain_text("nDCG@10 of 2 judged queries (1 is best): stays 0.5; no query changes.")

    before = own_stock.rows("select count(*) from search_edits")
    query.fill(f"quonk: {id}")
    tried.click()
    expect(told).to_contain_text("Nothing is changed yet. nDCG@10 of 2 judged queries (1 is best): 0.5 → 1.")
    changes = told.get_by_role("region", name="Judged queries that change").get_by_role("row")
    expect(changes).to_have_count(2)
    expect(changes.nth(1)).to_contain_text("quonk")
    assert own_stock.rows("select count(*) from search_edits") == before

    query.press("Enter")
    expect(told).to_contain_text("The edit is added. nDCG@10 of 2 judged queries (1 is best): 0.5 → 1.")
    operator.screenshot("search-effect", whole=True)
    row = shown.get_by_role("region", name="Synonyms, topics and pins").get_by_role("row", name="quonk")
    row.get_by_role("button", name="Remove").click()
    operator.page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(told).to_contain_text("The edit is removed. nDCG@10 of 2 judged queries (1 is best): 1 → 0.5.")
    assert own_stock.rows("select count(*) from search_edits") == before
