"""The parameters of a search, checked and read into a `SearchRequest`; all that is wrong is said at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.search.bad_request import meaning
from app.search.controls import CONTROLS
from app.search.filter_parser import filters_of
from app.search.parameters import Reader
from app.search.request import (
    BY_COUNT,
    BY_NAME,
    DEEPEST_RESULT,
    LONGEST_QUERY,
    MOST_FACET_VALUES,
    MOST_LITERAL,
    NEWEST,
    RELEVANCE,
    SearchRequest,
    SortKey,
)
from mappings import codes
from mappings.catalogue import FACETS, FIELDS, FILTERS, SORTS, Searchable
from mappings.field import Terms

_KEYS = tuple(entry.key for entry in FIELDS)


def read_request(parameters: Mapping[str, list[str]], also: Iterable[str] = ()) -> SearchRequest:
    """Check and read the parameters of a search, each name with its values in order. Raises BadRequest."""
    reader = Reader(parameters)
    reader.refuse_unknown((*CONTROLS, *also), FILTERS)
    q = _query(reader)
    filters = filters_of(reader)
    per_page = _whole(reader, "perPage")
    page = _whole(reader, "page")
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
    collapse = _choice(reader, "collapse")
    if collapse and cursor:
        reader.wrong("cursor", "'cursor' and 'collapse' exclude each other; use pages", problem="conflict")
    request = SearchRequest(
        q=q,
        language=(language := _language(reader)),
        unless_told=language is not None and reader.single("queryLanguage").endswith(UNLESS_TOLD),
        literal=_literal(reader),
        begun=_choice(reader, "prefix") == "last",
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
    if not reader.is_whole("q", q):
        return ""
    if (size := len(q.encode())) > LONGEST_QUERY:
        reader.wrong("q", f"'q' has {size:,} bytes; at most {LONGEST_QUERY} are taken")
        return ""
    return q


UNLESS_TOLD = ",*"
"""After a language: or any other, if the words tell of it."""


def _language(reader: Reader) -> str | None:
    """The language that the words are said to be in."""
    given = reader.single("queryLanguage").removesuffix(UNLESS_TOLD).strip()
    if not given or not reader.is_whole("queryLanguage", given):
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
    return tuple(sorted(found)) if reader.is_whole("literal", " ".join(found)) else ()


def _whole(reader: Reader, name: str) -> int:
    taken = CONTROLS[name].whole
    assert taken is not None, name
    return reader.whole(name, taken.default, taken.low, taken.high)


def _choice(reader: Reader, name: str) -> str:
    """One of what a parameter may be; empty where it is not given, or is none of them."""
    choices = CONTROLS[name].choices
    given = reader.single(name).strip().lower()
    if given and given not in choices:
        reader.wrong(name, f"'{name}' is '{given[:40]}'; expected {' or '.join(choices)}", choices[0])
        return ""
    return given


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
