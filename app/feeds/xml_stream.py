"""XML: records one at a time, with entities, network and huge documents off, and the habits of feeds mended.

Feeds write `&` for `&amp;` (CJ's own documentation does), HTML's `&eacute;`, which XML does not know, and control
characters, which it forbids: all are mended on the way to the parser. A document type that declares entities is refused
before anything is expanded.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html.entities import html5
from typing import Any
from xml.sax.saxutils import escape

from lxml import etree

from app.feeds.json_records import partial_said
from app.feeds.limits import CHUNK, LIMITS, Limits
from app.feeds.refusal import NotAFeed, shown
from app.feeds.xml_characters import references, without_raw
from app.feeds.xml_records import as_record

_KNOWN = ("Site", "advertiser", "Campaign")  # the record elements of networks that call them by name
_DECLARATION = re.compile(r"<\?xml[^>]{0,400}\?>")
_ROOT = re.compile(r"<(?![?!])([^\s/>]+)")
_NUMBERED = r"&#(?:[0-9]{1,9}|[xX][0-9a-fA-F]{1,8});"
_AMPERSAND = re.compile(rf"({_NUMBERED}(?:{_NUMBERED}){{0,99}})|&(?:([A-Za-z][A-Za-z0-9]{{0,31}});)?")
_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_CDATA, _CDATA_END = "<![CDATA[", "]]>"
_HELD_BACK = 48  # characters that may be the beginning of an entity or of a section
_SAYINGS = ("error-message", "errormessage", "message", "faultstring", "error", "description")


@dataclass(frozen=True, slots=True)
class XmlShape:
    """The element that a record is, and a first one of them."""

    record: str
    first: dict[str, Any]
    path: tuple[str, ...]
    partial: str | None = None  # what the document says of being one page of several


@dataclass(slots=True)
class Dropped:
    """How many characters that XML forbids were left out so far."""

    characters: int = 0


class _Mended(io.RawIOBase):
    """A text as the UTF-8 that the parser is given."""

    def __init__(self, source: io.TextIOBase, dropped: Dropped | None = None) -> None:
        self._source = source
        self._dropped = dropped or Dropped()
        self._tail = ""
        self._inside = False  # of a CDATA section
        self._begun = False
        self._ended = False
        self._ready = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:  # what the parser calls
        while not self._ready and not self._ended:
            piece = self._source.read(CHUNK)
            self._ended = not piece
            self._ready = self._mend(piece).encode("utf-8", "replace")
        if size is None or size < 0:
            size = len(self._ready)
        part, self._ready = self._ready[:size], self._ready[size:]
        return part

    def _mend(self, piece: str) -> str:
        piece, dropped = without_raw(piece)
        self._dropped.characters += dropped
        text = self._tail + piece
        if not self._begun:
            text = text.lstrip("\ufeff \t\r\n")
            if declared := _DECLARATION.match(text):
                text = text[declared.end() :]
            self._begun = True
        cut = len(text) if not piece else _cut(text)
        done: list[str] = []
        at = 0
        while at < cut:
            if self._inside:
                end = text.find(_CDATA_END, at)
                self._inside = end < 0
                upto = cut if end < 0 else end + len(_CDATA_END)
                done.append(text[at:upto])
                at = upto
                continue
            start = text.find(_CDATA, at, cut)
            done.append(_without_bare(text[at : start if start >= 0 else cut], self._dropped))
            at = cut if start < 0 else start
            self._inside = start >= 0
        self._tail = text[at:]
        return "".join(done)


def _cut(text: str) -> int:
    """Up to where a text holds no half of an entity, a section's mark or a declaration."""
    safe = max(0, len(text) - _HELD_BACK)
    positions = [text.find(mark, safe) for mark in ("&", "<", "]")]
    return min((position for position in positions if position >= 0), default=len(text))


def _without_bare(text: str, dropped: Dropped) -> str:
    if "<!ENTITY" in text:
        raise NotAFeed("its document type declares entities; no feed needs them, attacks do")
    return _AMPERSAND.sub(lambda match: _entity(match, dropped), text) if "&" in text else text


def _entity(match: re.Match[str], dropped: Dropped) -> str:
    numbered, name = match[1], match[2]
    if numbered is not None:
        written, less = references(numbered)
        dropped.characters += less
        return written
    if name is None:
        return "&amp;"
    if name in _XML_NAMES:
        return match[0]
    known = html5.get(f"{name};")
    return escape(known) if known is not None else f"&amp;{name};"


def _events(source: _Mended, recover: bool = False) -> Any:
    return etree.iterparse(
        source,
        events=("start", "end"),
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        recover=recover,
    )


