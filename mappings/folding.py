"""Words brought to the form in which files of words are looked up: no case, no accents, no English plural."""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import combining, normalize

from mappings.english import singular

# Letters that are no letter plus accent; the same answers as the index's own folding gives.
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ı": "i", "þ": "th"})
_WORD = re.compile(r"[^\W_]+")
# Accents and what else is put on the letter before: all of Unicode's lie below the end of this range.
_PUT_ON = dict.fromkeys(code for code in range(0x300, 0x1E950) if combining(chr(code)))


def folded(text: str) -> str:
    """Lower case, accents gone."""
    lower = text.lower()
    if lower.isascii():
        return lower
    return normalize("NFKD", lower.translate(_LETTERS)).translate(_PUT_ON)


@lru_cache(maxsize=8192)
def key(text: str) -> tuple[str, ...]:
    """What a word or phrase is looked up by: its folded words, each in the singular."""
    plain = folded(text).replace("’", "'").replace("'s", "")
    return tuple(singular(word) for word in _WORD.findall(plain))
