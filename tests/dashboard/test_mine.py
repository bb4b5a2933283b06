"""What is one's own, for who holds a key.

1. "Mine" says without a key what it is and takes one; a key that is none is refused and forgotten.
2. It shows how many programs are joined, pending, declined; first those that closed while they are joined; what a week
   changed between accounts and programs, and in the terms of what is joined.
3. With a key results, a program's page and its merchant's offers tell relations, and Find filters and exports by them;
   without one nothing of it is there, and an address that asks for it leads to where a key is given.
4. Of a merchant's offers it is said what another network pays more or less than the one that is joined.
5. Without the database, or with a key that is no longer good, a search is answered as everybody's.
6. The first button of a program's page is what one came for: to apply, or to copy one's own link; a product's address
   makes a link to it, and one that is not the merchant's is refused at its field.
7. A program's page keeps a note, tags and the day of an application; a comparison tells relations.
8. The shortlist is the server's: what this browser kept before joins it, and who gives up the key leaves none of it.
9. The watch of what is joined, which nobody made, is told of; who may write pauses it, has it mailed and removes it.
   "This week" counts what became of what is joined, with ways to it, and nothing of it without a key.
10. axe-core has nothing against any of it, and it fits a phone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Route, expect

from app.settings import Settings
from tests.dashboard.browsing import Visit
from tests.dashboard.conftest import visiting
from tests.dashboard.test_for_everyone import violations
from tests.private.telling import tell
from tests.serving import serving
from tests.words import Catalogue, program

HOW = {
    "cj": {"Northwind Travel": "joined"},
    "awin": {"Shuttered Socks": "joined", "Steady Changes": "joined", "Resting Robots": "declined"},
}


DEEP: dict[str, Any] = {
    "network": "impact",
    "external_id": "acme",
    "affiliate_url": "https://acme.pxf.io/c/1/2/3",
    "program_url": "https://app.impact.com/campaign/acme",
    "merchant_domain": "acme.com",
    "merchant_url": "https://acme.com/",
}


@pytest.fixture(scope="module")
def related(own_stock: Catalogue) -> Catalogue:
    """A catalogue to whose programs two accounts stand; one has applied for another program since."""
    own_stock.store(program("Deep Acme", **DEEP))
    tell(own_stock, {DEEP["external_id"]: "joined"}, "impact")
    external = dict(own_stock.rows("select name, external_id from programs where name = any(%s)", [*NAMES]))
    for account, told in HOW.items():
        tell(own_stock, {external[name]: relation for name, relation in told.items()}, account)
    awin = {external[name]: relation for name, relation in HOW["awin"].items()}
    tell(own_stock, {**awin, external["Northwind Travel EU"]: "pending"})
    return own_stock


NAMES = {name for told in HOW.values() for name in told} | {"Northwind Travel EU"}


@pytest.fixture(scope="module")
def address(related: Catalogue, settings: Settings) -> Iterator[str]:
    engines = related.engines
    with serving(
        settings, database_url=engines.database_url, opensearch_url=engines.opensearch_url, alias=related.alias
    ) as address:
        yield address


@pytest.fixture
def guest(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """Somebody without a key."""
    yield from visiting(browser, address, request.node.name)


@pytest.fixture
def holder(guest: Visit, related: Catalogue) -> Visit:
    """Somebody who has given a key that may read."""
    return with_key(guest, related)


def with_key(visit: Visit, catalogue: Catalogue, scope: str = "read") -> Visit:
    """Give a key on the page of one's own programs."""
    visit.open("/mine")
    visit.page.get_by_label("Key", exact=True).fill(catalogue.key(scope)["Authorization"].removeprefix("Bearer "))
    visit.page.get_by_role("button", name="Use key").click()
    visit.page.get_by_role("button", name="Forget key").wait_for()
    return visit.settled()


def section(visit: Visit, heading: str) -> Locator:
    return visit.page.locator("section", has=visit.page.get_by_role("heading", name=heading, exact=True, level=2))


def test_without_a_key_it_says_what_it_is(guest: Visit, related: Catalogue) -> None:  # 1
    guest.expected.append("401")
    guest.open("/mine")
    guest.see("Your own programs need a key")
    guest.see("affindex keys create NAME --scope read")
    guest.page.get_by_label("Key", exact=True).fill("afx_nobody")
    guest.page.get_by_role("button", name="Use key").click()
    expect(guest.page.get_by_role("alert")).to_contain_text("An API key is needed")
    assert guest.page.evaluate("sessionStorage.getItem('affindex.key')") is None
    with_key(guest, related).page.reload()
    guest.settled().see("Closed while you are in it")
    guest.page.get_by_role("button", name="Forget key").click()
    guest.see("Your own programs need a key")


