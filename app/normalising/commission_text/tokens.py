"""A text as typed tokens: amounts, words with the roles that the files of words give them, numbers and marks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from app.normalising.commission_text.amounts import Amount
from app.normalising.commission_text.lexicon import WORD, word_book

_PIECE = re.compile(rf"{WORD}|[^\w\s]|_|\n")
_JOINS = frozenset({" ", "  ", "-", "'", "' ", "."})
_NONE: frozenset[str] = frozenset()
_MARK = frozenset({"mark"})
_NUMBER = frozenset({"number"})
_AMOUNT = frozenset({"amount"})


class Token:
    """What stands at `start` to `end` of a text: an amount, a mark, or the longest entry of the lexicon there."""

    __slots__ = ("amount", "end", "roles", "start", "text")

    def __init__(self, text: str, start: int, end: int, roles: frozenset[str], amount: Amount | None = None) -> None:
        self.text = text
        self.start = start
        self.end = end
        self.roles = roles
        self.amount = amount

    def says(self, roles: Iterable[str]) -> bool:
        """Whether it has one of the roles."""
        return not self.roles.isdisjoint(roles)

    def __repr__(self) -> str:
        return f"{self.text}<{'/'.join(sorted(self.roles))}>"


def tokens(text: str, amounts: list[Amount]) -> list[Token]:
    """The tokens of a text whose amounts are known, in order. A text is read once: an entry has a few words at most."""
    lowered = text.lower()
    if len(lowered) != len(text):  # "İ" has two signs in lower case
        lowered = "".join(sign if len(sign.lower()) != 1 else sign.lower() for sign in text)
    found: list[Token] = []
    at = 0
    for amount in amounts:
        _read(lowered, at, amount.start, found)
        found.append(Token(lowered[amount.start : amount.end], amount.start, amount.end, _AMOUNT, amount))
        at = amount.end
    _read(lowered, at, len(lowered), found)
    return found


def _read(text: str, start: int, end: int, found: list[Token]) -> None:
    if start >= end:
        return
    matches = [(match[0], match.start(), match.end()) for match in _PIECE.finditer(text, start, end)]
    if not matches:
        return
    pieces = [piece for piece, _, _ in matches]
    isword = [piece[0].isalnum() for piece in pieces]
    places = [place for place, word in enumerate(isword) if word]
    only = [pieces[place] for place in places]
    book = word_book()
    joined = [
        (gap := text[matches[a][2] : matches[b][1]]) in _JOINS or (gap == ". " and pieces[a] in book.abbreviations)
        for a, b in pairwise(places)
    ]
    joined.append(False)
    place = number = 0
    while place < len(matches):
        piece, first, last = matches[place]
        if not isword[place]:
            found.append(Token(piece, first, last, _MARK))
            place += 1
            continue
        length, roles = book.longest(only, joined, number)
        until = places[number + length - 1]
        if length > 1:
            last = matches[until][2]
            piece = text[first:last]
        if not roles and piece.isdecimal():
            roles = _NUMBER
        found.append(Token(piece, first, last, roles))
        number += length
        place = until + 1
