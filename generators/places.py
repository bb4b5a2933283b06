"""Where merchants are at home: country, language, money, web endings, cities and names of people there."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

import msgspec

from generators.distributions import Table


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

SURNAMES, FIRST_NAMES = 400, 200
"""Draws from Faker per place; it draws by frequency, so common names come out common."""

ROUND_SUMS = (15, 20, 25, 29, 35, 39, 40, 49, 50, 59, 60, 75, 79, 80, 99, 100, 120, 150)

_FAKER_SEED = 1
"""Of the vocabularies, not of the catalogue: the seed of a catalogue chooses among these names."""


@cache
def places() -> dict[str, Place]:
    tree = tomllib.loads(files("generators").joinpath("words", "places.toml").read_text("utf-8"))
    return {
        f"{region}.{language}": _place(region, language, words)
        for region, by_language in tree.items()
        for language, words in by_language.items()
    }


def _place(region: str, language: str, words: dict[str, str]) -> Place:
    # Not at the top: 50 MB that whoever only knows the volumes, as each process of the API does, need not carry.
    from faker import Faker

    # Only the provider of names is loaded: a whole Faker takes ten times as long to set up.
    people = Faker(words["faker"], providers=["faker.providers.person"])
    people.seed_instance(_FAKER_SEED)
    return Place(
        code=f"{region}.{language}",
        region=region,
        language=language,
        currency=words["currency"],
        country=words["country"],
        endings=Table(words["endings"].split("; ")),
        cities=Table(words["cities"].split("; ")),
        surnames=Table(people.last_name() for _ in range(SURNAMES)),
        first_names=Table(people.first_name() for _ in range(FIRST_NAMES)),
        amounts=Table(SUMS[words["currency"]].format(amount) for amount in ROUND_SUMS),
        label="UK" if region == "GB" else region,
    )
