"""Well known brands are known, however they are parted; ordinary words are none unless asked for.

1. At least 500 brands of the markets of the nine languages.
2. How a name is written does not matter; the longest name wins.
3. Brands that are ordinary words are told apart.
"""

from __future__ import annotations

import pytest

from mappings.brands import brand_at, brands, is_brand
from mappings.folding import folded
from mappings.intents import optional_words
from mappings.synonyms import meanings


def test_there_are_many() -> None:  # 1
    assert len(brands()) >= 500


@pytest.mark.parametrize(
    "name",
    [
        "nike",
        "zara",
        "adidas",
        "sephora",
        "booking.com",
        "booking com",
        "bluehost",
        "nordvpn",
        "nord vpn",
        "h&m",
        "h & m",
        "C&A",
        "AT&T",
        "L'Oréal",
        "Victoria's Secret",
        "Lancôme",
        "the north face",
        "Zalando",
        "Mercado Livre",
        "bol.com",
        "Allegro",
        "Elgiganten",
        "El Corte Inglés",
        "Leroy Merlin",
        "Unieuro",
        "1password",
        "23andMe",
    ],
)
def test_brands_as_people_type_them(name: str) -> None:  # 2
    assert is_brand(tuple(folded(name).split()))


@pytest.mark.parametrize("word", ["apple", "target", "gap", "shell", "orange", "next", "boots", "amazon"])
def test_ordinary_words_are_brands_only_if_asked(word: str) -> None:  # 3
    assert not is_brand((word,))
    assert is_brand((word,), also_words=True)


@pytest.mark.parametrize("words", [(), ("",), ("-",), ("shoes",), ("nike", "shoes"), ("x" * 500,), ("a",) * 300])
def test_other_words_are_none(words: tuple[str, ...]) -> None:  # 3
    assert not is_brand(words, also_words=True)


def test_the_longest_wins() -> None:  # 2
    assert brand_at(["cheap", "new", "balance", "shoes"], 1) == 2
    assert brand_at(["cheap", "new", "balance", "shoes"], 0) == 0
    assert brand_at(["booking.com"], 0) == 1
    assert brand_at(["apple", "watch"], 0, also_words=True) == 2


def test_none_is_a_word_that_queries_are_made_of() -> None:  # 3
    ordinary = optional_words() | {word for (word, *rest) in meanings() if not rest}
    assert sorted(name for name in brands() if name in ordinary) == []
