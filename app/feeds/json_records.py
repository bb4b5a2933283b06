"""JSON: an array, an envelope around one, or one object a line. Records are decoded one at a time."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from app.feeds.limits import CHUNK, LIMITS, Limits
from app.feeds.refusal import NotAFeed, shown

# Members that hold the records of an answer, and members inside which to look for them.
_LISTS = (
    "items", "programs", "programmes", "advertisers", "offers", "partnerships", "campaigns", "affiliates", "merchants",
    "sites", "hits", "results", "records", "rows", "entries", "products", "edges", "nodes", "data",
)  # fmt: skip
_AROUND = ("data", "response", "result", "results", "payload", "_embedded", "body", "marketplacesearch", "affiliates")
_ERRORS = ("error", "errors", "error_description", "fault", "exception")
_SAYINGS = ("description", "error_description", "message", "Message", "detail", "error", "title", "reason")
_ONLY_WORDS = frozenset({"message", "status", "code", "detail", "requestId", "timestamp"})
_BLANK = " \t\n\r"


@dataclass(frozen=True, slots=True)
class Shape:
    """Where the records are: `lines` of objects, the `array` at a path of members, or the `object` that is all."""

    kind: Literal["lines", "array", "object"]
    path: tuple[str, ...] = ()


def _constant(name: str) -> None:
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


def find(head: str, whole: bool, is_record: Callable[[dict[str, Any]], bool]) -> Shape:
    """The shape of a JSON text by its first characters; `whole` says that they are all there is.

    An object that `is_record` is no envelope, whatever lists it has.
    """
    text = _Text(io.StringIO(head), LIMITS)
    if text.take("["):
        return Shape("array")
    try:
        first = text.value()
    except NotAFeed:
        if whole:
            raise
        # The first object is larger than the sample: the envelope of a long list.
        return Shape("array", _path_in_part(head) or ())
    following = text.next()
    if following == "{":
        return Shape("lines")
    if not isinstance(first, dict):
        raise NotAFeed(f"it is no object and no list, but '{shown(str(first), 80)}'")
    path = None if is_record(first) else path_in(first)
    return Shape("object") if path is None else Shape("array", path)


def error_said(answer: Any) -> str | None:
    """What an error answer says; None if it is none."""
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
    return isinstance(value, dict)


def _rank(name: str) -> int:
    return _LISTS.index(name.lower()) if name.lower() in _LISTS else len(_LISTS)


def _path_in_part(head: str) -> tuple[str, ...] | None:
    """The same of an envelope whose end is not in the sample."""
    text = _Text(io.StringIO(head), LIMITS)
    path: list[str] = []
    try:
        while text.take("{"):
            while True:
                name = text.value()
                if not isinstance(name, str) or not text.take(":"):
                    return None
                opens = text.next()
                if opens == "[" and name.lower() in _LISTS:
                    return (*path, name)
                if opens == "{" and name.lower() in _AROUND:
                    path.append(name)
                    break
                try:
                    text.value()
                except NotAFeed:  # what does not end in the sample is the long list itself
                    return (*path, name) if opens == "[" else None
                if not text.take(","):
                    return None
    except NotAFeed:
        return None
    return None


def records(source: io.TextIOBase, shape: Shape, limits: Limits = LIMITS) -> Iterator[Any]:
    """The records of a JSON text, each decoded as it is reached. ValueError is yielded for a line that is none.

    Raises NotAFeed where the text breaks off or is no JSON.
    """
    if shape.kind == "lines":
        yield from _lines(source, limits)
        return
    text = _Text(source, limits)
    if shape.kind == "object":
        yield text.value()
        if text.next():
            raise NotAFeed(f"after its end comes more: '{shown(text.held[text.at : text.at + 60], 60)}'")
        return
    _enter(text, shape.path)
    yield from _items(text)
    if not shape.path:
        if text.next():
            raise NotAFeed(f"after its end comes more: '{shown(text.held[text.at : text.at + 60], 60)}'")
        return
    for _ in shape.path:  # what follows the list in each envelope, to its end: a truncated answer is no whole one
        while text.take(","):
            text.value()
            if not text.take(":"):
                raise NotAFeed("it is truncated, or no JSON, after its records")
            text.value()
        if not text.take("}"):
            raise NotAFeed("it is truncated: the answer around its records does not end")


def _enter(text: _Text, path: tuple[str, ...]) -> None:
    """Go to the first record of the list at a path."""
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
    if not text.take("["):
        raise NotAFeed(f"there is no list at {'.'.join(path) or 'its beginning'}")


def _items(text: _Text) -> Iterator[Any]:
    if text.take("]"):
        return
    while True:
        yield text.value()
        if text.take("]"):
            return
        if not text.take(","):
            raise NotAFeed("it is truncated: its list of records does not end")


def _lines(source: io.TextIOBase, limits: Limits) -> Iterator[Any]:
    longest = limits.record
    while line := source.readline(longest):
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
