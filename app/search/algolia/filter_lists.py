"""`facetFilters`, `numericFilters` and `tagFilters`: lists that are ANDs, with lists inside that are ORs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.search.algolia.attributes import Misread
from app.search.algolia.conditions import equals
from app.search.algolia.expression import NOTHING, Expression, Not, both, either
from app.search.algolia.filter_grammar import MOST_CONDITIONS, read_condition


def facet_filters(given: Any) -> Expression:
    r"""`["network:awin", ["vertical:travel", "vertical:-pets"]]`; `\-` is a minus that does not negate."""
    return _nested(given, _facet, "attribute:value")


def numeric_filters(given: Any) -> Expression:
    """`["epc>=1", ["cookieDays=30", "cookieDays:60 TO 90"]]`."""
    return _nested(given, read_condition, "attribute>=number")


def tag_filters(given: Any) -> Expression:
    """Programs have no tags: one that is asked for finds nothing, one that is left out changes nothing."""
    return _nested(given, lambda tag: Not(NOTHING) if tag.startswith("-") else NOTHING, "tag")


def _facet(condition: str) -> Expression:
    attribute, colon, value = condition.partition(":")
    if not colon:
        raise Misread(f"'{condition[:80]}' has no colon; expected attribute:value")
    attribute, value = attribute.strip(), value.strip()
    if value.startswith("-"):
        return Not(equals(attribute, value[1:]))
    return equals(attribute, value[1:] if value.startswith("\\-") else value)


def _nested(given: Any, read: Callable[[str], Expression], form: str) -> Expression:
    if isinstance(given, str):
        return read(given)
    if not isinstance(given, list):
        raise Misread(f"expected a list of texts such as '{form}', or lists of them")
    if sum(len(each) if isinstance(each, list) else 1 for each in given) > MOST_CONDITIONS:
        raise Misread(f"it has more than {MOST_CONDITIONS:,} conditions; at most that are taken")
    return both(_alternatives(each, read, form) for each in given)


def _alternatives(given: Any, read: Callable[[str], Expression], form: str) -> Expression:
    if isinstance(given, str):
        return read(given)
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        raise Misread(f"expected texts such as '{form}', nested at most twice: a list of lists of them")
    return either(read(each) for each in given) if given else both(())
