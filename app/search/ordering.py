"""Sort keys as the engine takes them. Unknown is last in both directions, and the last tie is the id."""

from __future__ import annotations

from typing import Any

from app.search.request import NEWEST, RELEVANCE, SortKey
from mappings.catalogue import SORTS


def ordering(keys: tuple[SortKey, ...]) -> list[dict[str, Any]]:
    """The `sort` of a request body."""
    order: list[dict[str, Any]] = []
    for wanted in keys:
        if wanted.key == RELEVANCE:
            order.append({"_score": "desc"})
            continue
        path, direction = _path(wanted), "desc" if wanted.descending else "asc"
        order.append({path: {"order": direction, "missing": "_last"}})
    if not any("id" in key for key in order):
        order.append({"id": "asc"})
    return order


def _path(wanted: SortKey) -> str:
    if wanted.key == NEWEST:
        return SORTS["launchedAt"].path
    searched = SORTS[wanted.key]
    if searched.overlap:  # a span goes up by where it begins, down by where it ends
        return searched.overlap[1] if wanted.descending else searched.overlap[0]
    return searched.path
