"""Programs that are pinned to a query: found whatever the words find, and first where relevance orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

MOST_PINNED = 10
# Above all that words can come to, one step apart in the order of the pins; a 32-bit float tells them apart.
_FIRST = 1_000_000.0
_STEP = 1_000.0


def with_pinned(
    asked: dict[str, Any], pinned: Sequence[int], *, scored: bool = True, named: bool = False
) -> dict[str, Any]:
    """The members of a `bool` query that finds what `asked` finds, members of one too, and programs of these ids."""
    words = {"bool": asked}
    if not scored:
        either = [words, {"terms": {"id": list(pinned)}}]
        return {"filter": [{"bool": {"should": either, "minimum_should_match": 1}}]}
    # The best of its ways is what a program counts: words add nothing to a pin, so that the order is that of the pins.
    ways = [words, *(_pin(id, place, named) for place, id in enumerate(pinned))]
    return {"must": [{"dis_max": {"queries": ways}}]}


def _pin(id: int, place: int, named: bool) -> dict[str, Any]:
    name = {"_name": f"pinned:{place + 1}"} if named else {}  # of two clauses of one name only one is told
    return {"constant_score": {"filter": {"term": {"id": id}}, "boost": _FIRST - place * _STEP, **name}}
