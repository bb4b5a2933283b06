"""Operating, with an API key and a worker.

1. A key is checked when it is given, shows its scope, stays for the visit, and can be forgotten.
2. An import is started, watched live by server-sent events to its end, and linked to by its number.
3. A second one of the same network is refused, with a way to watch the first.
4. Rejected records are listed with their reasons, page by page, and doubtful values field by field. A run that merges
   details leads to its sync.
5. A feed is looked at before it is stored: as it would be, what is rejected and why; an unknown layout gets a draft
   of a mapping that can be corrected.
6. Networks show how they are. One press syncs those that need no account.
7. Verified and featured are set on a program's page.
8. The index shows which generation serves and how far it is behind, anew every few seconds; a build shows how fast it
   is, and how long it will take.
9. Verify, rebuild and roll back ask first, are done by the server, and tell how they ended.
10. A key that may only read can start nothing.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import msgspec
from playwright.sync_api import FilePayload, Route, expect

from app.importing.run_import import run_import
from app.importing.sources import Source
from indexing import generations
from mappings.network_program import NetworkProgram
from tests.dashboard.browsing import Visit
from tests.dashboard.stock import REJECTED
from tests.words import Catalogue

FEED = Path(__file__).parents[1] / "feeds" / "fixtures" / "awin_directory.csv"
UNKNOWN = "ID;Shop;Webseite;Provision\n1;Erster;a.example.de;8%\n2;Zweiter;b.example.de;5-10%\n"
LONG = 60_000  # ms: a job waits for a worker that shares the machine with others


def key_of(catalogue: Catalogue, scope: str) -> str:
    return catalogue.key(scope)["Authorization"].removeprefix("Bearer ")


def with_key(visit: Visit, catalogue: Catalogue, scope: str = "import", path: str = "/operate") -> None:
    visit.open("/operate")
    visit.page.get_by_label("Key", exact=True).fill(key_of(catalogue, scope))
    visit.page.get_by_role("button", name="Use key").click()
    visit.see(f"Scope {scope}")
    visit.settled()
    if path != "/operate":
        visit.open(path)


def test_a_key_stays_for_the_visit_and_is_forgotten(operator: Visit, own_stock: Catalogue) -> None:  # 1
    with_key(operator, own_stock)
    operator.page.reload()
    operator.settled()
    operator.see("Scope import")
    operator.page.get_by_role("button", name="Forget this key").click()
    operator.settled()
    operator.see("Starting an import needs a key with scope import.")
    operator.page.reload()
    operator.settled()
    expect(operator.page.get_by_label("Key", exact=True)).to_be_visible()


def test_networks_and_their_buttons_fit(operator: Visit, own_stock: Catalogue) -> None:  # 6
    operator.page.set_viewport_size({"width": 1280, "height": 900})
    with_key(operator, own_stock)
    table = "document.querySelector('.networks').parentElement"
    assert operator.page.evaluate(f"{table}.scrollWidth <= {table}.clientWidth")
    assert operator.page.get_by_role("button", name="Sync Direct now").count() == 0  # it has no connector


def test_a_key_that_may_only_read_starts_nothing(operator: Visit, own_stock: Catalogue) -> None:  # 10
    with_key(operator, own_stock, "read")
    assert operator.page.get_by_role("button", name=re.compile("Start import|Preview|Sync")).count() == 0


def test_an_import_is_watched_live(operator: Visit, own_stock: Catalogue) -> None:  # 2
    followed: list[str] = []
    operator.page.on("request", lambda request: followed.append(request.url) if "/events" in request.url else None)
    with_key(operator, own_stock)
    form = operator.page.locator("form", has=operator.page.get_by_role("button", name="Start import"))
    for name in ("ClickBank", "ShareASale", "CJ Affiliate", "Rakuten Advertising"):
        form.get_by_role("checkbox", name=name).uncheck()
    form.get_by_label("Records a network").fill("400")
    form.get_by_role("button", name="Start import").click()
    detail = operator.page.locator(".run-detail")
    expect(detail.get_by_role("heading", name=re.compile(r"Run \d+"))).to_be_visible()
    expect(detail.locator(".badge").first).to_contain_text("Done", timeout=LONG)
    expect(detail).to_contain_text("400 of 400 read")
    assert len(followed) == 1  # told by events, not asked again and again
    assert re.search(r"/api/import/runs/\d+/events$", followed[0])
    operator.settled()
    operator.screenshot("import-done", whole=True)
    run = operator.parameters["run"]
    expect(operator.page.get_by_role("row", name=f"Run {run} ")).to_contain_text("Done")
    operator.page.reload()
    expect(operator.page.locator(".run-detail")).to_contain_text("400 of 400 read")


def test_a_busy_network_leads_to_its_run(operator: Visit, own_stock: Catalogue) -> None:  # 3
    operator.expected.append("409")
    # queued for a worker that will never come: no job is put before ours
    ((run,),) = own_stock.rows(
        "insert into import_runs (source, partial, parameters) values ('generator', true, '{}') returning id"
    )
    own_stock.rows(
        "insert into import_run_networks (run_id, network_id) select %s, id from networks where slug = 'cj'", run
    )
    try:
        with_key(operator, own_stock)
        operator.page.get_by_role("button", name="Start import").click()
        expect(operator.page.get_by_role("alert")).to_contain_text(f"Run {run} is importing cj")
        operator.page.get_by_role("button", name=f"Watch run {run}").click()
        expect(operator.page.locator(".run-detail .badge").first).to_contain_text("Waiting")
    finally:
        own_stock.rows("update import_run_networks set active = false where run_id = %s", run)
        own_stock.rows("update import_runs set state = 'failed', error = 'ended by the test' where id = %s", run)


def test_rejected_records_with_their_reasons(operator: Visit, own_stock: Catalogue) -> None:  # 4
    ((run,),) = own_stock.rows("select max(run_id) from rejected_records where reason = %s", REJECTED)
    operator.open(f"/operate?run={run}")
    records = operator.page.locator(".rejected > li")
    expect(records).to_have_count(50)
    expect(operator.page.locator(".progresses .counts")).to_have_text("60 rejected")
    assert REJECTED in records.first.inner_text()
    records.first.locator("summary").click()
    expect(records.first.locator("pre")).to_contain_text("campaignId")
    operator.page.get_by_role("button", name="More").click()
    expect(records).to_have_count(60)


def test_doubtful_values_with_the_first_record(operator: Visit, own_stock: Catalogue) -> None:  # 4
    doubtful = NetworkProgram(
        network="direct", external_id="doubtful", data_source="feed:direct", name="Doubtful", currency="XQX"
    )
    records = [msgspec.structs.replace(doubtful, external_id=f"doubtful-{number}") for number in range(3)]
    run = run_import(own_stock.connect, Source("feed:direct", ("direct",), lambda: iter(records), True), {})
    operator.open(f"/operate?run={run}")
    expect(operator.page.locator(".run-detail .doubtful li")).to_have_text(
        ["Currency: no currency that is known, in 3 records; “XQX” in record 1"]
    )


def test_details_lead_to_their_sync(operator: Visit, own_stock: Catalogue) -> None:  # 4
    runs: list[int] = []
    for source, sync in (("api", None), ("details", "sync")):
        ((run,),) = own_stock.rows(
            "insert into import_runs (source, state, partial, parameters, started_at, finished_at) "
            "values (%s, 'done', true, %s::jsonb, now(), now()) returning id",
            source,
            json.dumps({"network": "awin", **({sync: runs[0]} if sync else {})}),
        )
        own_stock.rows(
            "insert into import_run_networks (run_id, network_id, active, read, updated) "
            "select %s, id, false, 7, 7 from networks where slug = 'awin'",
            run,
        )
        runs.append(run)
    operator.open(f"/operate?run={runs[1]}")
    expect(operator.page.get_by_role("row", name=f"Run {runs[1]} details")).to_contain_text("Awin")
    detail = operator.page.locator(".run-detail")
    expect(detail.locator(".counts")).to_have_text("0 new, 7 changed, 0 the same")
    detail.get_by_role("button", name=f"run {runs[0]}").click()
    expect(detail.get_by_role("heading", name=f"Run {runs[0]}")).to_be_visible()


def test_a_feed_is_seen_before_it_is_stored(operator: Visit, own_stock: Catalogue) -> None:  # 5
    with_key(operator, own_stock)
    form = operator.page.locator("form", has=operator.page.get_by_role("button", name="Preview"))
    upload = form.get_by_role("button", name="Import this file")
    expect(upload).to_be_disabled()
    form.get_by_label("File", exact=True).set_input_files(FEED)
    form.get_by_role("button", name="Preview").click()
    shown = operator.page.get_by_role("region", name="As it would be stored").locator("tbody tr")
    expect(shown).to_have_count(3, timeout=LONG)
    operator.see("name: it is missing; a program needs one")
    operator.see("Awin directory export")
    operator.screenshot("feed-preview", whole=True)
    assert own_stock.rows("select count(*) from programs where data_source = 'feed:awin'") == [(0,)]
    upload.click()
    detail = operator.page.locator(".run-detail")
    expect(detail.locator(".badge").first).to_contain_text("Done", timeout=LONG)
    expect(detail).to_contain_text("3 new")
    assert own_stock.rows("select count(*) from programs where data_source = 'feed:awin'") == [(3,)]


def test_what_is_doubtful_in_a_feed_is_shown(operator: Visit, own_stock: Catalogue) -> None:  # 5
    with_key(operator, own_stock)
    form = operator.page.locator("form", has=operator.page.get_by_role("button", name="Preview"))
    form.get_by_label("File", exact=True).set_input_files(FEED.with_name("shareasale_search.csv"))
    form.locator("select[name=network]").select_option("shareasale")
    form.get_by_role("button", name="Preview").click()
    doubtful = operator.page.get_by_role("listitem").filter(has_text="“Contact us” in line 6")
    expect(doubtful).to_contain_text("no commission that can be read for sure, in 1 record", timeout=LONG)


def test_an_unknown_layout_gets_a_draft(operator: Visit, own_stock: Catalogue) -> None:  # 5
    operator.expected.append("400")
    with_key(operator, own_stock)
    form = operator.page.locator("form", has=operator.page.get_by_role("button", name="Preview"))
    file = FilePayload(name="shops.csv", mimeType="text/csv", buffer=UNKNOWN.encode())
    form.get_by_label("File", exact=True).set_input_files([file])
    form.locator("select[name=network]").select_option("partnerstack")
    form.get_by_role("button", name="Preview").click()
    expect(operator.page.get_by_text("The mapping above is a draft")).to_be_visible(timeout=LONG)
    mapping = form.get_by_role("textbox", name="Mapping")
    draft = mapping.input_value()
    assert 'external_id = "ID"' in draft
    mapping.fill("nonsense = 1\n" + draft)
    form.get_by_role("button", name="Preview").click()
    expect(operator.page.get_by_role("alert")).to_contain_text("nonsense", timeout=LONG)
    mapping.fill(draft)
    form.get_by_role("button", name="Preview").click()
    expect(operator.page.get_by_role("region", name="As it would be stored")).to_contain_text("Zweiter", timeout=LONG)


def test_networks_show_how_they_are(operator: Visit, own_stock: Catalogue) -> None:  # 6
    operator.open("/operate")
    rows = operator.page.get_by_role("region", name="Networks").locator("tbody tr")
    assert rows.count() == len(own_stock.get("/api/networks")["networks"])
    cj = own_stock.get("/api/networks/cj")
    assert f"{cj['programs']:,}" in rows.filter(has_text="CJ Affiliate").inner_text()


def test_one_press_syncs_what_needs_no_account(operator: Visit, own_stock: Catalogue) -> None:  # 6
    asked: list[str] = []
    ((run,),) = own_stock.rows("select max(id) from import_runs")

    def started(route: Route) -> None:
        asked.append(route.request.url.split("/")[-2])
        route.fulfill(status=202, json=own_stock.get(f"/api/import/runs/{run}"))

    # the networks themselves are not asked by a test
    operator.page.route(re.compile(r"/api/networks/\w+/sync$"), started)
    with_key(operator, own_stock)
    operator.see("ClickBank and OpenAffiliate need no account")
    operator.page.get_by_role("button", name="Sync them now").click()
    operator.see(f"OpenAffiliate is being synced: run {run}.")
    expect(operator.page.locator(".run-detail").get_by_role("heading", name=f"Run {run}")).to_be_visible()
    assert asked == ["clickbank", "openaffiliate"]
    operator.page.get_by_role("button", name="Forget this key").click()
    with_key(operator, own_stock, "read")
    assert operator.page.get_by_role("button", name="Sync them now").count() == 0


def test_the_index_shows_its_lag(operator: Visit, own_stock: Catalogue) -> None:  # 8
    operator.open("/operate")
    index = operator.page.locator("#index")
    expect(index).to_contain_text(str(generations.target(own_stock.search, own_stock.alias)))
    expect(index.locator(".tile", has_text="Changes on the way").locator("dd")).to_have_text("0", timeout=LONG)
    operator.expected.append("503")
    operator.answer("/readyz", status=503, body='{"status": "unavailable"}')
    expect(index.get_by_role("alert")).to_contain_text("Not available right now", timeout=LONG)


def test_a_build_shows_its_pace(operator: Visit, own_stock: Catalogue) -> None:  # 8
    whole = own_stock.get("/api/index")
    serving = whole["generations"][0]
    building = {"state": "building", "built": 30_000, "expected": 80_000, "documents": 30_000}
    paces: list[dict[str, float | None]] = [
        {"rate": 12_345.6, "remainingSeconds": 4.1},
        {"rate": None, "remainingSeconds": None},
    ]
    for number, pace in enumerate(paces):
        whole["generations"].append({**serving, **building, **pace, "name": f"programs-build-{number}"})
    operator.answer(r"/api/index$", json=whole)
    operator.open("/operate")
    rows = operator.page.locator("#index tbody tr")
    first = rows.filter(has_text="programs-build-0")
    expect(first.locator(".pace")).to_have_text("12,346 a second, 5 seconds left")
    expect(first).to_contain_text("of 80,000")
    expect(rows.filter(has_text="programs-build-1")).to_contain_text("of 80,000")
    expect(rows.locator(".pace")).to_have_count(1)


def test_the_index_is_worked_on_after_a_question(operator: Visit, own_stock: Catalogue) -> None:  # 9
    operator.expected.append("409")
    with_key(operator, own_stock, "admin")
    index = operator.page.locator("#index")
    before = str(generations.target(own_stock.search, own_stock.alias))
    for name, kind in (("Verify", "verify"), ("Rebuild", "rebuild"), ("Roll back", "rollback")):
        index.get_by_role("button", name=name).click()
        operator.page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
        if kind != "verify":  # the worker verifies by itself, now and then
            assert index.locator(f"[data-kind={kind}]").count() == 0
        index.get_by_role("button", name=name).click()
        operator.page.get_by_role("dialog").get_by_role("button", name=name).click()
        expect(index.locator(f"[data-kind={kind}] .badge")).to_have_text("done", timeout=LONG)
        operator.screenshot(f"index-{kind}", whole=True)
    expect(index.locator("[data-kind=verify]")).to_contain_text("in step:")
    expect(index.locator(".tile", has_text="Serving generation")).to_contain_text(before, timeout=LONG)


def test_marks_are_set_on_the_programs_page(operator: Visit, own_stock: Catalogue) -> None:  # 7
    ((id,),) = own_stock.rows("select id from programs where name = 'Bare Minimum'")
    with_key(operator, own_stock, path=f"/programs/{id}")
    operator.page.get_by_role("switch", name="Verified").click()
    expect(operator.page.locator("header .badge.verified")).to_be_visible()
    operator.page.get_by_role("switch", name="Featured").click()
    expect(operator.page.locator("header .badge.featured")).to_be_visible()
    assert own_stock.rows("select verified, featured from programs where id = %s", id) == [(True, True)]
    operator.page.get_by_role("switch", name="Verified").click()
    expect(operator.page.locator("header .badge.verified")).to_have_count(0)
    assert own_stock.rows("select verified, featured from programs where id = %s", id) == [(False, True)]


def test_without_a_key_there_are_no_marks_to_set(operator: Visit, own_stock: Catalogue) -> None:  # 7
    ((id,),) = own_stock.rows("select id from programs where name = 'Bare Minimum'")
    operator.open(f"/programs/{id}")
    assert operator.page.get_by_role("switch").count() == 0
