"""Words that fill a query need not be found, in nine languages; words of goods are none of them.

1. Of a question only what it is about is left.
2. Whom goods are for, and that they are bought, is known apart, and tells the language.
3. Ordinary words of goods do not fill, also where another language has such a word.
"""

from __future__ import annotations

import pytest

from mappings.brands import is_brand
from mappings.folding import folded
from mappings.intents import audience_words, buying_words, filler_at, filler_languages, filler_phrases, fillers


def _left(q: str) -> list[str]:
    """The words that are neither fillers nor of an audience or of buying."""
    words = folded(q).replace("'", " ").replace("?", " ").replace(".", " ").split()
    left, position = [], 0
    while position < len(words):
        length = filler_at(words, position)
        if not length and words[position] not in audience_words() and words[position] not in buying_words():
            left.append(words[position])
        position += length or 1
    return left


@pytest.mark.parametrize(
    ("q", "left"),
    [
        ("what is the best travel affiliate program?", ["travel"]),
        ("which programs pay for hosting", ["hosting"]),
        ("how do I find coffee partners", ["coffee"]),
        ("I am looking for yoga offers", ["yoga"]),
        ("where can I find a list of vpn affiliate programs", ["vpn"]),
        ("show me women's shoes", ["s", "shoes"]),
        ("cheap shoes for men online", ["shoes"]),
        ("welche Partnerprogramme gibt es für Schuhe", ["schuhe"]),
        ("ich suche günstige Damen Jacken kaufen", ["jacken"]),
        ("Was sind die besten Programme für Reisen?", ["reisen"]),
        ("quels sont les meilleurs programmes d'affiliation voyage", ["voyage"]),
        ("chaussures femme pas cher", ["chaussures"]),
        ("où trouver des programmes pour les enfants", []),
        ("cuáles son los mejores programas de afiliados de viajes", ["viajes"]),
        ("comprar zapatos baratos mujer", ["zapatos"]),
        ("quali sono i migliori programmi di affiliazione viaggi", ["viaggi"]),
        ("scarpe donna a buon mercato", ["scarpe"]),
        ("quais são os melhores programas de afiliados de viagens", ["viagens"]),
        ("sapatos baratos para crianças", ["sapatos"]),
        ("wat zijn de beste affiliateprogramma's voor reizen", ["s", "reizen"]),
        ("goedkope schoenen dames kopen", ["schoenen"]),
        ("jakie są najlepsze programy partnerskie dla podróży", ["podrozy"]),
        ("tanie buty damskie kupić", ["buty"]),
        ("vilka är de bästa partnerprogrammen för resor", ["resor"]),
        ("köpa billiga skor dam", ["skor"]),
    ],
)
def test_what_is_left_of_a_question(q: str, left: list[str]) -> None:  # 1
    assert _left(q) == left


@pytest.mark.parametrize(
    ("word", "languages"),
    [
        ("women", {"en"}),
        ("damen", {"de"}),
        ("femme", {"fr"}),
        ("mujer", {"es"}),
        ("donna", {"it"}),
        ("mulher", {"pt"}),
        ("heren", {"nl"}),
        ("kobiet", {"pl"}),
        ("kvinnor", {"sv"}),
        ("kaufen", {"de"}),
        ("acheter", {"fr"}),
        ("kopen", {"nl"}),
        ("kupic", {"pl"}),
        ("kopa", {"sv"}),
        ("comprar", {"es", "pt"}),
        ("welche", {"de"}),
        ("quels", {"fr"}),
    ],
)
def test_a_word_tells_its_language(word: str, languages: set[str]) -> None:  # 2
    assert filler_languages()[word] == languages


def test_phrases_tell_their_language_and_longer_ones_win() -> None:  # 1, 2
    assert filler_phrases()[("pas", "cher")] == {"fr"}
    words = ["i", "am", "looking", "for", "a", "laptop"]
    assert filler_at(words, 0) == 4
    assert filler_at(words, 5) == 0
    assert filler_at(["show", "jumping"], 0) == 0


@pytest.mark.parametrize(
    "word",
    [
        *("bra", "hoe", "door", "car", "hat", "red", "ai", "visa", "plus", "dove", "web", "email", "marketing", "show"),
        *("shoes", "travel", "hosting", "vpn", "coffee", "dress", "insurance", "loan", "book", "game", "pet", "search"),
        *("schuhe", "reise", "chaussures", "viaje", "scarpe", "sapatos", "schoenen", "buty", "skor", "barn door"),
    ],
)
def test_words_of_goods_do_not_fill(word: str) -> None:  # 3
    assert word not in fillers()
    assert word not in buying_words()


def test_no_brand_fills() -> None:  # 3
    filling = fillers() | set(audience_words()) | set(buying_words())
    assert sorted(word for word in filling if is_brand((word,))) == ["att"], "Swedish, and AT&T"
