"""A feed file, opened: what it is, and its records as the importer takes them.

Opening reads every member once from end to end (whole? within limits? which encoding?), finds form, dialect and
layout, and refuses what is no feed, before a single record goes anywhere.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from app.feeds import delimited, json_records, xml_stream
from app.feeds.columns import cells
from app.feeds.encoding import Surveyed, characters, survey
from app.feeds.headings import squeezed
from app.feeds.layouts.values import Record as Raw
from app.feeds.limits import LIMITS, SAMPLE, Limits
from app.feeds.mapping import Format, Mapping, check_columns, not_carried_by
from app.feeds.mapping import program as mapped
from app.feeds.naming import is_of, under
from app.feeds.packing import Member, unpacked
from app.feeds.recognising import LAYOUTS, Form, Layout, listed_instead, recognise
from app.feeds.refusal import BadMapping, NoNetwork, NotAFeed, UnknownLayout, shown
from app.feeds.rows import Dialect, Tally
from app.feeds.suggesting import MappingSuggestion, flattened, suggest, toml
from app.importing.sources import Record, Source, Unreadable
from mappings.network_program import NetworkProgram
from mappings.networks import BY_SLUG, DIRECT

KIND = "feed"
_JSON = re.compile(r"\{|\[\s*(?:[\[{\]\"]|null\b|-?\d|$)")
_NOTES = (".txt", ".nfo", ".log")  # what may be a note beside a feed
_NOTHING = "it holds no records"
_SPELLINGS = 10_000  # different sets of members that are remembered
_SAMPLES = 100  # records that a suggestion looks at
_HTML = re.compile(r"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]", re.IGNORECASE)
_SPREADSHEET = re.compile(r"<\?mso-application|urn:schemas-microsoft-com:office:spreadsheet")
_TITLE = re.compile(r"<title[^<>]*>([^<]*)", re.IGNORECASE)
_LOGIN = re.compile(r"type\s*=\s*[\"']?password|log\s?in|sign\s?in|anmelden", re.IGNORECASE)
_ERROR_TEXT = re.compile(
    r"\s*(?:invalid request|error(?: code)?\b|unauthori[sz]ed|forbidden|access denied|not found|too many requests|"
    r"\d{3} [A-Z][a-z]+|internal server error|bad gateway|service unavailable|permission denied|api limit)",
    re.IGNORECASE,
)
# ShareASale's, with status 200: it begins no heading, however many lines follow.
_ERROR_LINE = re.compile(r"\s*invalid request\s*-", re.IGNORECASE)
_SHOWN_ENTRIES = 5  # of an archive, that are named as left out
_LONGEST_ERROR = 2000  # characters; a longer text that starts so is something else
# A cell that a spreadsheet would run: =HYPERLINK(…), +SUM(…), =cmd|' /C calc'!A0
_FORMULA = re.compile(r"\s*[=+\-@](?:[A-Za-z_][\w.]*\(|[\w.]+\|.*!)")


@dataclass(frozen=True, slots=True)
class Part:
    """One member of the file, and how it is read."""

    member: Member
    surveyed: Surveyed
    form: Form
    names: tuple[str, ...]  # the heading, or the members of the first record
    records: Callable[[Limits], Iterator[tuple[Any, tuple[str, ...]]]]
    dialect: str | None = None
    partial: str | None = None  # what it says of being one page of several
    dropped: xml_stream.Dropped | None = None  # characters, of XML
    tally: Tally | None = None  # of the lines that were read so far, where a record is lines of columns
    place: Tally | None = None  # whose `at` is the line of the latest record, where records are lines


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed that can be read, any number of times."""

    network: str
    parts: tuple[Part, ...]
    layout: Layout | None
    mapping: Mapping | None
    suggestion: MappingSuggestion | None = None  # where the mapping is only a draft
    limits: Limits = LIMITS
    data_source: str = field(default="")
    warnings: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()  # warnings for which the feed cannot be taken for a whole one
    _reading: list[Part] = field(default_factory=list)  # the member that is being read

    @property
    def called(self) -> str:
        """What the feed was recognised as, for people."""
        if self.layout:
            return self.layout.called
        return "a suggested mapping" if self.suggestion else "the mapping"

    def described(self) -> dict[str, Any]:
        """What was found out about the feed."""
        first = self.parts[0]
        return {
            "network": self.network,
            "layout": self.called,
            "form": first.form,
            "encoding": first.surveyed.called,
            "dialect": first.dialect,
            "members": len(self.parts),
            "bytes": sum(part.surveyed.size for part in self.parts),
            "warnings": [*self.doubts, *self.warnings, *self._dropped()],
        }

    def _dropped(self) -> Iterator[str]:
        dropped = sum(part.dropped.characters for part in self.parts if part.dropped)
        if dropped:
            yield f"{dropped:,} characters that XML forbids were dropped"

    @property
    def tally(self) -> Tally | None:
        """How many lines were what, as far as the records have been read; None where records are no lines."""
        tallies = [part.tally for part in self.parts if part.tally is not None]
        if not tallies:
            return None
        total = Tally()
        for tally in tallies:
            total.add(tally)
        return total

    def lines_of_records(self) -> int:
        """How many lines the records that were read so far took, readable or not; 0 where records are no lines."""
        return sum(part.tally.records + part.tally.rejected for part in self.parts if part.tally)

    def line(self) -> int:
        """The line of its member on which the record that was read last begins; 0 where records are no lines."""
        place = self._reading[-1].place if self._reading else None
        return place.at if place else 0

    def records(self) -> Iterator[Record]:
        """The feed's records in order; what could not be read is among them. Raises NotAFeed where the file breaks."""
        read = self._together if self.layout and self.layout.together else self._each
        refused = 0
        first: Unreadable | None = None
        found = False
        for record in read():
            if isinstance(record, Unreadable):
                refused += 1
                first = first or record
            else:
                found = True
            yield record
        if not found:
            raise NotAFeed(
                f"none of its {refused:,} records can be read; the first: {first.reason}" if first else _NOTHING
            )

    def _each(self) -> Iterator[Record]:
        make = self._maker()
        network = self.network
        for part in self.parts:
            self._reading[:] = [part]
            for raw, path in part.records(self.limits):
                if isinstance(raw, Unreadable):
                    yield Unreadable(network, raw.reason, raw.raw)
                    continue
                if not isinstance(raw, dict):
                    reason = str(raw) if isinstance(raw, ValueError) else "it is no object"
                    yield Unreadable(network, reason, None if isinstance(raw, ValueError) else raw)
                    continue
                program = make(raw, path)
                if formula := _formula(program):
                    yield Unreadable(
                        network, f"{formula} is a spreadsheet's formula; it is not text", raw, program.external_id
                    )
                    continue
                yield program

    def _together(self) -> Iterator[Record]:
        """Records whose programs are listed several times, each program once, where it was listed first."""
        assert self.layout is not None
        together = self.layout.together
        assert together is not None
        gathered: dict[str, NetworkProgram] = {}
        for record in self._each():
            if isinstance(record, Unreadable) or not record.external_id:
                yield record
                continue
            first = gathered.get(record.external_id)
            gathered[record.external_id] = record if first is None else together(first, record)
            if len(gathered) > self.limits.gathered:
                raise NotAFeed(f"it lists more than {self.limits.gathered:,} programs")
        self._reading.clear()  # each of them is of several places
        yield from gathered.values()

    def _maker(self) -> Callable[[Raw, tuple[str, ...]], NetworkProgram]:
        source, network = self.data_source, self.network
        if self.layout is None:
            mapping = self.mapping
            assert mapping is not None
            not_carried = not_carried_by(mapping)
            return lambda raw, _: mapped(mapping, raw, network, source, not_carried)
        return under(network, self.layout, _of_layout(self.layout, self.parts[0].form, source))


