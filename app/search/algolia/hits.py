"""Programs as Algolia's records: with `objectID`, and with what matched in every attribute.

Clients escape what they show and put tags where these marks are, so texts go out as they are. A highlight without an
entry for an attribute, or with one that is no text, breaks what shows it: every attribute that has a value has one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from app.search.algolia.attributes import OBJECT_ID, PATH, level_of
from app.search.algolia.names import Names
from app.search.algolia.query import Marks, Query
from app.search.highlight import MARK, UNMARK
from app.search.page import Hit, program
from mappings.folding import folded

_MARKED = re.compile(f"{MARK}(.*?){UNMARK}", re.DOTALL)
_WORDS_FIELD = ".words"
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


def shown(hit: Hit, asked: Query, synced: Mapping[str, str]) -> Record:
    """A hit as it is answered: the attributes wanted, highlighted and snippeted."""
    whole = record(hit.source, synced)
    marked = {field.removesuffix(_WORDS_FIELD): parts[0] for field, parts in (hit.highlight or {}).items()}
    words = tuple(dict.fromkeys(folded(word) for word in asked.q.split()))
    answer = retrieved(whole, asked.retrieve)
    highlighted = {
        name: leaf
        for name, value in whole.items()
        if name != OBJECT_ID
        and asked.highlight.holds(name)
        and (leaf := _highlighted(value, marked.get(name), words, asked.marks)) is not None
    }
    answer["_highlightResult"] = highlighted
    snippets: Record = {}
    for name, length in asked.snippet:
        for key in whole if name == "*" else (name,):
            if isinstance(text := whole.get(key), str | int | float):
                snippets[key] = _snippet(marked.get(key), _text(text), length, words, asked.marks)
    if asked.snippet:
        answer["_snippetResult"] = snippets
    return answer


def retrieved(whole: Record, wanted: Names) -> Record:
    """The attributes of a record that are wanted, and always its id."""
    return {name: value for name, value in whole.items() if name == OBJECT_ID or wanted.holds(name)}


def _highlighted(value: Any, marked: str | None, words: tuple[str, ...], marks: Marks) -> Any:
    match value:
        case None:
            return None
        case dict():
            members = {key: _highlighted(each, None, words, marks) for key, each in value.items()}
            return {key: each for key, each in members.items() if each is not None}
        case list():
            return [_highlighted(each, None, words, marks) for each in value]
        case _:
            return _leaf(_text(value) if marked is None else marked, words, marks)


def _leaf(text: str, words: tuple[str, ...], marks: Marks) -> Record:
    """What an attribute shows: its text with marks, and which of the words were found in it."""
    found = _MARKED.findall(text)
    if not found:
        return {"value": text, "matchLevel": "none", "matchedWords": []}
    matched = _matched(words, found)
    return {
        "value": _with(text, marks),
        "matchLevel": "full" if len(matched) == len(words) else "partial",
        "fullyHighlighted": not _MARKED.sub("", text).strip(),
        "matchedWords": list(matched),
    }


def _snippet(marked: str | None, text: str, length: int, words: tuple[str, ...], marks: Marks) -> Record:
    """Some words of a text around the first that matched."""
    source = text if marked is None else marked
    parts = source.split()
    first = next((place for place, part in enumerate(parts) if MARK in part), 0)
    begin = max(min(first - int(length * _LEAD), len(parts) - length), 0)
    cut = " ".join(parts[begin : begin + length])
    # a cut through a marked phrase leaves half of it
    if cut.count(MARK) > cut.count(UNMARK):
        cut += UNMARK
    found = _MARKED.findall(cut)
    matched = _matched(words, found)
    value = _with(cut, marks)
    if begin > 0:
        value = f"{marks.ellipsis}{value}"
    if begin + length < len(parts):
        value = f"{value}{marks.ellipsis}"
    return {"value": value, "matchLevel": "none" if not found else "full" if len(matched) == len(words) else "partial"}


def _with(text: str, marks: Marks) -> str:
    return text.replace(MARK, marks.before).replace(UNMARK, marks.after)


def _matched(words: tuple[str, ...], found: list[str]) -> tuple[str, ...]:
    """The words of the query that stand behind marked ones: equal, or the same but for an ending or a typing error."""
    marked = {folded(each) for each in found}
    return tuple(word for word in words if any(_alike(word, each) for each in marked))


def _alike(word: str, other: str) -> bool:
    if word == other or other in word or word in other:
        return True
    same = sum(1 for one, two in zip(word, other, strict=False) if one == two)
    return same * 2 >= max(len(word), len(other))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
