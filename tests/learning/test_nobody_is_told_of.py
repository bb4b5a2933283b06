"""The query log holds nothing of who searches.

1. What is stored of a search is a day, its folded words, and counts: no address, no key, no user agent, no time.
2. Texts that may tell of a person are not kept, only counted: e-mail addresses, long numbers, keys, long texts.
3. It is bounded: beyond so many texts between two writings, and so many a day, the rarest count among the others.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import psycopg
import pytest

from app.learning import query_counts
from app.learning.query_log import MOST_TEXTS, OTHERS, QueryLog, SearchOutcome
from app.learning.query_text import LONGEST_TEXT, kept_text
from tests.learning.counting import asked, counting_api, end
from tests.words import Catalogue, program

_AGENT = "someone-s-browser/1.0"


def test_what_is_stored(catalogue: Catalogue) -> None:  # 1
    catalogue.store(program("Tea"))
    key = catalogue.key("read")
    client = counting_api(catalogue)
    client.get("/api/programs", params={"q": "Tea"}, headers={**key, "User-Agent": _AGENT})
    end(client)
    columns = catalogue.rows(
        "select column_name, data_type from information_schema.columns where table_name = 'query_counts' order by 1"
    )
    numbers = dict.fromkeys(("asked", "corrected", "empty", "found", "relaxed"), "bigint")
    assert dict(columns) == {**numbers, "day": "date", "query": "text"}
    assert catalogue.rows("select day, query, asked from query_counts") == [(datetime.now(UTC).date(), "tea", 1)]


@pytest.mark.parametrize(
    "q",
    [
        "buyer@shop.example",
        "mail buyer @ shop",
        "+49 (170) 12-34-567",
        "4111 1111 1111 1111",
        "order 12345678",
        "１２３４５６７８",
        "afx_Zm9vYmFyYmF6cXV4MTIz",
        "d41d8cd98f00b204e9800998ecf8427e",
        "x" * (LONGEST_TEXT + 1),
        "я" * LONGEST_TEXT,
        "tea\u202egreen",
    ],
)
def test_what_is_not_kept(q: str) -> None:  # 2
    assert kept_text(q) == OTHERS
    log = QueryLog()
    log.count(SearchOutcome(q, 3, "exact"))
    (count,) = log.take()
    assert (count.query, count.asked, count.found) == (OTHERS, 1, None)


@pytest.mark.parametrize(
    ("q", "kept"),
    [
        ("  Öko  Mode ", "oko mode"),
        ("iphone 15 pro 256", "iphone 15 pro 256"),
        ("60 day cookie", "60 day cookie"),
        ("-nike shoes", "-nike shoes"),
        ("Krankenhauszusatzversicherung", "krankenhauszusatzversicherung"),
        ("健康食品", "健康食品"),
    ],
)
def test_what_is_kept(q: str, kept: str) -> None:  # 1
    assert kept_text(q) == kept


def test_it_is_bounded_between_writings() -> None:  # 3
    log = QueryLog()
    for number in range(3):
        log.count(SearchOutcome("often", number, "exact"))
    for number in range(2 * MOST_TEXTS):
        log.count(SearchOutcome(f"tea {number % 999} {number // 999} x", 1, "exact"))
        assert len(log) <= MOST_TEXTS
    counts = {each.query: each.asked for each in log.take()}
    assert counts["often"] == 3
    assert sum(counts.values()) == 2 * MOST_TEXTS + 3
    assert counts[OTHERS] > MOST_TEXTS / 2


def test_it_is_bounded_by_the_day(catalogue: Catalogue) -> None:  # 3
    async def counted(*words: str) -> None:
        log = QueryLog()
        for q in words:
            log.count(SearchOutcome(q, 1, "exact"))
        async with await psycopg.AsyncConnection.connect(catalogue.engines.database_url) as connection:
            await query_counts.write(connection, log.take(), most=2)

    asyncio.run(counted("tea", "boots"))
    asyncio.run(counted("tea", "new", "newer"))
    assert asked(catalogue) == {"tea": 2, "boots": 1, OTHERS: 2}
