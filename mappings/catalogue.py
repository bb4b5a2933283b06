"""The field catalogue, read off `Program`'s annotations once, plus the virtual fields that only search has.

Everything that needs to know "which fields are there, and what can be done with them" reads `FIELDS` or `SEARCHABLE`:
table, staging, document, index mapping, parameters, docs.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import get_type_hints

from msgspec import inspect

from mappings.field import Facet, Field, Group, Origin, Terms, Unit
from mappings.program import Program


class Kind(Enum):
    """What a single value is; the same five kinds in Postgres, OpenSearch and a query string."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    FLAG = "flag"
    DATE = "date"
    TIME = "time"
    RULES = "rules"


NUMERIC = (Kind.INTEGER, Kind.NUMBER)
TEMPORAL = (Kind.DATE, Kind.TIME)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Inclusive numeric bounds, length bounds in characters (of a string) or items (of a list)."""

    low: float | None = None
    high: float | None = None
    shortest: int | None = None
    longest: int | None = None
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of `Program`, under both of its names, with its type taken apart."""

    name: str  # column
    key: str  # JSON
    kind: Kind
    many: bool
    optional: bool
    bounds: Bounds
    item_bounds: Bounds
    field: Field

    @property
    def document(self) -> str:
        """The SQL expression that yields the field in the search document."""
        return self.field.document or f"p.{self.name}"


def _bounds(leaf: inspect.Type) -> Bounds:
    return Bounds(
        low=getattr(leaf, "ge", None),
        high=getattr(leaf, "le", None),
        shortest=getattr(leaf, "min_length", None),
        longest=getattr(leaf, "max_length", None),
        pattern=getattr(leaf, "pattern", None),
    )


def _kind(leaf: inspect.Type) -> Kind:
    match leaf:
        case inspect.StrType():
            return Kind.STRING
        case inspect.IntType():
            return Kind.INTEGER
        case inspect.FloatType():
            return Kind.NUMBER
        case inspect.BoolType():
            return Kind.FLAG
        case inspect.DateType():
            return Kind.DATE
        case inspect.DateTimeType():
            return Kind.TIME
        case inspect.StructType():
            return Kind.RULES
        case _:
            raise TypeError(f"a program has no fields of type {leaf}")


def _entry(described: inspect.Field, field: Field) -> Entry:
    leaf = described.type
    optional = False
    if isinstance(leaf, inspect.UnionType):
        optional = leaf.includes_none
        (leaf,) = (kind for kind in leaf.types if not isinstance(kind, inspect.NoneType))
    bounds, item_bounds, many = _bounds(leaf), Bounds(), False
    if isinstance(leaf, inspect.VarTupleType):
        leaf, many = leaf.item_type, True
        item_bounds = _bounds(leaf)
    return Entry(described.name, described.encode_name, _kind(leaf), many, optional, bounds, item_bounds, field)


def _read() -> tuple[Entry, ...]:
    described = inspect.type_info(Program)
    assert isinstance(described, inspect.StructType)
    hints = get_type_hints(Program, include_extras=True)
    entries = []
    for field in described.fields:
        (annotation,) = (extra for extra in hints[field.name].__metadata__ if isinstance(extra, Field))
        entries.append(_entry(field, annotation))
    return tuple(entries)


FIELDS: tuple[Entry, ...] = _read()
BY_NAME: dict[str, Entry] = {entry.name: entry for entry in FIELDS}
BY_KEY: dict[str, Entry] = {entry.key: entry for entry in FIELDS}


@dataclass(frozen=True, slots=True)
class Searchable:
    """What a parameter, a facet or a sort key may name: a field of `Program`, or a virtual one.

    `path` is where its values are in the search document. `overlap` holds the paths of a lower and an upper bound
    instead: such a field is a span, and a range finds the spans that overlap it.
    """

    key: str
    kind: Kind
    about: str
    path: str
    optional: bool
    group: Group
    many: bool = False
    overlap: tuple[str, str] | None = None
    since: bool = False  # a time alone means from then on, `true` at any time
    filter: bool = False
    sort: bool = False
    facet: Facet | None = None
    codes: str | None = None
    unit: Unit | None = None

    @property
    def ranged(self) -> bool:
        """Whether its filter is a range (numbers, dates) rather than a list of values."""
        return self.kind in NUMERIC or self.kind in TEMPORAL


