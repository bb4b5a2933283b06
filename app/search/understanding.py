"""What the words of a query mean: groups that must each be found, wishes that lift, words that may be missing.

Synonyms and intents are expanded here and not in the index's analyzers: their files can change without touching a
document or closing an index, and it works on an engine without plugins.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import chain

import msgspec

from mappings.folding import folded, key
from mappings.intents import Wish, optional_words, places, wishes
from mappings.synonyms import Fact, Meanings, meanings

MOST_WORDS = 24  # 512 bytes hold more only in gibberish, and each costs; the rest count in names and phrases alone
_LONGEST_PHRASE = 4
_WORD = re.compile(r"[^\W_]")
_MARKS = re.compile(r"[\W_]+")
# What may stand around a word without being a part of it. No combining mark: it may be a vowel.
_AROUND = ".,;:!?()[]{}<>|/*&_-–—…'\"‘’“”„«»¡¿"
_NOTHING = Meanings()


class Group(msgspec.Struct, frozen=True):
    """A word or phrase that must be found, in any of these ways.

    `text` is as typed; `joined` are other ways to write it as one word; `synonyms` are words or phrases; `facts` are
    fields that hold.
    """

    text: str
    joined: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """The words of `text`."""
        return tuple(self.text.split())


class Understood(msgspec.Struct, frozen=True):
    """A query, taken apart."""

    groups: tuple[Group, ...]
    optional: tuple[str, ...] = ()
    wishes: tuple[Wish, ...] = ()


@lru_cache(maxsize=2048)
def understand(q: str) -> Understood:
    """Take a query apart: the longest known phrase first, from the left."""
    words = [word for word in q.split() if _WORD.search(word)][:MOST_WORDS]
    keys = [key(word) for word in words]
    groups: list[Group] = []
    optional: list[str] = []
    wanted: list[Wish] = []
    position = 0
    while position < len(words):
        length, known = _longest_known(keys[position : position + _LONGEST_PHRASE])
        text = words[position] if length == 1 else " ".join(words[position : position + length])
        position += length
        if isinstance(known, Wish):
            wanted.append(known)
        elif length == 1 and not known.facts and folded(text) in optional_words():
            optional.append(text)
        else:
            groups.append(_group(text, known))
    if not groups and not wanted:
        groups, optional = [_group(word) for word in optional], []
    return Understood(tuple(groups), tuple(optional), tuple(dict.fromkeys(wanted)))


def _longest_known(keys: list[tuple[str, ...]]) -> tuple[int, Wish | Meanings]:
    """How many of these words stand for something together, and what; the first alone for nothing."""
    for length in range(len(keys), 0, -1):
        known = _lexicon().get(keys[0] if length == 1 else tuple(chain.from_iterable(keys[:length])))
        if known is not None:
            return length, known
    return 1, _NOTHING


@cache
def _lexicon() -> dict[tuple[str, ...], Wish | Meanings]:
    """What words and phrases stand for, by their keys."""
    named, meant = places(), meanings()
    lexicon: dict[tuple[str, ...], Wish | Meanings] = {}
    for each in named.keys() | meant.keys():
        found = meant.get(each, _NOTHING)
        lexicon[each] = Meanings(found.words, (*named.get(each, ()), *found.facts))
    return lexicon | wishes()


def bare(word: str) -> str:
    """A word without the marks around it."""
    return word.strip(_AROUND)


@lru_cache(maxsize=8192)  # queries differ, their words mostly do not
def _group(text: str, known: Meanings = _NOTHING) -> Group:
    # "e-commerce" is also written "ecommerce", "skin care" also "skincare".
    one_word = _MARKS.sub("", text)
    joined = (one_word,) if one_word != bare(text) else ()
    return Group(text, joined, known.words, known.facts)
