"""What the words of a query mean: groups that must each be found, wishes that lift, words that may be missing.

Synonyms and intents are expanded here and not in the index's analyzers: their files can change without touching a
document or closing an index, and it works on an engine without plugins.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from mappings.folding import folded, key
from mappings.intents import Wish, optional_words, places, wishes
from mappings.synonyms import Fact, meanings

MOST_WORDS = 24  # 512 bytes hold more only in gibberish, and each costs; the rest count in names and phrases alone
_LONGEST_PHRASE = 4
_WORD = re.compile(r"[^\W_]")
_INNER = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Group:
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


@dataclass(frozen=True, slots=True)
class Understood:
    """A query, taken apart."""

    groups: tuple[Group, ...]
    optional: tuple[str, ...] = ()
    wishes: tuple[Wish, ...] = ()


@lru_cache(maxsize=2048)
def understand(q: str) -> Understood:
    """Take a query apart: the longest known phrase first, from the left."""
    words = [word for word in q.split() if _WORD.search(word)][:MOST_WORDS]
    groups: list[Group] = []
    optional: list[str] = []
    wanted: list[Wish] = []
    position = 0
    while position < len(words):
        for length in range(min(_LONGEST_PHRASE, len(words) - position), 0, -1):
            text = " ".join(words[position : position + length])
            if taken := _known(text, length):
                break
        else:
            length, taken = 1, _group(words[position])
        position += length
        if isinstance(taken, Wish):
            wanted.append(taken)
        elif length == 1 and not taken.facts and folded(taken.text) in optional_words():
            optional.append(taken.text)
        else:
            groups.append(taken)
    if not groups and not wanted:
        groups, optional = [_group(word) for word in optional], []
    return Understood(tuple(groups), tuple(optional), tuple(dict.fromkeys(wanted)))


@lru_cache(maxsize=8192)  # queries differ, their words mostly do not
def _known(text: str, length: int) -> Wish | Group | None:
    """What a phrase of that many words stands for; None if nothing is known of it as a whole."""
    looked_up = key(text)
    if wish := wishes().get(looked_up):
        return wish
    facts = places().get(looked_up, ())
    found = meanings().get(looked_up)
    if not facts and found is None:
        return None
    if found is None:
        return _group(text, facts=facts)
    return _group(text, synonyms=found.words, facts=(*facts, *found.facts))


def _group(text: str, synonyms: tuple[str, ...] = (), facts: tuple[Fact, ...] = ()) -> Group:
    # "e-commerce" is also written "ecommerce", "skin care" also "skincare".
    one_word = _INNER.sub("", text)
    joined = (one_word,) if one_word != text else ()
    return Group(text, joined, synonyms, facts)
