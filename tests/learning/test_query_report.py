"""What is searched for is told to operators.

1. A report adds up the days asked for, today among them; each list has its texts most often first.
2. The route needs a key of scope `read` wherever it listens; the command tells the same.
3. What is older than 90 days is deleted by the worker's upkeep, and nothing else.
4. `affindex search` goes on taking words: only `report` is a command of its own.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from indexing.maintenance import forget_queries
from tests.cli.test_commands import Command
from tests.words import Catalogue


def _today() -> date:
    """The day that counts now; a run of tests may go on past midnight."""
    return datetime.now(UTC).date()


def _count(catalogue: Catalogue, days_ago: int, query: str, asked: int, **outcomes: int) -> None:
    counts = {"empty": 0, "relaxed": 0, "corrected": 0, "found": 9, **outcomes}
    catalogue.rows(
        f"insert into query_counts (day, query, asked, {', '.join(counts)}) values (%s, %s, %s, %s, %s, %s, %s)",
        _today() - timedelta(days_ago), query, asked, *counts.values(),
    )  # fmt: skip


@pytest.fixture
def counted(catalogue: Catalogue) -> Catalogue:
    _count(catalogue, 0, "tea", 5, found=7)
    _count(catalogue, 1, "tea", 4, found=6)
    _count(catalogue, 1, "qzxv", 2, empty=2, found=0)
    _count(catalogue, 6, "green boots", 3, relaxed=3, found=4)
    _count(catalogue, 6, "hikking", 3, corrected=2)
    _count(catalogue, 7, "long ago", 90)
    _count(catalogue, 0, "", 6, empty=1)
    return catalogue


def _texts(lines: list[dict[str, Any]]) -> list[tuple[str, int]]:
    return [(line["query"], line["asked"]) for line in lines]


def _is_told(told: dict[str, Any]) -> None:
    assert [(day["day"], day["asked"], day["empty"], day["others"]) for day in told["days"]] == [
        (str(_today() - timedelta(6)), 6, 0, 0),
        (str(_today() - timedelta(1)), 6, 2, 0),
        (str(_today()), 11, 1, 6),
    ]
    assert _texts(told["top"]) == [("tea", 9), ("green boots", 3), ("hikking", 3), ("qzxv", 2)]
    assert told["top"][0]["found"] == 7
    assert _texts(told["empty"]) == [("qzxv", 2)]
    assert _texts(told["relaxed"]) == [("green boots", 3)]
    assert _texts(told["corrected"]) == [("hikking", 3)]
    assert told["logging"] is False


def test_a_report(counted: Catalogue) -> None:  # 1, 2
    assert counted.api.get("/api/search/report").status_code == 401
    key = counted.key("read")
    _is_told(counted.api.get("/api/search/report", headers=key).json())
    longer = counted.api.get("/api/search/report", headers=key, params={"days": 8, "limit": 1}).json()
    assert _texts(longer["top"]) == [("long ago", 90)]
    assert _texts(longer["empty"]) == [("qzxv", 2)]
    assert counted.api.get("/api/search/report", headers=key, params={"days": 91}).status_code == 400


def test_the_command(counted: Catalogue) -> None:  # 2
    affindex = Command(counted)
    _is_told(affindex.json("search", "report"))
    assert "green boots" in affindex.run("search", "report", "--days", "7").stderr


def test_what_is_old_is_forgotten(counted: Catalogue) -> None:  # 3
    _count(counted, 90, "still there", 1)
    _count(counted, 91, "gone", 1)
    with counted.connect() as connection:
        assert forget_queries(connection) == 1
    assert counted.rows("select count(*) from query_counts where query = 'still there'") == [(1,)]
    assert counted.rows("select count(*) from query_counts") == [(8,)]


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (["tea"], "tea"),
        (["tea", "report"], "report"),
        (["--q", "report"], "report"),
        (["--network", "awin", "tea"], "awin"),
        (["tea", "--network", "awin"], "awin"),
        ([], "popularity"),
    ],
)
def test_words_are_searched_for(catalogue: Catalogue, words: list[str], asked: str) -> None:  # 4
    body = json.loads(Command(catalogue).run("search", *words, "--body").stdout)
    assert body["size"] == 20
    assert f'"{asked}"' in json.dumps(body)