def _name(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def find(head: str, whole: bool, record: str | None = None) -> XmlShape:
    """The record element of a document by its first characters. Raises NotAFeed if there is none.

    `whole` says that they are all there is; `record` is the element's name where that is known.
    """
    if whole:  # said at once, before half a document is taken for another layout
        for _ in records(io.StringIO(head), ""):
            pass
    parser = etree.XMLPullParser(
        events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True,
        encoding="utf-8",
    )  # fmt: skip
    mended = _Mended(io.StringIO(head))
    while part := mended.read(CHUNK):
        parser.feed(part)
    root: etree._Element | None = None
    repeated: Counter[tuple[str, ...]] = Counter()
    firsts: dict[tuple[str, ...], etree._Element] = {}
    path: list[str] = []
    for event, element in parser.read_events():
        if not isinstance(element, etree._Element) or not isinstance(element.tag, str):
            continue
        if event == "start":
            root = element if root is None else root
            path.append(_name(element))
            continue
        key = tuple(path)
        path.pop()
        if len(element) or len(element.attrib) > 1 or record == key[-1]:
            repeated[key] += 1
            firsts.setdefault(key, element)
    if root is None:
        raise NotAFeed("it is no XML: there is no element in it")
    chosen = _chosen(repeated, firsts, record)
    if chosen is None:
        raise NotAFeed(_without_records(root, record))
    first = firsts[chosen]
    about = {_plain(name): value for parent in first.iterancestors() for name, value in parent.attrib.items()}
    partial = partial_said(about, repeated[chosen] if whole else None)
    return XmlShape(chosen[-1], as_record(first), categories_of(first), partial)


def _plain(name: object) -> str:
    return str(name).rpartition("}")[2]


def _chosen(
    repeated: Counter[tuple[str, ...]], firsts: dict[tuple[str, ...], etree._Element], record: str | None
) -> tuple[str, ...] | None:
    """The path of the record element: the one that is asked for, one we know, or the one repeated most."""
    for name in (record,) if record else _KNOWN:
        known = [path for path in repeated if path[-1] == name]
        if known:
            return max(known, key=lambda path: repeated[path])
    if record:
        return None
    # Repeated elements with children of their own; of these the outermost, since lines inside a record repeat too.
    several = [path for path, count in repeated.items() if count > 1 and len(path) > 1]
    # What only has attributes is a record where nothing else is.
    several = [path for path in several if len(firsts[path])] or several
    if several:
        return min(several, key=lambda path: (len(path), -repeated[path]))
    # A feed of one: what has the most fields.
    single = [(_fields(firsts[path]), path) for path in repeated if len(path) > 1]
    fields, path = max(single, key=lambda each: each[0], default=(0, ()))
    return path if fields > 1 else None


def _fields(element: etree._Element) -> int:
    return sum(len(child) == 0 for child in element) + len(element.attrib)


def _without_records(root: etree._Element, record: str | None) -> str:
    for element in root.iter():
        if isinstance(element.tag, str) and _name(element).lower() in _SAYINGS and (element.text or "").strip():
            return f"it is an error answer: {shown(element.text or '')}"
    if record:
        return f"there is no <{shown(record, 40)}> in it"
    if _name(root) == "Catalog":
        return "it is a ClickBank catalog without a <Site>: the feed's schema has changed, or it is empty"
    return f"there are no records in its <{shown(_name(root), 40)}>"


def categories_of(element: etree._Element) -> tuple[str, ...]:
    """The names of the `Category` elements around a record, the outermost first."""
    names = (parent.findtext("Name") for parent in element.iterancestors("Category"))
    return tuple(name.strip() for name in names if name and name.strip())[::-1]


def records(
    source: io.TextIOBase, record: str, limits: Limits = LIMITS, dropped: Dropped | None = None
) -> Iterator[tuple[dict[str, Any], tuple[str, ...]]]:
    """Each record element, with the names of the categories around it. Raises NotAFeed where the document breaks.

    What has been read is dropped from the tree at once, so that memory does not grow with the document.
    """
    inside = 0
    nodes = 0
    try:
        for event, element in _events(_Mended(source, dropped)):
            if not isinstance(element.tag, str):
                continue
            name = _name(element)
            if event == "start":
                if inside:
                    nodes += 1
                    if nodes > limits.nodes:
                        raise NotAFeed(f"a <{record}> has more than {limits.nodes:,} elements")
                if inside or name == record:
                    inside += 1
                else:
                    _drop_earlier(element)
                continue
            if not inside:
                if name != "Name":
                    element.clear(keep_tail=True)
                continue
            inside -= 1
            if inside == 0:
                nodes = 0
                yield as_record(element), categories_of(element)
                element.clear(keep_tail=True)
                _drop_earlier(element)
    except etree.XMLSyntaxError as error:
        raise NotAFeed(f"it is truncated, or no well-formed XML: {error.msg}") from None


def _drop_earlier(element: etree._Element) -> None:
    """Take the siblings before an element out of the tree, but for a category's name: the first, which is looked at."""
    parent = element.getparent()
    earlier = element.getprevious()
    while parent is not None and earlier is not None:
        before = earlier.getprevious()
        if _is_name(earlier) and not (before is not None and _is_name(before)):
            return  # what was before it went when it began
        parent.remove(earlier)
        earlier = before


def _is_name(element: etree._Element) -> bool:
    return isinstance(element.tag, str) and _name(element) == "Name"
