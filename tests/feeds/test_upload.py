"""A feed comes in over the API.

1. `preview` shows the first records as they would be stored, rejected ones with their reason, the layout or the
   drafted mapping; it stores nothing.
2. An upload is kept in Postgres, imported by a worker as a run of its own, and forgotten afterwards.
3. What was stored equals what the preview showed; earlier programs are untouched by a feed that is refused.
4. A feed is partial unless it is said to be complete; then what two such feeds lack is closed.
5. No key, the wrong scope, a busy network, a file that is none, a mapping that is wrong: each is told.
6. The same Idempotency-Key with the same file is the same run.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.feeds import uploads
from app.jobs import worker
from tests.feeds.opened import FIXTURES
from tests.words import Catalogue, program

AWIN = (FIXTURES / "awin_directory.csv").read_bytes()
UNKNOWN = b"ID;Shop;Webseite;Provision\n1;Erster;a.example.de;8%\n2;Zweiter;b.example.de;5-10%\n"


def send(catalogue: Catalogue, content: bytes, expect: int = 202, key: str | None = None, **query: Any) -> Any:
    headers = {**catalogue.key("import"), "Content-Type": "application/octet-stream"}
    if key:
        headers["Idempotency-Key"] = key
    answer = catalogue.api.post("/api/import/feed", params=query, content=content, headers=headers)
    assert answer.status_code == expect, answer.text[:2000]
    return answer.json()


def work(catalogue: Catalogue) -> None:
    """Carry out what is queued."""

    async def until_idle() -> None:
        jobs = worker(catalogue.engines.database_url, catalogue.connect)
        async with jobs.open_async():
            await jobs.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)

    asyncio.run(until_idle())


def run_of(catalogue: Catalogue, run: dict[str, Any]) -> Any:
    return catalogue.get(f"/api/import/runs/{run['id']}")


def test_a_preview(catalogue: Catalogue) -> None:  # 1
    shown = send(catalogue, AWIN, 200, network="awin", preview="true")
    assert (shown["layout"], shown["network"], shown["encoding"]) == ("Awin directory export", "awin", "utf-8")
    assert [each["externalId"] for each in shown["programs"]] == ["15078", "9001", "9002"]
    assert [each["reason"] for each in shown["rejected"]] == [
        "line 6: name: it is missing; a program needs one",
        "line 7: name is a spreadsheet's formula; it is not text",
    ]
    assert (shown["read"], shown["complete"], shown["mapping"]) == (5, True, None)
    part = send(catalogue, AWIN, 200, preview="true", limit=2)
    assert (len(part["programs"]), part["complete"]) == (2, False)
    assert catalogue.rows("select count(*) from feed_uploads") == [(0,)]
    assert catalogue.rows("select count(*) from import_runs") == [(0,)]


def test_a_preview_of_an_unknown_layout_drafts_a_mapping(catalogue: Catalogue) -> None:  # 1
    shown = send(catalogue, UNKNOWN, 200, network="awin", preview="true")
    assert (shown["layout"], shown["dialect"]) == ("a suggested mapping", "semicolon, quoted")
    assert 'external_id = "ID"' in shown["mapping"]
    assert [(each["name"], each["commissionMax"]) for each in shown["programs"]] == [("Erster", 8), ("Zweiter", 10)]
    refused = send(catalogue, UNKNOWN, 422, network="awin")
    assert "it needs a mapping" in refused["detail"]
    assert "--" not in refused["detail"]
    assert refused["mapping"] == shown["mapping"]


def test_a_feed_in_doubt_is_no_whole_one(catalogue: Catalogue) -> None:  # 4
    campaign = b'{"CampaignId": "1", "CampaignName": "A", "ContractStatus": "Active"}'
    page = b'{"@page": "1", "@numpages": "3", "Campaigns": [%s]}' % campaign
    shown = send(catalogue, page, 200, network="impact", preview="true")
    assert shown["warnings"][0].endswith("it is page 1 of 3")
    refused = send(catalogue, page, 422, network="impact", complete="true")
    assert "cannot be taken for all programs of impact" in refused["detail"]
    assert catalogue.rows("select count(*) from import_runs") == [(0,)]
    assert send(catalogue, page, 202, network="impact")["partial"] is True


def test_an_upload_is_imported(catalogue: Catalogue) -> None:  # 2, 3
    catalogue.index()  # the index is there before the API looks for it
    shown = send(catalogue, AWIN, 200, network="awin", preview="true")
    opened = send(catalogue, AWIN, network="awin")
    assert (opened["state"], opened["source"], opened["partial"]) == ("queued", "feed", True)
    assert catalogue.rows("select size from feed_uploads") == [(len(AWIN),)]
    work(catalogue)
    done = run_of(catalogue, opened)
    assert (done["state"], done["error"]) == ("done", None)
    (count,) = done["networks"]
    assert (count["read"], count["created"], count["rejected"]) == (5, 3, 2)
    assert catalogue.rows("select count(*) from feed_uploads") == [(0,)]
    assert catalogue.rows("select count(*) from feed_upload_pieces") == [(0,)]
    catalogue.index()
    found = {each["externalId"]: each for each in catalogue.get(dataSource="feed:awin")["programs"]}
    ours = {"id", "createdAt", "updatedAt", "lastSyncedAt", "popularity", "version", "highlights"}
    policy = {"minPayout", "minPayoutCurrency", "minPayoutUsd", "paymentMethods"}  # the network's, once stored
    for expected in shown["programs"]:
        stored = found[expected["externalId"]]
        for name in expected.keys() - ours - policy:
            assert stored[name] == expected[name], name
    rejected = catalogue.get(f"/api/import/runs/{opened['id']}/rejected")["rejected"]
    assert [each["reason"] for each in rejected] == [each["reason"] for each in shown["rejected"]]


def test_a_form_with_a_mapping(catalogue: Catalogue) -> None:  # 2
    mapping = '[fields]\nexternal_id = "ID"\nname = "Shop"\nmerchant_url = "Webseite"\ncommission_text = "Provision"\n'
    answer = catalogue.api.post(
        "/api/import/feed",
        params={"network": "partnerstack"},
        files={"file": ("feed.csv", UNKNOWN * 1, "text/csv")},
        data={"mapping": mapping},
        headers=catalogue.key("import"),
    )
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"/api/import/runs/{answer.json()['id']}"
    work(catalogue)
    assert run_of(catalogue, answer.json())["state"] == "done"
    assert catalogue.rows("select external_id, name, commission_max, merchant_domain from programs order by 1") == [
        ("1", "Erster", 8, "example.de"),
        ("2", "Zweiter", 10, "example.de"),
    ]


def test_large_files_travel_in_pieces(catalogue: Catalogue, tmp_path: Path) -> None:  # 2
    rows = [f"{n},Shop {n},1.0,50,2020-01-01,{'x' * 500}\n" for n in range(6000)]
    content = ("advertiserId,programmeName,epc,awinIndex,launchDate,descriptionShort\n" + "".join(rows)).encode()
    send(catalogue, content, network="awin")
    assert catalogue.rows("select count(*) from feed_upload_pieces") == [(len(content) // 2**20 + 1,)]
    work(catalogue)
    assert catalogue.rows("select count(*) from programs") == [(6000,)]


def test_complete_feeds_close_what_two_of_them_lack(catalogue: Catalogue) -> None:  # 4
    catalogue.put([program("Gone", network="awin", external_id="gone"), program("Other", network="cj")])
    state = "select status, missing_since is not null from programs where external_id = 'gone'"
    for complete, after in (("false", ("active", False)), ("true", ("active", True)), ("true", ("closed", True))):
        run = send(catalogue, AWIN, network="awin", complete=complete)
        assert run["partial"] is (complete == "false")
        work(catalogue)
        assert catalogue.rows(state) == [after]
    assert catalogue.rows("select status from programs where name = 'Other'") == [("active",)]


def test_a_file_that_breaks_in_the_middle_changes_nothing(catalogue: Catalogue) -> None:  # 3
    catalogue.put([program("Before", network="awin", external_id="15078")])
    records = [{"id": n, "name": f"N{n}", "displayUrl": "a.de", "currencyCode": "EUR"} for n in range(15078, 21000)]
    content = msgspec.json.encode(records)[:-20]
    run = send(catalogue, content, network="awin", complete="true")  # its first records are well
    work(catalogue)
    failed = run_of(catalogue, run)
    assert failed["state"] == "failed"
    assert "truncated" in failed["error"]
    assert catalogue.rows("select name, status, missing_since from programs") == [("Before", "active", None)]
    assert catalogue.rows("select count(*) from feed_uploads") == [(0,)]


def test_a_key_with_the_right_scope_is_needed(catalogue: Catalogue) -> None:  # 5
    assert catalogue.api.post("/api/import/feed", content=AWIN).status_code == 401
    assert catalogue.api.post("/api/import/feed", content=AWIN, headers=catalogue.key("read")).status_code == 403


@pytest.mark.parametrize(
    ("content", "query", "status", "type", "said"),
    [
        (b"", {"network": "awin"}, 422, "not-a-feed", "it is empty"),
        (b"<html><title>Log in</title></html>", {"network": "awin"}, 422, "not-a-feed", "login page"),
        (b"Invalid Request - Error Code 4075 - 1.2.3.4", {"network": "shareasale"}, 422, "not-a-feed", "4075"),
        (b"link id,link name\n1,A\n", {"network": "cj"}, 422, "not-a-feed", "it lists links, no programs"),
        (AWIN, {"network": "amazon"}, 400, "invalid-parameter", "'amazon' is none"),
        (AWIN, {"network": "awin", "encoding": "klingon"}, 400, "invalid-mapping", "'klingon' is none"),
        (AWIN, {"network": "awin", "delimiter": "ab"}, 400, "invalid-parameter", "one character"),
        (AWIN, {"network": "awin", "limit": 0}, 400, "invalid-body", "limit"),
        (UNKNOWN, {}, 400, "invalid-mapping", "which network"),
    ],
)
@pytest.mark.parametrize("preview", ["true", "false"])
def test_what_is_wrong_is_told(
    shared_catalogue: Catalogue, content: bytes, query: Any, status: int, type: str, said: str, preview: str
) -> None:  # 5
    problem = send(shared_catalogue, content, status, **query, preview=preview)
    assert problem["type"] == f"/problems/{type}"
    assert said in problem["detail"]
    assert shared_catalogue.rows("select count(*) from feed_uploads") == [(0,)]


def test_a_form_without_a_file_or_with_a_wrong_mapping(shared_catalogue: Catalogue) -> None:  # 5
    post = shared_catalogue.api.post
    key = shared_catalogue.key("import")
    answer = post("/api/import/feed", files={"other": ("a.csv", AWIN)}, headers=key)
    assert (answer.status_code, answer.json()["detail"]) == (400, "file: the form lacks it; send the feed as a file")
    mapping = '[fields]\nexternal_id = "ID"\nnmae = "Shop"\n'
    answer = post("/api/import/feed", files={"file": ("a.csv", UNKNOWN)}, data={"mapping": mapping}, headers=key)
    assert answer.status_code == 400
    assert "did you mean 'name'?" in answer.json()["detail"]


def test_a_busy_network(catalogue: Catalogue) -> None:  # 5
    first = send(catalogue, AWIN, network="awin")
    second = send(catalogue, AWIN, 409, network="awin")
    assert (second["type"], second["run"]) == ("/problems/network-busy", first["id"])
    assert catalogue.rows("select count(*) from feed_uploads") == [(1,)]


def test_idempotency(catalogue: Catalogue) -> None:  # 6
    first = send(catalogue, AWIN, network="awin", key="k1")
    assert send(catalogue, AWIN, network="awin", key="k1")["id"] == first["id"]
    conflict = send(catalogue, AWIN + b"\n", 409, network="awin", key="k1")
    assert conflict["type"] == "/problems/idempotency-conflict"
    work(catalogue)
    assert send(catalogue, AWIN, network="awin", key="k1")["state"] == "done"
    assert catalogue.rows("select count(*) from import_runs") == [(1,)]


def test_an_upload_that_is_gone_fails_its_run(catalogue: Catalogue) -> None:  # 5
    run = send(catalogue, AWIN, network="awin")
    catalogue.rows("delete from feed_uploads")
    work(catalogue)
    assert "upload it again" in run_of(catalogue, run)["error"]


def test_old_uploads_are_forgotten(catalogue: Catalogue, tmp_path: Path) -> None:  # 2
    (tmp_path / "feed").write_bytes(AWIN)
    with catalogue.connect() as connection:
        old = uploads.keep(connection, tmp_path / "feed", uploads.digest(tmp_path / "feed"))
    catalogue.rows("update feed_uploads set created_at = now() - interval '3 days'")
    with catalogue.connect() as connection:
        new = uploads.keep(connection, tmp_path / "feed", uploads.digest(tmp_path / "feed"))
    assert old != new
    assert catalogue.rows("select id from feed_uploads") == [(new,)]
