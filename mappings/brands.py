"""Whether words are a well known brand, from `brands.toml`: known names, whether the catalogue has them or not."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from itertools import chain

import msgspec

from mappings.folding import folded

_BETWEEN = re.compile(r"[\W_]+")
_LONGEST = 60  # characters; no name of the file is longer


def is_brand(words: tuple[str, ...], *, also_words: bool = False) -> bool:
    """Whether folded words are, together, a brand; with `also_words` one that is an ordinary word too (apple, target).

    How it is parted does not matter: ("h&m",), ("h", "m") and ("hm",) are one, as are ("booking.com",) and
    ("booking", "com").
    """
    if not words or sum(map(len, words)) > _LONGEST:
        return False
    name = _joined("".join(words))
    return name in _names() or (also_words and name in _also_words())


def brand_at(words: Sequence[str], start: int, *, also_words: bool = False) -> int:
    """How many of the folded words from `start` on are a brand together, at most; 0 for none."""
    for length in range(min(longest_brand(), len(words) - start), 0, -1):
        if is_brand(tuple(words[start : start + length]), also_words=also_words):
            return length
    return 0


@cache
def longest_brand() -> int:
    """The words of the longest brand."""
    return max(len(_BETWEEN.split(name)) for name in brands())


@cache
def brands() -> frozenset[str]:
    """The brands as the file has them, folded; without those that are ordinary words too."""
    names = (text.split(";") for group, text in _file().items() if group != _ALSO)
    return frozenset(_listed(name) for name in chain.from_iterable(names))


_ALSO = "also_words"


@cache
def _file() -> dict[str, str]:
    text = files("mappings").joinpath("brands.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, str])


def _listed(text: str) -> str:
    return " ".join(folded(text).split())


def _joined(text: str) -> str:
    return _BETWEEN.sub("", text)


@cache
def _names() -> frozenset[str]:
    return frozenset(_joined(name) for name in brands())


@cache
def _also_words() -> frozenset[str]:
    return frozenset(_joined(_listed(name)) for name in _file()[_ALSO].split(";"))
