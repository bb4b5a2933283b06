"""`affindex import feed` as a script sees it.

1. `--dry-run --json`: every record a line, `{"program": …}` or `{"rejected": {"reason", "raw"}}`, then the summary.
2. It ends with 0 where the feed was read, 1 where the file is none or has no program, 2 where it was asked for wrongly;
   nothing but lines on standard output, nothing but words on standard error.
3. Without `--dry-run` it is an import run; running it again changes nothing.
4. `--suggest-mapping` prints a mapping file that `--mapping` takes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mappings.catalogue import FIELDS
from tests.feeds.opened import FIXTURES
from tests.words import Catalogue

_COMMAND = [sys.executable, "-c", "from app.cli import main; main()", "import", "feed"]


def feed(*arguments: str, expect: int = 0, given: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AFFINDEX_")}
    done = subprocess.run(
        [*_COMMAND, *arguments],
        env={**kept, **(given or {})},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == expect, (done.returncode, done.stdout[:500], done.stderr[-2000:])
    return done


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_every_record_is_a_line(tmp_path: Path) -> None:  # 1
    done = feed(str(FIXTURES / "awin_directory.csv"), "--network", "awin", "--dry-run", "--json")
    *records, last = lines(done.stdout)
    assert [list(record) for record in records] == [["program"]] * 3 + [["rejected"]] * 2
    assert records[0]["program"].keys() >= {entry.key for entry in FIELDS if entry.field.stored}
    assert records[0]["program"]["programUrl"] == "https://ui.awin.com/merchant-profile/15078"
    assert records[0]["program"]["launchedAt"] == "2019-11-04"
    assert records[3]["rejected"].keys() == {"reason", "raw"}
    assert last["summary"] == {
        "read": 5,
        "programs": 3,
        "rejected": 2,
        "network": "awin",
        "layout": "Awin directory export",
        "form": "delimited",
        "encoding": "utf-8",
        "dialect": "comma, quoted",
        "members": 1,
        "bytes": (FIXTURES / "awin_directory.csv").stat().st_size,
        "warnings": [],
        "lines": {"heading": 1, "notes": 0, "blank": 0, "programs": 4, "rejected": 2},  # a description has two
        "recordWarnings": [],
    }
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("content", "arguments", "status", "said"),
    [
        ("Invalid Request - Error Code 4075 - 1.2.3.4", ("--network", "shareasale"), 1, "answer: Invalid Request"),
        ("Invalid Request - Error Code 4075 - 1.2.3.4\nsee the API's page\n", ("--network", "shareasale"), 1, "4075"),
        ("link id,link name,advertiser id\n1,A,2\n", ("--network", "cj"), 1, "it lists links, no programs"),
        ("a,b\n1,2\n", (), 2, "say --network"),
    ],
)  # fmt: skip
def test_how_it_ends(tmp_path: Path, content: str, arguments: tuple[str, ...], status: int, said: str) -> None:  # 2
    path = tmp_path / "feed"
    path.write_text(content)
    done = feed(str(path), *arguments, "--dry-run", "--json", expect=status)
    assert done.stdout == ""
    assert said in " ".join(done.stderr.replace("│", " ").split())
    assert "Traceback" not in done.stderr


def test_an_address_of_this_machine_is_refused() -> None:  # 2
    done = feed("http://localhost:9/feed?token=secret", "--network", "awin", "--dry-run", expect=1)
    assert "a private address" in done.stderr
    assert "secret" not in done.stderr


def test_a_draft_is_a_mapping(tmp_path: Path) -> None:  # 4
    path, mapping = tmp_path / "feed.csv", tmp_path / "mapping.toml"
    path.write_text("ID;Shop;Webseite;Provision\n1;Erster;a.example.de;8%\n")
    mapping.write_text(feed(str(path), "--network", "awin", "--suggest-mapping").stdout)
    done = feed(str(path), "--network", "awin", "--mapping", str(mapping), "--dry-run")
    assert '"name": "Erster"' in done.stdout
    assert '"commissionMax": 8.0' in done.stdout
    assert "the mapping: delimited, semicolon, quoted, utf-8" in done.stderr
    assert "1 records: 1 programs, 0 rejected; nothing was stored" in done.stderr
    assert "2 lines: 1 heading, 1 programs" in done.stderr


def test_it_is_an_import_run(catalogue: Catalogue, tmp_path: Path) -> None:  # 3
    engines = {
        "AFFINDEX_DATABASE_URL": catalogue.engines.database_url,
        "AFFINDEX_OPENSEARCH_URL": catalogue.engines.opensearch_url,
        "AFFINDEX_DATA_DIR": str(tmp_path / "data"),
    }
    arguments = (str(FIXTURES / "clickbank.xml"), "--network", "clickbank", "--json")
    run = json.loads(feed(*arguments, given=engines).stdout)
    assert (run["source"], run["state"], run["partial"]) == ("feed", "done", True)
    assert run["parameters"]["layout"] == "ClickBank marketplace feed"
    assert run["parameters"]["file"] == "clickbank.xml"
    (counts,) = run["networks"]
    assert (counts["network"], counts["created"], counts["rejected"]) == ("clickbank", 3, 0)
    again = json.loads(feed(*arguments, "--complete", given=engines).stdout)
    assert again["partial"] is False
    assert (again["networks"][0]["unchanged"], again["networks"][0]["updated"]) == (3, 0)
    nameless = tmp_path / "nameless.csv"
    nameless.write_text("advertiserId,programmeName,epc,awinIndex,launchDate\n1,,1,50,\n2,,1,50,\n")
    none = feed(str(nameless), "--network", "awin", "--json", given=engines, expect=1)
    assert json.loads(none.stdout)["networks"][0]["rejected"] == 2
    assert "no record of it is a program" in none.stderr
    assert catalogue.rows("select external_id, data_source, category from programs order by 1") == [
        ("CHESS99", "feed:clickbank", "Games"),
        ("FATBURN1", "feed:clickbank", "Diets & Weight Loss"),
        ("YOGI", "feed:clickbank", "Diets & Weight Loss"),
    ]
