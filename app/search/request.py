"""A search as it was asked for: query parameters in, `SearchRequest` out, all that is wrong said at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

import msgspec

from app.search.bad_request import meaning, nearest
from app.search.grammar import (
    UNKNOWN,
    Item,
    Malformed,
    Range,
    date_range,
    number_range,
)
from app.search.parameters import Reader
from app.search.query_analysis import Wording
from mappings import codes
from mappings.catalogue import FACETS, FIELDS, FILTERS, NUMERIC, SORTS, Kind, Searchable
from mappings.field import Terms

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


CONTROLS = (
    "q",
    "queryLanguage",
    "literal",
    "prefix",
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
    per_page = reader.whole("perPage", 20, 0, MOST_PER_PAGE)
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
        language=(language := _language(reader)),
        unless_told=language is not None and reader.single("queryLanguage").endswith(UNLESS_TOLD),
        literal=_literal(reader),
        begun=_begun(reader),
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
    if not _is_whole(reader, "q", q):
        return ""
    if (size := len(q.encode())) > LONGEST_QUERY:
        reader.wrong("q", f"'q' has {size:,} bytes; at most {LONGEST_QUERY} are taken")
        return ""
    return q


def _is_whole(reader: Reader, name: str, text: str) -> bool:
    """Whether a text can be written as UTF-8; names of codes are found past what they hold beside letters."""
    try:
        text.encode()
    except UnicodeEncodeError:
        reader.wrong(name, f"'{name}' holds half a character (a lone surrogate); send UTF-8")
        return False
    return True


UNLESS_TOLD = ",*"
"""After a language: or any other, if the words tell of it."""


def _language(reader: Reader) -> str | None:
    """The language that the words are said to be in."""
    given = reader.single("queryLanguage").removesuffix(UNLESS_TOLD).strip()
    if not given or not _is_whole(reader, "queryLanguage", given):
        return None
    if len(found := codes.meant("language", given)) == 1:
        return found[0]
    end, choice = meaning(given, codes.members("language").values())
    reader.wrong("queryLanguage", f"'queryLanguage' is '{given[:40]}'; expected a language as ISO 639-1{end}", choice)
    return None


def _literal(reader: Reader) -> tuple[str, ...]:
    """Phrases of the query that are to be taken as plain words."""
    phrases = (" ".join(each.replace("\0", " ").split()) for each in reader.parameters.get("literal", ()))
    found = tuple(dict.fromkeys(each for each in phrases if each))
    try:
        "".join(found).encode()
    except UnicodeEncodeError:
        reader.wrong("literal", "'literal' holds half a character (a lone surrogate); send UTF-8")
        return ()
    if len(found) > MOST_LITERAL or any(len(each) > LONGEST_QUERY for each in found):
        reader.wrong("literal", f"'literal' takes at most {MOST_LITERAL} phrases of {LONGEST_QUERY} characters")
        return ()
    return tuple(sorted(found)) if _is_whole(reader, "literal", " ".join(found)) else ()


def _begun(reader: Reader) -> bool:
    given = reader.single("prefix").strip().lower()
    if given not in ("", "last", "none"):
        reader.wrong("prefix", f"'prefix' is '{given[:40]}'; expected last or none", "last")
    return given == "last"


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


_NAMED = ("country", "language", "currency")  # the sets whose codes are no words
_LONGEST_CODE = 3  # letters of those; longer texts are meant as names


def _value(reader: Reader, searched: Searchable, text: str) -> str | None:
    """The stored spelling of a value; None, and an error, if the field cannot have it."""
    if searched.kind is Kind.FLAG:
        if text.lower() in ("true", "false"):
            return text.lower()
        reader.wrong(searched.key, f"'{searched.key}' has '{text[:80]}'; expected true or false")
        return None
    if not _is_whole(reader, searched.key, text):
        return None
    if searched.codes is None:
        return text
    found = codes.meant(searched.codes, text)
    if len(found) == 1:
        return found[0]
    labels = codes.labels(searched.codes)
    if found:
        several = ", ".join(f"{code} ({labels[code]})" if code in labels else code for code in found)
        message = f"'{text[:80]}' may mean several values of '{searched.key}': {several}; give the code of one"
        reader.wrong(searched.key, message, found[0])
        return None
    members = codes.members(searched.codes)
    choices = (*members.values(), UNKNOWN) if searched.optional else tuple(members.values())
    end, choice = meaning(text, choices)
    if searched.codes in _NAMED and len(text) > _LONGEST_CODE and (label := nearest(text, labels.values())) is not None:
        choice = next(code for code, called in labels.items() if called == label)
        end = f"; did you mean '{choice}' ({label})?"
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