def test_how_my_accounts_stand_and_what_closed_first(holder: Visit, related: Catalogue) -> None:  # 2
    tiles = holder.page.locator(".tile")
    told = {each.locator("dt").inner_text(): each.locator("dd").inner_text() for each in tiles.all()}
    assert told == {"Joined": "4", "Pending": "1", "Declined": "1", "Removed": "0"}
    assert next(iter(told)) == "Joined"
    headings = holder.page.locator("main section:not([hidden]) h2:not(.hidden)").all_inner_texts()
    assert headings == ["Closed while you are in it", "Changed this week", "Joined", "Pending", "Declined"]

    def names(heading: str) -> list[str]:
        return sorted(section(holder, heading).locator(".card h3").all_inner_texts())

    assert names("Closed while you are in it") == ["Shuttered Socks"]
    assert names("Joined") == ["Deep Acme", "Northwind Travel", "Steady Changes"]
    assert names("Pending") == ["Northwind Travel EU"]
    assert names("Declined") == ["Resting Robots"]
    changed = section(holder, "Changed this week")
    assert "Steady Changes" in changed.locator(".card h3").all_inner_texts()
    ((line),) = changed.locator(".relation-log li").all_inner_texts()
    assert re.sub(r"\s+", " ", line).startswith("Northwind Travel EU awin unknown → Pending")
    holder.screenshot("mine", whole=True)
    tiles.filter(has_text="Joined").get_by_role("link").click()
    holder.page.wait_for_url("**/find?*")
    assert sorted(holder.settled().names()) == ["Deep Acme", "Northwind Travel", "Shuttered Socks", "Steady Changes"]


def test_this_week_tells_what_became_of_what_is_joined(guest: Visit, related: Catalogue) -> None:  # 9
    guest.open("/week")
    expect(guest.page.get_by_role("heading", name="What I have joined")).to_be_hidden()
    holder = with_key(guest, related).open("/week")
    tiles = section(holder, "What I have joined").locator(".tile")
    assert tiles.locator("dt").all_inner_texts() == ["Closed", "Terms changed", "Paying less"]
    asked = {"relation": "joined", "status": "active,paused,closed", "changedSince": "2000-01-01"}
    changed = related.api.get("/api/programs", params=asked, headers=related.key("read")).json()
    assert tiles.nth(1).locator("dd").inner_text() == str(changed["total"])
    holder.screenshot("week-joined")
    tiles.nth(1).get_by_role("link").click()
    holder.page.wait_for_url("**/find?relation=joined*")
    assert "Steady Changes" in holder.settled().names()


def test_the_watch_of_what_is_joined(guest: Visit, related: Catalogue) -> None:  # 9, 10
    with_key(guest, related)
    watch = guest.page.locator(".joined-watch")
    expect(watch).to_contain_text("The watch “Programs that I have joined” has told")
    assert watch.get_by_role("button").count() == 0
    guest.page.get_by_role("button", name="Forget key").click()
    guest.settled()
    with_key(guest, related, "import")
    guest.expected.append("400")
    watch.get_by_label("Mail it daily to").fill("me@example.com")
    watch.get_by_role("button", name="Save").click()
    expect(watch).to_contain_text("no mail server is set")
    watch.get_by_role("button", name="Pause").click()
    expect(watch).to_contain_text("is paused")
    assert related.rows("select count(*) from watches where paused_at is not null") == [(1,)]
    guest.settled()
    assert not violations(guest)
    watch.get_by_role("button", name="Go on").click()
    expect(watch).to_contain_text("has told")
    watch.get_by_role("button", name="Remove").click()
    guest.page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(watch).to_contain_text("No watch tells it.")
    assert related.rows("select count(*) from watches") == [(0,)]


def test_find_filters_by_relation_and_exports_so(holder: Visit, tmp_path: Path) -> None:  # 3
    holder.open("/find?q=northwind")
    cards = holder.page.locator(".card")
    assert cards.filter(has_text="Northwind Travel EU").locator(".badge.relation-pending").inner_text() == "Pending"
    holder.choose("relation", "Joined")
    assert holder.parameters == {"q": "northwind", "relation": "joined"}
    assert holder.names() == ["Northwind Travel"]
    holder.see("Relation: Joined")
    holder.page.locator("summary", has_text="Export").click()
    with holder.page.expect_download() as started:
        holder.page.get_by_role("link", name="NDJSON").click()
    started.value.save_as(tmp_path / "programs.ndjson")
    *lines, _ = (json.loads(line) for line in (tmp_path / "programs.ndjson").read_text().splitlines())
    assert [(each["name"], each["relation"]) for each in lines] == [("Northwind Travel", "joined")]


