"""Synonyms of the trade, from `synonyms.toml`: what a word or phrase of a query finds besides itself."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import msgspec

from mappings.folding import key


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    same: list[list[str]]
    also: dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Fact:
    """A field of the record that has a value, as good as a word that matches."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Meanings:
    """What a word finds besides itself: other words or phrases, and facts."""

    words: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()


def fact(text: str) -> Fact:
    """`field:value`."""
    field, _, value = text.partition(":")
    return Fact(field, value)


@cache
def meanings() -> dict[tuple[str, ...], Meanings]:
    """By the key of a word or phrase (`mappings.folding.key`)."""
    text = files("mappings").joinpath("synonyms.toml").read_text("utf-8")
    file = msgspec.convert(tomllib.loads(text), _File)
    words: dict[tuple[str, ...], list[str]] = {}
    facts: dict[tuple[str, ...], list[Fact]] = {}
    for group in file.same:
        for word in group:
            words.setdefault(key(word), []).extend(other for other in group if key(other) != key(word))
    for word, others in file.also.items():
        for other in others:
            if ":" in other:
                facts.setdefault(key(word), []).append(fact(other))
            else:
                words.setdefault(key(word), []).append(other)
    return {
        each: Meanings(tuple(dict.fromkeys(words.get(each, ()))), tuple(dict.fromkeys(facts.get(each, ()))))
        for each in words.keys() | facts.keys()
    }
