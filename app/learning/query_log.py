"""The query log of one process: how often each text was searched for, in memory, until it is written down.

Nothing of who searched comes here: no address, no key, no time but the day.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import NamedTuple

import msgspec

from app.learning.query_text import kept_text

MOST_TEXTS = 10_000  # between two writings; beyond it the rarest count among the others
_DROPPED_AT_ONCE = MOST_TEXTS // 10
OTHERS = ""
"""The text that stands for those that are not kept: too rare, or such as may tell of a person."""


class SearchOutcome(NamedTuple):
    """What became of one search: what was found, nothing if that is not known any more, and how (`matched`).

    `begun`: its last word may still be going on.
    """

    q: str
    found: int | None
    matched: str
    begun: bool = False


class QueryCount(msgspec.Struct):
    """How often a text was searched for on a day, and how often that found nothing, left words out, mended one."""

    day: date
    query: str
    asked: int = 0
    empty: int = 0
    relaxed: int = 0
    corrected: int = 0
    found: int | None = None  # the last time

    def add(self, other: QueryCount) -> None:
        """Count what the other has counted, which is the newer."""
        self.asked += other.asked
        self.empty += other.empty
        self.relaxed += other.relaxed
        self.corrected += other.corrected
        if other.found is not None and self.query != OTHERS:
            self.found = other.found


class _Counted(NamedTuple):
    """Under what is counted: a text that was still being typed apart from the same text in full."""

    day: date
    text: str
    begun: bool


class QueryLog:
    """What is counted and not yet written; at most `MOST_TEXTS` texts."""

    def __init__(self) -> None:
        self._counts: dict[_Counted, QueryCount] = {}

    def __len__(self) -> int:
        return len(self._counts)

    def count(self, outcome: SearchOutcome) -> None:
        """Count a search."""
        today = datetime.now(UTC).date()
        text = kept_text(outcome.q)
        count = QueryCount(
            today,
            text,
            asked=1,
            empty=int(outcome.found == 0),
            relaxed=int(outcome.matched == "some"),
            corrected=int(outcome.matched == "typo"),
            found=outcome.found if text else None,
        )
        self._add(_Counted(today, text, outcome.begun and text != OTHERS), count)

    def take(self) -> list[QueryCount]:
        """Everything that is counted, to be written; nothing is counted then.

        Who types "shoes" asks for "s", "sh", "sho" and "shoe" on the way: the beginnings of what somebody typed on
        are no queries.
        """
        taken, self._counts = self._counts, {}
        # In this order all texts that begin so follow a text at once.
        texts = sorted({(each.day, each.text) for each in taken})
        typed_on = {one for one, other in pairwise(texts) if one[0] == other[0] and other[1].startswith(one[1])}
        found: dict[tuple[date, str], QueryCount] = {}
        for key, count in taken.items():
            text = (key.day, key.text)
            if key.begun and text in typed_on:
                continue
            if text in found:
                found[text].add(count)
            else:
                found[text] = count
        return list(found.values())

    def put_back(self, counts: Iterable[QueryCount]) -> None:
        """Count again what could not be written."""
        newer, self._counts = self._counts, {}
        for count in counts:
            self._add(_Counted(count.day, count.query, False), count)
        for key, count in newer.items():
            self._add(key, count)

    def _add(self, key: _Counted, count: QueryCount) -> None:
        known = self._counts.get(key)
        if known is not None:
            known.add(count)
            return
        if len(self._counts) >= MOST_TEXTS:
            self._drop_rarest()
        self._counts[key] = count

    def _drop_rarest(self) -> None:
        """Count the rarest texts among the others."""
        texts = [(count.asked, place, key) for place, (key, count) in enumerate(self._counts.items()) if key.text]
        for _, _, key in heapq.nsmallest(_DROPPED_AT_ONCE, texts):
            dropped = self._counts.pop(key)
            if key.begun:  # most likely the beginning of another
                continue
            others = _Counted(key.day, OTHERS, False)
            self._counts.setdefault(others, QueryCount(key.day, OTHERS)).add(dropped)
