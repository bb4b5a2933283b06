"""Names of people at a place, prepared: `generators.draw_people` has drawn them from Faker.

They are kept in a file because Faker takes half a second of every start and 50 MB, and because another version of it
would make other catalogues of the same seed.
"""

from __future__ import annotations

from functools import cache

import msgspec

from generators.vocabulary import read_words, split


class People(msgspec.Struct, frozen=True):
    surnames: tuple[str, ...]
    first_names: tuple[str, ...]


@cache
def people() -> dict[str, People]:
    """By place: "BE.fr"."""
    return {
        f"{region}.{language}": People(split(names["surnames"]), split(names["first_names"]))
        for region, by_language in read_words("words", "people").items()
        for language, names in by_language.items()
    }
