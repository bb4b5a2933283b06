"""Conditions put together with AND, OR and NOT. Their leaves are the filters that every other route uses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from app.search.filters import LARGEST_INTEGER, Clause, all_of, clause
from app.search.filters import NOTHING as NO_DOCUMENT
from app.search.request import Filter
from mappings.catalogue import Kind


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every member holds; with no members, always."""

    members: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one member holds; with no members, never."""

    members: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The member does not hold: a program whose field is unknown satisfies it."""

    member: Expression


Expression = Filter | AllOf | AnyOf | Not

EVERYTHING = AllOf(())
NOTHING = AnyOf(())


def both(members: Iterable[Expression]) -> Expression:
    """All of some expressions, flattened, nothing twice."""
    flat: list[Expression] = []
    for member in members:
        flat += member.members if isinstance(member, AllOf) else [member]
    unique = tuple(dict.fromkeys(flat))
    return unique[0] if len(unique) == 1 else AllOf(unique)


def either(members: Iterable[Expression]) -> Expression:
    """Any of some expressions, flattened; values of one field become one filter, which the engine takes as one."""
    flat: list[Expression] = []
    for member in members:
        flat += member.members if isinstance(member, AnyOf) else [member]
    listed: dict[str, tuple[Filter, set[str]]] = {}
    others: list[Expression] = []
    for member in flat:
        if isinstance(member, Filter) and member.values:
            listed.setdefault(member.field.key, (member, set()))[1].update(member.values)
        else:
            others.append(member)
    lists = [msgspec.structs.replace(member, values=tuple(sorted(values))) for member, values in listed.values()]
    unique = tuple(dict.fromkeys((*lists, *others)))
    return unique[0] if len(unique) == 1 else AnyOf(unique)


def conjuncts(expression: Expression) -> tuple[Expression, ...]:
    """The expressions that must all hold."""
    return expression.members if isinstance(expression, AllOf) else (expression,)


def leaves(expression: Expression) -> Iterable[Filter]:
    """Every filter in it, negated ones too."""
    match expression:
        case Filter():
            yield expression
        case Not(member):
            yield from leaves(member)
        case AllOf(members) | AnyOf(members):
            for member in members:
                yield from leaves(member)


def selected(expression: Expression) -> Iterable[Filter]:
    """The filters in it that ask for something, rather than leave it out."""
    match expression:
        case Filter():
            yield expression
        case Not():
            return
        case AllOf(members) | AnyOf(members):
            for member in members:
                yield from selected(member)


def whole_numbers(leaf: Filter) -> tuple[str, ...]:
    """The values that a filter on whole numbers asks for exactly: a list of values shows them as selected."""
    if leaf.field.kind is not Kind.INTEGER:
        return ()
    exact = [each.low for each in leaf.ranges if isinstance(each.low, int | float) and each.low == each.high]
    return tuple(str(int(each)) for each in exact if abs(each) <= LARGEST_INTEGER and each == int(each))


def as_clause(expression: Expression) -> Clause:
    """The query clause of an expression."""
    match expression:
        case Filter():
            return clause(expression)
        case Not(member):
            return {"bool": {"must_not": [as_clause(member)]}}
        case AllOf(members):
            return all_of(as_clause(member) for member in members)
        case AnyOf(members):
            shoulds = [as_clause(member) for member in members]
            return {"bool": {"should": shoulds, "minimum_should_match": 1}} if shoulds else NO_DOCUMENT
