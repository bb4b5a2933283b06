"""The grammar of `filters`.

1. Conditions are `attribute:value`, comparisons, and ranges with both ends inclusive; quotes hold any text.
2. OR binds closer than AND; NOT closest; parentheses as in any language. Of a list all must hold, of a list in it any.
3. A value that a field cannot have finds nothing; an attribute that does not exist is an error.
4. Whatever text comes, it is read or refused with a message; never anything else.
"""

from __future__ import annotations

from math import inf, nextafter

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.search.algolia.attributes import FILTERABLE, Misread
from app.search.algolia.expression import EVERYTHING, NOTHING, AllOf, AnyOf, Expression, Not, as_clause
from app.search.algolia.filter_grammar import DEEPEST, MOST_CONDITIONS, read_filters
from app.search.algolia.filter_lists import facet_filters, numeric_filters, tag_filters
from app.search.grammar import Range
from app.search.request import Filter


def _is(attribute: str, *values: str) -> Filter:
    return Filter(FILTERABLE[attribute], values=values)


def _in(attribute: str, low: float | str | None, high: float | str | None) -> Filter:
    return Filter(FILTERABLE[attribute], ranges=(Range(low, high),))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", EVERYTHING),
        ("   ", EVERYTHING),
        ("network:awin", _is("network", "awin")),
        ("network : AWIN", _is("network", "awin")),
        ('"network":"awin"', _is("network", "awin")),
        ("network:'Commission Junction'", _is("network", "cj")),
        ("geoTargeting:UK", _is("geoTargeting", "GB")),
        ("geoTargeting:Georgia", NOTHING),
        ("category:'It\\'s \"here\"'", _is("category", 'It\'s "here"')),
        ('category:"a AND (b)"', _is("category", "a AND (b)")),
        ("category:a:b", _is("category", "a:b")),
        ("category:\\-minus", _is("category", "-minus")),
        ("category:-minus", _is("category", "-minus")),
        ("network:awin<score=3>", _is("network", "awin")),
        ("recurring:true", _is("recurring", "true")),
        ("epc>1", _in("epc", nextafter(1.0, inf), None)),
        ("epc < 1", _in("epc", None, nextafter(1.0, -inf))),
        ("epc>= -1.5", _in("epc", -1.5, None)),
        ("epc<=1e2", _in("epc", None, 100.0)),
        ("epc=1", _in("epc", 1.0, 1.0)),
        ("epc:1", _in("epc", 1.0, 1.0)),
        ("epc != 1", Not(_in("epc", 1.0, 1.0))),
        ("cookieDays:1 TO 5", _in("cookieDays", 1.0, 5.0)),
        ("launchedAt:0 TO 1.5", _in("launchedAt", "1970-01-01T00:00:00.000Z", "1970-01-01T00:00:01.501Z")),
        ("launchedAt:2024-03", _in("launchedAt", "2024-03-01T00:00:00.000Z", "2024-04-01T00:00:00.000Z")),
        ("objectID:17", _is("objectID", "17")),
        ("categoryPath.lvl0:Travel", _is("categoryPath", "Travel")),
    ],
    ids=str,
)
def test_conditions(text: str, expected: Expression) -> None:  # 1
    assert read_filters(text) == expected


