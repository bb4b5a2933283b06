"""The language of a query follows from what its words are in it.

1. A word that texts have is of the language where it is common; one that none has, of a language that knows it.
2. Forms by rule tell nothing where the word itself is of another language.
3. Letters that a language does not write speak against it.
4. Words that fill a query tell their language; a word taken for a typing error counts as what was meant.
"""

from __future__ import annotations

import pytest

from app.search.analysing import analyse
from app.search.lexicon import HeldLexicon
from app.search.query_analysis import Wording
from mappings.lexicon import WordCounts

_TEXTS = {
    "en": ["shoes and boots", "rings", "television", "supplements and vitamins", "sofas", "the best for you"] * 40,
    "de": ["Schuhe und Stiefel", "Hosen", "Fernseher", "der Ring"] * 8,
    "fr": ["chapeaux et colliers", "bijoux", "télévision", "pantalons de ville", "du vin"] * 6,
    "es": ["pantalones", "quesos", "suplementos", "sofás", "vinos"] * 6,
    "it": ["gonne e cinture", "pantaloni"] * 4,
    "nl": ["schoenen en horloges", "stoelen"] * 4,
    "pl": ["skóra i skóry", "rowery", "buty"] * 3,
    "sv": ["skor", "möbler"] * 3,
}


@pytest.fixture(scope="module")
def held() -> HeldLexicon:
    counts = WordCounts()
    for language, texts in _TEXTS.items():
        for text in texts:
            counts.add(language, "", "", text)
    return HeldLexicon(counts.lexicon(), "1")


@pytest.mark.parametrize(
    ("q", "language"),
    [
        ("shoes", "en"),
        ("Schuhe", "de"),
        ("bijou", "fr"),
        ("chapeau", "fr"),
        ("queso", "es"),
        ("schoen", "nl"),
        ("rower", "pl"),
        ("Tisch", "de"),
        ("kast", "nl"),
        ("pasek", "pl"),
    ],
)
def test_words_of_one_language(held: HeldLexicon, q: str, language: str) -> None:  # 1
    assert analyse(Wording(q), held).language == language


@pytest.mark.parametrize(("q", "language"), [("skor", "sv"), ("gonna", "it"), ("pantaloni", "it"), ("horloge", "nl")])
def test_forms_of_another_word(held: HeldLexicon, q: str, language: str) -> None:  # 2
    """Polish leather ("skóra") has the stem of a Swede's shoes, and no Italian skirt is English."""
    assert analyse(Wording(q), held).language == language


@pytest.mark.parametrize(
    ("q", "language"), [("pantalón", "es"), ("säng", "sv"), ("książka", "pl"), ("télévision", "fr"), ("sofá", "es")]
)
def test_letters(held: HeldLexicon, q: str, language: str) -> None:  # 3
    assert analyse(Wording(q), held).languages[0][0] == language


def test_words_that_fill(held: HeldLexicon) -> None:  # 4
    assert analyse(Wording("parfum online kopen"), held).languages[0][0] == "nl"


def test_what_was_meant(held: HeldLexicon) -> None:  # 4
    analysis = analyse(Wording("suplements"), held)
    assert (analysis.terms[0].corrected, analysis.language) == ("supplements", "en")
