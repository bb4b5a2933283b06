"""What somebody typed, and how well a short text answers it: beginnings of words, accents and typing errors forgiven.

The same rules as the search itself has, for texts that are looked through in this process: the values of a facet,
and what is to be marked in a suggestion.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from unicodedata import category, normalize

from app.search.bad_request import BadRequest, ParameterError
from mappings.folding import folded

# One typing error from four letters, two from eight, as in Algolia: shorter words are too near to one another.
ONE_TYPO_FROM = 4
TWO_TYPOS_FROM = 8
# Each word costs clauses, and nobody who is still typing needs more.
MOST_WORDS = 10
LONGEST = 512  # bytes

Span = tuple[int, int]
"""A part [start, end) of a text."""


class Exactness(IntEnum):
    """How a text answers, best first."""

    WHOLE = 0
    BEGINS = 1
    WORDS = 2  # every word but the last is a word of the text, the last begins one
    BEGINNINGS = 3  # every word begins one
    TYPOS = 4


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed. `words` are folded, at most MOST_WORDS; `joined` is all of it without what stands between."""

    words: tuple[str, ...]
    joined: str


@dataclass(frozen=True, slots=True)
class Match:
    """How a text answers: better is smaller. `spans` are the parts [start, end) of the text that were typed."""

    exactness: Exactness
    typos: int
    spans: tuple[Span, ...]

    @property
    def rank(self) -> tuple[int, int]:
        """To sort by."""
        return self.exactness, self.typos


@dataclass(frozen=True, slots=True)
class _Word:
    folded: str
    origins: tuple[int, ...]  # of each folded character, where in the text its character stands
    end: int


def checked(parameter: str, text: str) -> str:
    """Text as it can be looked for: one blank between words, composed. Raises BadRequest if it is none, or too long."""
    words = normalize("NFC", " ".join(text.replace("\0", " ").split()))
    try:
        size = len(words.encode())
    except UnicodeEncodeError:
        raise _refused(parameter, "holds half a character (a lone surrogate); send UTF-8") from None
    if size > LONGEST:
        raise _refused(parameter, f"has {size:,} bytes; at most {LONGEST} are taken")
    return words


def _refused(parameter: str, what: str) -> BadRequest:
    return BadRequest([ParameterError(parameter=parameter, message=f"'{parameter}' {what}")])


def typed(text: str) -> Typed:
    """What was typed, taken apart."""
    words = _words(text)
    return Typed(tuple(word.folded for word in words[:MOST_WORDS]), "".join(word.folded for word in words))


def pieces(text: str) -> list[str]:
    """The words of a text as they stand, at most MOST_WORDS, for an engine that folds them itself."""
    return [text[word.origins[0] : word.end] for word in _words(text)[:MOST_WORDS]]


def typos_allowed(word: str) -> int:
    """How many typing errors a word may have. A number or a code means itself."""
    if any(character.isnumeric() for character in word):
        return 0
    return (len(word) >= ONE_TYPO_FROM) + (len(word) >= TWO_TYPOS_FROM)


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    return folded(character)


def _words(text: str) -> list[_Word]:
    words: list[_Word] = []
    plain: list[str] = []
    origins: list[int] = []
    for place, character in enumerate([*text, " "]):
        if character.isalnum() or category(character).startswith("M"):
            letters = _fold_character(character)
            plain.append(letters)
            origins += [place] * len(letters)
        elif plain:
            if origins:
                words.append(_Word("".join(plain), tuple(origins), place))
            plain, origins = [], []
    return words


def match(wanted: Typed, text: str, *, typos: bool = True) -> Match | None:
    """How well a text answers; None if it does not. Nothing typed is answered by everything."""
    words = _words(text)
    joined = "".join(word.folded for word in words)
    if not wanted.joined:
        return Match(Exactness.BEGINS, 0, ())
    if joined.startswith(wanted.joined):
        exactness = Exactness.WHOLE if joined == wanted.joined else Exactness.BEGINS
        return Match(exactness, 0, _first(words, len(wanted.joined)))
    errors, spans, whole = 0, [], True
    for place, word in enumerate(wanted.words):
        found = _best(word, words, typos_allowed(word) if typos else 0)
        if found is None:
            return None
        made, span, complete = found
        errors += made
        spans.append(span)
        whole = whole and (complete or place == len(wanted.words) - 1)
    exactness = Exactness.TYPOS if errors else Exactness.WORDS if whole else Exactness.BEGINNINGS
    return Match(exactness, errors, _merged(spans))


def _first(words: list[_Word], characters: int) -> tuple[Span, ...]:
    """The span of the first so many folded characters, over as many words as it takes."""
    for word in words:
        if characters <= len(word.folded):
            return ((words[0].origins[0], _end(word, characters)),)
        characters -= len(word.folded)
    return ()


def _end(word: _Word, characters: int) -> int:
    return (
        word.end if characters >= len(word.folded) else max(word.origins[characters], word.origins[characters - 1] + 1)
    )


def _best(wanted: str, words: list[_Word], most: int) -> tuple[int, Span, bool] | None:
    """The word that the typed one begins best: errors, what to mark, and whether it is the whole of it."""
    best: tuple[int, Span, bool] | None = None
    for word in words:
        if word.folded.startswith(wanted):
            errors, length = 0, len(wanted)
        elif most:
            errors, length = begun(wanted, word.folded, most)
        else:
            continue
        if errors > most:
            continue
        complete = length == len(word.folded)
        if best is None or (errors, not complete) < (best[0], not best[2]):
            best = errors, (word.origins[0], _end(word, length)), complete
    return best


@lru_cache(maxsize=1 << 16)
def begun(wanted: str, word: str, most: int) -> tuple[int, int]:
    """The fewest errors between `wanted` and a beginning of `word`, and how long that beginning is.

    Two neighbours exchanged are one error. More than `most` errors are not told apart.
    """
    word = word[: len(wanted) + most]
    before: list[int] = []
    row = list(range(len(word) + 1))
    for i, letter in enumerate(wanted, start=1):
        earlier, before, row = before, row, [i]
        for j, other in enumerate(word, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == word[j - 2] and other == wanted[i - 2]:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1, 0
    # of equally good beginnings the longest: a letter that is there is marked
    errors = min(row)
    return errors, max(length for length, cost in enumerate(row) if cost == errors)


def distance(one: str, other: str) -> int:
    """The errors between two words, two neighbours exchanged being one."""
    longest = max(len(one), len(other))
    # a mark that no text has makes the beginning the whole
    return begun(f"{one}\0", f"{other}\0", longest)[0]


def _merged(spans: list[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return tuple(merged)


def marked(text: str, spans: tuple[Span, ...], before: str = "<mark>", after: str = "</mark>") -> str:
    """Text with its spans between marks, everything else escaped: safe to put into a page as it is."""
    parts: list[str] = []
    done = 0
    for start, end in spans:
        parts += [html.escape(text[done:start]), before, html.escape(text[start:end]), after]
        done = end
    parts.append(html.escape(text[done:]))
    return "".join(parts)