def test_a_program_and_its_offers_tell_it(holder: Visit, related: Catalogue) -> None:  # 3
    holder.open(f"/programs/{id_of(related, 'Northwind Travel EU')}")
    expect(holder.page.locator(".head .badge.relation-pending")).to_have_text("Pending")
    offers = holder.page.get_by_role("region", name="Offers of this merchant")
    assert "Joined" in offers.locator("tbody tr", has_text="Northwind Travel").first.inner_text()


def test_offers_of_a_merchant_are_compared_with_the_joined_one(holder: Visit) -> None:  # 4
    holder.open("/find?q=northwind&collapse=merchant")
    told = holder.page.locator(".compared").all_inner_texts()
    assert "Joined at CJ Affiliate, Awin pays 7 points less" in told
    holder.screenshot("mine-merchants")


def id_of(catalogue: Catalogue, name: str) -> int:
    return int(catalogue.rows("select id from programs where name = %s", name)[0][0])


def first_button(visit: Visit) -> str:
    return visit.page.locator(".head .links > :is(a, button)").first.inner_text().strip().split("\n")[0]


def test_the_first_button_applies(guest: Visit, related: Catalogue) -> None:  # 6
    guest.open(f"/programs/{id_of(related, 'Northwind Travel')}")
    assert first_button(guest) == "Apply at CJ Affiliate"
    apply = guest.page.locator(".head .primary")
    assert apply.get_attribute("href") == "https://members.cj.com/northwind"
    assert guest.page.locator(".head .primary").count() == 1
    guest.open(f"/programs/{id_of(related, 'Northwind Travel EU')}")
    assert first_button(guest) == "How to join Awin"  # nobody says where its page is
    guest.open(f"/programs/{id_of(related, 'Shuttered Socks')}")
    assert first_button(guest) == "Keep"


def test_the_first_button_copies_my_link(holder: Visit, related: Catalogue) -> None:  # 6
    holder.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    holder.open(f"/programs/{id_of(related, 'Deep Acme')}")
    assert first_button(holder) == "Copy my link"
    holder.page.get_by_role("button", name="Copy my link").click()
    holder.page.get_by_role("button", name="Copied").wait_for()
    assert holder.page.evaluate("navigator.clipboard.readText()") == DEEP["affiliate_url"]
    holder.see("On impact.com")
    box = holder.page.get_by_label("To a product")
    holder.expected.append("400")
    for wrong in ("https://other.com/x", "https://acme.com/shoes?size=9"):
        box.fill(wrong)
        holder.page.get_by_role("button", name="Make link").click()
        if "other" in wrong:
            expect(box).to_have_attribute("aria-invalid", "true")
            expect(box).to_be_focused()
            expect(box).to_have_accessible_description(re.compile("not of acme.com"))
    made = holder.page.locator(".links-box form code")
    expect(made).to_have_text(DEEP["affiliate_url"] + "?u=https%3A%2F%2Facme.com%2Fshoes%3Fsize%3D9")
    expect(box).to_have_attribute("aria-invalid", "false")
    holder.screenshot("my-link")
    holder.open(f"/programs/{id_of(related, 'Northwind Travel')}")
    assert first_button(holder) == "Copy my link"
    assert holder.page.get_by_label("To a product").count() == 0  # CJ's links have no place for an address


def test_a_note_is_kept_and_removed(guest: Visit, related: Catalogue) -> None:  # 7
    with_key(guest, related, "import")
    path = f"/programs/{id_of(related, 'Resting Robots')}"
    guest.open(path)
    guest.page.get_by_label("Note", exact=True).fill("Ask Mia in March.")
    guest.page.get_by_label("Tags, separated by commas").fill("Robots, Top Pick")
    guest.page.get_by_label("Applied on").fill("2026-03-01")
    guest.page.get_by_role("button", name="Save").click()
    guest.page.get_by_role("button", name="Remove").wait_for()
    guest.page.reload()
    guest.settled()
    expect(guest.page.get_by_label("Note", exact=True)).to_have_value("Ask Mia in March.")
    expect(guest.page.get_by_label("Tags, separated by commas")).to_have_value("robots, top pick")
    expect(guest.page.get_by_label("Applied on")).to_have_value("2026-03-01")
    assert not violations(guest)
    guest.screenshot("note")
    guest.page.get_by_role("button", name="Remove").click()
    expect(guest.page.get_by_label("Note", exact=True)).to_have_value("")
    assert related.rows("select 1 from program_notes") == []