A, B, C = _is("network", "awin"), _is("recurring", "true"), _in("epc", 1.0, None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("network:awin AND recurring:true", AllOf((A, B))),
        ("network:awin OR recurring:true", AnyOf((A, B))),
        ("network:awin AND recurring:true OR epc>=1", AllOf((A, AnyOf((B, C))))),
        ("network:awin OR recurring:true AND epc>=1", AllOf((AnyOf((A, B)), C))),
        ("(network:awin AND recurring:true) OR epc>=1", AnyOf((AllOf((A, B)), C))),
        ("NOT network:awin AND recurring:true", AllOf((Not(A), B))),
        ("NOT (network:awin OR recurring:true)", Not(AnyOf((A, B)))),
        ("NOT NOT network:awin", Not(Not(A))),
        ("((network:awin))", A),
        ("network:awin AND network:awin", A),
        ("network:awin OR network:cj OR network:awin", _is("network", "awin", "cj")),
        ("network:awin\nAND\tNOT(recurring:true)", AllOf((A, Not(B)))),
    ],
    ids=str,
)
def test_precedence(text: str, expected: Expression) -> None:  # 2
    assert read_filters(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "network:nobody",
        "recurring:1",
        "epc:high",
        "launchedAt:soon",
        "objectID:x",
        "objectID:-1",
        "published",
        "_tags:published",
        "categoryPath.lvl1:Travel",
        "categoryPath.lvl0:Travel > Hotels".replace(":", ':"') + '"',
        "epc > 1.7976931348623157e308",
    ],
)
def test_what_cannot_be_is_found_nowhere(text: str) -> None:  # 3
    assert read_filters(text) == NOTHING


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("nework:awin", "did you mean 'network'?"),
        ("network:", "expected a value of 'network', but it ends there"),
        ("network:awin recurring:true", "expected AND or OR, but 'recurring:true' at position 13"),
        ("(network:awin", "expected AND, OR or ')'"),
        ("network:awin)", "expected AND or OR"),
        ("AND network:awin", "expected a condition"),
        ("network:awin OR", "expected a condition"),
        ("NOT", "expected a condition"),
        ('network:"awin', "never closed"),
        ("epc >", "a number after '>'"),
        ("epc > high", "expected a number"),
        ("epc:1 TO", "the upper end"),
        ("epc:5 TO 1", "lower end above"),
        ("network:a TO b", "not numeric"),
        ("epc > 1e999", "expected a number"),
        ("epc > nan", "expected a number"),
        ("(" * (DEEPEST + 2), "more than 20 deep"),
        ("NOT " * (DEEPEST + 2) + "network:awin", "more than 20 deep"),
        (" OR ".join(["network:awin"] * (MOST_CONDITIONS + 1)), "more than 1,000 conditions"),
    ],
    ids=lambda text: text[:30],
)
def test_errors_say_where_and_what(text: str, says: str) -> None:  # 3
    with pytest.raises(Misread, match="(?s)" + ".*".join(map(_escaped, says.split("…")))):
        read_filters(text)


def _escaped(text: str) -> str:
    return "".join(f"\\{sign}" if not sign.isalnum() else sign for sign in text)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], EVERYTHING),
        ("network:awin", A),
        (["network:awin", "recurring:true"], AllOf((A, B))),
        ([["network:awin", "recurring:true"]], AnyOf((A, B))),
        ([["network:awin", "network:cj"], "recurring:true"], AllOf((_is("network", "awin", "cj"), B))),
        (["network:-awin"], Not(A)),
        (["category:\\-minus"], _is("category", "-minus")),
        (["epc:\\-5"], _in("epc", -5.0, -5.0)),
        (["category: Home, Garden "], _is("category", "Home, Garden")),
        ([[]], EVERYTHING),
    ],
    ids=str,
)
def test_facet_filters(given: object, expected: Expression) -> None:  # 2
    assert facet_filters(given) == expected


def test_numeric_and_tag_filters() -> None:  # 2, 3
    assert numeric_filters([["epc>=1", "cookieDays=30"], "epc<=2"]) == AllOf(
        (AnyOf((C, _in("cookieDays", 30.0, 30.0))), _in("epc", None, 2.0))
    )
    assert tag_filters(["a"]) == NOTHING
    assert tag_filters([["a", "-b"]]) == Not(NOTHING)


_WORDS = st.sampled_from(
    [
        "network",
        "awin",
        "epc",
        "AND",
        "OR",
        "NOT",
        "TO",
        "(",
        ")",
        ":",
        ">",
        "<=",
        "!=",
        "=",
        '"',
        "'",
        "\\",
        "1",
        "-",
        " ",
    ]
)


@settings(max_examples=400)
@given(text=st.lists(_WORDS, max_size=25).map("".join) | st.lists(_WORDS, max_size=25).map(" ".join) | st.text())
@example(text='"' * 1001)
@example(text="network:awin AND " * 999)
def test_any_text_is_read_or_refused(text: str) -> None:  # 4
    try:
        expression = read_filters(text)
    except Misread as refused:
        message = str(refused)
    else:
        message = str(msgspec.json.encode(as_clause(expression)))
    assert message


_NESTED = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text() | st.sampled_from(["network:awin", "epc>1", "epc:-1", "a:b"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=10,
)


@settings(max_examples=300)
@given(given_=_NESTED, read=st.sampled_from([facet_filters, numeric_filters, tag_filters]))
def test_any_list_is_read_or_refused(given_: object, read: object) -> None:  # 4
    assert callable(read)
    try:
        expression = read(given_)
    except Misread as refused:
        message = str(refused)
    else:
        message = str(msgspec.json.encode(as_clause(expression)))
    assert message
