"""Typing errors: how many a word may have, how far two words are apart, and which word of the catalogue was meant.

An error is a letter left out, added, changed, or exchanged with its neighbour. The first letter is mistyped least, so
an error there counts double; a word of four letters may only lack a letter or have two neighbours exchanged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rapidfuzz.distance import OSA

from app.search.lexicon import HeldLexicon
from mappings.related import related_by_language, written_words
from mappings.topics import asked_by_language
from mappings.vocabulary import languages_knowing

ONE_TYPO_FROM = 4
TWO_TYPOS_FROM = 8
_ONE_AND_A_HALF_FROM = 6  # letters: of a word that has all of another's, in another order
_GOODS_FROM = 6  # letters: shorter unknown words are more often names than goods
_COMPOUND_FROM = 10
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
# What is meant is a word: of three letters at least.
_SHORTEST_MEANT = 3
# "Did you mean" may go further than a search, which corrects without asking.
_FARTHEST = 0.4


def typos_allowed(word: str) -> int:
    """How many typing errors a word may have. A number or a code means itself."""
    if any(character.isnumeric() for character in word):
        return 0
    return (len(word) >= ONE_TYPO_FROM) + (len(word) >= TWO_TYPOS_FROM)


def distance(one: str, other: str) -> int:
    """The errors between two words."""
    return int(OSA.distance(one, other))


def meant(word: str, lexicon: HeldLexicon, languages: Iterable[str] = (), *, goods_too: bool = False) -> str | None:
    """The word of the catalogue that a mistyped one was meant to be; None if none is near enough. With `goods_too` also
    a word for what is sold that no program has.

    Nearest first, then the most frequent, those of the query's languages before others.
    """
    wanted = tuple(languages)
    if (close := nearest_typo(word, lexicon, wanted, goods_too=goods_too)) is not None:
        return close
    if not word.isalpha() or len(word) < _ONE_AND_A_HALF_FROM:
        return None
    letters = sorted(word)
    if same := [each for each in lexicon.alike(word) if sorted(each) == letters]:  # "bycicle"
        return max(same, key=lambda each: _worth(each, lexicon, wanted))
    if typos_allowed(word) < 2:
        return None
    lengths = range(len(word) - 2, len(word) + 3)
    two = [each for each in lexicon.near(word[0], lengths) if OSA.distance(word, each, score_cutoff=2) <= 2]
    return max((each for each in two if each.isalpha()), key=lambda each: _worth(each, lexicon, wanted), default=None)


def nearest_typo(
    word: str, lexicon: HeldLexicon, languages: tuple[str, ...] = (), *, goods_too: bool = False
) -> str | None:
    """The word that one error makes of a mistyped one; None if there is none."""
    return next(iter(one_typo_away(word, lexicon, languages, most=1, goods_too=goods_too)), None)


def one_typo_away(
    word: str,
    lexicon: HeldLexicon,
    languages: tuple[str, ...] = (),
    *,
    most: int = 6,
    first_too: bool = False,
    goods_too: bool = False,
) -> list[str]:
    """The words that one error makes of a mistyped one, the likeliest first, at most so many.

    With `goods_too` a word for what is sold, where no program has one; it costs ten times as much. With `first_too`
    also where the error is in the first letter of a word of five letters or more: for who knows otherwise that it is
    meant.
    """
    if not typos_allowed(word) or not word.isalpha():
        return []

    def may_be(each: str) -> bool:
        return each != word and (_may_be(word, each) or (first_too and len(word) > ONE_TYPO_FROM and each.isalpha()))

    # Few are words at all, which is quickly seen.
    one = {
        each for each in _one_error(word, lexicon) if (each in lexicon.words or each in lexicon.meant) and may_be(each)
    }
    # What is sold by other names is meant last.
    if not one and goods_too and lexicon.known and len(word) >= _GOODS_FROM:
        # Another letter in the place of one makes another name as well.
        slips = (each for each in _one_error(word, lexicon) if len(each) != len(word) or sorted(each) == sorted(word))
        one = {each for each in slips if may_be(each) and _names_goods(each)}
    # Two neighbours exchanged are the likeliest slip of a hand; and what is sold is meant before what is only said.
    ranked = sorted(
        one,
        key=lambda each: (sorted(each) == sorted(word), each in lexicon.meant, *_worth(each, lexicon, languages), each),
        reverse=True,
    )
    return ranked[:most]


def _names_goods(word: str) -> bool:
    """Whether a word that no program may have is an ordinary one of some language for what is sold, or so long that it
    cannot be another: compounds stand in no list of ordinary words."""
    if not languages_knowing(word):
        return len(word) >= _COMPOUND_FROM and (word in written_words() or bool(asked_by_language((word,))))
    return bool(asked_by_language((word,)) or related_by_language((word,)))


def nearest(word: str, lexicon: HeldLexicon, languages: Iterable[str] = ()) -> str | None:
    """The nearest word of the catalogue, farther off than a search corrects; None if none has most of its letters."""
    if len(word) < _SHORTEST_MEANT or not word.isalpha():
        return None
    wanted = tuple(languages)
    most = 1 if len(word) == _SHORTEST_MEANT else max(2, int(_FARTHEST * len(word)))
    best: tuple[int, tuple[int, int]] | None = None
    found = None
    for each in lexicon.words:
        if abs(len(each) - len(word)) > most or not each.isalpha() or len(each) < _SHORTEST_MEANT:
            continue
        apart = OSA.distance(word, each, score_cutoff=most)
        if apart <= most:
            rank = -apart - (word[0] != each[0]), _worth(each, lexicon, wanted)
            if best is None or rank > best:
                best, found = rank, each
    return found


def _worth(word: str, lexicon: HeldLexicon, languages: tuple[str, ...]) -> tuple[int, int]:
    here = max((lexicon.in_language(word, language) for language in languages), default=0)
    return here, lexicon.count(word)


def _may_be(word: str, other: str) -> bool:
    if not other.isalpha() or len(other) < _SHORTEST_MEANT:
        return False
    if len(word) == ONE_TYPO_FROM:
        left_out = len(other) == len(word) + 1 and word[0] == other[0]
        return left_out or (len(other) == len(word) and sorted(word) == sorted(other))
    return word[0] == other[0] or word[:2] == other[1::-1] or len(word) >= TWO_TYPOS_FROM


def _one_error(word: str, lexicon: HeldLexicon) -> Iterator[str]:
    letters = _LETTERS if word.isascii() else _LETTERS + lexicon.letters
    for place in range(len(word)):
        before, after = word[:place], word[place + 1 :]
        yield before + after
        if after:
            yield before + after[0] + word[place] + after[1:]
        for letter in letters:
            yield before + letter + after
            yield before + letter + word[place:]
    for letter in letters:
        yield word + letter
