"""Other forms of a word: singular and plural of English words, stems of other languages' words.

Forms are proposals: one counts only where texts hold it.
"""

from __future__ import annotations

from functools import lru_cache

from mappings.english import plurals, singulars
from mappings.folding import folded
from mappings.stems import LONGEST_WORD, STEMMED, stem

__all__ = ["STEMMED", "alike", "english_forms", "stem"]


@lru_cache(maxsize=1 << 15)
def english_forms(word: str) -> tuple[str, ...]:
    """Other forms that an English word may have, folded, the likelier first; possessives give whose it is."""
    if len(word) > LONGEST_WORD:
        return ()
    word = folded(word).replace("’", "'")
    bare = word[:-2] if word.endswith("'s") else word[:-1] if word.endswith("s'") else word
    if not (bare.isascii() and bare.isalpha()):
        return ()
    forms = (*singulars(bare), *plurals(bare))
    if bare != word:
        forms = (bare, *forms, *(() if bare.endswith("s") else (f"{bare}s",)))
    return tuple(dict.fromkeys(forms))


def alike(one: str, other: str, language: str) -> bool:
    """Whether two folded words of a language are forms of one word."""
    if language == "en":
        return other in english_forms(one) or one in english_forms(other)
    return stem(one, language) == stem(other, language)
