"""Answers of routes that put them together from rows and from what the engine says, as the OpenAPI document shows them.

Beside the structs that other routes answer with. A test holds the answers against them, member by member, both ways.
"""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType

from app.importing.runs import Run
from app.networks.health import Health, LastSync
from app.search.page import IndexState
from mappings.field import Group, Origin
from mappings.program import Program

# -- searching --------------------------------------------------------------------------------------------------------


class SimilarPrograms(msgspec.Struct, kw_only=True, rename="camel"):
    """Programs like one, the most alike first."""

    programs: list[Program]


class FacetCount(msgspec.Struct, kw_only=True, rename="camel"):
    """A value of a facet, and how many programs would be left with it. `filter` is how a filter writes it."""

    value: str | bool
    filter: str
    count: int
    selected: bool
    excluded: bool = False


class TermsFacet(msgspec.Struct, kw_only=True, rename="camel"):
    """The values of a facet, counted under all filters but its own. `unknown` programs have none."""

    values: list[FacetCount]
    exhaustive: bool
    unknown: int


class FacetBucket(msgspec.Struct, kw_only=True, rename="camel"):
    """Programs from an edge to below the next; null is an open end. Edges are numbers, or dates of years."""

    from_: float | str | None = msgspec.field(name="from")
    to: float | str | None
    count: int


class RangesFacet(msgspec.Struct, kw_only=True, rename="camel"):
    """How the values of a facet are spread, counted under all filters but its own. `unknown` programs have none."""

    min: float | str | None
    max: float | str | None
    histogram: list[FacetBucket]
    percentiles: dict[str, float] | UnsetType = UNSET
    percentiles_approximate: bool | UnsetType = UNSET
    unknown: int


class Explanation(msgspec.Struct, kw_only=True, rename="camel"):
    """What a program's place came from: its score, and each part of the query that matched, with what it added."""

    score: float | None
    matched: dict[str, float] | list[str]


# -- the catalogue ----------------------------------------------------------------------------------------------------


class FacetKind(msgspec.Struct, kw_only=True, rename="camel"):
    """How a facet counts: `terms`, `ranges` between `edges`, or `years` from `first` to `last`."""

    kind: str
    bounded: bool | UnsetType = UNSET
    edges: list[float] | UnsetType = UNSET
    first: int | UnsetType = UNSET
    last: int | UnsetType = UNSET


class FieldOfCatalogue(msgspec.Struct, kw_only=True, rename="camel"):
    """A field of a program: what it is, and what can be done with it. `unit` as stored, `filterUnit` as filtered.

    `own`: it is given for a program of one's own; a text has at most `longest` characters.
    """

    key: str
    kind: str
    group: Group
    about: str
    unit: str | None
    filter_unit: str | None
    many: bool
    unknown: bool
    origin: Origin
    own: bool
    longest: int | None
    codes: str | None
    filter: bool
    sort: bool
    facet: FacetKind | None


class Code(msgspec.Struct, kw_only=True, rename="camel"):
    """A value of a set of codes; `labels` of a topic by language."""

    value: str
    label: str
    labels: dict[str, str] | UnsetType = UNSET
    vertical: str | UnsetType | None = UNSET


class FieldCatalogue(msgspec.Struct, kw_only=True, rename="camel"):
    """Every field, the groups that they are of in their order, and what codes mean."""

    fields: list[FieldOfCatalogue]
    groups: list[Code]
    codes: dict[str, list[Code]]


class NetworkTotals(msgspec.Struct, kw_only=True, rename="camel"):
    """Programs of a network that are open, and closed ones; how many of the open ones are featured and verified."""

    network: str
    programs: int
    closed: int
    featured: int
    verified: int


class VerticalTotals(msgspec.Struct, kw_only=True, rename="camel"):
    """Programs of a vertical; null for those of none."""

    vertical: str | None
    programs: int
    closed: int


class CategoryTotals(msgspec.Struct, kw_only=True, rename="camel"):
    """Programs of a network's category; null for those of none."""

    network: str
    category: str | None
    programs: int
    closed: int


class Stats(msgspec.Struct, kw_only=True, rename="camel"):
    """The catalogue in numbers. `fillRates` are shares of a network's programs that have a value, by field."""

    programs: int
    closed: int
    featured: int
    verified: int
    networks: list[NetworkTotals]
    verticals: list[VerticalTotals]
    categories: list[CategoryTotals]
    fill_rates: dict[str, dict[str, float]]
    runs: list[Run]
    index: IndexState


class NetworkOfCatalogue(msgspec.Struct, kw_only=True, rename="camel"):
    """A network: its policy, its programs, its health. `needsAccount` is null for one that is not synced at all."""

    slug: str
    name: str
    home: str
    retired: bool
    min_payout: float | None
    payment_methods: list[str] | None
    programs: int
    closed: int
    missing: int
    last_complete_at: str | None
    needs_account: bool | None
    health: Health


class NetworkWithSyncs(NetworkOfCatalogue, kw_only=True):
    """A network, and its last syncs, newest first."""

    syncs: list[LastSync]


class AllNetworks(msgspec.Struct, kw_only=True, rename="camel"):
    """Every network."""

    networks: list[NetworkOfCatalogue]


# -- operating --------------------------------------------------------------------------------------------------------


class ImportTotals(msgspec.Struct, kw_only=True, rename="camel"):
    """What all imports did, in runs and records."""

    runs: int
    done: int
    failed: int
    active: int
    read: int
    created: int
    updated: int
    unchanged: int
    rejected: int


class ImportedNetwork(msgspec.Struct, kw_only=True, rename="camel"):
    """What the catalogue holds of a network."""

    network: str
    programs: int
    last_complete_at: datetime | None


class Imports(msgspec.Struct, kw_only=True, rename="camel"):
    """Statistics over all imports, and the newest runs."""

    imports: ImportTotals
    programs: int
    networks: list[ImportedNetwork]
    runs: list[Run]
