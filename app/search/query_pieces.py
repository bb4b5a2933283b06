"""The pieces of a query: what stands between blanks or marks, what is quoted, what is to be left out, and addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from app.normalising.urls import domain_of
from mappings.folding import folded
from mappings.tokens import ELIDED, tokens

# "-word" and "-"two words"" leave out; only after a blank, so that "e-mail" and a dash between words are none.
_PARTS = re.compile(r'(?:(?<=\s)-(?=[^\W_]|"[^"]*\w[^"]*"))?"([^"]*)"|(?<=\s)-([^\W_]\S*)|(\S+)')
_PARTING = re.compile(r"[,;/|()\[\]{}<>!?…·•–—]+|\.(?=\s|$)|(?<=\w\w)&(?=\w\w)")
# "AT & T" and "P&O" are one word; so are single letters beside one another.
_LETTERS_APART = re.compile(r"(?<![^\W_])([^\W\d_]{1,2})\s?([&+])\s?([^\W\d_]{1,2})(?![^\W_])")
_ADDRESS = re.compile(
    r"(?:https?://)?(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,63}(?::\d+)?(?:[/?#]\S*)?", re.IGNORECASE
)


class QueryPiece(NamedTuple):
    """A piece of a query between blanks or marks: its tokens, and whether they hold together."""

    text: str
    tokens: tuple[str, ...]
    raw: str = ""  # folded, with the marks around it
    quoted: bool = False
    domain: str | None = None


def accents(piece: QueryPiece) -> str:
    """The letters of a piece that not every language writes."""
    return "" if piece.text.isascii() else "".join(c for c in piece.text.lower() if not c.isascii())


def pieces_of(text: str) -> tuple[list[QueryPiece], list[str]]:
    """The pieces of a query, and the words and phrases to leave out."""
    pieces: list[QueryPiece] = []
    excluded: list[str] = []
    for found in _PARTS.finditer(_together(text)):
        quoted, left_out, plain = found.groups()
        if quoted is not None:
            words = tuple(tokens(quoted))
            if not words:
                continue
            if found[0].startswith("-"):
                excluded.append(" ".join(words))
            else:
                pieces.append(QueryPiece(quoted.strip(), words, quoted=True))
        elif left_out is not None:
            excluded += [" ".join(said)] if (said := tokens(left_out)) else []
        else:
            pieces += _of_chunk(plain)
    return pieces, excluded


def plain_pieces(text: str) -> list[QueryPiece]:
    """The pieces of a query whose signs mean nothing."""
    return [piece for chunk in _together(text).replace('"', " ").split() for piece in _of_chunk(chunk)]


def _together(text: str) -> str:
    """A text with letters that are one word side by side."""
    return _LETTERS_APART.sub(r"\1\2\3", text)


def _of_chunk(chunk: str) -> Iterator[QueryPiece]:
    """The pieces of what stands between two blanks."""
    bare = chunk.strip("\"'()[]{}<>,;:!?*")
    bare = bare.rpartition("@")[2] if bare.count("@") == 1 and "/" not in bare else bare  # an address of mail
    if "." in bare and _ADDRESS.fullmatch(bare) and (domain := domain_of(bare)):
        yield QueryPiece(bare, tuple(tokens(domain)), domain, domain=domain)
        return
    for part in _PARTING.split(chunk):
        if words := _words(part):
            yield QueryPiece(part.strip("\"'.,:*_-+&#@%=~^"), words, folded(part))


def _words(part: str) -> tuple[str, ...]:
    """The tokens of a chunk, without the little ones that an apostrophe parts off ("children's", "l'eau")."""
    if "'" not in part:
        return tuple(tokens(part))
    sides = part.split("'")
    words = [tokens(side) for side in sides]
    if len(sides) > 1 and words[-1] in (["s"], ["t"]) and words[0]:
        words = words[:-1]
    if len(words) > 1 and words[0] and words[0][-1] in ELIDED:
        words = words[1:]
    return tuple(chain.from_iterable(words))
