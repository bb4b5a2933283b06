"""Texts made to be slow: a piece repeated to a length, between a beginning and an end that keep it from being right."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

# Pieces of which every pattern of ours, and every kind of backtracking, finds its own: what may be a number, a word, a
# separator or a mark of markup in more than one way.
_PIECES = (
    "a", "1", " ", "\t", "\n", ".", ",", ";", "|", "-", "/", '"', "'", "\\", "%", "$", ":", "=", "&", "<", ">", "(",
    "[", "{", "é", "\u0301", "ﷺ", "İ", "\0",
    "a-", "a ", "a, ", "a.", "1,", "1.000.", "1 000 ", "22 / ", "22 , ", "5, ", "10% ", "10%, ", "10% of ", "$5 ",
    "5 to ", "$5 and ", "€5 - ", "5 € ", "between 5 and ", "up to a ", "average ", "after the ", "bonus per ",
    "paid via ", "commission has been ", "one year ", "within 12 months ", "for example ", "level 5 - ", "sale : ",
    "1-2 3% | ", "earn 10% commission and $5 per sale for 12 months, ", "twenty-", "ten to ",
    "<script ", "<script>", "<style>", "</script ", "<!--", "<!-- -", "<p ", "<p>", "<![CDATA[", "]]>", "&#", "&#1",
    "&#x1", "&amp;", "&amp;amp;", "&lt;", "&notit", "<title ", "<title>", "<a>", "<Name/>", "<a b='c'/>", "<?xml ",
    "http://", "https:/", "a.b/", "www.", ",http", "a@", ":1", "> ", " & ", " and ", "[[", '{"a":', '{"a":[', '["a",',
    '{"id":"1","name":"a"}\n', '"",', '"a""', '|"', '|"a', "a|b\n", "a,b\n", "a;", "\\,", "!", "!a,", "\\\\", "..",
    "epc>1 AND ", "epc>1 OR ", "network:awin OR ", "NOT ", "<score=1", "2024-01-01..", "1e", "a=1&", "%25", "🇩", "🏴",
    ";r=0", "remaining = ", "type = ", "sep=", "=a(", '="',
)  # fmt: skip
_AROUND = (("", ""), ("earn 10% commission ", " $5 x"), ("1", "!"), ('a,b\n1,"', "\n"), ("<a>", "</a>"))


@dataclass(frozen=True, slots=True)
class Hostile:
    """A way to make a text of any length."""

    piece: str
    before: str = ""
    after: str = ""

    def grown(self, size: int) -> str:
        """The text with `size` characters between its beginning and its end."""
        return self.before + (self.piece * (size // len(self.piece) + 1))[:size] + self.after

    def __str__(self) -> str:
        return f"{self.before!r} + {self.piece!r} * n + {self.after!r}"


def hostile(drawn: int, seed: int) -> Iterator[Hostile]:
    """Every piece as it is; then so many texts of pieces, beginnings and ends put together at random."""
    for piece in _PIECES:
        yield Hostile(piece)
    dice = random.Random(seed)
    for _ in range(drawn):
        pieces = "".join(dice.choices(_PIECES, k=dice.randint(1, 3)))
        yield Hostile(pieces, *dice.choice(_AROUND))
