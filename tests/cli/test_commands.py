"""`affindex` for people and for scripts.

1. `--json` prints one document on standard output; what people read goes to standard error.
2. Exit status: 0 done, 1 failed or out of step, 2 misuse, which says how to ask.
3. `import test` changes nothing.
4. `search --body` prints what would be asked.
5. `db check` finds a difference.
6. A key is shown when it is made and never again.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from app.settings import as_environment
from tests.words import Catalogue, program


class Command:
    """Runs `affindex` in a process over a catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        given = {key: value for key, value in os.environ.items() if not key.startswith("AFFINDEX_")}
        engines = catalogue.engines
        self._environment = {
            **given,
            **as_environment(catalogue.settings),
            "AFFINDEX_DATABASE_URL": engines.database_url,
            "AFFINDEX_OPENSEARCH_URL": engines.opensearch_url,
            "AFFINDEX_INDEX": catalogue.alias,
        }

    def run(self, *arguments: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "from app.cli import main; main()", *arguments]
        done = subprocess.run(command, env=self._environment, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == status, done.stdout + done.stderr
        return done

    def json(self, *arguments: str, status: int = 0) -> Any:
        return json.loads(self.run(*arguments, "--json", status=status).stdout)


@pytest.fixture
def affindex(catalogue: Catalogue) -> Command:
    return Command(catalogue)


def test_import_index_search(affindex: Command, catalogue: Catalogue) -> None:  # 1, 2
    assert affindex.json("import", "bulk", "--network", "cj", "--limit", "40")["state"] == "done"
    assert affindex.json("index", "rebuild")["documents"] == 40
    assert affindex.json("search", "--network", "cj", "--fields", "id")["total"] == 40
    report = affindex.json("index", "verify")
    assert (report["inStep"], report["rows"]) == (True, 40)
    catalogue.search.delete_by_query(
        index=catalogue.alias, body={"query": {"match_all": {}}, "max_docs": 3}, params={"refresh": "true"}
    )
    assert affindex.json("index", "verify", status=1)["missing"] == 3
    assert affindex.json("index", "verify", "--repair")["inStep"] is True
    assert [each["id"] for each in affindex.json("import", "status")] == [1]
    assert affindex.json("index", "status")["generations"][0]["documents"] == 40


def test_a_trial_import_changes_nothing(affindex: Command, catalogue: Catalogue) -> None:  # 3
    catalogue.store(program("Mine", network="cj", external_id="mine"))
    report = affindex.json("import", "test")
    assert (report["passed"], report["programs"]) == (True, 100)
    assert set(report["fillRates"]) == {"clickbank", "shareasale", "cj", "rakuten", "awin"}
    assert catalogue.rows("select name from programs") == [("Mine",)]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("search", "--nework", "cj"), "did you mean 'network'?"),
        (("search", "--epc", "5..1"), "above the upper end"),
        (("import", "bulk", "--network", "amazon"), "amazon"),
        (("import", "status", "99"), "there is no run 99"),
        (("keys", "revoke", "99"), "no working key 99"),
        (("nonsense",), "No such command"),
    ],
)
def test_misuse(affindex: Command, arguments: tuple[str, ...], said: str) -> None:  # 2
    assert said in " ".join(affindex.run(*arguments, status=2).stderr.split())


def test_a_body_to_paste(affindex: Command) -> None:  # 4
    body = json.loads(affindex.run("search", "tea", "--network", "cj", "--body").stdout)
    assert body["query"]["bool"]["must"]


def test_db_check(affindex: Command, catalogue: Catalogue) -> None:  # 2, 5
    assert affindex.json("db", "check") == {"agrees": True, "differences": []}
    catalogue.rows("drop trigger note_updated on programs")
    assert "note_updated" in str(affindex.json("db", "check", status=1)["differences"])


def test_keys(affindex: Command, catalogue: Catalogue) -> None:  # 6
    key = affindex.json("keys", "create", "robot", "--scope", "admin")["key"]
    (listed,) = affindex.json("keys", "list")
    assert key.startswith(listed["prefix"])
    assert key not in json.dumps(listed)
    assert catalogue.rows("select count(*) from api_keys where sha256 = sha256(%s)", key.encode()) == [(1,)]
