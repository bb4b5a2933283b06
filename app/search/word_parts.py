"""A word as the words that it is made of: a compound ("Damenjacke"), or several that were typed as one ("tshirts")."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from app.search.lexicon import HeldLexicon
from mappings.vocabulary import commonness

COMPOUNDING = ("de", "nl", "sv", "da", "no")
"""Languages that write compounds as one word."""
LINKS = ("", "s", "n", "en", "e", "er", "es")
"""What may stand between the parts of a compound."""
SHORTEST_PART = 3
"""Letters of the shortest word that another is made of."""
_SHORTEST_HEAD = 4
_LONGEST_COMPOUND = 40
_LONG_NAME = 9  # letters, from which a word may be three or more
_LONGEST_PART, _MOST_PARTS = 16, 5
_SHORT_PART_IN = 50  # programs that have a word of one or two letters, of which another may be made
_LIKELIEST = 3


class Compound(NamedTuple):
    """The parts of a compound: what describes, without what links it, and what is described."""

    language: str
    first: str
    head: str


def compound(word: str, lexicon: HeldLexicon, languages: Sequence[str]) -> Compound | None:
    """The parts of a compound in one of these languages, both known there; None for a word that is none."""
    if not word.isalpha() or not _SHORTEST_HEAD + SHORTEST_PART <= len(word) <= _LONGEST_COMPOUND:
        return None
    best: tuple[float, Compound] | None = None
    for place in range(SHORTEST_PART, len(word) - _SHORTEST_HEAD + 1):
        head = word[place:]
        for language in languages:
            if not (heads := _strength(head, language, lexicon)):
                continue
            first, firsts = _modifier(word[:place], language, lexicon)
            worth = min(heads, firsts) * len(head)
            if worth and (best is None or worth > best[0]):
                best = worth, Compound(language, first, head)
    return best[1] if best else None


def _modifier(text: str, language: str, lexicon: HeldLexicon) -> tuple[str, float]:
    """The first part of a compound without what links it to the second, and how well it is known."""
    for link in LINKS:
        first = text.removesuffix(link)
        linked = len(first) >= SHORTEST_PART and (not link or first != text)
        if linked and (strength := _strength(first, language, lexicon)):
            return first, strength if not link else strength / 2
    return text, 0.0


def _strength(word: str, language: str, lexicon: HeldLexicon) -> float:
    """How well a word is known in a language: by the catalogue, or by the language's own vocabulary."""
    return lexicon.in_language(word, language) or max(commonness(word, language) - 1, 0) / 10


def typed_as_one(word: str, lexicon: HeldLexicon) -> tuple[list[str], tuple[str, ...]]:
    """A word as the two words of the catalogue that it may be ("wall art"), the likeliest first; and as three or more,
    which a long one may be that is the name of a site ("noble maple bags")."""
    if not word.isalpha() or len(word) > _LONGEST_COMPOUND or not lexicon.known:
        return [], ()
    found = []
    for place in range(1, len(word) - SHORTEST_PART + 1):
        first, second = word[:place], word[place:]
        least = min(lexicon.count(first), lexicon.count(second))
        if least >= 1 and (len(first) >= SHORTEST_PART or place == 1):
            found.append((least, f"{first} {second}"))
    two = [phrase for _, phrase in sorted(found, reverse=True)[:_LIKELIEST]]
    return two, _several(word, lexicon) if len(word) >= _LONG_NAME else ()


def _several(word: str, lexicon: HeldLexicon) -> tuple[str, ...]:
    """A word as the fewest words of the catalogue that it may be, three to five, in the likeliest way."""
    ways: list[tuple[int, int, str] | None] = [(0, -len(word), "")] + [None] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(max(end - _LONGEST_PART, 0), end):
            before = ways[start]
            count = lexicon.count(word[start:end]) if before and before[0] < _MOST_PARTS else 0
            if before and count and (end - start >= SHORTEST_PART or count >= _SHORT_PART_IN):
                way = (before[0] + 1, max(before[1], -count), f"{before[2]} {word[start:end]}".strip())
                ways[end] = min(ways[end] or way, way)
    whole = ways[-1]
    return (whole[2],) if whole and whole[0] > 2 else ()
