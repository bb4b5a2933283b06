"""Where merchants are at home: country, language, money, web endings, cities and names of people there."""

from __future__ import annotations

from functools import cache

import msgspec

from generators.distributions import Table
from generators.people import people
from generators.vocabulary import read_words, split


class Place(msgspec.Struct, frozen=True, eq=False):
    """One country in one of its languages; `country` says where it is inside a sentence ("in Canada").

    There is one object of each, told apart by identity: as keys of caches they are hashed for every record.
    """

    code: str  # "BE.fr"
    region: str  # ISO 3166-1 alpha-2
    language: str  # ISO 639-1
    currency: str
    country: str
    endings: Table[str]
    cities: Table[str]
    surnames: Table[str]
    first_names: Table[str]
    amounts: Table[str]  # round sums as people there write them
    label: str  # of the country in names of programs: "UK"


SUMS = {
    "USD": "${}",
    "GBP": "£{}",
    "CAD": "${}",
    "AUD": "${}",
    "NZD": "${}",
    "EUR": "{} €",
    "CHF": "CHF {}",
    "SEK": "{}0 kr",
    "PLN": "{} zł",
    "BRL": "R$ {}",
    "MXN": "${}0",
}
"""How amounts are written, by currency; crowns and pesos are worth about a tenth."""

ROUND_SUMS = (15, 20, 25, 29, 35, 39, 40, 49, 50, 59, 60, 75, 79, 80, 99, 100, 120, 150)


@cache
def places() -> dict[str, Place]:
    return {
        f"{region}.{language}": _place(region, language, words)
        for region, by_language in read_words("words", "places").items()
        for language, words in by_language.items()
    }


def _place(region: str, language: str, words: dict[str, str]) -> Place:
    names = people()[f"{region}.{language}"]
    return Place(
        code=f"{region}.{language}",
        region=region,
        language=language,
        currency=words["currency"],
        country=words["country"],
        endings=Table(split(words["endings"])),
        cities=Table(split(words["cities"])),
        surnames=Table(names.surnames),
        first_names=Table(names.first_names),
        amounts=Table(SUMS[words["currency"]].format(amount) for amount in ROUND_SUMS),
        label="UK" if region == "GB" else region,
    )
