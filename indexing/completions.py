"""Query completions: names of topics, and the words and two-word phrases that descriptions of one trade are made of.

Nobody's searches are recorded, so what people may ask for is read off the catalogue. A phrase is kept if programs
use it, nearly all of them in one vertical ("clay masks"), and if none of its words is one that everybody of its
language uses ("customers choose"), or only the second is, which the first hardly ever goes without ("micellar water").
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, pairwise

from mappings.topics import ASKED_FOR, TOPICS

FEWEST_USES = 3
OF_ONE_VERTICAL = 0.6
# A word in more descriptions of its language than one in a hundred says nothing about a trade. Twenty
# descriptions are too few to call a word common.
COMMON = 0.01
COMMON_AT_LEAST = 20
VERY_COMMON = 0.05
# The share of a word's uses in which the same word follows it, from which on the two are one expression.
INSEPARABLE = 0.6
SHORTEST_WORD = 3
MOST = 20_000

_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
# Phrases do not go across a pause, nor across what is no word at all.
_PAUSE = re.compile(r"[.,;:!?()\[\]\"“”„«»–—/|&+*]+|\s-\s")


@dataclass(frozen=True, slots=True)
class Completion:
    """A phrase, lower case as in the text, and how many of the descriptions use it."""

    text: str
    uses: int


def completions(descriptions: Iterable[tuple[str, str, str, str]]) -> Iterator[Completion]:
    """The completions of (language, vertical, name, description), the most used first."""
    described: Counter[str] = Counter()
    words_used: Counter[tuple[str, str]] = Counter()
    phrases_used: Counter[tuple[str, str]] = Counter()
    used_in: Counter[tuple[str, str, str]] = Counter()
    for language, vertical, name, description in descriptions:
        described[language] += 1
        words: set[str] = set()
        phrases: set[str] = set()
        for part in _PAUSE.split(description.replace(name, ".").lower()):
            found = _WORD.findall(part)
            words.update(found)
            phrases.update(f"{first} {second}" for first, second in pairwise(found))
        words_used.update((language, word) for word in words)
        phrases |= words
        phrases_used.update((language, phrase) for phrase in phrases)
        used_in.update((language, phrase, vertical) for phrase in phrases)
    most_in_one: dict[tuple[str, str], int] = {}
    for (language, phrase, _), uses in used_in.items():
        key = (language, phrase)
        most_in_one[key] = max(uses, most_in_one.get(key, 0))

    def used_by_few(language: str, word: str, share: float) -> bool:
        most = max(share * described[language], COMMON_AT_LEAST)
        return len(word) >= SHORTEST_WORD and not word.isdecimal() and words_used[language, word] <= most

    def telling(language: str, phrase: str, uses: int) -> bool:
        first, _, second = phrase.partition(" ")
        if not used_by_few(language, first, COMMON):
            return False
        if not second or used_by_few(language, second, COMMON):
            return True
        return used_by_few(language, second, VERY_COMMON) and uses >= INSEPARABLE * words_used[language, first]

    kept: Counter[str] = Counter()
    for (language, phrase), uses in phrases_used.items():
        if uses < FEWEST_USES or most_in_one[language, phrase] < OF_ONE_VERTICAL * uses:
            continue
        if telling(language, phrase, uses):
            kept[phrase] += uses
    for phrase, uses in kept.most_common(MOST):
        yield Completion(phrase, uses)


def topic_names(counts: Iterable[tuple[str, str, int]]) -> Iterator[Completion]:
    """What topics are called, of (topic, language, programs): in each language that texts about it are written in."""
    for slug, language, programs in counts:
        if (topic := TOPICS.get(slug)) is not None:
            for phrase in topic.phrases.get(language, ())[:ASKED_FOR]:
                yield Completion(phrase.text.lower(), programs)


def together(*several: Iterable[Completion]) -> Iterator[Completion]:
    """Each text once, with its most uses, the most used first."""
    most: dict[str, int] = {}
    for each in chain(*several):
        most[each.text] = max(each.uses, most.get(each.text, 0))
    for text, uses in sorted(most.items(), key=lambda each: (-each[1], each[0])):
        yield Completion(text, uses)
