"""Which texts of queries are kept: none that may tell of a person."""

from __future__ import annotations

import re

from mappings.folding import folded

LONGEST_TEXT = 200  # bytes
MOST_DIGITS = 6  # a longer number may be a telephone's, a card's or a customer's
LONGEST_MIXED = 16  # a longer word of letters and digits may be a key, a password or a session's

_BETWEEN = str.maketrans("", "", " .-/()+")
_DIGITS = re.compile(rf"\d{{{MOST_DIGITS + 1}}}")


def kept_text(q: str) -> str:
    """The words of a query as they are counted, folded; empty for a text that must not be kept."""
    text = " ".join(folded(q).split())
    if "@" in text or len(text.encode()) > LONGEST_TEXT or not text.isprintable():
        return ""
    # Numbers are written in groups: "4111 1111 1111 1111", "+49 (170) 12-34-567".
    if _DIGITS.search(text.translate(_BETWEEN)) or any(map(_is_mixed, text.split())):
        return ""
    return text


def _is_mixed(word: str) -> bool:
    return len(word) > LONGEST_MIXED and any(map(str.isdigit, word)) and any(map(str.isalpha, word))