def _searchable(entry: Entry) -> Searchable:
    field = entry.field
    path = entry.key
    if entry.name == "name":
        path = "name.exact"  # text has no order of its own
    elif field.usd:
        path = BY_NAME[field.usd].key  # amounts compare in one currency
    return Searchable(
        key=entry.key,
        kind=entry.kind,
        about=field.about,
        path=path,
        optional=entry.optional and field.origin is not Origin.STORE,
        group=field.group,
        many=entry.many,
        filter=field.filter,
        sort=field.sort,
        facet=field.facet,
        codes=field.codes,
        unit="USD" if field.usd else field.unit,
    )


PATH_SEPARATOR = " > "

VIRTUAL: tuple[Searchable, ...] = (
    Searchable(
        key="commission",
        kind=Kind.NUMBER,
        about="The span from commissionMin to commissionMax: a range finds the programs whose span overlaps it.",
        path="commissionMin",
        overlap=("commissionMin", "commissionMax"),
        optional=True,
        group=Group.PAY,
        filter=True,
        sort=True,
        unit="percent",
    ),
    Searchable(
        key="commissionFixed",
        kind=Kind.NUMBER,
        about="The span from commissionFixedMinUsd to commissionFixedMaxUsd, in the same way.",
        path="commissionFixedMinUsd",
        overlap=("commissionFixedMinUsd", "commissionFixedMaxUsd"),
        optional=True,
        group=Group.PAY,
        filter=True,
        sort=True,
        unit="USD",
    ),
    Searchable(
        key="categoryPath",
        kind=Kind.STRING,
        about="`Travel`, or `Travel > Hotels & Accommodation`: our vertical, then the network's category.",
        path="sync.categoryPath",
        optional=True,
        group=Group.WHAT,
        many=True,
        filter=True,
        facet=Terms(),
    ),
    *(
        Searchable(
            key=key,
            kind=Kind.TIME,
            about=about,
            path=f"sync.{time}",
            optional=True,
            group=Group.RECORD,
            since=True,
            filter=True,
        )
        for key, time, about in (
            (
                "changedSince",
                "changedAt",
                "When rate, cookie, status or EPC band last changed; a time means since then.",
            ),
            ("rateCut", "rateCutAt", "When its rate was last cut; `true` for ever, a time for since then."),
            ("closed", "closedAt", "Since when it is closed; `true` for ever, a time for since then. Lifts `status`."),
        )
    ),
)

SEARCHABLE: dict[str, Searchable] = {
    entry.key: entry for entry in (*(_searchable(entry) for entry in FIELDS), *VIRTUAL)
}

FILTERS: dict[str, Searchable] = {key: entry for key, entry in SEARCHABLE.items() if entry.filter}
SORTS: dict[str, Searchable] = {key: entry for key, entry in SEARCHABLE.items() if entry.sort}
FACETS: dict[str, Searchable] = {key: entry for key, entry in SEARCHABLE.items() if entry.facet}

# Compared when an import asks whether a stored row changed. `network` and `external_id` are how the row was found.
COMPARED: tuple[Entry, ...] = tuple(
    entry for entry in FIELDS if entry.field.origin is Origin.SOURCE and entry.name not in ("network", "external_id")
)

# Written by an import, in the order in which they are copied into the staging table.
IMPORTED: tuple[Entry, ...] = tuple(
    entry
    for entry in FIELDS
    if entry.field.origin in (Origin.SOURCE, Origin.DERIVED)
    and (entry.field.stored or entry.name == "network")
    and entry.name not in ("missing_since", "popularity")
)
