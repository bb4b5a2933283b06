"""Filters as query clauses. User text reaches only term, terms and range clauses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import ceil, floor
from typing import Any

from app.search.grammar import Range
from app.search.request import DEFAULT_STATUSES, Filter
from mappings.catalogue import FILTERS, Kind

Clause = dict[str, Any]

NOTHING: Clause = {"match_none": {}}
# A deleted program stays in the index as a mark of its deletion.
ALIVE: Clause = {"bool": {"must_not": {"exists": {"field": "sync.deleted"}}}}

LARGEST_INTEGER = 2**31 - 1

DEFAULT_STATUS = Filter(FILTERS["status"], values=tuple(DEFAULT_STATUSES.split(",")))


def effective(filters: Mapping[str, Filter]) -> dict[str, Filter]:
    """The filters with the default of `status`, which is a value like any other and not a hidden filter."""
    if "status" in filters or "closed" in filters:  # who asks for closed ones wants to see them
        return {**filters}
    return {**filters, "status": DEFAULT_STATUS}


def clause(wanted: Filter) -> Clause:
    """The clause a document must satisfy: any of the included, none of the excluded."""
    return _SHOWN if wanted is DEFAULT_STATUS else _clause(wanted)


def _clause(wanted: Filter) -> Clause:
    included = [*_terms(wanted, wanted.values), *(_range(wanted, each) for each in wanted.ranges)]
    if wanted.unknown:
        included.append(_unknown(wanted))
    excluded = [*_terms(wanted, wanted.excluded_values), *(_range(wanted, each) for each in wanted.excluded_ranges)]
    if wanted.unknown is False:
        excluded.append(_unknown(wanted))
    return _any_but(included, excluded)


def all_of(clauses: Iterable[Clause]) -> Clause:
    """Documents that satisfy every clause."""
    listed = list(clauses)
    if len(listed) == 1:
        return listed[0]
    return {"bool": {"filter": listed}} if listed else {"match_all": {}}


def _any_but(included: list[Clause], excluded: list[Clause]) -> Clause:
    if not excluded:
        return included[0] if len(included) == 1 else {"bool": {"should": included}}
    body: dict[str, Any] = {"must_not": excluded}
    if included:
        body |= {"should": included, "minimum_should_match": 1}
    return {"bool": body}


def _terms(wanted: Filter, values: tuple[str, ...]) -> list[Clause]:
    return [{"terms": {wanted.field.path: list(values)}}] if values else []


def _unknown(wanted: Filter) -> Clause:
    paths = wanted.field.overlap or (wanted.field.path,)
    return {"bool": {"must_not": [{"exists": {"field": path}} for path in paths]}}


def _range(wanted: Filter, span: Range) -> Clause:
    if wanted.field.overlap:
        return _overlap(*wanted.field.overlap, span)
    if wanted.field.kind is Kind.INTEGER:
        return _whole_numbers(wanted.field.path, span)
    if wanted.field.kind in (Kind.DATE, Kind.TIME):
        return _moments(wanted.field.path, wanted.field.kind, span)
    bounds = {word: bound for word, bound in (("gte", span.low), ("lte", span.high)) if bound is not None}
    return {"range": {wanted.field.path: bounds}}


def _whole_numbers(path: str, span: Range) -> Clause:
    """Bounds brought to whole numbers that the field's type can hold."""
    low = -LARGEST_INTEGER if span.low is None else max(ceil(span.low), -LARGEST_INTEGER)  # type: ignore[arg-type]
    high = LARGEST_INTEGER if span.high is None else min(floor(span.high), LARGEST_INTEGER)  # type: ignore[arg-type]
    return {"range": {path: {"gte": low, "lte": high}}} if low <= high else NOTHING


def _moments(path: str, kind: Kind, span: Range) -> Clause:
    bounds: dict[str, Any] = {}
    if span.low is not None:
        bounds["gte"] = span.low
    if span.high is not None:
        bounds["lt"] = span.high
    return {"range": {path: {**bounds, "format": "strict_date_time"}}}


def _overlap(low_path: str, high_path: str, span: Range) -> Clause:
    """Programs whose span overlaps: it may not end before the range, nor begin after it. An unknown end is open."""
    clauses: list[Clause] = []
    if span.low is not None:
        clauses.append({"range": {high_path: {"lt": span.low}}})
    if span.high is not None:
        clauses.append({"range": {low_path: {"gt": span.high}}})
    known = [{"exists": {"field": low_path}}, {"exists": {"field": high_path}}]
    return {"bool": {"should": known, "minimum_should_match": 1, "must_not": clauses}}


_SHOWN = _clause(DEFAULT_STATUS)  # part of nearly every search
