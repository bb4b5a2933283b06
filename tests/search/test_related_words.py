"""Things that no topic is called by are found where they are sold.

1. A word that few programs have finds the topics that sell what it names, in any of its forms and languages.
2. A word that enough programs have speaks for itself; of its programs those of the topic come first.
3. Several words that name one thing are one thing, and are corrected to no other.
4. The files are whole: each topic exists, each phrase is short and in a language of ours.
"""

from __future__ import annotations

from typing import Any

import pytest

from mappings.related import LONGEST, of_files, related_by_language
from mappings.topics import LANGUAGES, TOPICS, words_of
from tests.words import Catalogue, program

_KITCHEN: dict[str, Any] = {"topics": ("kitchen-appliances",), "text_language": "en"}


@pytest.mark.parametrize(
    ("phrase", "language", "slug"),
    [
        ("blenders", "en", "kitchen-appliances"),
        ("Blender", "en", "kitchen-appliances"),
        ("kettle", "en", "kitchen-appliances"),
        ("cafetière", "fr", "coffee-machines"),
        ("windshield wiper", "en", "windscreen-wipers"),
        ("taies d'oreiller", "fr", "bedding"),
        ("butach", "pl", "shoes"),
        ("Tisch", "de", "dining-tables"),
    ],
)
def test_what_sells_it(phrase: str, language: str, slug: str) -> None:  # 1
    assert slug in related_by_language(words_of(phrase))[language]


def test_nothing_sells_it() -> None:  # 1
    assert related_by_language(words_of("nonsense")) == {}
    assert related_by_language(()) == {}
    assert related_by_language(words_of("affiliate programs")) == {}, "what everybody looks for here"


@pytest.mark.parametrize("q", ["blenders", "blender", "mixeurs", "stand mixers"])
def test_a_thing_that_no_program_has(catalogue: Catalogue, q: str) -> None:  # 1
    catalogue.store(program("Whisk", description="Air fryers.", **_KITCHEN), program("Desk", text_language="en"))
    assert catalogue.found(q) == ["Whisk"]


def test_a_thing_that_few_programs_have(catalogue: Catalogue) -> None:  # 1
    catalogue.store(
        program("Whisk", description="Air fryers.", **_KITCHEN),
        program("Jug", description="A blender for every day.", **_KITCHEN),
    )
    assert catalogue.found("blenders") == ["Jug", "Whisk"]


def test_a_word_that_enough_programs_have(catalogue: Catalogue) -> None:  # 2
    """Those of the topic first, and none that only has the topic."""
    drums = [program(f"Drums {number}", description="Kettle drums.", text_language="en") for number in range(40)]
    catalogue.store(*drums, program("Jug", description="A kettle.", **_KITCHEN), program("Whisk", **_KITCHEN))
    answer = catalogue.get(q="kettles")
    assert answer["programs"][0]["name"] == "Jug"
    assert answer["total"] == 41


def test_several_words_that_are_one_thing(catalogue: Catalogue) -> None:  # 3
    wipers: dict[str, Any] = {"topics": ("windscreen-wipers",), "text_language": "en"}
    catalogue.store(
        program("Visto", description="Everything for a clear view.", **wipers),
        program("Wind Vault", description="Wind turbines.", text_language="en"),
        program("Seekers", description="For seekers of sun.", text_language="en"),
    )
    answer = catalogue.get(q="windshield wipers")
    assert [each["name"] for each in answer["programs"]] == ["Visto"]
    assert answer["matched"] == "exact"


def test_two_words_that_are_also_written_as_one(catalogue: Catalogue) -> None:  # 3
    catalogue.store(
        program("Dropwell", description="Your store without a stock.", topics=("dropshipping",), text_language="en"),
        program("Parcel", description="Shipping, from the first drop on.", text_language="en"),
    )
    assert catalogue.found("drop shipping") == ["Dropwell", "Parcel"]


@pytest.mark.parametrize("kind", ["narrower", "broader"])
def test_the_files_are_whole(kind: str) -> None:  # 4
    phrases = list(of_files(kind))
    assert phrases
    assert not [each for each in phrases if each[0] not in LANGUAGES or each[2] not in TOPICS]
    assert not [each for each in phrases if not 0 < len(words_of(each[1])) <= LONGEST]