def test_a_key_that_may_only_read_is_told_so(holder: Visit, related: Catalogue) -> None:  # 7
    holder.expected.append("403")
    holder.open(f"/programs/{id_of(related, 'Resting Robots')}")
    holder.page.get_by_label("Note", exact=True).fill("No")
    holder.page.get_by_role("button", name="Save").click()
    expect(holder.page.locator(".note-box [role=alert]")).to_contain_text("may not do that")


def test_a_comparison_tells_relations(holder: Visit, guest: Visit, related: Catalogue) -> None:  # 7
    ids = ",".join(str(id_of(related, name)) for name in ("Northwind Travel", "Resting Robots", "Bare Minimum"))
    holder.open(f"/compare?ids={ids}")
    row = holder.page.get_by_role("row", name="My relation")
    assert [each.strip() for each in row.locator("td").all_inner_texts()] == ["Joined", "Declined", "unknown"]
    holder.page.evaluate("sessionStorage.removeItem('affindex.key')")
    guest.open(f"/compare?ids={ids}")
    assert guest.page.get_by_role("row", name="My relation").count() == 0


def test_the_shortlist_is_the_servers(guest: Visit, related: Catalogue) -> None:  # 8
    here, there = id_of(related, "Resting Robots"), id_of(related, "Bare Minimum")
    related.rows("insert into shortlisted_programs (program_id) values (%s)", there)
    guest.open(f"/programs/{here}")
    guest.page.locator(".head").get_by_role("button", name="Keep").click()
    with_key(guest, related, "import")
    guest.open("/shortlist")
    guest.see("Kept on the server")
    expect(guest.page.locator(".card h2")).to_have_text(["Resting Robots", "Bare Minimum"])
    guest.page.wait_for_load_state("networkidle")
    assert related.rows("select program_id from shortlisted_programs order by 1") == sorted([(here,), (there,)])
    guest.open(f"/programs/{there}").page.wait_for_load_state("networkidle")
    with guest.page.expect_response(lambda answer: answer.request.method == "DELETE"):
        guest.page.locator(".head").get_by_role("button", name="Keep").click()
    guest.page.wait_for_load_state("networkidle")
    assert related.rows("select program_id from shortlisted_programs") == [(here,)]
    related.rows("delete from shortlisted_programs")  # somebody else empties it
    guest.open("/shortlist")
    guest.see("Nothing kept yet")
    related.rows("insert into shortlisted_programs (program_id) values (%s)", there)
    guest.page.reload()
    expect(guest.page.locator(".card h2")).to_have_text(["Bare Minimum"])
    guest.open("/mine")
    guest.page.get_by_role("button", name="Forget key").click()
    guest.open("/shortlist")
    guest.see("Nothing kept yet")
    related.rows("delete from shortlisted_programs")


def test_without_a_key_nothing_of_it_is_there(guest: Visit) -> None:  # 3
    guest.expected.append("401")
    guest.open("/find?q=northwind")
    assert guest.page.locator(".badge.relation").count() == 0
    assert guest.page.locator("details[data-facet=relation]").count() == 0
    guest.open("/find?relation=joined")
    guest.see("An API key is needed")
    guest.page.get_by_role("link", name="Enter a key").click()
    guest.page.wait_for_url("**/mine")


@pytest.mark.parametrize("status", [401, 503])
def test_what_needs_no_key_is_told_all_the_same(holder: Visit, status: int) -> None:  # 5
    holder.expected.append(str(status))

    def refuse(route: Route) -> None:
        if "authorization" in route.request.headers:
            route.fulfill(status=status, json={"status": status, "title": "No", "detail": "no"})
        else:
            route.continue_()

    holder.page.route(re.compile(r"/api/programs\?"), refuse)
    holder.open("/find?q=northwind&network=cj,awin,rakuten")
    assert len(holder.names()) == 3
    held = holder.page.evaluate("sessionStorage.getItem('affindex.key')")
    assert (held is None) == (status == 401)


@pytest.mark.parametrize("path", ["/mine", "/find?q=northwind&collapse=merchant", "/programs/{deep}"])
def test_axe_has_nothing_against_it(holder: Visit, related: Catalogue, path: str) -> None:  # 10
    for width in (380, 1440):
        holder.page.set_viewport_size({"width": width, "height": 844})
        holder.open(path.format(deep=id_of(related, "Deep Acme")))
        assert holder.page.evaluate("document.documentElement.scrollWidth") <= width
        assert not violations(holder)
        holder.screenshot(f"mine-{width}-{path.strip('/')[:4]}")
