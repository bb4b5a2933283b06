"""Edits of how words are read and ranked, as operators give them: checked, and read from and written to a file.

The file is TOML: `same`, groups of words as in `mappings/synonyms.toml`, tables `topics` of a topic and words that ask
for it, and tables `pins` of a query and its programs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec

from app.failures import Misuse
from app.learning.toml_files import NotToml, tables_of
from app.search.bad_request import meaning
from app.search.pinned import MOST_PINNED
from mappings.folding import key
from mappings.topics import TOPICS

MOST_WORDS = 20  # of a group
LONGEST_WORDS = 80  # characters of a word or phrase
MOST_WORDS_OF_A_PHRASE = 4  # no longer one is looked for in a query
LONGEST_QUERY = 200  # characters
_LARGEST_ID = 2**53 - 1

_Words = Annotated[str, msgspec.Meta(max_length=4 * LONGEST_QUERY)]
_Id = Annotated[int, msgspec.Meta(ge=1, le=_LARGEST_ID)]


class BadEdit(Misuse):
    """What is wrong with an edit, or with a file of them."""


class GivenEdit(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """A synonym, `words` that mean the same; words by which a query asks for a `topic` (its slug); or a pin, a `query`
    and ids of `programs` that come first, in order."""

    kind: Literal["synonym", "topic", "pin"]
    topic: Annotated[str, msgspec.Meta(max_length=LONGEST_WORDS)] | None = None
    words: Annotated[tuple[_Words, ...], msgspec.Meta(max_length=MOST_WORDS)] | None = None
    query: _Words | None = None
    programs: Annotated[tuple[_Id, ...], msgspec.Meta(max_length=MOST_PINNED)] | None = None


def synonym(words: Iterable[str]) -> GivenEdit:
    """A checked group of words that mean the same. Raises BadEdit."""
    return checked(GivenEdit(kind="synonym", words=tuple(words)))


def topic(slug: str, words: Iterable[str]) -> GivenEdit:
    """Checked words by which a query asks for a topic. Raises BadEdit."""
    return checked(GivenEdit(kind="topic", topic=slug, words=tuple(words)))


def pin(query: str, programs: Iterable[int]) -> GivenEdit:
    """A checked pin of programs to a query. Raises BadEdit."""
    return checked(GivenEdit(kind="pin", query=query, programs=tuple(programs)))


def checked(given: GivenEdit) -> GivenEdit:
    """An edit as it is stored: blanks made single, each word and each program once. Raises BadEdit."""
    if given.kind != "pin":
        return _checked_words(given)
    if given.words is not None or given.topic is not None or not given.query or not given.programs:
        raise BadEdit("a pin has 'query' and 'programs' and nothing else: words, and ids of what comes first")
    query = _plain(given.query, LONGEST_QUERY)
    programs = tuple(dict.fromkeys(given.programs))
    if not key(query):
        raise BadEdit("'query' has no letter and no digit")
    if len(programs) > MOST_PINNED or not all(0 < each <= _LARGEST_ID for each in programs):
        raise BadEdit(f"'programs' are one to {MOST_PINNED} ids")
    return GivenEdit(kind="pin", query=query, programs=programs)


def _checked_words(given: GivenEdit) -> GivenEdit:
    if given.query is not None or given.programs is not None or not given.words:
        raise BadEdit(f"a {given.kind} has 'words' and neither 'query' nor 'programs'")
    words = tuple(dict.fromkeys(_plain(each, LONGEST_WORDS) for each in given.words))
    keys = {key(each) for each in words}
    if any(len(each) > MOST_WORDS_OF_A_PHRASE for each in keys):
        raise BadEdit(f"a phrase has more than {MOST_WORDS_OF_A_PHRASE} words")
    if () in keys:
        raise BadEdit("one of the 'words' has no letter and no digit")
    if len(words) > MOST_WORDS:
        raise BadEdit(f"there are more than {MOST_WORDS} words")
    if given.kind == "topic":
        if given.topic not in TOPICS:
            end, _ = meaning(given.topic or "", TOPICS)
            raise BadEdit(f"there is no topic '{given.topic or ''}'{end}")
    elif given.topic is not None:
        raise BadEdit("a synonym has no 'topic'")
    elif len(keys) < 2:
        raise BadEdit("a group has two words or more that differ in more than case, accents and plural")
    return GivenEdit(kind=given.kind, topic=given.topic, words=words)


def _plain(text: str, longest: int) -> str:
    plain = " ".join(text.split())
    if len(plain) > longest or not plain.isprintable():
        raise BadEdit(f"'{plain[:40]}' has more than {longest} characters, or some that cannot be printed")
    return plain


class _Pin(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    query: str
    programs: list[int]


class _Topic(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    topic: str
    words: list[str]


class _File(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    same: list[list[str]] = []
    topics: list[_Topic] = []
    pins: list[_Pin] = []


def read_file(body: bytes) -> list[GivenEdit]:
    """The edits of a file. Raises BadEdit that names the place."""
    try:
        file = msgspec.convert(tables_of(body), _File)
    except (NotToml, msgspec.ValidationError) as error:
        raise BadEdit(f"the file cannot be read: {error}") from None
    edits: list[GivenEdit] = []
    for place, group in enumerate(file.same, start=1):
        edits.append(_at(f"group {place} of 'same'", GivenEdit(kind="synonym", words=tuple(group))))
    for place, asked in enumerate(file.topics, start=1):
        given = GivenEdit(kind="topic", topic=asked.topic, words=tuple(asked.words))
        edits.append(_at(f"topic {place}", given))
    for place, each in enumerate(file.pins, start=1):
        given = GivenEdit(kind="pin", query=each.query, programs=tuple(each.programs))
        edits.append(_at(f"pin {place}", given))
    return edits


def _at(place: str, given: GivenEdit) -> GivenEdit:
    try:
        return checked(given)
    except BadEdit as bad:
        raise BadEdit(f"{place}: {bad}") from None


def as_file(edits: Iterable[GivenEdit]) -> str:
    """A file of edits."""
    listed = list(edits)
    groups = [f"    {_written(each.words)},\n" for each in listed if each.kind == "synonym"]
    topics = [
        f"\n[[topics]]\ntopic = {_written(each.topic)}\nwords = {_written(each.words)}\n"
        for each in listed
        if each.kind == "topic"
    ]
    pins = [
        f"\n[[pins]]\nquery = {_written(each.query)}\nprograms = {_written(each.programs)}\n"
        for each in listed
        if each.kind == "pin"
    ]
    return "".join(["same = [\n", *groups, "]\n", *topics, *pins])


def _written(value: object) -> str:
    """Texts and lists of TOML are those of JSON, where nothing in them is unprintable."""
    return json.dumps(value, ensure_ascii=False)
