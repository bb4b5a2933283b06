"""The words of offers, from a file per language: what each of them says.

An entry is a word or several: `lead(s)` with or without what is in brackets, `verkauf*` with any end, `*佣金*` anywhere
in a word, `#` any number. Between its words may be a blank, a hyphen or an apostrophe. Of the entries that begin at a
word those of most words count, so that a longer one is also how an exception is written: `credit card` is no `credit`.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from app.normalising.commission_text.roles import ROLES

LONGEST_WORD = 40  # characters of a word that are looked at
# A word, with the signs that are set above and below its letters in Thai, Hindi, Hebrew and Arabic.
WORD = r"[^\W_](?:[^\W_]|[\u0300-\u036f\u0591-\u05bd\u064b-\u0652\u093a-\u094d\u0e31-\u0e4e])*"
_ENTRY_WORD = re.compile(rf"\*?{WORD}\*?|#")
_ENTRY = re.compile(rf"(?:{_ENTRY_WORD.pattern})(?:[ '-](?:{_ENTRY_WORD.pattern}))*")
_NUMBER = "#"
_HERE = ""  # under this a node of the tree has the roles of the entry that ends at it

Node = dict[str, Any]


class BadWords(ValueError):
    """A file of words that is not in the notation; the message says where."""


def read(name: str, said: dict[str, list[str]]) -> dict[str, list[str]]:
    """The entries of a file by role, as they are written. Raises BadWords."""
    if strange := said.keys() - ROLES:
        raise BadWords(f"{name}: '{min(strange)}' is no role; roles.py has them")
    for role, entries in said.items():
        for entry in entries:
            for spelling in spellings(entry):
                if not _ENTRY.fullmatch(spelling) or spelling != spelling.lower():
                    raise BadWords(
                        f"{name}: '{entry}' of {role} is no entry: words in lower case, a star only at an end"
                    )
    return said


def spellings(entry: str) -> list[str]:
    """An entry with and without each of its optional letters."""
    before, bracket, rest = entry.partition("(")
    optional, closed, behind = rest.partition(")")
    if not bracket or not closed:
        return [entry]
    return [f"{before}{middle}{end}" for end in spellings(behind) for middle in (optional, "")]


@cache
def words(role: str) -> tuple[str, ...]:
    """The entries of a role in all languages, in the notation of the files; each once."""
    return tuple(dict.fromkeys(entry for _, said in _files() for entry in said.get(role, ())))


@cache
def _files() -> tuple[tuple[str, dict[str, list[str]]], ...]:
    found = sorted(files(__package__).joinpath("words").iterdir(), key=lambda file: file.name)
    return tuple(
        (file.name, read(file.name, tomllib.loads(file.read_text("utf-8"))))
        for file in found
        if file.name.endswith(".toml")
    )


class WordBook:
    """All entries as a tree of their words, and what of it a word of a text can be."""

    def __init__(self) -> None:
        self.tree: Node = {}
        literal: set[str] = set()
        begins: set[str] = set()
        inside: set[str] = set()
        for _, said in _files():
            for role, entries in said.items():
                for spelling in (each for entry in entries for each in spellings(entry)):
                    node = self.tree
                    for word in _ENTRY_WORD.findall(spelling):
                        node = node.setdefault(word, {})
                        (inside if word[0] == "*" else begins if word[-1] == "*" else literal).add(word)
                    node[_HERE] = node.get(_HERE, frozenset()) | {role}
        self._literal = frozenset(literal)
        self._begins = frozenset(begins)
        self._shortest = min(map(len, begins)) - 1
        self._inside = tuple(
            sorted(((word, word.strip("*"), word[-1] == "*") for word in inside), key=lambda e: len(e[1]))
        )
        self.abbreviations = frozenset(words("abbreviation"))
        self.keys = lru_cache(maxsize=32_768)(self._keys)

    def _keys(self, word: str) -> tuple[str, ...]:
        """The words of entries that a word is."""
        if word.isdecimal():
            return (_NUMBER, word) if word in self._literal else (_NUMBER,)
        word = word[:LONGEST_WORD]
        found = [key for key, part, anywhere in self._inside if (part in word if anywhere else word.endswith(part))]
        found += [key for size in range(self._shortest, len(word) + 1) if (key := word[:size] + "*") in self._begins]
        if word in self._literal:
            found.append(word)
        return tuple(found)

    def longest(self, pieces: list[str], joined: list[bool], at: int) -> tuple[int, frozenset[str]]:
        """How many words from `at` the longest entry there has, and the roles of all that are as long; (1, none) where
        there is no entry.

        `joined` says of each word whether the next one follows it directly.
        """
        best, roles = 1, _NONE
        open_: list[tuple[Node, int]] = [(self.tree, at)]
        while open_:
            node, place = open_.pop()
            for key in self.keys(pieces[place]):
                child = node.get(key)
                if child is None:
                    continue
                here = child.get(_HERE)
                if here is not None:
                    length = place + 1 - at
                    if length > best:
                        best, roles = length, here
                    elif length == best:
                        roles = roles | here
                if joined[place] and len(child) > (here is not None):
                    open_.append((child, place + 1))
        return best, _NONE if _NO_ROLE in roles else roles


_NONE: frozenset[str] = frozenset()
_NO_ROLE = "nothing"


@cache
def word_book() -> WordBook:
    """The words of all files, read once."""
    return WordBook()
