"""Which programs of a feed are told more than once, and not alike.

Of two records of one program the last is kept. That is nothing to speak of where both say the same; where they do not,
what is lost is said, with the places of the first and the last.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

import msgspec

from mappings.catalogue import COMPARED
from mappings.program import Program

MOST_HELD = 100_000  # programs that are held against those behind them

RATES = (
    "commission_type", "commission_min", "commission_max", "commission_fixed_min", "commission_fixed_max", "currency",
    "commission_rules", "recurring", "recurring_months",
)  # fmt: skip
SAID = tuple(entry.name for entry in COMPARED)
_rates, _said = attrgetter(*RATES), attrgetter(*SAID)
# What differs, the gravest first.
_WARNINGS = (
    "it stands in the feed more than once, with other rates; the last is kept",
    "it stands in the feed more than once, under another name; the last is kept",
    "it stands in the feed more than once, and says something else; the last is kept",
)


class RecordPlace(msgspec.Struct, frozen=True):
    """A record's number in its input, and its line where it has one."""

    number: int
    line: int | None = None


class ToldAgain(msgspec.Struct, kw_only=True):
    """A program that was told more than once: how many times after the first, where last, and whether rates, name and
    anything at all differ."""

    external_id: str
    first: RecordPlace
    last: RecordPlace
    times: int = 0
    differs: list[bool]

    def differing(self) -> str | None:
        """What differs, as a warning; None if all say the same."""
        return next((warning for warning, differs in zip(_WARNINGS, self.differs, strict=True) if differs), None)

    def places(self) -> str:
        """The first and the last of them, for people."""
        first, last = self.first, self.last
        both = f"lines {first.line} and {last.line}" if last.line else f"records {first.number} and {last.number}"
        return f"{both}, {self.times + 1} times" if self.times > 1 else both


class ToldBefore:
    """Programs as they pass, each held against the first of its id."""

    def __init__(self) -> None:
        self._first: dict[str, tuple[RecordPlace, tuple[int, ...]]] = {}
        self._again: dict[str, ToldAgain] = {}

    def note(self, place: RecordPlace, program: Program) -> None:
        """Hold a program against those before it."""
        marks = (hash(_rates(program)), hash(program.name), hash(_said(program)))
        known = self._first.get(program.external_id)
        if known is None:
            if len(self._first) < MOST_HELD:
                self._first[program.external_id] = place, marks
            return
        first, before = known
        again = self._again.get(program.external_id)
        if again is None:
            again = ToldAgain(external_id=program.external_id, first=first, last=place, differs=[False] * len(marks))
            self._again[program.external_id] = again
        again.last = place
        again.times += 1
        again.differs = [said or one != other for said, one, other in zip(again.differs, before, marks, strict=True)]

    def found(self) -> Sequence[ToldAgain]:
        """Those that were told again, in the order in which they were first."""
        return tuple(self._again.values())
