"""Programs as Algolia's records: with `objectID`, and with what matched in every attribute.

Clients escape what they show and put tags where these strings are, so texts go out as they are. A highlight without an
entry for an attribute, or with one that is no text, breaks what shows it: every attribute that has a value has one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

import msgspec

from app.search.algolia.attributes import OBJECT_ID, PATH, level_of
from app.search.algolia.names import Names
from app.search.algolia.query import HighlightTags, Query
from app.search.highlighting import Highlighter, Spans
from app.search.page import Hit, program

_WORD = re.compile(r"\S+")
# Attributes whose words a search finds; elsewhere an equal word is chance.
_MARKED = frozenset({"name", "description", "category", "categories", "merchantDomain", PATH})
# A match is shown with this share of the snippet before it.
_LEAD = 0.3

Record = dict[str, Any]


class _Sync(msgspec.Struct):
    category_path: list[str] | None = msgspec.field(name="categoryPath", default=None)
    deleted: bool = False


class _Source(msgspec.Struct):
    sync: _Sync


_source = msgspec.json.Decoder(_Source).decode


def is_deleted(source: msgspec.Raw) -> bool:
    """Whether a stored program is only remembered as deleted."""
    return _source(source).sync.deleted


def record(source: msgspec.Raw, synced: Mapping[str, str]) -> Record:
    """A stored program with `objectID` and its path by level, as the hierarchical menu names it."""
    found: Record = msgspec.json.decode(program(source, synced))
    path = _source(source).sync.category_path
    levels = {f"lvl{level_of(each)}": each for each in path or ()}
    return {OBJECT_ID: str(found["id"]), **found, PATH: levels or None}


def shown(
    hit: Hit, asked: Query, marking: Highlighter, synced: Mapping[str, str], pinned: Collection[int] = ()
) -> Record:
    """A hit as it is answered: the attributes wanted, highlighted and snippeted, and whether it is pinned."""
    whole = record(hit.source, synced)
    answer = retrieved(whole, asked.retrieve)
    if pinned and whole["id"] in pinned:
        answer["pinned"] = True
    answer["_highlightResult"] = {
        name: leaf
        for name, value in whole.items()
        if name != OBJECT_ID
        and asked.highlight.holds(name)
        and (leaf := _highlighted(value, marking if name in _MARKED else None, asked.tags)) is not None
    }
    snippets: Record = {}
    for name, length in asked.snippet:
        for key in whole if name == "*" else (name,):
            if isinstance(text := whole.get(key), str | int | float):
                snippets[key] = _snippet(_text(text), marking if key in _MARKED else None, length, asked.tags)
    if asked.snippet:
        answer["_snippetResult"] = snippets
    return answer


def retrieved(whole: Record, wanted: Names) -> Record:
    """The attributes of a record that are wanted, and always its id."""
    return {name: value for name, value in whole.items() if name == OBJECT_ID or wanted.holds(name)}


def _highlighted(value: Any, marking: Highlighter | None, tags: HighlightTags) -> Any:
    match value:
        case None:
            return None
        case dict():
            members = {key: _highlighted(each, marking, tags) for key, each in value.items()}
            return {key: each for key, each in members.items() if each is not None}
        case list():
            return [_highlighted(each, marking, tags) for each in value]
        case _:
            return _leaf(_text(value), marking, tags)


def _leaf(text: str, marking: Highlighter | None, tags: HighlightTags) -> Record:
    """What an attribute shows: its text with tags, and which of the words were found in it."""
    spans = marking.spans(text) if marking else []
    if marking is None or not spans:
        return {"value": text, "matchLevel": "none", "matchedWords": []}
    matched = marking.matched(text, spans)
    return {
        "value": _with(text, spans, tags),
        "matchLevel": _level(matched, marking),
        "fullyHighlighted": not _outside(text, spans).strip(),
        "matchedWords": list(matched),
    }


def _level(matched: tuple[str, ...], marking: Highlighter) -> str:
    return "full" if len(matched) == len(marking.typed) else "partial" if matched else "none"


def _outside(text: str, spans: Spans) -> str:
    """What of a text is not marked."""
    parts: list[str] = []
    done = 0
    for start, end in spans:
        parts.append(text[done:start])
        done = end
    return "".join((*parts, text[done:]))


def _snippet(text: str, marking: Highlighter | None, length: int, tags: HighlightTags) -> Record:
    """Some words of a text around the first that matched."""
    words = [(found.start(), found.end()) for found in _WORD.finditer(text)]
    spans = marking.spans(text) if marking else []
    first = next((place for place, (_, end) in enumerate(words) if spans and end > spans[0][0]), 0)
    begin = max(min(first - int(length * _LEAD), len(words) - length), 0)
    shown = words[begin : begin + length]
    start, end = (shown[0][0], shown[-1][1]) if shown else (0, 0)
    cut = text[start:end]
    inside = [(max(a, start) - start, min(b, end) - start) for a, b in spans if a < end and b > start]
    value = _with(cut, inside, tags)
    if begin > 0:
        value = f"{tags.ellipsis}{value}"
    if begin + length < len(words):
        value = f"{value}{tags.ellipsis}"
    return {
        "value": value,
        "matchLevel": _level(marking.matched(cut, inside), marking) if marking and inside else "none",
    }


def _with(text: str, spans: Spans, tags: HighlightTags) -> str:
    parts: list[str] = []
    done = 0
    for start, end in spans:
        parts += [text[done:start], tags.before, text[start:end], tags.after]
        done = end
    return "".join((*parts, text[done:]))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
