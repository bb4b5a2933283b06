"""Filters of a search as they were asked for: values, ranges and signs read by the kind of the field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.search.bad_request import meaning, nearest
from app.search.grammar import UNKNOWN, Item, Malformed, Range, date_range, number_range
from app.search.parameters import Reader
from app.search.request import Filter
from mappings import codes
from mappings.catalogue import FILTERS, NUMERIC, Kind, Searchable
from mappings.topics import TOPICS, slugs_of

_HIDING_UNKNOWNS = tuple(key for key, searched in FILTERS.items() if searched.ranged and searched.optional)


def read_filters(parameters: Mapping[str, list[str]], also: Iterable[str] = ()) -> Mapping[str, Filter]:
    """The filters alone, for routes that take no other parameters but `also`. Raises BadRequest."""
    reader = Reader(parameters)
    reader.refuse_unknown((*also, "includeUnknown"), FILTERS)
    filters = filters_of(reader)
    reader.done()
    return filters


def filters_of(reader: Reader) -> Mapping[str, Filter]:
    """The filters among the parameters; what is wrong with them is noted by the reader."""
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
_LONGEST_GOODS = 80
_LONGEST_CODE = 3  # letters of those; longer texts are meant as names


def _value(reader: Reader, searched: Searchable, text: str) -> str | None:
    """The stored spelling of a value; None, and an error, if the field cannot have it."""
    if searched.kind is Kind.FLAG:
        if text.lower() in ("true", "false"):
            return text.lower()
        reader.wrong(searched.key, f"'{searched.key}' has '{text[:80]}'; expected true or false")
        return None
    if not reader.is_whole(searched.key, text):
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
    if searched.key == "vertical" and (slugs := slugs_of(text[:_LONGEST_GOODS])):  # "Kleidung" is of fashion
        choice = TOPICS[slugs[0]].vertical
        end = f"; did you mean '{choice}'?"
    if searched.codes in _NAMED and len(text) > _LONGEST_CODE and (label := nearest(text, labels.values())) is not None:
        choice = next(code for code, called in labels.items() if called == label)
        end = f"; did you mean '{choice}' ({label})?"
    listed = "" if choice or len(choices) > 12 else f"; it can be {', '.join(choices)}"
    reader.wrong(searched.key, f"'{text[:80]}' is no value of '{searched.key}'{end}{listed}", choice)
    return None
