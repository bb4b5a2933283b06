"""Draw the names of people anew, for a new place or a new Faker: `python -m generators.draw_people`.

Every catalogue of every seed is another one afterwards.
"""

from __future__ import annotations

from pathlib import Path

from faker import Faker

from generators.people import People
from generators.vocabulary import read_words

SURNAMES, FIRST_NAMES = 400, 200
"""Draws per place; Faker draws by frequency, so common names come out common."""

_SEED = 1
"""Of the names, not of a catalogue: the seed of a catalogue chooses among them."""

_FILE = Path(__file__).parent / "words" / "people.toml"


def drawn(locale: str) -> People:
    """The names of a Faker locale ("en_US"), in the order in which they are drawn."""
    faker = Faker(locale, providers=["faker.providers.person"])
    faker.seed_instance(_SEED)
    surnames = tuple(faker.last_name() for _ in range(SURNAMES))
    return People(surnames, tuple(faker.first_name() for _ in range(FIRST_NAMES)))


def main() -> None:
    """Write the file."""
    lines = ["# Made by `python -m generators.draw_people`; not to be edited.", ""]
    for region, by_language in read_words("words", "places").items():
        for language, words in by_language.items():
            names = drawn(words["faker"])
            surnames, first_names = "; ".join(names.surnames), "; ".join(names.first_names)
            lines += [f"[{region}.{language}]", f'surnames = "{surnames}"', f'first_names = "{first_names}"', ""]
    _FILE.write_text("\n".join(lines), "utf-8")


if __name__ == "__main__":
    main()