def open_feed(
    path: Path,
    network: str | None = None,
    mapping: Mapping | None = None,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    suggesting: bool = False,
    limits: Limits = LIMITS,
) -> Feed:
    """Open a feed file. Raises NotAFeed or BadMapping.

    With `suggesting` a file of no known layout is read by a drafted mapping; otherwise it needs a `mapping`.
    """
    form = mapping.format if mapping else Format()
    parts, left_out = _members(path, form, encoding or form.encoding, delimiter or form.delimiter, limits)
    layout = None if mapping else _agreed(parts, network)
    own = layout.network if layout and layout.network in BY_SLUG else None
    chosen = network or (mapping.network if mapping else None) or own
    if chosen is None:
        what = f"Its layout is '{layout.called}'" if layout else "Its layout is none we know"
        raise NoNetwork(f"which network is it of? {what}: name the network")
    if chosen not in BY_SLUG:
        raise BadMapping(f"network '{shown(chosen, 40)}' is none; there are {', '.join(BY_SLUG)}")
    if mapping and mapping.network and network and mapping.network != network:
        raise BadMapping(f"the mapping is for {mapping.network}, the import for {network}")
    suggestion = None
    if mapping is None and layout is None and (instead := listed_instead(parts[0].names)):
        raise NotAFeed(f"it lists {instead}, no programs; only a mapping of yours would read it all the same")
    if mapping:
        for part in parts:
            if part.form == "delimited":
                check_columns(mapping, part.names)
    elif layout:
        parts = [_renamed(part, layout) for part in parts]
    else:
        suggestion = drafted(parts, chosen, encoding, delimiter)
        understood = chosen == DIRECT and not suggestion.unused and not suggestion.doubts
        if not (suggestion.usable and (suggesting or understood)):
            raise UnknownLayout(
                f"its layout is none we know of {chosen}: it has {shown(', '.join(parts[0].names), 200)}; "
                "it needs a mapping",
                toml(suggestion),
            )
        mapping = suggestion.mapping
    return Feed(
        chosen,
        tuple(parts),
        layout,
        mapping,
        suggestion,
        limits,
        f"{KIND}:{chosen}",
        (*_warnings(layout, chosen), *left_out),
        tuple(dict.fromkeys(doubt for part in parts for doubt in _doubts(part))),
    )


