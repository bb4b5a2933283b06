"""The lexicon as a process holds it: the catalogue's words, with what is derived from them at first use."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from copy import copy
from functools import cached_property, lru_cache

from app.search.edits import NO_EDITS, SearchEdits
from mappings.english import singular
from mappings.forms import english_forms
from mappings.lexicon import EMPTY, UNKNOWN_LANGUAGE, Lexicon
from mappings.spelling import spelled_otherwise
from mappings.stems import STEMMED, stem
from mappings.topics import topics_named

# A form that is in fewer letters like the word than this is another word that happens to share its stem.
_SHARED_BUT = 2
_SHARED_BUT_LONG = 4
_LONG_FROM = 7
MOST_FORMS = 8
MOST_BEGINNINGS = 30


class HeldLexicon:
    """A lexicon with its indexes, and what operators add to it. `version` differs whenever the words do; empty before
    one was read."""

    def __init__(self, lexicon: Lexicon = EMPTY, version: str = "") -> None:
        self.lexicon = lexicon
        self.version = version
        self.edits = NO_EDITS
        self._edited: HeldLexicon | None = None  # the last such
        self.words = lexicon.words
        self.forms = lru_cache(maxsize=100_000)(self._forms)
        self.spread = lru_cache(maxsize=20_000)(self._spread)
        self._stems: dict[str, dict[str, tuple[str, ...]]] = {}

    def edited(self, edits: SearchEdits) -> HeldLexicon:
        """The same words with other edits; all that is derived from the words alone is shared."""
        if edits is self.edits:
            return self
        if self._edited is None or self._edited.edits is not edits:
            self._edited = copy(self)
            self._edited.edits = edits
            for derived in ("meant", "_meant_by_start"):
                self._edited.__dict__.pop(derived, None)
        return self._edited

    @cached_property
    def meant(self) -> frozenset[str]:
        """Words that mean others which the catalogue may hold: what may be mistyped though no program has it. One of
        many ("backpack") is meant, too, where texts speak of many alone."""
        synonyms = self.edits.meanings
        named = [words[0] for words in topics_named() if len(words) == 1]
        return (
            frozenset(words[0] for words in synonyms if len(words) == 1)
            | frozenset(word for known in synonyms.values() for word in known.words if word.isalpha())
            | frozenset(named)
            | frozenset(map(singular, named))
            | frozenset(words[0] for words in self.edits.topics if len(words) == 1)
        )

    @cached_property
    def _meant_by_start(self) -> dict[tuple[str, int], list[str]]:
        return _by_start_and_length(self.meant)

    def alike(self, word: str) -> Iterator[str]:
        """Words of the catalogue, and words that mean some, with the first letter and the length of one."""
        yield from self.near(word[0], [len(word)])
        yield from self._meant_by_start.get((word[0], len(word)), ())

    @property
    def known(self) -> bool:
        """Whether a lexicon was read: without one no word can be told from a typing error."""
        return bool(self.words)

    @cached_property
    def largest_language(self) -> int:
        """How many programs the most common language has; at least one."""
        return max(self.lexicon.programs.values(), default=1) or 1

    def warm(self) -> None:
        """Derive what searches would otherwise wait for."""
        for language in STEMMED:
            if language in self.lexicon.programs:
                self.stems(language)
        _ = self._by_start, self.letters, self._meant_by_start

    def __contains__(self, word: str) -> bool:
        return word in self.words

    def count(self, word: str) -> int:
        """In how many programs a word stands."""
        return self.lexicon.count(word)

    def in_language(self, word: str, language: str) -> int:
        """In how many texts of a language a word stands."""
        known = self.words.get(word)
        return known.languages.get(language, 0) if known else 0

    def _spread(self, word: str) -> dict[str, int]:
        """In how many texts of each language a word or one of its forms stands; without languages that have none."""
        found: dict[str, int] = {}
        for language in self.lexicon.programs:
            if not language:
                continue
            count = self.in_language(word, language)
            for form in self.forms(word, (language,)):
                count += self.in_language(form, language)
            if count:
                found[language] = count
        return found

    def _forms(self, word: str, languages: tuple[str, ...]) -> tuple[str, ...]:
        """Other forms of a word that the catalogue holds in these languages, the most frequent first."""
        found: dict[str, int] = {}
        if "en" in languages or not languages:
            otherwise = spelled_otherwise(word)
            for form in (*english_forms(word), *((otherwise, *english_forms(otherwise)) if otherwise else ())):
                # Texts whose language nobody knows are mostly short, and mostly English.
                count = self.in_language(form, "en") + self.in_language(form, UNKNOWN_LANGUAGE)
                if count or not self.known:
                    found[form] = count
        for language in languages:
            if language in STEMMED:
                for form in self.stems(language).get(stem(word, language), ()):
                    if _alike(word, form):
                        found[form] = max(found.get(form, 0), self.in_language(form, language))
        found.pop(word, None)
        return tuple(sorted(found, key=lambda form: (-found[form], form))[:MOST_FORMS])

    def stems(self, language: str) -> dict[str, tuple[str, ...]]:
        """The words of a language by their stem."""
        known = self._stems.get(language)
        if known is None:
            found: dict[str, list[str]] = {}
            for word, each in self.words.items():
                if language in each.languages and word.isalpha():
                    found.setdefault(stem(word, language), []).append(word)
            # Tuples of strings are nothing that a collection of garbage looks through, lists are.
            known = self._stems[language] = {key: tuple(words) for key, words in found.items()}
        return known

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self.words)

    def beginnings(self, start: str) -> tuple[str, ...]:
        """The most frequent words that begin so."""
        words = self._sorted
        first, last = bisect_left(words, start), bisect_left(words, start + "\U0010ffff")
        some = words[first:last] if last - first < 5000 else words[first : first + 5000]
        longer = [word for word in some if word != start]
        return tuple(sorted(longer, key=lambda word: (-self.count(word), word))[:MOST_BEGINNINGS])

    @cached_property
    def _by_start(self) -> dict[tuple[str, int], list[str]]:
        return _by_start_and_length(self.words)

    def near(self, start: str, lengths: Iterable[int]) -> Iterator[str]:
        """The words of these lengths that begin with this letter."""
        for length in lengths:
            yield from self._by_start.get((start, length), ())

    @cached_property
    def letters(self) -> str:
        """Letters of other scripts than Latin that its words are written with."""
        found = {character for word in self.words if not word.isascii() for character in word}
        return "".join(sorted(character for character in found if character.isalpha() and ord(character) > 0x24F))[:128]


def _by_start_and_length(words: Iterable[str]) -> dict[tuple[str, int], list[str]]:
    found: dict[tuple[str, int], list[str]] = {}
    for word in words:
        found.setdefault((word[0], len(word)), []).append(word)
    return found


def _alike(word: str, form: str) -> bool:
    """Whether two words of one stem share their beginning, but for a few letters."""
    shortest = min(len(word), len(form))
    shared = next((i for i in range(shortest) if word[i] != form[i]), shortest)
    but = _SHARED_BUT_LONG if max(len(word), len(form)) >= _LONG_FROM else _SHARED_BUT
    return shared >= max(len(word), len(form)) - but and shared >= 2


NO_LEXICON = HeldLexicon()
