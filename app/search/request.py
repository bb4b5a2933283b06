"""A search as it was asked for: query parameters in, `SearchRequest` out, all that is wrong said at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

import msgspec

from app.search.grammar import (
    UNKNOWN,
    Item,
    Malformed,
    Range,
    date_range,
    number_range,
)
from app.search.parameters import Reader
from app.search.problems import meaning
from mappings import codes
from mappings.catalogue import FACETS, FIELDS, FILTERS, NUMERIC, SORTS, Kind, Searchable
from mappings.field import Terms

LONGEST_QUERY = 512  # bytes, as Algolia; nobody types more, and each word costs
MOST_PER_PAGE = 100
DEEPEST_RESULT = 10_000  # the engine's own window; a cursor goes further
MOST_FACET_VALUES = 1000
DEFAULT_FACET_VALUES = 20
BY_COUNT, BY_NAME = "count", "name"
DEFAULT_STATUSES = "active,paused"

MERCHANT = "sync.merchant"  # where a document says which merchant's it is
MERCHANTS = "merchants"  # the aggregation that counts them

RELEVANCE = "relevance"
NEWEST = "newest"

_KEYS = tuple(entry.key for entry in FIELDS)
_HIDING_UNKNOWNS = tuple(key for key, searched in FILTERS.items() if searched.ranged and searched.optional)


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
        return msgspec.json.encode((self.q, filters, [(each.key, each.descending) for each in self.sort]))

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


CONTROLS = (
    "q",
    "sort",
    "page",
    "perPage",
    "cursor",
    "facets",
    "facetLimit",
    "facetOrder",
    "fields",
    "highlight",
    "explain",
    "collapse",
    "includeUnknown",
    "waitForVersion",
)


def read_filters(parameters: Mapping[str, list[str]], also: Iterable[str] = ()) -> Mapping[str, Filter]:
    """The filters alone, for routes that take no other parameters but `also`. Raises BadRequest."""
    reader = Reader(parameters)
    reader.refuse_unknown((*also, "includeUnknown"), FILTERS)
    filters = _filters(reader)
    reader.done()
    return filters


def read_request(parameters: Mapping[str, list[str]], also: Iterable[str] = ()) -> SearchRequest:
    """Check and read the parameters of a search, each name with its values in order. Raises BadRequest."""
    reader = Reader(parameters)
    reader.refuse_unknown((*CONTROLS, *also), FILTERS)
    q = _query(reader)
    filters = _filters(reader)
    per_page = reader.whole("perPage", 20, 1, MOST_PER_PAGE)
    page = reader.whole("page", 1, 1, DEEPEST_RESULT)
    if page * per_page > DEEPEST_RESULT:
        reader.wrong(
            "page",
            f"page {page} of {per_page} ends beyond result {DEEPEST_RESULT:,}, the last that pages reach; "
            "follow 'nextCursor' from an earlier page, or narrow the search",
            problem="page-too-deep",
        )
    cursor = reader.single("cursor") or None
    if cursor and not cursor.isascii():
        message = "'cursor' is not one of ours; take it from 'nextCursor' unchanged"
        reader.wrong("cursor", message, problem="invalid-cursor")
    if cursor and reader.single("page"):
        reader.wrong("cursor", "'cursor' and 'page' exclude each other; give one of them", problem="conflict")
    collapse = reader.single("collapse").lower()
    if collapse not in ("", "merchant"):
        reader.wrong("collapse", f"'collapse' is '{collapse[:40]}'; expected merchant", "merchant")
    if collapse and cursor:
        reader.wrong("cursor", "'cursor' and 'collapse' exclude each other; use pages", problem="conflict")
    request = SearchRequest(
        q=q,
        filters=filters,
        sort=_sort(reader, q),
        page=page,
        per_page=per_page,
        cursor=cursor,
        facets=_facets(reader),
        facet_limits=_facet_limits(reader),
        facet_orders=_facet_orders(reader),
        fields=_fields(reader),
        highlight=reader.flag("highlight"),
        explain=reader.flag("explain"),
        collapse=bool(collapse),
        wait_for=_version(reader),
    )
    reader.done()
    return request


def _query(reader: Reader) -> str:
    q = " ".join(reader.single("q").replace("\0", " ").split())
    try:
        size = len(q.encode())
    except UnicodeEncodeError:
        reader.wrong("q", "'q' holds half a character (a lone surrogate); send UTF-8")
        return ""
    if size > LONGEST_QUERY:
        reader.wrong("q", f"'q' has {size:,} bytes; at most {LONGEST_QUERY} are taken")
        return ""
    return q


def _filters(reader: Reader) -> Mapping[str, Filter]:
    filters: dict[str, Filter] = {}
    including = _included_unknowns(reader)
    for name in reader.parameters:
        if (searched := FILTERS.get(name)) is None:
            continue
        items = reader.items(name)
        if not items:
            continue
        found = _range_filter(reader, searched, items) if searched.ranged else _value_filter(reader, searched, items)
        if name in including:
            if not found.ranges:
                reader.wrong("includeUnknown", f"'includeUnknown' names '{name}', which has no range")
            found = Filter(
                found.field,
                ranges=found.ranges,
                excluded_ranges=found.excluded_ranges,
                unknown=True,
            )
        filters[name] = found
    for name in including:
        if name not in filters:
            reader.wrong("includeUnknown", f"'includeUnknown' names '{name}', which has no range in this request")
    return filters


def _included_unknowns(reader: Reader) -> set[str]:
    names: set[str] = set()
    for item in reader.items("includeUnknown"):
        if item.text in _HIDING_UNKNOWNS:
            names.add(item.text)
        else:
            end, choice = meaning(item.text, _HIDING_UNKNOWNS)
            reader.wrong("includeUnknown", f"'{item.text[:80]}' has no range that can be unknown{end}", choice)
    return names


def _unknown(reader: Reader, searched: Searchable, items: list[Item]) -> bool | None:
    marks = [item for item in items if item.unknown]
    if marks and not searched.optional:
        reader.wrong(searched.key, f"'{searched.key}' is always known; it has no value 'unknown'")
        return None
    if any(not mark.excluded for mark in marks):
        return True
    return False if marks else None


def _range_filter(reader: Reader, searched: Searchable, items: list[Item]) -> Filter:
    included: list[Range] = []
    excluded: list[Range] = []
    if searched.since:
        items = [_since(item) for item in items]
    for item in items:
        if item.unknown:
            continue
        try:
            found = number_range(item.text) if searched.kind in NUMERIC else date_range(item.text)
        except Malformed as malformed:
            reader.wrong(searched.key, f"'{searched.key}' has '{item.text[:80]}': {malformed}")
            continue
        (excluded if item.excluded else included).append(found)
    return Filter(
        searched,
        ranges=tuple(dict.fromkeys(included)),
        excluded_ranges=tuple(dict.fromkeys(excluded)),
        unknown=_unknown(reader, searched, items),
    )


def _since(item: Item) -> Item:
    """A time alone means from then on; `true` at any time, `false` never."""
    if item.text.lower() == "false":
        return Item(item.text, item.excluded, unknown=True)
    if item.text.lower() == "true":
        return Item("1970..", item.excluded, item.unknown)
    return item if ".." in item.text or item.unknown else Item(f"{item.text}..", item.excluded)


def _value_filter(reader: Reader, searched: Searchable, items: list[Item]) -> Filter:
    included: list[str] = []
    excluded: list[str] = []
    for item in items:
        if item.unknown:
            continue
        value = _value(reader, searched, item.text)
        if value is not None:
            (excluded if item.excluded else included).append(value)
    return Filter(
        searched,
        values=tuple(dict.fromkeys(included)),
        excluded_values=tuple(dict.fromkeys(excluded)),
        unknown=_unknown(reader, searched, items),
    )


def _value(reader: Reader, searched: Searchable, text: str) -> str | None:
    """The stored spelling of a value; None, and an error, if the field cannot have it."""
    if searched.kind is Kind.FLAG:
        if text.lower() in ("true", "false"):
            return text.lower()
        reader.wrong(searched.key, f"'{searched.key}' has '{text[:80]}'; expected true or false")
        return None
    if searched.codes is None:
        try:
            text.encode()
        except UnicodeEncodeError:
            reader.wrong(searched.key, f"'{searched.key}' holds half a character (a lone surrogate); send UTF-8")
            return None
        return text
    members = codes.members(searched.codes)
    if (stored := members.get(text.lower())) is not None:
        return stored
    choices = (*members.values(), UNKNOWN) if searched.optional else tuple(members.values())
    end, choice = meaning(text, choices)
    listed = "" if choice or len(choices) > 12 else f"; it can be {', '.join(choices)}"
    reader.wrong(searched.key, f"'{text[:80]}' is no value of '{searched.key}'{end}{listed}", choice)
    return None


def _version(reader: Reader) -> int | None:
    text = reader.single("waitForVersion")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and 0 < int(text[:20]) < 2**63):
        message = f"'waitForVersion' is '{text[:40]}'; expected a version, as a write answers with"
        reader.wrong("waitForVersion", message)
        return None
    return int(text)


def _sort(reader: Reader, q: str) -> tuple[SortKey, ...]:
    keys: list[SortKey] = []
    for item in reader.items("sort"):
        descending = item.text.startswith("-")
        name = item.text.removeprefix("-").strip()
        if name in (RELEVANCE, NEWEST):
            if descending:
                reader.wrong("sort", f"'{name}' has a direction of its own; write it without '-'", name)
            elif name == RELEVANCE and not q:
                continue  # without words everything is equally relevant
            else:
                keys.append(SortKey(name, True))
        elif name in SORTS:
            keys.append(SortKey(name, descending))
        else:
            end, choice = meaning(name, (*SORTS, RELEVANCE, NEWEST))
            reader.wrong("sort", f"'{name[:80]}' is not a sort key{end}", choice)
    if keys:
        return tuple(dict.fromkeys(keys))
    return (SortKey(RELEVANCE, True),) if q else (SortKey("popularity", True),)


def _facets(reader: Reader) -> tuple[str, ...]:
    names: list[str] = []
    for item in reader.items("facets"):
        if item.text == "*":
            names += [key for key, facet in FACETS.items() if _bounded(facet)]
        elif item.text in FACETS:
            names.append(item.text)
        else:
            end, choice = meaning(item.text, (*FACETS, "*"))
            reader.wrong("facets", f"'{item.text[:80]}' is not a facet{end}", choice)
    return tuple(dict.fromkeys(names))


def _bounded(facet: Searchable) -> bool:
    return not isinstance(facet.facet, Terms) or facet.facet.bounded


def _facet_limits(reader: Reader) -> Mapping[str, int]:
    limits: dict[str, int] = {}
    for item in reader.items("facetLimit"):
        name, colon, number = item.text.rpartition(":")
        name = name.strip()
        if colon and name not in FACETS:
            end, choice = meaning(name, FACETS)
            reader.wrong("facetLimit", f"'{name[:80]}' is not a facet{end}", choice)
            continue
        number = number.strip()
        if (
            not (number.isascii() and number.isdecimal() and len(number) < 6)
            or not 1 <= int(number) <= MOST_FACET_VALUES
        ):
            reader.wrong(
                "facetLimit",
                f"'facetLimit' has '{item.text[:80]}'; expected a number from 1 to {MOST_FACET_VALUES:,}, "
                "or field:number",
            )
            continue
        limits[name] = int(number)
    return limits


def _facet_orders(reader: Reader) -> Mapping[str, str]:
    orders: dict[str, str] = {}
    for item in reader.items("facetOrder"):
        name, colon, order = item.text.rpartition(":")
        name, order = name.strip(), order.strip().lower()
        if colon and name not in FACETS:
            end, choice = meaning(name, FACETS)
            reader.wrong("facetOrder", f"'{name[:80]}' is not a facet{end}", choice)
        elif order not in (BY_COUNT, BY_NAME):
            message = f"'facetOrder' has '{item.text[:80]}'; expected {BY_COUNT} or {BY_NAME}, or field:{BY_NAME}"
            reader.wrong("facetOrder", message)
        else:
            orders[name] = order
    return orders


def _fields(reader: Reader) -> tuple[str, ...]:
    names: list[str] = []
    for item in reader.items("fields"):
        if item.text in _KEYS:
            names.append(item.text)
        else:
            end, choice = meaning(item.text, _KEYS)
            reader.wrong("fields", f"'{item.text[:80]}' is not a field of a program{end}", choice)
    return tuple(dict.fromkeys(names))
