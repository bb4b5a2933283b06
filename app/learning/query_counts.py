"""Counted queries in Postgres: written by one statement, and read as a report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import psycopg

from app.learning.query_log import QueryCount

MOST_TEXTS_A_DAY = 100_000  # of all processes; a text that comes after so many counts among the others
KEPT_DAYS = 90
MOST_LINES = 200

# In the order of the key: two processes that write the same texts wait for each other, and never crosswise.
_WRITE = """
    with given as (
        select * from unnest(%(days)s::date[], %(queries)s::text[], %(asked)s::bigint[], %(empty)s::bigint[],
            %(relaxed)s::bigint[], %(corrected)s::bigint[], %(found)s::bigint[])
            as g (day, query, asked, empty, relaxed, corrected, found)
    ), full_days as (
        select day from query_counts where day in (select distinct day from given)
        group by day having count(*) >= %(most)s
    ), kept as (
        select g.day, case when f.day is null or k.day is not null then g.query else '' end as query,
            g.asked, g.empty, g.relaxed, g.corrected, g.found
        from given g left join full_days f on f.day = g.day
        left join query_counts k on k.day = g.day and k.query = g.query
    )
    insert into query_counts as c (day, query, asked, empty, relaxed, corrected, found)
    select day, query, sum(asked), sum(empty), sum(relaxed), sum(corrected),
        case when query <> '' then max(found) end
    from kept group by day, query order by day, query
    on conflict (day, query) do update set asked = c.asked + excluded.asked, empty = c.empty + excluded.empty,
        relaxed = c.relaxed + excluded.relaxed, corrected = c.corrected + excluded.corrected,
        found = coalesce(excluded.found, c.found)
"""

_BY_DAY = """
    select day, sum(asked)::bigint as asked, sum(empty)::bigint as empty, sum(relaxed)::bigint as relaxed,
        sum(corrected)::bigint as corrected, coalesce(sum(asked) filter (where query = ''), 0)::bigint as others
    from query_counts where day > %(before)s and day <= %(today)s group by day order by day
"""
# The first so many of each list, each text once. What was found the last time is looked up for those alone.
_BY_TEXT = """
    with texts as materialized (
        select query, sum(asked)::bigint as asked, sum(empty)::bigint as empty, sum(relaxed)::bigint as relaxed,
            sum(corrected)::bigint as corrected
        from query_counts where day > %(before)s and day <= %(today)s and query <> '' group by query
    ), listed as materialized (
        (select query from texts order by asked desc, query limit %(most)s)
        union (select query from texts where empty > 0 order by empty desc, asked desc, query limit %(most)s)
        union (select query from texts where relaxed > 0 order by relaxed desc, asked desc, query limit %(most)s)
        union (select query from texts where corrected > 0 order by corrected desc, asked desc, query limit %(most)s)
    ), last as (
        select distinct on (query) query, c.found from query_counts c join listed using (query)
        where c.day > %(before)s and c.day <= %(today)s and c.found is not null order by query, c.day desc
    )
    select query, asked, empty, relaxed, corrected, last.found from listed join texts using (query)
    left join last using (query) order by asked desc, query
"""


class ReportedDay(msgspec.Struct, frozen=True):
    """The searches of a day; `others` are those whose text was not kept."""

    day: date
    asked: int
    empty: int
    relaxed: int
    corrected: int
    others: int


class ReportedQuery(msgspec.Struct, frozen=True):
    """A text that was searched for: how often, with which outcome, and how many programs the last time."""

    query: str
    asked: int
    empty: int
    relaxed: int
    corrected: int
    found: int | None


class QueryReport(msgspec.Struct, frozen=True):
    """What was searched for in the last `days`: day by day, and the texts most often asked, empty, relaxed, corrected.

    `logging` says whether the process that answers counts queries.
    """

    logging: bool
    days: list[ReportedDay]
    top: list[ReportedQuery]
    empty: list[ReportedQuery]
    relaxed: list[ReportedQuery]
    corrected: list[ReportedQuery]


async def write(
    connection: psycopg.AsyncConnection[Any], counts: Sequence[QueryCount], most: int = MOST_TEXTS_A_DAY
) -> None:
    """Add counts to what is stored, `most` so many texts a day; does not commit."""
    await connection.execute(_WRITE, {**_columns(counts), "most": most})


def _columns(counts: Sequence[QueryCount]) -> dict[str, Any]:
    return {
        "days": [each.day for each in counts],
        "queries": [each.query for each in counts],
        "asked": [each.asked for each in counts],
        "empty": [each.empty for each in counts],
        "relaxed": [each.relaxed for each in counts],
        "corrected": [each.corrected for each in counts],
        "found": [each.found for each in counts],
    }


async def report(
    connection: psycopg.AsyncConnection[dict[str, Any]], days: int, most: int, *, logging: bool
) -> QueryReport:
    """The report of the last `days`, today among them, with at most so many texts a list."""
    today = datetime.now(UTC).date()
    window = {"before": today - timedelta(days), "today": today, "most": most}
    by_day = await (await connection.execute(_BY_DAY, window)).fetchall()
    by_text = await (await connection.execute(_BY_TEXT, window)).fetchall()
    texts = [ReportedQuery(**row) for row in by_text]

    def ranked(name: str) -> list[ReportedQuery]:
        some = [each for each in texts if getattr(each, name)]
        return sorted(some, key=lambda each: (-getattr(each, name), -each.asked, each.query))[:most]

    return QueryReport(
        logging=logging,
        days=[ReportedDay(**row) for row in by_day],
        top=ranked("asked"),
        empty=ranked("empty"),
        relaxed=ranked("relaxed"),
        corrected=ranked("corrected"),
    )
