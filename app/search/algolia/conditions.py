"""Single conditions: `attribute:value`, a comparison, a range between two numbers."""

from __future__ import annotations

from contextlib import suppress
from math import inf, nextafter

from app.search.algolia.attributes import LEVELS, OBJECT_ID, TAGS, Misread, filterable, level_of
from app.search.algolia.expression import NOTHING, Expression, Not
from app.search.grammar import LONGEST_VALUE, Malformed, Range, date_range, moment_range, number
from app.search.request import Filter
from mappings import codes
from mappings.catalogue import NUMERIC, TEMPORAL, Kind, Searchable

COMPARISONS = ("<=", ">=", "!=", "<", ">", "=")
_LARGEST_ID = 2**53 - 1


def equals(attribute: str, value: str) -> Expression:
    """`attribute:value`. A value the field cannot have finds nothing, as with Algolia: a link may be older than it.

    Codes fold case, and names mean their code. Raises Misread for an attribute that is none.
    """
    if attribute == TAGS:
        return NOTHING
    field = filterable(attribute)
    if len(value) > LONGEST_VALUE:
        raise Misread(f"'{attribute}' has a value of more than {LONGEST_VALUE:,} characters")
    if attribute == OBJECT_ID:
        whole = value.isascii() and value.isdecimal() and len(value) < 17 and 0 < int(value) <= _LARGEST_ID
        return Filter(field, values=(str(int(value)),)) if whole else NOTHING
    if attribute in LEVELS and level_of(value) != LEVELS[attribute]:
        return NOTHING
    if field.kind in NUMERIC or field.kind in TEMPORAL:
        return _exactly(field, value)
    if field.kind is Kind.FLAG:
        return Filter(field, values=(value.lower(),)) if value.lower() in ("true", "false") else NOTHING
    if field.codes:
        meant = codes.meant(field.codes, value)
        return Filter(field, values=meant) if len(meant) == 1 else NOTHING
    return Filter(field, values=(value,))


def _exactly(field: Searchable, value: str) -> Expression:
    """A number; or of a date a day, month or year, or a moment in Unix seconds."""
    if field.kind in TEMPORAL:
        with suppress(Malformed):
            return Filter(field, ranges=(date_range(value),))
    with suppress(Malformed):
        at = number(value)
        return _ranged(field, at, at)
    return NOTHING


def compares(attribute: str, operator: str, value: str) -> Expression:
    """`attribute < number` and its like; dates compare in Unix seconds. Raises Misread."""
    field = _numeric(attribute)
    at = _number(attribute, value)
    match operator:
        case "<":  # ranges are inclusive: the next number there is
            return _ranged(field, None, nextafter(at, -inf))
        case "<=":
            return _ranged(field, None, at)
        case ">":
            return _ranged(field, nextafter(at, inf), None)
        case ">=":
            return _ranged(field, at, None)
        case "=":
            return _ranged(field, at, at)
        case "!=":
            return Not(_ranged(field, at, at))
        case _:
            raise Misread(f"'{operator}' is no comparison; there are {' '.join(COMPARISONS)}")


def between(attribute: str, low: str, high: str) -> Expression:
    """`attribute:low TO high`, both ends inclusive. Raises Misread."""
    field = _numeric(attribute)
    lower, upper = _number(attribute, low), _number(attribute, high)
    if lower > upper:
        raise Misread(f"'{attribute}:{low[:40]} TO {high[:40]}' has its lower end above its upper end")
    return _ranged(field, lower, upper)


def _numeric(attribute: str) -> Searchable:
    field = filterable(attribute)
    if attribute == OBJECT_ID or not (field.kind in NUMERIC or field.kind in TEMPORAL):
        raise Misread(f"'{attribute}' is not numeric; write '{attribute}:value'")
    return field


def _number(attribute: str, text: str) -> float:
    try:
        return number(text)
    except Malformed:
        raise Misread(f"'{attribute}' is compared with '{text[:40]}'; expected a number") from None


def _ranged(field: Searchable, low: float | None, high: float | None) -> Expression:
    if low == inf or high == -inf:
        return NOTHING  # beyond the largest number there is
    return Filter(field, ranges=(moment_range(low, high) if field.kind in TEMPORAL else Range(low, high),))
