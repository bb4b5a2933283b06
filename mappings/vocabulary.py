"""Which languages a word is an ordinary word of, and how common it is there: from `vocabulary.bin`.

The file has hashes of words, not the words: some 50,000 a language in 2.4 MB. Of what is no word, one in 9,000 is taken
for one. It is made by `python -m mappings.draw_vocabulary`; its source and licence are in its head.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files
from sys import byteorder
from typing import NamedTuple
from zlib import crc32

LANGUAGES = ("de", "en", "es", "fr", "it", "nl", "pl", "pt", "sv")

COMMON = (3.0, 3.5, 4.0, 4.5, 5.0, 6.0)
"""Where `commonness` goes up by one, as the logarithm of occurrences in a thousand million words (Zipf)."""

HEAD_ENDS = b"\n\n"


def hashed(word: str) -> int:
    """The number by which a folded word is kept, of 32 bits."""
    return crc32(word.encode("utf-8", "replace"))


@lru_cache(maxsize=1 << 14)
def languages_knowing(word: str) -> frozenset[str]:
    """The languages that have a folded word (or a form of a word) among their ordinary ones."""
    wanted = hashed(word)
    return frozenset(language for language, words in _vocabulary().items() if word and words.band(wanted))


def commonness(word: str, language: str) -> int:
    """How common a folded word is in a language: 0 unknown, 1 rare (once in a million words) to 7 ("and")."""
    words = _vocabulary().get(language)
    if words is None or not word:
        return 0
    return words.band(hashed(word))


class _Words(NamedTuple):
    hashes: Sequence[int]  # ascending
    bands: memoryview

    def band(self, wanted: int) -> int:
        """The commonness of the word with this hash; 0 if there is none."""
        place = bisect_left(self.hashes, wanted)
        return self.bands[place] if place < len(self.hashes) and self.hashes[place] == wanted else 0


@cache
def _vocabulary() -> dict[str, _Words]:
    """By language. After the head: the code, the number of words, their hashes in ascending order, their commonness."""
    file = files("mappings").joinpath("vocabulary.bin").read_bytes()
    view = memoryview(file)  # nothing is copied
    place = file.index(HEAD_ENDS) + len(HEAD_ENDS)
    found: dict[str, _Words] = {}
    while place < len(file):
        language = file[place : place + 2].decode("ascii")
        count = int.from_bytes(file[place + 2 : place + 6], "little")
        place += 6
        found[language] = _Words(_numbers(view[place : place + 4 * count]), view[place + 4 * count :][:count])
        place += 5 * count
    return found


def _numbers(view: memoryview) -> Sequence[int]:
    if byteorder == "little":
        return view.cast("I")
    swapped = array("I", view)
    swapped.byteswap()
    return swapped
