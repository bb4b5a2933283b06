"""Draw the vocabulary anew, for a newer wordfreq: `python -m mappings.draw_vocabulary`.

Word lists are counted from texts, and texts have guests: "shoes" is among the 50,000 words of German ones. A word that
is far commoner in another language is kept only if other forms of it are at home here: "but" (a shoe) is a Polish word,
since "buty" and "butow" are.
"""

from __future__ import annotations

import math
import sys
from array import array
from bisect import bisect_right
from pathlib import Path

from wordfreq import get_frequency_dict

from mappings.folding import folded
from mappings.forms import stem
from mappings.vocabulary import COMMON, HEAD_ENDS, LANGUAGES, hashed

WORDS = {"de": 65_000, "en": 60_000}
"""Of each language, the commonest; German joins its words."""
OTHERS = 50_000

_FILE = Path(__file__).with_name("vocabulary.bin")
_HEAD = """Words of nine languages as hashes, made by `python -m mappings.draw_vocabulary`; not to be edited.
Source: wordfreq 3.1 by Robyn Speer, https://github.com/rspeer/wordfreq, its lists "large" (OpenSubtitles, Wikipedia,
SUBTLEX, web crawls and others); changed: folded, guests of other languages left out, frequencies in seven steps.
Licence of this file, as of its source: CC BY-SA 4.0, https://creativecommons.org/licenses/by-sa/4.0/"""

# How much commoner, as a logarithm, a word must be elsewhere to be a guest here.
_FROM_ENGLISH, _FROM_OTHERS, _IN_ENGLISH = 1.2, 2.0, 2.8
_OF_A_FAMILY = 1.2  # so much more may be, if other forms are at home


def main() -> None:
    """Write the file."""
    known = {language: _zipf(language) for language in LANGUAGES}
    parts = [_HEAD.encode(), HEAD_ENDS]
    for language in LANGUAGES:
        words = _at_home(language, known)
        bands = {hashed(word): 1 + bisect_right(COMMON, known[language][word]) for word in reversed(words)}
        hashes = array("I", sorted(bands))
        if sys.byteorder == "big":
            hashes.byteswap()
        parts += [language.encode(), len(hashes).to_bytes(4, "little"), hashes.tobytes()]
        parts.append(bytes(bands[each] for each in sorted(bands)))
    _FILE.write_bytes(b"".join(parts))


def _zipf(language: str) -> dict[str, float]:
    frequencies: dict[str, float] = {}
    for word, frequency in get_frequency_dict(language, "large").items():
        plain = folded(word)
        if plain.isalpha() and 2 <= len(plain) <= 30:
            frequencies[plain] = frequencies.get(plain, 0) + frequency
    return {word: math.log10(frequency * 1e9) for word, frequency in frequencies.items()}


def _at_home(language: str, known: dict[str, dict[str, float]]) -> list[str]:
    """The commonest words of a language, guests left out."""
    here = known[language]
    others = [(other, words) for other, words in known.items() if other != language]

    def excess(word: str) -> float:
        """By how much it is commoner elsewhere than a word of this language may be; negative at home."""
        return max(
            words.get(word, 0.0)
            - here[word]
            - (_IN_ENGLISH if language == "en" else _FROM_ENGLISH if other == "en" else _FROM_OTHERS)
            for other, words in others
        )

    common = sorted(here, key=lambda word: -here[word])[: 2 * WORDS.get(language, OTHERS)]
    families = {stem(word, language) for word in common if here[word] >= 2.8 and excess(word) < -0.7}

    def at_home(word: str) -> bool:
        over = excess(word)
        if over <= 0:
            return True
        everywhere = any(words.get(word, 0.0) >= COMMON[-1] + 1 for _, words in others)  # "the"
        return over <= _OF_A_FAMILY and not everywhere and language != "en" and stem(word, language) in families

    return [word for word in common if at_home(word)][: WORDS.get(language, OTHERS)]


if __name__ == "__main__":
    main()
