"""A search as it was asked for: the record, and the bounds of what may be asked."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import msgspec

from app.search.grammar import Range
from app.search.query_analysis import Wording
from mappings.catalogue import Searchable

LONGEST_QUERY = 512  # bytes, as Algolia; nobody types more, and each word costs
MOST_PER_PAGE = 100
MOST_LITERAL = 20  # phrases of a query to be taken as plain words
DEEPEST_RESULT = 10_000  # the engine's own window; a cursor goes further
MOST_FACET_VALUES = 1000
DEFAULT_FACET_VALUES = 20
BY_COUNT, BY_NAME = "count", "name"
DEFAULT_STATUSES = "active,paused"

MERCHANT = "sync.merchant"  # where a document says which merchant's it is
MERCHANTS = "merchants"  # the aggregation that counts them

RELEVANCE = "relevance"
NEWEST = "newest"


class Filter(msgspec.Struct, frozen=True):
    """What a field must be: any of the included, none of the excluded. Values or ranges, by the field's kind."""

    field: Searchable
    values: tuple[str, ...] = ()
    excluded_values: tuple[str, ...] = ()
    ranges: tuple[Range, ...] = ()
    excluded_ranges: tuple[Range, ...] = ()
    unknown: bool | None = None  # True: also the unknown ones; False: none of them

    @property
    def selects(self) -> bool:
        """Whether it names what to include, rather than only what to leave out."""
        return bool(self.values or self.ranges or self.unknown)


class SortKey(msgspec.Struct, frozen=True):
    """A key to order by. `relevance` and `newest` have a direction of their own."""

    key: str
    descending: bool


class SearchRequest(msgspec.Struct, frozen=True, dict=True):
    """A search with every parameter checked. `filters` are by field key, without the default of `status`."""

    q: str = ""
    language: str | None = None  # of the words, where it is said
    unless_told: bool = False  # whether the words may tell of another
    literal: tuple[str, ...] = ()  # phrases that are words and nothing else
    begun: bool = False  # the last word may go on
    filters: Mapping[str, Filter] = msgspec.field(default_factory=dict)
    sort: tuple[SortKey, ...] = ()
    page: int = 1
    per_page: int = 20
    cursor: str | None = None
    facets: tuple[str, ...] = ()
    facet_limits: Mapping[str, int] = msgspec.field(default_factory=dict)
    facet_orders: Mapping[str, str] = msgspec.field(default_factory=dict)
    fields: tuple[str, ...] = ()
    highlight: bool = False
    explain: bool = False
    collapse: bool = False  # one hit a merchant, with all its offers
    wait_for: int | None = None  # the version that must be searchable before it is answered
    private: bytes = b""  # by what it is narrowed that only the holder of a key may name

    @property
    def wording(self) -> Wording:
        """The words and how they are to be taken."""
        return Wording(self.q, self.language, self.literal, self.begun, unless_told=self.unless_told)

    @cached_property
    def bound(self) -> bytes:
        """What decides which programs are found and in which order: the words, the filters and the sort."""
        filters = sorted(
            (
                key,
                sorted(wanted.values),
                sorted(wanted.excluded_values),
                [(each.low, each.high) for each in wanted.ranges],
                [(each.low, each.high) for each in wanted.excluded_ranges],
                wanted.unknown,
            )
            for key, wanted in self.filters.items()
        )
        sort = [(each.key, each.descending) for each in self.sort]
        return msgspec.json.encode((self.wording, filters, sort)) + self.private

    @cached_property
    def canonical(self) -> bytes:
        """The same for every request that has the same answer, however it was written."""
        shown = (self.page, self.per_page, self.cursor, self.facets, self._facetting, self.fields)
        return self.bound + msgspec.json.encode((shown, self.highlight, self.explain, self.collapse))

    @property
    def _facetting(self) -> tuple[list[tuple[str, int]], list[tuple[str, str]]]:
        return sorted(self.facet_limits.items()), sorted(self.facet_orders.items())

    def limit_of(self, facet: str) -> int:
        """How many values of a facet are wanted."""
        return self.facet_limits.get(facet, self.facet_limits.get("", DEFAULT_FACET_VALUES))

    def by_name(self, facet: str) -> bool:
        """Whether the values of a facet are wanted by name; by count otherwise."""
        return self.facet_orders.get(facet, self.facet_orders.get("", BY_COUNT)) == BY_NAME
