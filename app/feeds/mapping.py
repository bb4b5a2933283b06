"""A mapping file: which columns or members of an unknown feed are which fields. TOML, checked word by word."""

from __future__ import annotations

import difflib
import itertools
import tomllib
from collections.abc import Iterable
from typing import Annotated, Any

import msgspec

from app.feeds.headings import squeezed
from app.feeds.layouts.values import Record, part, raw, text
from app.feeds.refusal import BadMapping, shown
from mappings.network_program import CARRIED, NetworkProgram, Raw, RawCommission, all_fields_but
from mappings.networks import BY_SLUG

_OURS = ("network", "data_source", "commissions", "not_carried")  # set by the import, or written as [[commissions]]
FIELDS: tuple[str, ...] = tuple(name for name in NetworkProgram.__struct_fields__ if name not in _OURS)
LISTS = ("categories", "geo_targeting", "language", "payment_methods", "traffic_allowed", "traffic_forbidden")
_NEEDED = ("external_id", "name")
_RAW = frozenset(field.name for field in msgspec.structs.fields(NetworkProgram) if "int" in str(field.type))
_LONGEST_FILE = 64_000  # characters
_MOST_POINTS = 200  # in a line: a key of n parts costs the parser of TOML n times n
_LONGEST_WORD = 80
_MOST_COMPARED = 500
_MOST_LINES = 200  # commission lines of one list


