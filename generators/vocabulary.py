"""The words of each topic and the sentences of each language, read once from `words/` and `sentences/`."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from string import capwords
from typing import Any, TypeAlias

import msgspec

from generators.distributions import Table


class Topic(msgspec.Struct, frozen=True):
    """What programs of one meaning talk about in one language."""

    goods: tuple[str, ...]
    titles: Table[str]  # the goods as they stand in the title of a product
    qualities: Table[str]  # fit for most of the goods; only in languages without agreement
    people: Table[str]
    signs: Table[str]


Sentence: TypeAlias = tuple[Table[str], Table[str], Table[str]]


class Grammar(msgspec.Struct, frozen=True):
    """Sentences of one language, by kind ("shop.lead"): each the three parts that are drawn one by one.

    Parts are `%`-templates over names (`%(a)s`), ready to be joined and filled in one go.
    """

    sentences: dict[str, Sentence]
    names: dict[str, Table[str]]  # "shop" and "digital" patterns
    fillers: dict[str, Table[str]]  # words of names: adjective, noun, thing, work


PATTERN_KINDS = ("shop", "digital")
_SLOT = re.compile(r"\{(\w+)\}")


@cache
def topics(language: str) -> dict[str, Topic]:
    """Topic name to its words."""
    return {name: _topic(words, language) for name, words in read_words("words", language).items()}


def _topic(words: dict[str, str], language: str) -> Topic:
    return Topic(
        goods=split(words["goods"]),
        qualities=Table(split(words.get("qualities", ""))),
        titles=Table(capwords(good) if language == "en" else _capital(good) for good in split(words["goods"])),
        people=Table(split(words["people"])),
        signs=Table(split(words["signs"])),
    )


@cache
def grammar(language: str) -> Grammar:
    tree = read_words("sentences", language)
    names = tree.pop("names")
    return Grammar(
        sentences={
            f"{style}.{kind}": (
                _part(parts["a"], first=True),
                _part(parts["b"]),
                _part(parts["c"]),
            )
            for style, kinds in tree.items()
            for kind, parts in kinds.items()
        },
        names={kind: _part(names[kind], first=True) for kind in PATTERN_KINDS if kind in names},
        fillers={word: Table(split(text)) for word, text in names.items() if word not in PATTERN_KINDS},
    )


def read_words(folder: str, name: str) -> dict[str, Any]:
    """A file of words or sentences."""
    return tomllib.loads(files("generators").joinpath(folder, f"{name}.toml").read_text("utf-8"))


def split(text: str) -> tuple[str, ...]:
    """The words of a line, between semicolons."""
    return tuple(word.strip() for word in text.split(";"))


def _capital(good: str) -> str:
    return good[0].upper() + good[1:]


def _part(lines: str, *, first: bool = False) -> Table[str]:
    return Table(
        _SLOT.sub(r"%(\1)s", _spaced(line, first=first).replace("%", "%%")) for line in lines.strip().split("\n")
    )


def _spaced(line: str, *, first: bool) -> str:
    return line if first or line[0] in ".,;:!?" else f" {line}"
