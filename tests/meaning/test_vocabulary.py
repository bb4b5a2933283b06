"""Which language a word is an ordinary word of.

1. Words of each of the nine languages are known in it, and how common they are; what is no word is known in none.
2. An English word among German texts does not become a German one.
3. The file is small, says its licence, and is read quickly.
"""

from __future__ import annotations

import random
import subprocess
import sys
from importlib.resources import files

import pytest

from mappings.folding import folded
from mappings.vocabulary import LANGUAGES, commonness, languages_knowing

WORDS = {
    "en": "shoes mattress blender insurance travel women swimsuit dog cheap which looking kettle skincare",
    "de": "schuhe matratze mixer versicherung reise damen badeanzug hund günstig welche katzenfutter damenschuhe",
    "fr": "chaussures matelas assurance voyage femme maillot chien cheveux quels acheter vêtements enfants",
    "es": "zapatos colchón licuadora seguro viaje mujer bañador perro barato cuáles comprar niños",
    "it": "scarpe materasso frullatore assicurazione viaggio donna costume cane economico quali comprare bambini",
    "pt": "sapatos colchão liquidificador seguro viagem mulher maiô cachorro barato quais comprar crianças",
    "nl": "schoenen matras verzekering reis dames badpak hond goedkoop welke kopen kinderen",
    "pl": "buty materac blender ubezpieczenie podróż kobiet strój pies tani które kupić dzieci",
    "sv": "skor madrass mixer försäkring resa kvinnor baddräkt hund billig vilka köpa barn",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_ordinary_words_are_known(language: str) -> None:  # 1
    unknown = [word for word in WORDS[language].split() if language not in languages_knowing(folded(word))]
    assert unknown == []


@pytest.mark.parametrize("word", ["swimsiut", "matratzze", "chaussurees", "zapatosx", "shoesz", "kaufne", "qqzx", ""])
def test_what_is_no_word_is_known_in_no_language(word: str) -> None:  # 1
    assert languages_knowing(word) == frozenset()
    assert commonness(word, "en") == 0


@pytest.mark.parametrize(
    ("word", "language"),
    [
        ("the", "de"),
        ("shoes", "de"),
        ("shoes", "fr"),
        ("women", "es"),
        ("und", "en"),
        ("chaussures", "en"),
        ("der", "sv"),
    ],
)
def test_a_guest_in_texts_of_a_language_is_no_word_of_it(word: str, language: str) -> None:  # 2
    assert language not in languages_knowing(word)


@pytest.mark.parametrize(
    ("word", "languages"),
    [
        ("hotel", {"en", "de", "fr", "es", "it", "nl", "pl", "sv", "pt"}),
        ("die", {"de", "en"}),
        ("kind", {"de", "en", "nl"}),
    ],
)
def test_a_word_may_be_of_several(word: str, languages: set[str]) -> None:  # 1
    assert languages <= languages_knowing(word)


def test_common_words_are_told_from_rare_ones() -> None:  # 1
    assert commonness("the", "en") == 7
    assert commonness("und", "de") == 7
    assert commonness("kettle", "en") < commonness("dog", "en") < commonness("and", "en")
    assert commonness("kind", "de") > commonness("katzenfutter", "de") > 0
    assert commonness("dog", "xx") == 0


def test_random_letters_are_nearly_never_a_word() -> None:  # 1
    chance = random.Random(1)
    words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(9, 14))) for _ in range(20_000)]
    assert sum(bool(languages_knowing(word)) for word in words) < 20


def test_the_file_is_small_and_says_its_licence() -> None:  # 3
    file = files("mappings").joinpath("vocabulary.bin").read_bytes()
    assert len(file) < 3_000_000
    assert b"CC BY-SA 4.0" in file[:600]
    assert b"wordfreq" in file[:600]


def test_reading_it_is_quick() -> None:  # 3
    timed = (
        "import time; from mappings.vocabulary import languages_knowing; began = time.perf_counter(); "
        "languages_knowing('dog'); print(time.perf_counter() - began)"
    )
    took = min(
        float(subprocess.run([sys.executable, "-c", timed], capture_output=True, check=True, text=True).stdout)
        for _ in range(3)
    )
    assert took < 0.05
