"""JSON: an array, an envelope around one, objects by their ids, one object a line, or pages of any of these.

Records are decoded one at a time.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from app.feeds.headings import squeezed
from app.feeds.limits import CHUNK, LIMITS, Limits
from app.feeds.refusal import NotAFeed, shown
from app.feeds.rows import Tally

# Members that hold the records of an answer, and members inside which to look for them.
_LISTS = (
    "items", "programs", "programmes", "advertisers", "offers", "partnerships", "campaigns", "affiliates", "merchants",
    "sites", "hits", "results", "records", "rows", "entries", "products", "edges", "nodes", "data", "campaign", "offer",
    "program", "programme", "advertiser", "merchant", "resultlist",
)  # fmt: skip
_AROUND = (
    "data", "d", "response", "result", "results", "payload", "_embedded", "body", "marketplacesearch", "affiliates",
    "campaigns", "offers", "programs", "programmes", "advertisers", "merchants", "publishercommissions",
)  # fmt: skip
_IDENTITY = frozenset({"id", "name", "key", "title"})  # what a record has, and an envelope has not
_ERRORS = ("error", "errors", "error_description", "fault", "exception")
_SAYINGS = ("description", "error_description", "message", "Message", "detail", "error", "title", "reason")
_ONLY_WORDS = frozenset({"message", "status", "code", "detail", "requestId", "timestamp"})
_BLANK = " \t\n\r"


@dataclass(frozen=True, slots=True)
class JsonShape:
    """Where the records are.

    `lines` of objects, a `stream` of values one after the other, the `array` at a path of members, objects `keyed` by
    their ids at a path, or the `object` that is all. `inner` is the path to the list inside each, where each is a page.
    `partial` is what the answer itself says of being one page of several.
    """

    kind: Literal["lines", "stream", "array", "keyed", "object"]
    path: tuple[str, ...] = ()
    inner: tuple[str, ...] | None = None
    partial: str | None = None


def _constant(name: str) -> None:
    """What a number that is none stands for: NaN, which tables write where a cell is empty, for nothing."""
    if name != "NaN":
        raise ValueError(f"{name} is no JSON")


_decoder = json.JSONDecoder(parse_constant=_constant)


class _Text:
    """A text read in pieces, of which only what is being decoded is held."""

    def __init__(self, source: io.TextIOBase, limits: Limits) -> None:
        self._source = source
        self._limits = limits
        self.held = ""
        self.at = 0
        self._ended = False

    def more(self) -> bool:
        """Read on; False at the end."""
        if self._ended:
            return False
        # A long record is read in ever larger steps, so that decoding it anew each time stays cheap.
        piece = self._source.read(max(CHUNK, len(self.held) - self.at))
        self._ended = not piece
        self.held = self.held[self.at :] + piece
        self.at = 0
        return bool(piece)

    def next(self) -> str:
        """The next character that is not blank, still to be taken; "" at the end."""
        while True:
            while self.at < len(self.held):
                if self.held[self.at] not in _BLANK:
                    return self.held[self.at]
                self.at += 1
            if not self.more():
                return ""

    def take(self, expected: str) -> bool:
        """Take the next character if it is this one."""
        if self.next() == expected:
            self.at += 1
            return True
        return False

    def value(self) -> Any:
        """Decode the value that begins here. Raises NotAFeed where there is none."""
        self.next()
        while True:
            if len(self.held) - self.at > self._limits.record and len(self.held) > self._limits.record + CHUNK:
                raise NotAFeed(f"a record has more than {self._limits.record:,} characters, or never ends")
            try:
                found, end = _decoder.raw_decode(self.held, self.at)
            except RecursionError:
                raise NotAFeed("it nests deeper than any feed does") from None
            except ValueError as error:
                if self.more():
                    continue
                raise NotAFeed(self._broken(error)) from None
            # A number at the edge of what was read may go on.
            if end == len(self.held) and isinstance(found, int | float) and self.more():
                continue
            self.at = end
            return found

    def _broken(self, error: ValueError) -> str:
        near = shown(self.held[self.at : self.at + 60], 60)
        return f"it is truncated, or no JSON: {error} in the value that begins '{near}'"


def find(head: str, whole: bool, is_record: Callable[[dict[str, Any]], bool]) -> JsonShape:
    """The shape of a JSON text by its first characters; `whole` says that they are all there is.

    An object that `is_record` is no envelope, whatever lists it has.
    """
    text = _Text(io.StringIO(head), LIMITS)
    if text.take("["):
        return JsonShape("array", (), _pages(_first_object(text), is_record))
    try:
        first = text.value()
    except NotAFeed:
        if whole:
            raise
        # The first object is larger than the sample: the envelope of a long list.
        return _shape_of_part(head)
    ended = text.at
    following = text.next()
    if following in ("{", "["):
        on_lines = "\n" not in text.held[:ended].strip() and "\r" not in text.held[:ended].strip()
        return JsonShape("lines" if on_lines and following == "{" else "stream", (), _pages(first, is_record))
    if not isinstance(first, dict):
        raise NotAFeed(f"it is no object and no list, but '{shown(str(first), 80)}'")
    if is_record(first):
        return JsonShape("object")
    if (path := path_in(first)) is not None:
        return JsonShape("array", path, None, _partial(first, path))
    if (path := keyed_in(first)) is not None:
        return JsonShape("keyed", path)
    return JsonShape("object")


def _first_object(text: _Text) -> Any:
    """The first object of a list, of which the rest may be broken or cut off; None if there is none near."""
    try:
        for _ in range(_LOOKED_AT):
            if text.next() in ("]", ""):
                return None
            value = text.value()
            if isinstance(value, dict):
                return value
            if not text.take(","):
                return None
    except NotAFeed:
        return None
    return None


def _pages(first: Any, is_record: Callable[[dict[str, Any]], bool]) -> tuple[str, ...] | None:
    """The path to the list inside an object that is a page of records; None for a record."""
    if not isinstance(first, dict) or is_record(first) or first.keys() & _IDENTITY:
        return None
    path = path_in(first)
    if not path or path[-1].lower() not in _LISTS or "_metadata" in first:
        return None
    listed: Any = first
    for name in path:
        listed = listed[name]
    return path if any(isinstance(each, dict) and len(each) > 1 for each in listed) else None


def keyed_in(answer: dict[str, Any], depth: int = 0) -> tuple[str, ...] | None:
    """The path to objects that are members by their ids, `{"101": {…}, "102": {…}}`; None if there are none."""
    if not answer or depth > 4:
        return None
    if all(isinstance(each, dict) for each in answer.values()) and not answer.keys() & _IDENTITY:
        firsts = [each for each in list(answer.values())[:_LOOKED_AT] if each]
        alike = set.intersection(*(set(each) for each in firsts)) if firsts else set()
        if (all(name.isdecimal() for name in answer) and firsts) or (len(firsts) > 1 and len(alike) > 1):
            return ()
    for name, value in answer.items():
        inside = isinstance(value, dict) and (name.lower() in _AROUND or name.lower() in _LISTS)
        if inside and (path := keyed_in(value, depth + 1)) is not None:
            return (name, *path)
    return None


def _partial(answer: dict[str, Any], path: tuple[str, ...]) -> str | None:
    """What an answer says about being one page of several; None if it says nothing of it."""
    around: Any = answer
    about: dict[str, Any] = {}
    beside: list[str] = []
    for name in path:
        beside = _alike_beside(around, name)
        about |= {key: value for key, value in around.items() if not isinstance(value, dict | list)}
        for key, value in around.items():
            if isinstance(value, dict) and squeezed(key) in _ABOUT_PAGES:
                about |= value
        around = around[name]
    if beside:
        return f"only its list '{shown(path[-1], 40)}' is read; others stand beside it: {shown(', '.join(beside), 80)}"
    return partial_said(about, len(around))


def _alike_beside(around: dict[str, Any], chosen: str) -> list[str]:
    """The members beside a list that are lists of such records too."""
    if not isinstance(around[chosen], list):
        return []
    record = next((each for each in around[chosen] if isinstance(each, dict)), {})

    def is_alike(value: Any) -> bool:
        first = next((each for each in value if isinstance(each, dict)), {}) if isinstance(value, list) else {}
        common = len(record.keys() & first.keys())
        return common > 1 and 2 * common >= len(record)

    return [name for name, value in around.items() if name != chosen and is_alike(value)]


def partial_said(about: Mapping[str, Any], found: int | None) -> str | None:
    """What figures around a list of `found` records say: that it is page 1 of 3, or that more records follow."""
    said = {squeezed(key): value for key, value in about.items()}
    page, pages = (_count(said, names) for names in (_PAGE, _PAGES))
    if pages is not None and pages > 1:
        return f"it is page {page} of {pages}" if page is not None else f"it is one of {pages} pages"
    total = _count(said, _TOTALS)
    if total is not None and found is not None and total > found:
        return f"it has {found:,} of {total:,} records"
    if any(said.get(name) is True or str(said.get(name)).lower() == "true" for name in _FOLLOWED):
        return "it says that more follow"
    if any(isinstance(value := said.get(name), str) and value.strip() for name in ("nextpageuri", "next", "nextpage")):
        return "it says that more follow"
    return None


def _count(said: Mapping[str, Any], names: tuple[str, ...]) -> int | None:
    for name in names:
        value = said.get(name)
        if isinstance(value, int | str) and not isinstance(value, bool) and str(value).strip().isdecimal():
            return int(str(value).strip()[:12])
    return None


_LOOKED_AT = 50  # items of a list, to find out what it holds
_ABOUT_PAGES = frozenset({"meta", "metadata", "pagination", "paging", "page", "pageinfo"})
_FOLLOWED = ("hasmore", "hasnext", "hasnextpage", "hasmoreresults", "morepages", "hasmoreitems")
_PAGE = ("page", "pagenumber", "currentpage", "number")
_PAGES = ("numpages", "totalpages", "pages", "pagecount", "lastpage")
_TOTALS = ("total", "totalmatched", "totalcount", "totalresults", "totalrecords", "totalitems")


def error_said(answer: Any) -> str | None:
    """The message of an error answer; None for any other answer."""
    if not isinstance(answer, dict):
        return None
    wrong = any(answer.get(key) for key in _ERRORS) or str(answer.get("Status", "")).upper() == "ERROR"
    status = answer.get("status", answer.get("code", answer.get("statusCode")))
    wrong = wrong or (str(status).isdecimal() and 400 <= int(str(status)) < 600)
    wrong = wrong or (bool(answer) and answer.keys() <= _ONLY_WORDS)
    if not wrong:
        return None
    said = [_words(answer[key]) for key in dict.fromkeys((*_ERRORS, *_SAYINGS, "Errors")) if answer.get(key)]
    return "; ".join(dict.fromkeys(filter(None, said))) or json.dumps(answer)[:200]


def _words(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(filter(None, map(_words, value)))
    if isinstance(value, dict):
        return next((_words(value[key]) for key in _SAYINGS if value.get(key)), json.dumps(value)[:200])
    return str(value)


def path_in(answer: dict[str, Any], depth: int = 0) -> tuple[str, ...] | None:
    """The path to the records inside a decoded envelope; None if there is none."""
    lists = {name: value for name, value in answer.items() if isinstance(value, list) and all(map(_is_object, value))}
    named = sorted((name for name in lists if name.lower() in _LISTS), key=_rank)
    if named and (lists[named[0]] or not error_said(answer)):
        return (named[0],)
    if depth < 3:
        for name, value in answer.items():
            if isinstance(value, dict) and name.lower() in _AROUND and (path := path_in(value, depth + 1)) is not None:
                return (name, *path)
    unnamed = [name for name, value in lists.items() if value]
    if unnamed and not answer.keys() & {"id", "name", "key"} and not error_said(answer):
        return (max(unnamed, key=lambda name: len(lists[name])),)
    return None


def _is_object(value: Any) -> bool:
    return isinstance(value, dict) or value is None


def _rank(name: str) -> int:
    return _LISTS.index(name.lower()) if name.lower() in _LISTS else len(_LISTS)


def _shape_of_part(head: str) -> JsonShape:
    """The shape of an envelope whose end is not in the sample: the path to its long list, or to keyed objects."""
    text = _Text(io.StringIO(head), LIMITS)
    path: list[str] = []
    short: JsonShape | None = None  # a list that ends in the sample, if no long one follows
    try:
        while text.take("{"):
            while True:
                name = text.value()
                if not isinstance(name, str) or not text.take(":"):
                    return short or JsonShape("array")
                opens = text.next()
                if opens == "{" and name.lower() in _AROUND:
                    path.append(name)
                    break
                try:
                    value = text.value()
                except NotAFeed:  # what does not end in the sample is the long list itself
                    return JsonShape("array", (*path, name)) if opens == "[" else short or JsonShape("array")
                if isinstance(value, dict) and len(value) > 1 and (name.isdecimal() or len(value.keys() & _IDENTITY)):
                    return short or JsonShape("keyed", tuple(path))
                listed = isinstance(value, list) and value and all(map(_is_object, value))
                if listed and name.lower() in _LISTS and short is None:
                    short = JsonShape("array", (*path, name))
                if not text.take(","):
                    return short or JsonShape("array")
    except NotAFeed:
        return short or JsonShape("array")
    return short or JsonShape("array")


def records(
    source: io.TextIOBase, shape: JsonShape, limits: Limits = LIMITS, tally: Tally | None = None
) -> Iterator[Any]:
    """The records of a JSON text, each decoded as it is reached. ValueError is yielded for a line that is none.

    Where each is a line, `tally.at` is the one of the latest. Raises NotAFeed where the text breaks off or is no JSON.
    """
    for record in _of_shape(source, shape, limits, tally or Tally()):
        if shape.inner is None or not isinstance(record, dict):
            yield record
            continue
        listed: Any = record
        for name in shape.inner:
            listed = listed.get(name) if isinstance(listed, dict) else None
        if isinstance(listed, list):
            yield from listed
        else:
            yield ValueError(f"this page has no list at {'.'.join(shape.inner)}")


def _of_shape(source: io.TextIOBase, shape: JsonShape, limits: Limits, tally: Tally) -> Iterator[Any]:
    if shape.kind == "lines":
        yield from _lines(source, limits, tally)
        return
    text = _Text(source, limits)
    if shape.kind == "stream":
        while text.next():
            value = text.value()
            yield from value if isinstance(value, list) else (value,)
        return
    if shape.kind == "object":
        yield text.value()
        if text.next():
            raise NotAFeed(_more(text))
        return
    while True:
        _enter(text, shape.path, "{" if shape.kind == "keyed" else "[")
        yield from _keyed(text) if shape.kind == "keyed" else _items(text)
        for _ in shape.path:  # what follows the list in each envelope, to its end: a cut answer is no whole one
            while text.take(","):
                text.value()
                if not text.take(":"):
                    raise NotAFeed("it is truncated, or no JSON, after its records")
                text.value()
            if not text.take("}"):
                raise NotAFeed("it is truncated: the answer around its records does not end")
        following = text.next()
        if not following:
            return
        if following != ("{" if shape.path or shape.kind == "keyed" else "["):  # pages one after the other
            raise NotAFeed(_more(text))


def _more(text: _Text) -> str:
    return f"after its end comes more: '{shown(text.held[text.at : text.at + 60], 60)}'"


def _enter(text: _Text, path: tuple[str, ...], opening: str) -> None:
    """Go to the first record of the list, or of the objects, at a path."""
    for wanted in path:
        if not text.take("{"):
            raise NotAFeed(f"there is no list at {'.'.join(path)}")
        while True:
            name = text.value()
            if not text.take(":"):
                raise NotAFeed("it is no JSON: a member without a value")
            if name == wanted:
                break
            text.value()
            if not text.take(","):
                raise NotAFeed(f"there is no list at {'.'.join(path)}")
    if not text.take(opening):
        raise NotAFeed(f"there is no list at {'.'.join(path) or 'its beginning'}")


def _keyed(text: _Text) -> Iterator[Any]:
    """Objects by their ids; one that has no `id` of its own gets it."""
    if text.take("}"):
        return
    while True:
        name = text.value()
        if not text.take(":"):
            raise NotAFeed("it is no JSON: a member without a value")
        value = text.value()
        if isinstance(value, dict) and "id" not in {key.lower() for key in value}:
            value = {"id": name, **value}
        yield value
        if text.take("}"):
            return
        if not text.take(","):
            raise NotAFeed("it is truncated: its records do not end")


def _items(text: _Text) -> Iterator[Any]:
    if text.take("]"):
        return
    while True:
        yield text.value()
        if text.take("]"):
            return
        if not text.take(","):
            raise NotAFeed("it is truncated: its list of records does not end")


def _lines(source: io.TextIOBase, limits: Limits, tally: Tally) -> Iterator[Any]:
    longest = limits.record
    tally.at = 0
    while line := source.readline(longest):
        tally.at += 1
        if len(line) == longest and line[-1] not in "\r\n":
            raise NotAFeed(f"a line has more than {longest:,} characters; no record of a feed is so long")
        if line.isspace():
            continue
        try:
            yield _decoder.decode(line.strip())
        except RecursionError:
            yield ValueError("it nests deeper than any record does")
        except ValueError as error:
            yield ValueError(f"it is no JSON: {error}")
