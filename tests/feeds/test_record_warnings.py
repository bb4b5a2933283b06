"""What is doubtful in the values of a feed is told, with how many records and the first of them.

1. A dry run tells it in its summary, with the line where a record is lines; an upload's preview too.
2. An import keeps it with its run, in the same words and with the same lines, and `import status` and the API tell it.
3. Nothing doubtful is an empty list.
4. A program that stands in a feed twice, and not alike, is one: the lines of both are named, and which is kept. So it
   is in an import. Twice the same is nothing to speak of.
5. What rejects a record names its line too, in JSON of one object a line as well.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_commands import Command
from tests.feeds.test_feed_command import feed, lines
from tests.words import Catalogue

_FEED = """\
Programs of October

externalId,name,merchantUrl,commissionText,currency,cookie,validationDays
101.0,First,https://first.com,5%,XYZ,30 days,30

102,Second,https://second.com,5%,EUR,30 days,2 months
103,"Third,
of two lines",https://third.com,5%,XYZ,a while,6 weeks
104,Fourth,https://fourth.com,5%,USD,N/A,30
"""
_MAPPING = """\
network = "direct"
[fields]
external_id = "externalId"
name = "name"
merchant_url = "merchantUrl"
commission_text = "commissionText"
currency = "currency"
cookie = "cookie"
validation_days = "validationDays"
"""
_WARNINGS: list[dict[str, Any]] = [
    {"field": "currency", "warning": "no currency that is known", "records": 2, "record": 1, "line": 4,
     "externalId": "101", "value": "XYZ"},
    {"field": "validationDays", "warning": "written in another unit, and read as days", "records": 2, "record": 2,
     "line": 6, "externalId": "102", "value": "2 months"},
    {"field": "cookieDays", "warning": "no length of time that can be read for sure", "records": 1, "record": 3,
     "line": 7, "externalId": "103", "value": "a while"},
    {"field": "externalId", "warning": "a table changed it; read without what that added", "records": 1, "record": 1,
     "line": 4, "externalId": "101", "value": "101.0"},
]  # fmt: skip


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "feed.csv"
    path.write_text(_FEED)
    (tmp_path / "mapping.toml").write_text(_MAPPING)
    return path


def mapped(path: Path) -> list[str]:
    """The arguments that import it."""
    return [str(path), "--mapping", str(path.with_name("mapping.toml"))]


def test_a_dry_run(written: Path) -> None:  # 1
    *_, last = lines(feed(*mapped(written), "--dry-run", "--json").stdout)
    assert last["summary"]["recordWarnings"] == _WARNINGS
    said = feed(*mapped(written), "--dry-run").stderr
    assert "2  currency: no currency that is known; 'XYZ' in line 4 (101)" in said


def test_nothing_doubtful(tmp_path: Path) -> None:  # 3
    path = tmp_path / "feed.csv"
    path.write_text("externalId,name,currency\n1,First,EUR\n")
    arguments = (str(path), "--network", "direct", "--dry-run", "--json")
    assert lines(feed(*arguments).stdout)[-1]["summary"]["recordWarnings"] == []


def test_amounts_whose_currency_nobody_says(tmp_path: Path) -> None:  # 1
    path = tmp_path / "offers.json"
    offer = {"description": "", "status": "active", "preview_url": "https://a.example.de", "require_approval": "0"}
    offers = [
        {"id": "1", "name": "A", "payout_type": "cpa_flat", "default_payout": "12.50", **offer},
        {"id": "2", "name": "B", "payout_type": "cpa_flat", "default_payout": "7", "currency": "EUR", **offer},
    ]
    path.write_text(json.dumps({"data": {str(each["id"]): {"Offer": each} for each in offers}}))
    (told,) = lines(feed(str(path), "--network", "direct", "--dry-run", "--json").stdout)[-1]["summary"][
        "recordWarnings"
    ]
    assert (told["field"], told["records"], told["externalId"], told["value"]) == ("commissionRules", 1, "1", "12.50")
    assert "in which currency?" in told["warning"]


def test_an_import(written: Path, catalogue: Catalogue) -> None:  # 2
    affindex = Command(catalogue)
    run = affindex.json("import", "feed", *mapped(written))
    assert run["warnings"] == _WARNINGS
    assert affindex.json("import", "status", str(run["id"]))["warnings"] == _WARNINGS
    headers = catalogue.key("read")
    assert catalogue.api.get(f"/api/import/runs/{run['id']}", headers=headers).json()["warnings"] == _WARNINGS
    assert "'a while' in line 7 (103)" in affindex.run("import", "feed", *mapped(written)).stderr


def test_a_preview(written: Path, catalogue: Catalogue) -> None:  # 1
    answer = catalogue.api.post(
        "/api/import/feed",
        params={"preview": "true"},
        files={"file": ("feed.csv", written.read_bytes(), "text/csv")},
        data={"mapping": _MAPPING},
        headers=catalogue.key("import"),
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["recordWarnings"] == _WARNINGS


_TWICE = """\
externalId,name,commissionText,cookie,validationDays
1,Alpha,5%,30,
2,Beta,5%,30,
3,Gamma,5%,30,
3,Gamma,5%,30,
1,Alpha,8%,30,
2,Beta,5%,60,
4,Delta,5%,30,
,Nameless,5%,30,
1,Alpha,5%,30,
4,Epsilon,5%,30,
"""
_REPEATED: list[dict[str, Any]] = [
    {"field": "externalId", "warning": "it stands in the feed more than once, with other rates; the last is kept",
     "records": 2, "record": 9, "line": 10, "externalId": "1", "value": "lines 2 and 10, 3 times"},
    {"field": "externalId",
     "warning": "it stands in the feed more than once, and says something else; the last is kept",
     "records": 1, "record": 6, "line": 7, "externalId": "2", "value": "lines 3 and 7"},
    {"field": "externalId", "warning": "it stands in the feed more than once, under another name; the last is kept",
     "records": 1, "record": 10, "line": 11, "externalId": "4", "value": "lines 8 and 11"},
]  # fmt: skip


@pytest.fixture
def twice(written: Path) -> Path:
    written.write_text(_TWICE)
    mapping = written.with_name("mapping.toml")
    mapping.write_text(_MAPPING.replace('merchant_url = "merchantUrl"\n', "").replace('currency = "currency"\n', ""))
    return written


def test_programs_that_stand_there_twice(twice: Path) -> None:  # 4, 5
    *records, last = lines(feed(*mapped(twice), "--dry-run", "--json").stdout)
    assert last["summary"]["recordWarnings"] == _REPEATED
    (reason,) = [each["rejected"]["reason"] for each in records if "rejected" in each]
    assert reason.startswith("line 9: external id: it is missing")
    said = feed(*mapped(twice), "--dry-run").stderr
    assert "with other rates; the last is kept; 'lines 2 and 10, 3 times' in line 10 (1)" in said


def test_programs_that_stand_there_twice_in_an_import(twice: Path, catalogue: Catalogue) -> None:  # 4, 5
    affindex = Command(catalogue)
    run = affindex.json("import", "feed", *mapped(twice))
    assert run["warnings"] == _REPEATED
    assert run["networks"][0]["duplicates"] == 5
    headers = catalogue.key("read")
    (rejected,) = catalogue.api.get(f"/api/import/runs/{run['id']}/rejected", headers=headers).json()["rejected"]
    assert rejected["reason"].startswith("line 9: external id: it is missing")


def test_json_of_one_object_a_line(tmp_path: Path) -> None:  # 5
    path = tmp_path / "feed.ndjson"
    path.write_text(
        '{"id": 1, "name": "A", "displayUrl": "a.example.de", "currencyCode": "EUR"}\n\n'
        '{"id": 2, "name": "B", "displayUrl": "b.example.de", "currencyCode": "XYZ"}\n{broken\n'
        '{"id": 3, "displayUrl": "b.example.de", "currencyCode": "EUR"}\n'
    )
    *records, last = lines(feed(str(path), "--network", "awin", "--dry-run", "--json").stdout)
    (warning,) = last["summary"]["recordWarnings"]
    assert (warning["field"], warning["record"], warning["line"]) == ("currency", 2, 3)
    reasons = [each["rejected"]["reason"] for each in records if "rejected" in each]
    assert [reason.partition(": ")[0] for reason in reasons] == ["line 4", "line 5"]
