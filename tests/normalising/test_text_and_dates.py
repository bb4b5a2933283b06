"""Text reads as a person reads it; days are days.

1. No tags, no entities, no control characters, one blank between words, however deep a feed has nested them.
2. Cleaning twice is cleaning once, and nothing is longer than it may be.
3. Every dialect of dates that networks use is read; one that could be two days is unknown.
4. Numbers, sums and lengths of time are read in every locale's writing; a minus is kept wherever it stands.
"""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.normalising.cookies import cookie_days
from app.normalising.dates import day
from app.normalising.money import money
from app.normalising.numbers import number
from app.normalising.text import clean, lines_of
from mappings.network_program import Raw


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("<p>Fish &amp;amp; chips<br/>\n\tfresh</p><script>x()</script>", "Fish & chips fresh"),
        ("&lt;b&gt;bold&lt;/b&gt;", "bold"),
        ("&amp;amp;amp;lt;b&amp;amp;amp;gt;x", "x"),
        ("<![CDATA[Hello <b>World</b>]]>", "Hello World"),
        ("a&nbsp;b&#39;s &euro;5", "a b's €5"),
        ("AT&T, R&D < all > that", "AT&T, R&D < all > that"),
        ("zero\u200bwidth\u00ad \u2028line", "zerowidth line"),
        ("Cafe\u0301", "Café"),
        ("<style>p{}</style> ", None),
        (None, None),
    ],
)
def test_clean(raw: str | None, read: str | None) -> None:  # 1
    assert clean(raw, 100) == read


_markup = st.lists(
    st.sampled_from(["<", ">", "&", "amp;", "lt;", "gt;", "b", "/", "<p>", "<!--", "-->", "<![CDATA[", "]]>",
    " ", "é", "\0", ";"])
    | st.text(max_size=3),
    max_size=25,
).map("".join)  # fmt: skip


@given(_markup | st.text(max_size=200))
@example("<\ud7fcamp;>")  # a character that does not show, inside of a tag
@example("&l\u200bt;b>")
def test_cleaning_is_idempotent(raw: str) -> None:  # 2
    once = clean(raw, 60)
    assert once is None or (clean(once, 60) == once and 0 < len(once) <= 60 and once == " ".join(once.split()))


def test_what_markup_sets_apart_is_a_line() -> None:  # 1
    assert lines_of("<ul><li>A</li><li>B</li></ul>C<br>D", 100).split("\n") == ["A", "B", "C", "D"]


@pytest.mark.parametrize(
    "raw",
    [
        "2021-03-04", "2021/3/4", "2021-03-04T10:00:00Z", "2021-03-04 10:00:00", "20210304", "04.03.2021",
        "4.3.2021",
        "4 March 2021", "4th of March 2021", "4. März 2021", "4 mars 2021", "4 de marzo de 2021",
        "04-Mar-2021", "Mar 4, 2021",
        "March 4 2021", "Thu, 04 Mar 2021 10:00:00 GMT", 1614816000, 1614816000000, "1614816000000", 20210304,
    ],
)  # fmt: skip
def test_day(raw: Raw) -> None:  # 3
    assert day(raw) == date(2021, 3, 4)


def test_a_day_that_could_be_two_is_unknown() -> None:  # 3
    assert day("03/04/2021") is None
    assert day("03/04/2021", month_first=True) == date(2021, 3, 4)
    assert day("03/04/2021", day_first=True) == date(2021, 4, 3)
    assert day("13/03/2021") == day("03/13/2021") == date(2021, 3, 13)
    for raw in (
        "",
        "0000-00-00",
        "2021-02-30",
        "31.02.2021",
        "1899-01-01",
        "March 2021",
        "2021",
        "soon",
        True,
        None,
        float("nan"),
    ):
        assert day(raw) is None  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("1,234.5", 1234.5), ("1.234,5", 1234.5), ("1 234,50", 1234.5), ("1'234.50", 1234.5),
        ("1,00,000", 100000), ("0,45", 0.45),
        ("0.125", 0.125), ("12 %", 12), ("-3.2", -3.2), ("-$3.20", -3.2), ("($3.20)", -3.2), ("−3", -3),
        ("$-3", -3), ("5-10", None),
        ("N/A", None), ("null", None), ("New", None), ("nan", None), ("1e400", None),
        ("", None), (True, None), (float("inf"), None),
    ],
)  # fmt: skip
def test_number(raw: Raw, value: float | None) -> None:  # 4
    assert number(raw) == value


def test_money_carries_its_currency() -> None:  # 4
    assert money("$45.20") == (45.2, "USD")
    assert money("USD 45") == (45, "USD")
    assert money("45,00 €") == (45, "EUR")
    assert money("45") == (45, None)
    assert money("N/A") == (None, None)


@pytest.mark.parametrize(
    ("raw", "days"),
    [
        (30, 30), ("30", 30), ("30 days", 30), ("30-day cookie", 30), ("30 Tage", 30), ("45 jours", 45),
        ("30 días", 30), ("2 weeks", 14),
        ("3 months", 90), ("1 year", 365), ("24 hours", 1), ("24h", 1), ("1 hour", 0), ("session", 0),
        ("Cookie duration: 60 days", 60),
        ("90 days (last click)", 90), ("30-60 days", None), ("lifetime", None), ("-5", None), (10**9, None),
        (None, None), (True, None),
    ],
)  # fmt: skip
def test_cookie(raw: Raw, days: int | None) -> None:  # 4
    assert cookie_days(raw) == days