def _members(
    path: Path, form: Format, encoding: str | None, delimiter: str | None, limits: Limits
) -> tuple[list[Part], list[str]]:
    """The members that are feeds, and what is said of notes that lie beside them in an archive."""
    parts: list[Part] = []
    left_out: list[str] = []
    first: NotAFeed | None = None
    found = unpacked(path, limits)
    for member in found.members:
        try:
            parts.append(_examined(member, form, encoding, delimiter, limits))
        except NotAFeed as refused:
            if len(found.members) == 1 or not member.name.lower().endswith(_NOTES):
                raise
            first = first or refused
            left_out.append(f"'{shown(member.name)}' in the archive was left out: {refused}")
    if not parts and first is not None:
        raise first
    return parts, [*left_out, *_no_data(found.left_out)]


def _no_data(names: Sequence[str]) -> Iterator[str]:
    """What is said of entries of an archive that are no data."""
    for name in names[:_SHOWN_ENTRIES]:
        yield f"'{shown(name)}' in the archive was left out: it is no data"
    if len(names) > _SHOWN_ENTRIES:
        yield f"{len(names) - _SHOWN_ENTRIES:,} more entries of the archive were left out"


def _warnings(layout: Layout | None, network: str) -> tuple[str, ...]:
    if layout is None or is_of(layout, network):
        return ()
    return (
        f"its layout is '{layout.called}', of {layout.network}; its programs are taken for {network}'s, as you say",
    )


def _doubts(part: Part) -> Iterator[str]:
    named = f"'{shown(part.member.name)}': "
    if part.surveyed.doubt:
        yield f"{named}{part.surveyed.doubt}"
    if part.partial:
        yield f"{named}{part.partial}"


def draft(
    path: Path,
    network: str | None,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    record: str | None = None,
    limits: Limits = LIMITS,
) -> tuple[MappingSuggestion, Layout | None]:
    """A drafted mapping for a file, and the layout that makes one needless. Raises NotAFeed."""
    form = Format(record=record)
    parts, _ = _members(path, form, encoding, delimiter, limits)
    layout = recognise(parts[0].form, parts[0].names, network)
    return drafted(parts, network, encoding, delimiter), layout


def drafted(
    parts: Sequence[Part], network: str | None, encoding: str | None, delimiter: str | None
) -> MappingSuggestion:
    """A drafted mapping for examined members, from the first records of the first."""
    first = parts[0]
    samples: list[Raw] = []
    for raw, _ in first.records(LIMITS):
        if isinstance(raw, dict):
            samples.append(raw)
        if len(samples) == _SAMPLES:
            break
    names = first.names if first.form == "delimited" else [name for sample in samples for name in flattened(sample)]
    return suggest(names, samples, network, Format(encoding=encoding, delimiter=delimiter))


def as_source(feed: Feed, *, complete: bool = False) -> Source:
    """The import of a feed: of a part of the network, unless it is said to list all of it.

    Raises NotAFeed where that is in doubt.
    """
    if complete and feed.doubts:
        raise NotAFeed(f"it cannot be taken for all programs of {feed.network}: {'; '.join(feed.doubts)}")
    return Source(KIND, (feed.network,), feed.records, partial=not complete, line=feed.line)


