"""What a word is: one definition, from which the engine's tokenizer and our own are both derived.

A word is a run of letters, digits and combining marks; punctuation, symbols and blanks part words. Scripts that are
written without blanks (Chinese, Japanese, Thai and their like, Korean with its endings) give a token a character, so
that any part of their texts is found as a phrase.
"""

from __future__ import annotations

import re
from functools import lru_cache

from mappings.folding import folded

ELIDED = frozenset(("l", "d", "j", "n", "m", "t", "s", "c", "qu", "un", "dell", "all", "nell", "sull", "dall"))
"""What French and Italian leave of a word before an apostrophe ("l'eau"): nobody looks for it."""

# Ranges of code points that part words (first, last).
_BETWEEN = (
    (0x0000, 0x002F),
    (0x003A, 0x0040),
    (0x005B, 0x0060),
    (0x007B, 0x00A9),
    (0x00AB, 0x00B1),
    (0x00B4, 0x00B4),
    (0x00B6, 0x00B8),
    (0x00BB, 0x00BF),
    (0x00D7, 0x00D7),
    (0x00F7, 0x00F7),
    (0x02B9, 0x02BF),
    (0x0589, 0x058A),
    (0x060C, 0x060C),
    (0x061B, 0x061F),
    (0x0964, 0x0965),
    (0x2000, 0x206F),
    (0x20A0, 0x20CF),
    (0x2100, 0x2BFF),
    (0x2E00, 0x2E7F),
    (0x3000, 0x3004),
    (0x3007, 0x3020),
    (0x3030, 0x3030),
    (0x303D, 0x303F),
    (0x30FB, 0x30FB),
    (0xE000, 0xF8FF),
    (0xFE10, 0xFE1F),
    (0xFE30, 0xFE6F),
    (0xFEFF, 0xFEFF),
    (0xFF00, 0xFF0F),
    (0xFF1A, 0xFF20),
    (0xFF3B, 0xFF40),
    (0xFF5B, 0xFF65),
    (0xFFE0, 0xFFFF),
    (0x1F000, 0x1FAFF),
)
# Ranges whose every character is a token of its own.
_ALONE = (
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x3005, 0x3006),
    (0x3021, 0x302F),
    (0x3031, 0x303C),
    (0x3040, 0x30FA),
    (0x30FC, 0x31FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xAC00, 0xD7AF),
    (0xF900, 0xFAFF),
    (0xFF66, 0xFFDC),
    (0x20000, 0x2FFFF),
)


def _class(*ranges: tuple[int, int]) -> str:
    """The inside of a character class as the engine reads it: a bound behind a backslash begins no range there."""
    return "".join(f"{chr(low)}-{chr(high)}" for low, high in ranges)


def _readable(*ranges: tuple[int, int]) -> str:
    return "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in ranges)


# The engine's expressions know no escapes for code points: the characters stand in them as they are.
ENGINE_PATTERN = f"[{_class(*_ALONE)}]|[^{_class(*_BETWEEN, *_ALONE)}]+"
_TOKEN = re.compile(f"[{_readable(*_ALONE)}]|[^{_readable(*_BETWEEN, *_ALONE)}]+")

_PLAIN = re.compile("[a-z0-9]+")


def tokens(text: str) -> list[str]:
    """The words of a text as the index holds them, in order: folded, marks gone."""
    lower = text.lower()
    if lower.isascii():
        return _PLAIN.findall(lower)
    return [word if word.isascii() else token(word) for word in _TOKEN.findall(lower)]


def spans(text: str) -> list[tuple[str, int, int]]:
    """The words of a text with where they stand: (as the index holds it, start, end)."""
    return [(token(each[0]), each.start(), each.end()) for each in _TOKEN.finditer(text)]


@lru_cache(maxsize=1 << 15)
def token(word: str) -> str:
    """One word as the index holds it. Accents are folded in the Latin script alone, as the engine does it."""
    lower = word.lower()
    if lower.isascii():
        return lower
    return folded(lower) if all(ord(c) < 0x0250 or 0x1E00 <= ord(c) < 0x1F00 for c in lower) else lower
