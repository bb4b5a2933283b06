"""What is doubtful in the values of a feed is told, with how many records and the first of them.

1. A dry run tells it in its summary, with the line where a record is lines; an upload's preview too.
2. An import keeps it with its run, and `import status` and the API tell it.
3. Nothing doubtful is an empty list.
"""

from __future__ import annotations

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


def test_an_import(written: Path, catalogue: Catalogue) -> None:  # 2
    affindex = Command(catalogue)
    run = affindex.json("import", "feed", *mapped(written))
    kept = [{**each, "line": None} for each in _WARNINGS]
    assert run["warnings"] == kept
    assert affindex.json("import", "status", str(run["id"]))["warnings"] == kept
    headers = catalogue.key("read")
    assert catalogue.api.get(f"/api/import/runs/{run['id']}", headers=headers).json()["warnings"] == kept
    assert "'a while' in record 3 (103)" in affindex.run("import", "feed", *mapped(written)).stderr


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
