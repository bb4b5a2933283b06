"""Names of merchants and information products, and the domains that go with them."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import cache
from itertools import product

import msgspec

from generators.distributions import Table
from generators.places import Place
from generators.vocabulary import grammar, topics

Uniform = Callable[[], float]

_STARTS = (
    "Lum Vel Nor Kal Mir Ad Bel Cor Dal El Fen Gal Har Il Jun Kes Lor Mav Nel Or Pel Quin Ros Sol Tam Ul "
    "Ver Wil Yar Zel Bri Clo Dru Fri Gra Tri Sty Sel Tov Mon"
)
_MIDDLES = "- a e i o u ar en in on is al er o or"
_ENDS = (
    "ora mi dika vo ta lia nex ro va lo dia ra ny sta mo vea bri lux ten ka ria dor via len ba fy zo sa "
    "wen do rix na tis pa mere cia go let ley"
)
COINED: Table[str] = Table(
    start + middle.strip("-") + end for start, middle, end in product(_STARTS.split(), _MIDDLES.split(), _ENDS.split())
)
"""Brands that mean nothing, pronounceable in every language of the catalogue."""

NUMBERS = Table(("7", "10", "12", "14", "21", "24", "28", "30", "60", "90", "101", "365"))

_LETTERS = {
    "ß": "ss", "ø": "o", "æ": "ae", "ł": "l",
    " ": "", "&": "", "'": "", ".": "", ",": "", "’": "", "/": "", "+": "", "!": "", "(": "", ")": "", ":": "",
}  # fmt: skip
_FOLD = {ord(letter): folded for letter, folded in _LETTERS.items()}
_GERMAN = {ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue"}
"""Elsewhere, as in Sweden, umlauts simply lose their dots."""

LONGEST_LABEL = 40
HYPHENED_SHARE = 0.2
"""Of domains; more would be odd outside Germany."""


Pattern = tuple[str, tuple[Table[str] | None, ...]]
"""A `%`-template and the tables of its slots; None is the merchant's own city."""


class Naming(msgspec.Struct, frozen=True):
    """How merchants (or products) of one topic at one place are called: templates and their tables."""

    patterns: Table[Pattern]

    def name(self, city: str, uniform: Uniform) -> str:
        template, tables = self.patterns(uniform())
        return template % tuple([table(uniform()) if table else city for table in tables])


@cache
def naming(place: Place, topic: str, style: str) -> Naming:
    words = topics(place.language)[topic]
    language = grammar(place.language)
    fills: dict[str, Table[str] | None] = {
        **language.fillers,
        "coined": COINED,
        "sign": words.signs,
        "title": words.titles,
        "last": place.surnames,
        "other": place.surnames,
        "first": place.first_names,
        "city": None,
        "number": NUMBERS,
        "region": Table((place.label,)),
    }
    return Naming(Table(_pattern(template, fills) for template in language.names[style].values))


def _pattern(template: str, fills: dict[str, Table[str] | None]) -> Pattern:
    slots: list[str] = []

    class Slots(dict[str, str]):
        def __missing__(self, slot: str) -> str:
            slots.append(slot)
            return "%s"

    return template % Slots(), tuple(fills[slot] for slot in slots)


def domain(name: str, place: Place, uniform: Uniform) -> str:
    """A domain as that merchant would have registered it."""
    label = name.lower()
    if uniform() < HYPHENED_SHARE:
        label = label.replace(" ", "-")
    label = label.translate(_FOLD)
    if not label.isascii():
        if place.language == "de":
            label = label.translate(_GERMAN)
        label = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode()
    return f"{label.replace('--', '-')[:LONGEST_LABEL].strip('-')}.{place.endings(uniform())}"
