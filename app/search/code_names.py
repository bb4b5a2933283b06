"""Codes found by what people call them, beside their labels: Deutschland, UK, German."""

from __future__ import annotations

from app.search.typed import Exactness, Match, Typed
from mappings import codes

_NAMED = ("country", "language", "currency")  # the sets whose codes nobody reads; others are words themselves
_BEGINS_A_NAME = 3  # letters: fewer begin a name of too many


def codes_called(name: str, wanted: Typed) -> dict[str, Match]:
    """The codes of the set of that name which what was typed means, or begins to name in any language."""
    if not wanted.joined:
        return {}
    meant = codes.meant(name, " ".join(wanted.words))
    found = {code: Match(Exactness.WHOLE, 0, ()) for code in meant if len(meant) == 1}
    if name in _NAMED and len(wanted.joined) >= _BEGINS_A_NAME:
        for spelling, code in codes.spellings(name).items():
            if spelling.startswith(wanted.joined):
                found.setdefault(code, Match(Exactness.BEGINS, 0, ()))
    return found
