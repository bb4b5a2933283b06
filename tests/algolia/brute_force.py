"""Search by brute force, in this protocol's terms: nested conditions over plain dicts.

It shares no code with what is tested: the semantics are written a second time, from Algolia's documentation.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import eq, ge, gt, le, lt
from typing import Any

from mappings.catalogue import PATH_SEPARATOR
from tests.oracle import Row

# ("is", attribute, value), ("to", attribute, low, high), (comparison, attribute, number),
# ("not", expression), ("and", [expressions]), ("or", [expressions])
Expression = tuple[Any, ...]

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge, "=": eq}


def values(row: Row, attribute: str) -> list[Any]:
    """The values of an attribute, `categoryPath.lvl1` for those of a level."""
    key, _, level = attribute.partition(".lvl")
    value = row[key]
    listed = value if isinstance(value, list) else [] if value is None else [value]
    return [each for each in listed if not level or (PATH_SEPARATOR in each) == (level == "1")]


def holds(row: Row, expression: Expression) -> bool:
    """Whether a program satisfies an expression."""
    match expression:
        case ("is", attribute, value):
            return value in values(row, attribute)
        case ("to", attribute, low, high):
            return any(low <= value <= high for value in values(row, attribute))
        case ("!=", attribute, number):
            return number not in values(row, attribute)
        case ("<" | "<=" | ">" | ">=" | "=" as sign, attribute, number):
            return any(_COMPARE[sign](value, number) for value in values(row, attribute))
        case ("not", inner):
            return not holds(row, inner)
        case ("and", members):
            return all(holds(row, each) for each in members)
        case ("or", members):
            return any(holds(row, each) for each in members)
    raise AssertionError(expression)


def names_status(expression: Expression) -> bool:
    """Whether an expression asks about the status."""
    match expression:
        case ("not", inner):
            return names_status(inner)
        case ("and" | "or", members):
            return any(names_status(each) for each in members)
    return bool(expression[1] == "status")


def under(rows: list[Row], expressions: list[Expression], facet: str | None = None) -> list[Row]:
    """What satisfies all; closed programs only where status is asked about, or is what is counted."""
    default = not any(names_status(each) for each in expressions) and facet != "status"
    return [
        row
        for row in rows
        if all(holds(row, each) for each in expressions) and not (default and row["status"] == "closed")
    ]


def counts(rows: list[Row], attribute: str) -> dict[str, int]:
    """How many programs have each value, as text."""
    counted: dict[str, int] = {}
    for row in rows:
        for value in dict.fromkeys(values(row, attribute)):
            counted[text(value)] = counted.get(text(value), 0) + 1
    return counted


def text(value: Any) -> str:
    """A value as a client shows it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
