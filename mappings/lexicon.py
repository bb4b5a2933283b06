"""The lexicon: which words the catalogue holds, in how many programs, in which languages, and how many of their names.

Pure: counted from texts, written as bytes, read back. `indexing.lexicon` keeps it; every API process holds one.
"""

from __future__ import annotations

import hashlib
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from mappings.tokens import ENGINE_PATTERN, tokens

UNKNOWN_LANGUAGE = ""
# A token longer than this is no word: a digest, a key, a line without blanks.
_LONGEST_WORD = 40
_FORMAT = 1


class Word(msgspec.Struct, frozen=True, array_like=True, gc=False):  # so many that every collection felt them
    """What is known of a word: in how many programs it stands, in how many names, and in how many texts by language.

    Categories and domains are no texts: most networks name their categories in English whatever a merchant speaks.
    """

    programs: int
    names: int
    languages: Mapping[str, int]

    @property
    def named(self) -> bool:
        """Whether half of its programs, or more, have it in their names: a name rather than a thing."""
        return 2 * self.names >= self.programs


class _Written(msgspec.Struct, frozen=True, array_like=True):
    format: int
    languages: tuple[str, ...]
    programs: tuple[int, ...]
    words: str  # parted by newlines, sorted
    counts: tuple[int, ...]
    names: tuple[int, ...]
    spread: tuple[tuple[int, ...], ...]  # language, programs, language, programs …


class WordCounts:
    """Words as they are counted, program by program."""

    def __init__(self) -> None:
        self.programs: Counter[str] = Counter()
        self._words: Counter[str] = Counter()
        self._texts: dict[str, Counter[str]] = {}
        self._names: Counter[str] = Counter()

    def add(self, language: str, name: str, labels: str, description: str) -> None:
        """Count one program: its name, what else it is known by (category, domain), and its description."""
        self.programs[language] += 1
        named = set(tokens(name))
        self._names.update(named)
        texts = self._texts.get(language)
        if texts is None:
            texts = self._texts[language] = Counter()
        said = named.union(tokens(description))
        texts.update(said)
        self._words.update(said.union(tokens(labels)))

    def add_all(self, programs: Iterable[tuple[str, str, str, str]]) -> None:
        """Count (language, name, labels, description) of several programs."""
        for each in programs:
            self.add(*each)

    def lexicon(self) -> Lexicon:
        """What was counted."""
        spread: dict[str, dict[str, int]] = {}
        for language, counts in self._texts.items():
            for word, count in counts.items():
                spread.setdefault(word, {})[language] = count
        names = self._names
        nowhere: dict[str, int] = {}
        words = {
            word: Word(count, names[word], spread.get(word, nowhere))
            for word, count in self._words.items()
            if len(word) <= _LONGEST_WORD
        }
        return Lexicon(words, dict(self.programs))


class Lexicon:
    """The words of a catalogue. `words` are by token (`mappings.tokens`), `programs` per language of their text."""

    def __init__(self, words: Mapping[str, Word], programs: Mapping[str, int]) -> None:
        self.words = words
        self.programs = programs
        self.total = sum(programs.values())

    def __contains__(self, word: str) -> bool:
        return word in self.words

    def count(self, word: str) -> int:
        """In how many programs a word stands."""
        known = self.words.get(word)
        return known.programs if known else 0

    def plus(self, more: Lexicon) -> Lexicon:
        """Both together, as when programs were added."""
        words = dict(self.words)
        for word, new in more.words.items():
            old = words.get(word)
            if old is not None:
                both = Counter(old.languages)
                both.update(new.languages)
                new = Word(old.programs + new.programs, old.names + new.names, dict(both))
            words[word] = new
        programs = Counter(self.programs)
        programs.update(more.programs)
        return Lexicon(words, dict(programs))

    def encoded(self) -> bytes:
        """As bytes, compressed."""
        languages = tuple(sorted(self.programs))
        numbers = {language: number for number, language in enumerate(languages)}
        words = sorted(self.words)
        known = [self.words[word] for word in words]
        written = _Written(
            _FORMAT,
            languages,
            tuple(self.programs[language] for language in languages),
            "\n".join(words),
            tuple(each.programs for each in known),
            tuple(each.names for each in known),
            tuple(
                tuple(part for language, count in each.languages.items() for part in (numbers[language], count))
                for each in known
            ),
        )
        return zlib.compress(msgspec.msgpack.encode(written), 6)

    @classmethod
    def decoded(cls, data: bytes) -> Lexicon:
        """From such bytes. Raises msgspec.DecodeError or zlib.error for others."""
        written = msgspec.msgpack.decode(zlib.decompress(data), type=_Written)
        languages = written.languages
        spelled = written.words.split("\n") if written.words else []
        # Most words are as rare as thousands of others: what is known of them is kept once.
        shared: dict[tuple[int, int, tuple[int, ...]], Word] = {}
        words: dict[str, Word] = {}
        known = zip(written.counts, written.names, written.spread, strict=True)
        for word, (count, names, spread) in zip(spelled, known, strict=True):
            each = shared.get((count, names, spread))
            if each is None:
                said = {languages[spread[i]]: spread[i + 1] for i in range(0, len(spread), 2)}
                each = shared[count, names, spread] = Word(count, names, said)
            words[word] = each
        return cls(words, dict(zip(languages, written.programs, strict=True)))


EMPTY = Lexicon({}, {})

# A search leaves no program out for good: closed ones are found by whoever names their status.
PROGRAMS_SQL = """
    select coalesce(p.text_language, ''), p.name, concat_ws(' ', p.category, p.merchant_domain),
        coalesce(p.description, '')
    from programs p where p.version > %(after)s
"""


def fingerprint() -> str:
    """How words are taken from texts: a lexicon of another is counted anew."""
    return hashlib.sha256(repr((_FORMAT, ENGINE_PATTERN, _LONGEST_WORD, PROGRAMS_SQL)).encode()).hexdigest()[:16]
