"""What is private on Algolia's wire: whether a query names it, and records with it for the holder of a key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from app.search.algolia.expression import AllOf, AnyOf, Expression, Not
from app.search.algolia.query import Query
from app.search.algolia.results import Result
from app.search.algolia.wire import Parameters, refused
from app.search.private.sets import MOST_TERMS, NAMES, NO_IDS, SHORTLISTED, TAGS, IdSets, PrivateSets
from app.search.request import Filter
from mappings.catalogue import SEARCHABLE

# Parameters that hold names of attributes, and those that hold conditions on them.
_NAMING = (
    "facets",
    "facet",
    "attributesToRetrieve",
    "attributesToHighlight",
    "attributesToSnippet",
    "facetFilters",
    "numericFilters",
    "filters",
)
_NAMED = re.compile(rf"(?<![\w.])(?:{'|'.join(NAMES)})(?![\w.])")
_BYTES = tuple(name.encode() for name in NAMES)
_ESCAPE = b"\\u"  # how JSON may write any letter of a name


def may_name(body: bytes) -> bool:
    """Whether a body may name what is private: a look at its bytes, before it is read."""
    return _ESCAPE in body or any(name in body for name in _BYTES)


def names_private(given: Parameters) -> bool:
    """Whether a query names what is private, as an attribute of whichever kind. Its words may be any."""
    return any(_NAMED.search(text) for name in _NAMING for text in _texts(given.get(name)))


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):  # of lists, in filters
        for each in value:
            if isinstance(each, str):
                yield each
            elif isinstance(each, list):
                yield from (one for one in each if isinstance(one, str))


def dress(results: Iterable[Result], queries: Sequence[Query], sets: PrivateSets) -> None:
    """Add to each hit what is private of it, as far as its attributes are wanted."""
    for result, asked in zip(results, queries, strict=True):
        for hit in result.get("hits", ()):
            members = sets.members(int(hit["objectID"]))
            hit |= {name: value for name, value in members.items() if asked.retrieve.holds(name)}


def narrowed(asked: Query, sets: PrivateSets) -> Query:
    """A query with its private conditions as ids of programs. Raises BadRequest for a relation that there is not."""
    return replace(asked, conditions=frozenset(_by_id(each, sets) for each in asked.conditions))


def _by_id(expression: Expression, sets: PrivateSets) -> Expression:
    match expression:
        case Filter(field=field, values=values) if field.key in NAMES:
            return AnyOf(tuple(part for value in values for part in _ids(sets.by_name[field.key], field.key, value)))
        case Not(member):
            return Not(_by_id(member, sets))
        case AllOf(members):
            return AllOf(tuple(_by_id(each, sets) for each in members))
        case AnyOf(members):
            return AnyOf(tuple(_by_id(each, sets) for each in members))
        case _:
            return expression


def _ids(of: IdSets, name: str, value: str) -> Iterable[Expression]:
    if name == SHORTLISTED and value == "false":
        yield Not(AnyOf(tuple(_ids(of, name, "true"))))
        return
    if name != TAGS and value not in of.order:
        raise refused("filters", f"'{value[:80]}' is no {name}; it can be {', '.join(of.order)}")
    ids = of.values.get(value, NO_IDS)
    for start in range(0, len(ids), MOST_TERMS):
        yield Filter(SEARCHABLE["id"], values=tuple(map(str, ids[start : start + MOST_TERMS])))
