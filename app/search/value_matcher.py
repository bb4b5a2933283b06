"""Which values of a facet answer what was typed, by their code or by a name; the same on every wire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.search.code_names import codes_called
from app.search.typed import Match, Span, Typed, match, typed
from mappings import codes
from mappings.catalogue import Searchable


@dataclass(frozen=True, slots=True)
class AnsweringValue:
    """A value that answers, as filters write it, with its count; and what matched in it and in its label."""

    value: str
    count: int
    label: str | None
    match: Match
    in_value: tuple[Span, ...]
    in_label: tuple[Span, ...]


def answering_values(facet: Searchable, counts: Mapping[str, int], facet_query: str) -> list[AnsweringValue]:
    """The values that answer, the best first: typing errors are forgiven only if nothing begins as typed."""
    wanted = typed(facet_query)
    labels = codes.labels(facet.codes) if facet.codes else {}
    called = codes_called(facet.codes, wanted) if facet.codes else {}
    found: list[AnsweringValue] = []
    for typos in (False, True):
        for value, count in counts.items():
            answering = _answering(wanted, value, count, labels.get(value), called.get(value), typos=typos)
            if answering is not None:
                found.append(answering)
        if found:
            break
    return sorted(found, key=lambda each: (each.match.rank, -each.count, each.value))


def _answering(
    wanted: Typed, value: str, count: int, label: str | None, called: Match | None, *, typos: bool
) -> AnsweringValue | None:
    by_label = match(wanted, label, typos=typos) if label else None
    # A code of two letters is meant as it is typed.
    by_value = match(wanted, value, typos=typos and label is None)
    best = min((each for each in (by_label, by_value, called) if each), key=lambda each: each.rank, default=None)
    if best is None:
        return None
    in_value, in_label = (each.spans if each else () for each in (by_value, by_label))
    return AnsweringValue(value, count, label, best, in_value, in_label)
