"""Search by brute force: what filters, facets and sorts must answer, worked out over plain dicts.

It shares no code with the query builder: the semantics are written a second time, from the contract.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.importing.run_import import run_import
from app.importing.sources import generated
from generators import VOLUMES
from mappings.catalogue import PATH_SEPARATOR
from mappings.folding import folded
from mappings.taxonomy import VERTICALS
from tests.words import Catalogue

Row = dict[str, Any]

EACH = 150  # programs a network: enough for every facet to have a tail, few enough to go through by hand
_LABELS = {vertical.slug: vertical.label for vertical in VERTICALS}


def stock(catalogue: Catalogue, shards: int) -> list[Row]:
    """Fill a catalogue with generated programs in every state, index it in so many shards; its rows."""
    if not catalogue.rows("select 1 from programs limit 1"):
        run_import(catalogue.connect, generated(tuple(VOLUMES), limit=EACH), {})
        catalogue.rows("update programs set status = 'paused' where id % 17 = 0")
        catalogue.rows("update programs set status = 'closed' where id % 23 = 0")
        catalogue.rows("update programs set popularity = 1 + id % 100 where id % 5 <> 0")
    catalogue.rebuild(shards=shards)
    catalogue.index()
    rows = [source for source in catalogue.documents().values() if "deleted" not in source["sync"]]
    for row in rows:
        label = _LABELS.get(row["vertical"])
        row["categoryPath"] = [label, label + PATH_SEPARATOR + row["category"]] if label else []
    assert len(rows) == EACH * len(VOLUMES)
    return rows


@dataclass(frozen=True)
class Wanted:
    """A filter as a test draws it: included and excluded values or (low, high) ranges."""

    key: str
    included: tuple[Any, ...] = ()
    excluded: tuple[Any, ...] = ()
    unknown: bool | None = None


def _values(row: Row, key: str) -> list[Any]:
    if key == "categoryPath":
        return list(row["categoryPath"])
    value = row[key]
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def _is(row: Row, key: str, item: Any) -> bool:
    if not isinstance(item, tuple):
        return item in _values(row, key)
    low, high = item
    if key == "commission":
        begin, end = row["commissionMin"], row["commissionMax"]
        if begin is None and end is None:
            return False
        return not (low is not None and end is not None and end < low) and not (
            high is not None and begin is not None and begin > high
        )
    return any((low is None or low <= v) and (high is None or v <= high) for v in _values(row, key))


def _is_unknown(row: Row, key: str) -> bool:
    if key == "commission":
        return row["commissionMin"] is None and row["commissionMax"] is None
    return not _values(row, key)


def passes(row: Row, wanted: Wanted) -> bool:
    """Whether a program satisfies one filter."""
    if any(_is(row, wanted.key, item) for item in wanted.excluded):
        return False
    if wanted.unknown is False and _is_unknown(row, wanted.key):
        return False
    if not wanted.included and not wanted.unknown:
        return True
    return any(_is(row, wanted.key, item) for item in wanted.included) or (
        wanted.unknown is True and _is_unknown(row, wanted.key)
    )


def matching(rows: list[Row], filters: list[Wanted], but: str | None = None) -> list[Row]:
    """The programs that satisfy every filter, one field's own left out if asked."""
    return [row for row in rows if all(passes(row, each) for each in filters if each.key != but)]


def counts(rows: list[Row], key: str) -> dict[Any, int]:
    """How many programs have each value."""
    counted: dict[Any, int] = {}
    for row in rows:
        for value in dict.fromkeys(_values(row, key)):
            counted[value] = counted.get(value, 0) + 1
    return counted


def ordered(rows: list[Row], key: str, *, descending: bool) -> list[int]:
    """Ids in order: by the key, unknown last, ties by id."""
    known = [row for row in rows if row[key] is not None]
    unknown = [row for row in rows if row[key] is None]
    known.sort(key=lambda row: row["id"])
    known.sort(key=lambda row: folded(row[key]) if key == "name" else row[key], reverse=descending)
    unknown.sort(key=lambda row: row["id"])
    return [row["id"] for row in (*known, *unknown)]