class Format(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The form of a feed file, where it is not to be found out."""

    encoding: str | None = None
    delimiter: Annotated[str, msgspec.Meta(min_length=1, max_length=1)] | None = None
    quote: Annotated[str, msgspec.Meta(max_length=1)] | None = None  # "" for none
    columns: list[str] | None = None  # names, for a file without a heading
    record: str | None = None  # the XML element that is one program
    items: str | None = None  # the path to the list in JSON: "data.items"


class From(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"source": "from"}):
    """A field in more words: from where, and what is done to it on the way."""

    source: str | list[str]
    separator: str | None = None  # of a list in one cell
    times: float | None = None  # a share of 0.05 times 100 is 5 percent
    prefix: str | None = None


class Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A commission line. `event` and `kind` are words, the others columns; `currency` is a column, or a code.

    `kind_from` is the column that says for each record whether its number is percent or an amount, `event_from` the one
    that says what is paid for. With `each`, a list of objects inside the record, there is a line for each of them, and
    the columns are its members.
    """

    each: str | None = None
    event: str | None = None
    event_from: str | None = None
    kind: str | None = None
    kind_from: str | None = None
    value: str | None = None
    low: str | None = None
    high: str | None = None
    currency: str | None = None
    threshold: str | None = None
    condition: str | None = None


Rule = str | list[str] | From


class Mapping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mapping file."""

    network: str | None = None
    format: Format = Format()
    fields: dict[str, Rule] = {}
    constants: dict[str, str | int | float | bool] = {}
    commissions: list[Line] = []


def read(written: str) -> Mapping:
    """A mapping file's content. Raises BadMapping that names the place and the nearest right word."""
    if len(written) > _LONGEST_FILE:
        raise BadMapping(f"the mapping has {len(written):,} characters; at most {_LONGEST_FILE:,} are taken")
    if any(line.count(".") > _MOST_POINTS for line in written.splitlines()):
        raise BadMapping(f"the mapping has a line with more than {_MOST_POINTS} points; break it up")
    try:
        mapping = msgspec.convert(tomllib.loads(written), Mapping)
    except tomllib.TOMLDecodeError as error:
        raise BadMapping(f"the mapping is no TOML: {error}") from None
    except msgspec.ValidationError as error:
        raise BadMapping(f"the mapping: {error}") from None
    if mapping.network is not None and mapping.network not in BY_SLUG:
        raise BadMapping(
            f"the mapping: network '{shown(mapping.network, 40)}' is none{_near(mapping.network, BY_SLUG)}"
        )
    for section, names in (("fields", mapping.fields), ("constants", mapping.constants)):
        for name in names:
            if name not in FIELDS:
                raise BadMapping(f"the mapping: [{section}] '{shown(name, 40)}' is no field{_near(name, FIELDS)}")
    for name in _NEEDED:
        if name not in mapping.fields:
            raise BadMapping(f"the mapping: [fields] lacks '{name}'; a program cannot be without")
    if both := sorted(mapping.fields.keys() & mapping.constants.keys()):
        raise BadMapping(f"the mapping: '{both[0]}' stands in [fields] and in [constants]; which one holds?")
    for number, line in enumerate(mapping.commissions, start=1):
        if line.value is None and line.low is None and line.high is None:
            raise BadMapping(f"the mapping: [[commissions]] {number} names no column for value, low or high")
        if line.kind is not None and line.kind not in ("percent", "fixed"):
            raise BadMapping(f"the mapping: [[commissions]] {number}: kind is 'percent' or 'fixed', not '{line.kind}'")
        if line.kind is not None and line.kind_from is not None:
            raise BadMapping(f"the mapping: [[commissions]] {number} has kind and kind_from; which one holds?")
        if line.event is not None and line.event_from is not None:
            raise BadMapping(f"the mapping: [[commissions]] {number} has event and event_from; which one holds?")
    return mapping


def _near(word: str, words: Iterable[str]) -> str:
    """The word that was meant; words are compared by a measure whose cost grows with the square of their lengths."""
    by_letters = {
        squeezed(each): each for each in itertools.islice(words, _MOST_COMPARED) if len(each) <= _LONGEST_WORD
    }
    close = difflib.get_close_matches(squeezed(word[:_LONGEST_WORD]), by_letters, 1, 0.6)
    return f"; did you mean '{by_letters[close[0]]}'?" if close else f"; there are {', '.join(by_letters.values())}"


def sources(mapping: Mapping) -> list[str]:
    """Every column or path a mapping reads."""
    found: list[str] = []
    for rule in mapping.fields.values():
        source = rule.source if isinstance(rule, From) else rule
        found += source if isinstance(source, list) else [source]
    for line in mapping.commissions:
        columns = (line.value, line.low, line.high, line.threshold, line.condition, line.kind_from, line.event_from)
        found += [line.each] if line.each else [each for each in columns if each]
    return list(dict.fromkeys(found))


def check_columns(mapping: Mapping, heading: Iterable[str]) -> None:
    """Raise BadMapping if a mapping reads a column that the file does not have."""
    columns = dict.fromkeys(heading)
    for source in sources(mapping):
        if source not in columns:
            raise BadMapping(
                f"the mapping reads column '{shown(source, 60)}', which the file lacks{_near(source, columns)}"
            )


def program(mapping: Mapping, record: Record, network: str, source: str, not_carried: frozenset[str]) -> NetworkProgram:
    """A record as a mapping reads it; `not_carried` are the fields that the mapping does not fill."""
    values: dict[str, Any] = {
        name: value if name in _RAW or name in LISTS else text(value) for name, value in mapping.constants.items()
    }
    for name, rule in mapping.fields.items():
        values[name] = _many(record, rule) if name in LISTS else _one(record, rule)
        if name not in LISTS and name not in _RAW:
            values[name] = text(values[name])
    for name in LISTS:
        if isinstance(constant := values.get(name), str | int | float | bool):
            values[name] = (str(constant),)
    external_id = values.pop("external_id", None) or ""
    return NetworkProgram(
        network=network,
        external_id=external_id.strip(),
        data_source=source,
        commissions=tuple(
            line for each in mapping.commissions for part in _parts(record, each) if (line := _line(part, each))
        ),
        not_carried=not_carried,
        **values,
    )


def not_carried_by(mapping: Mapping) -> frozenset[str]:
    """The fields that the records of a mapping do not carry: all that the mapping does not fill."""
    carried = {*mapping.fields, *mapping.constants, *(("commissions",) if mapping.commissions else ())}
    return all_fields_but(*carried.intersection(CARRIED))


def _found(record: Record, source: str) -> Any:
    """A column of that name, else what lies at a path of members."""
    value = record.get(source)
    if value is None and "." in source:
        value = part(record, *source.split("."))
    return value.get("#text") if isinstance(value, dict) and "#text" in value else value


def _one(record: Record, rule: Rule) -> Raw:
    """The first of the rule's sources that says something."""
    more = rule if isinstance(rule, From) else None
    source = rule.source if isinstance(rule, From) else rule
    for each in source if isinstance(source, list) else [source]:
        value = _found(record, each)
        found = raw(value[0] if isinstance(value, list) and value else value)
        if found is not None:
            return _changed(found, more) if more else found
    return None


def _changed(value: Raw, rule: From) -> Raw:
    if rule.times is not None:
        try:
            return round(float(value or 0) * rule.times, 6)
        except ValueError:
            return value  # "N/A"
    return f"{rule.prefix}{text(value)}" if rule.prefix else value


def _many(record: Record, rule: Rule) -> tuple[str, ...]:
    """Everything that the rule's sources say."""
    separator = rule.separator if isinstance(rule, From) else None
    source = rule.source if isinstance(rule, From) else rule
    found: list[str] = []
    for each in source if isinstance(source, list) else [source]:
        value = _found(record, each)
        for entry in value if isinstance(value, list) else [value]:
            written = text(entry if not isinstance(entry, dict) else entry.get("name"))
            if written:
                found += written.split(separator) if separator else [written]
    return tuple(dict.fromkeys(part.strip() for part in found if part.strip()))


def _parts(record: Record, line: Line) -> list[Record]:
    """What a commission line is read from: the record, or the objects of a list in it."""
    if line.each is None:
        return [record]
    listed = _found(record, line.each)
    objects = listed if isinstance(listed, list) else [listed]
    return [each for each in objects[:_MOST_LINES] if isinstance(each, dict)]


def _line(record: Record, line: Line) -> RawCommission | None:
    value, low, high = (_one(record, source) if source else None for source in (line.value, line.low, line.high))
    if value is None and low is None and high is None:
        return None
    currency = line.currency
    if currency is not None and (written := text(_found(record, currency))):
        currency = written
    return RawCommission(
        event=line.event or (text(_one(record, line.event_from)) if line.event_from else None),
        kind=line.kind or (text(_one(record, line.kind_from)) if line.kind_from else None),
        value=value,
        low=low,
        high=high,
        currency=currency,
        threshold=_one(record, line.threshold) if line.threshold else None,
        condition=text(_one(record, line.condition)) if line.condition else None,
    )