# -- what a member is ------------------------------------------------------------------------------------------------


def _examined(member: Member, form: Format, encoding: str | None, delimiter: str | None, limits: Limits) -> Part:
    surveyed = survey(member, encoding)
    head = surveyed.head.lstrip("\ufeff \t\r\n")
    if not head:
        raise NotAFeed(f"'{shown(member.name)}' is empty")
    whole = surveyed.size <= SAMPLE
    if _HTML.search(head[:4096]) and head.startswith("<"):
        raise NotAFeed(_page(head))
    if len(head) < _LONGEST_ERROR and (_ERROR_LINE if "\n" in head.strip() else _ERROR_TEXT).match(head):
        raise NotAFeed(f"it is an error answer: {shown(head)}")
    if head.startswith("<") and _SPREADSHEET.search(head[:4096]):
        raise NotAFeed(f"'{shown(member.name)}' is an Excel document in XML; save it as CSV")
    if head.startswith("<"):
        return _xml(member, surveyed, head, whole, form)
    if _JSON.match(head):
        return _json(member, surveyed, head, whole, form)
    return _delimited(member, surveyed, whole, form, delimiter)


def _page(head: str) -> str:
    title = _TITLE.search(head[:8192])
    named = f" titled '{shown(title[1])}'" if title and title[1].strip() else ""
    what = "a login page" if _LOGIN.search(head) else "an HTML page"
    return f"it is {what}{named}, not a feed"


def _xml(member: Member, surveyed: Surveyed, head: str, whole: bool, form: Format) -> Part:
    shape = xml_stream.find(head, whole, form.record)
    dropped = xml_stream.Dropped()

    def records(limits: Limits) -> Iterator[tuple[Any, tuple[str, ...]]]:
        with member.open() as reader:
            dropped.characters = 0
            yield from xml_stream.records(characters(reader, surveyed), shape.record, limits, dropped)

    return Part(member, surveyed, "xml", tuple(shape.first), records, partial=shape.partial, dropped=dropped)


def _json(member: Member, surveyed: Surveyed, head: str, whole: bool, form: Format) -> Part:
    if form.items:
        shape = json_records.JsonShape("array", tuple(form.items.split(".")))
    else:
        shape = json_records.find(head, whole, _is_record)

    place = Tally() if shape.kind == "lines" else None

    def records(limits: Limits) -> Iterator[tuple[Any, tuple[str, ...]]]:
        with member.open() as reader:
            for record in json_records.records(characters(reader, surveyed), shape, limits, place):
                for each in _expanded(record):
                    yield each, ()

    first: Any = None
    for first, _ in islice(records(LIMITS), _SAMPLES):
        if isinstance(first, dict):
            break
    if isinstance(first, ValueError):
        raise NotAFeed(f"no line of it is JSON: {first}")
    if first is None:
        raise NotAFeed("its list of records is empty")
    if not isinstance(first, dict):
        raise NotAFeed(f"its records are no objects: '{shown(str(first), 80)}'")
    if not first:
        raise NotAFeed("it is an empty object: no records")
    if shape.kind == "object" and (said := json_records.error_said(first)) and not _is_record(first):
        raise NotAFeed(f"it is an error answer: {shown(said)}")
    return Part(member, surveyed, "json", tuple(_telling(first)), records, partial=shape.partial, place=place)


def _telling(record: dict[str, Any]) -> dict[str, Any]:
    """The object whose members tell the layout: the record, or the one that its layout wraps around it."""
    if not _is_record(record):
        for layout in LAYOUTS:
            for name in layout.around:
                if isinstance(inner := record.get(name), dict) and layout.matches("json", inner):
                    return inner
    return record


def _is_record(value: dict[str, Any]) -> bool:
    return recognise("json", value, None) is not None


def _expanded(record: Any) -> Iterator[Any]:
    """A record, or the ones inside an envelope that stands in its place: a page of answers, a node of a graph."""
    if isinstance(record, dict):
        if record.keys() <= {"node", "cursor"} and isinstance(record.get("node"), dict):
            yield record["node"]
            return
        if "_metadata" in record and (path := json_records.path_in(record)) and len(path) == 1:
            yield from record[path[0]]
            return
        for name in ("offer", "partnership"):
            if "_metadata" in record and isinstance(record.get(name), dict):
                yield record[name]
                return
        if len(record) == 1 and not _is_record(record):  # records wrapped one by one: {"campaign": {…}}
            (inner,) = record.values()
            if isinstance(inner, dict) and len(inner) > 1:
                yield inner
                return
    yield record


