"""Words brought to the form in which files of words are looked up: no case, no accents, no English plural."""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import combining, normalize

from mappings.english import singular

# Letters that are no letter plus accent; the same answers as the index's own folding gives.
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ı": "i", "þ": "th"})
_WORD = re.compile(r"[^\W_]+")


def folded(text: str) -> str:
    """Lower case, accents gone."""
    lower = text.lower()
    if lower.isascii():
        return lower
    return "".join(c for c in normalize("NFKD", lower.translate(_LETTERS)) if not combining(c))


@lru_cache(maxsize=8192)
def key(text: str) -> tuple[str, ...]:
    """What a word or phrase is looked up by: its folded words, each in the singular."""
    plain = folded(text).replace("’", "'").replace("'s", "")
    return tuple(singular(word) for word in _WORD.findall(plain))