def _unwrapped(record: Raw, around: tuple[str, ...]) -> Raw:
    for name in around:
        if isinstance(inner := record.get(name), dict):
            return inner
    return record


def _with_attributes(record: Raw) -> Raw:
    """An element whose attributes are members too, where no child is called so."""
    attributes = {name[1:]: value for name, value in record.items() if name[:1] == "@"}
    return {**attributes, **record} if attributes else record


def _delimited(member: Member, surveyed: Surveyed, whole: bool, form: Format, delimiter: str | None) -> Part:
    dialect, heading = delimited.sniff(surveyed.head.lstrip("\ufeff"), whole, delimiter, form.quote)
    heading = [name.strip() for name in (form.columns or heading)]
    if doubled := sorted(name for name, count in Counter(heading).items() if name and count > 1):
        raise NotAFeed(f"two of its columns are called '{shown(doubled[0], 60)}'; rename one")
    return _rows(member, surveyed, dialect, heading, has_heading=form.columns is None)


def _rows(member: Member, surveyed: Surveyed, dialect: Dialect, heading: list[str], *, has_heading: bool) -> Part:
    tally = Tally()

    def records(limits: Limits) -> Iterator[tuple[Any, tuple[str, ...]]]:
        with member.open() as reader:
            lines = delimited.lines_of(characters(reader, surveyed), limits)
            yield from cells(lines, dialect, heading, tally, has_heading=has_heading)

    return Part(member, surveyed, "delimited", tuple(heading), records, dialect.called, tally=tally, place=tally)


def _renamed(part: Part, layout: Layout) -> Part:
    """A member of columns, under the names that its layout reads."""
    if part.form != "delimited":
        return part
    names = layout.renamed(part.names)
    if names == list(part.names):
        return part
    own = dict(zip(part.names, names, strict=True))

    def records(limits: Limits) -> Iterator[tuple[Any, tuple[str, ...]]]:
        for raw, path in part.records(limits):
            yield ({own[key]: value for key, value in raw.items()} if isinstance(raw, dict) else raw), path

    return replace(part, names=tuple(names), records=records)


def _agreed(parts: Sequence[Part], network: str | None) -> Layout | None:
    """The one layout of all members; `network` decides between layouts that fit."""
    found: list[Layout | None] = []
    for part in parts:
        own = [layout for layout in LAYOUTS if layout.network == network and layout.matches(part.form, part.names)]
        layout = max(own, key=lambda each: each.matches(part.form, part.names)) if own else None
        found.append(layout or recognise(part.form, part.names, network))
    first = found[0]
    for part, layout in zip(parts, found, strict=True):
        if layout is not first:
            other = layout.called if layout else "none that we know"
            raise NotAFeed(
                f"its members differ: '{shown(parts[0].member.name)}' is {first.called if first else 'unknown'}, "
                f"'{shown(part.member.name)}' is {other}; import them one by one"
            )
    return first


def _of_layout(layout: Layout, form: Form, source: str) -> Callable[[Raw, tuple[str, ...]], NetworkProgram]:
    """How records of a form are read by a layout: unwrapped, and under the names that it reads."""
    read, around = layout.read, layout.around
    if form == "delimited":
        return lambda raw, path: read(raw, path, source)
    if layout.squeeze:
        return lambda raw, path: read({squeezed(key): value for key, value in raw.items()}, path, source)
    respelling: dict[tuple[str, ...], bool] = {}

    def made(raw: Raw, path: tuple[str, ...]) -> NetworkProgram:
        record = _unwrapped(raw, around) if around else raw
        if form == "xml":
            record = _with_attributes(record)
        names = tuple(record)
        other = respelling.get(names)
        if other is None:  # asked once for all records of the same members
            other = layout.respelt(record) is not record
            if len(respelling) < _SPELLINGS:
                respelling[names] = other
        return read(layout.respelt(record) if other else record, path, source)

    return made


def _formula(program: NetworkProgram) -> str | None:
    """The field of a program that a spreadsheet would execute; None if there is none."""
    for name, value in (
        ("name", program.name),
        ("description", program.description),
        ("commission text", program.commission_text),
    ):
        if value and value[0] in " =+-@\t" and _FORMULA.match(value):
            return name
    return None
