"""Topics in texts.

1. Precision is at least 0.92 and recall at least 0.8 in the texts that were labelled by hand, generated and real.
2. A word is found in each of its forms, and as the end of a compound in German, Dutch and Swedish.
3. A text is searched in its own language: French `pendant` is no pendant.
4. The name goes before the category, the category before the description; a category that lists several things names
   none of them.
5. Of phrases that overlap the longer counts; what affiliates are told is not what is sold.
6. At most 8; none is None. A long text takes no longer than its length asks.
"""

from __future__ import annotations

import time

import pytest

from app.normalising.topics import MOST, topics_of
from tests.topics.labelled import LABELLED, measured


@pytest.mark.parametrize("texts", ["generated", "real"])
def test_as_a_reader_would(texts: str) -> None:  # 1
    precision, recall = measured(LABELLED()[texts])
    assert precision >= 0.92
    assert recall >= 0.8


def test_the_labels_are_as_many_as_they_say() -> None:  # 1
    assert {name: len(texts) for name, texts in LABELLED().items()} == {"generated": 300, "real": 100}


@pytest.mark.parametrize(
    ("text", "language", "slug"),
    [
        ("A running shoe for everyone", "en", "running-shoes"),
        ("Running-shoes, and more", "en", "running-shoes"),
        ("Kitchen knife sharpening", "en", "kitchen-knives"),
        ("Personalized gifts", "en", "personalised-gifts"),
        ("Ein Laufschuh", "de", "running-shoes"),
        ("Mit unseren Laufschuhen", "de", "running-shoes"),
        ("verstellbaren Hanteln", "de", "dumbbells"),
        ("Kühlschränke und ein Kühlschrank", "de", "fridges"),
        ("LAUFSCHUHE", "de", "running-shoes"),
        ("Kuehlschraenke", "de", "fridges"),
        ("Trekkinglaufschuhe", "de", "running-shoes"),
        ("une montre connectée", "fr", "smartwatches"),
        ("MONTRES CONNECTEES", "fr", "smartwatches"),
        ("une chaussure de course", "fr", "running-shoes"),
        ("un colchón", "es", "mattresses"),
        ("una lavadora", "es", "washing-machines"),
        ("un materasso", "it", "mattresses"),
        ("uma torneira, um colchão", "pt", "mattresses"),
        ("een matras", "nl", "mattresses"),
        ("kinderkattenvoer", "nl", "cat-food"),
        ("karty kredytowej", "pl", "credit-cards"),
        ("karta kredytowa", "pl", "credit-cards"),
        ("en löparsko", "sv", "running-shoes"),
        ("trädgårdsmadrasser", "sv", "mattresses"),
    ],
)
def test_forms(text: str, language: str, slug: str) -> None:  # 2
    assert slug in (topics_of("Shop", text, None, language) or ())


def test_its_own_language_only() -> None:  # 3
    assert topics_of("Pendant", "Ouvert pendant la nuit", None, "fr") is None
    assert topics_of("Pendant", None, None, "en") == ("necklaces",)
    assert topics_of("Pendant la nuit", None, None, None) is None


def test_an_unknown_language_is_told_by_its_small_words() -> None:  # 3
    text = "Die Apotheke mit der größten Auswahl für Sie und ihre Familie: Hundefutter auf Rechnung"
    assert topics_of("Tierwelt", text, None, None) == topics_of("Tierwelt", text, None, "de")
    assert topics_of("Yoga Studio", None, None, None) == ("yoga",)


def test_a_language_without_words_has_the_category_alone() -> None:  # 3
    assert topics_of("Kenkäkauppa", "Kenkiä", "Shoes", "fi") == ("shoes",)
    assert topics_of("Kenkäkauppa", "Kenkiä", None, "fi") is None


def test_the_most_telling_first() -> None:  # 4
    found = topics_of("The Sofa House", "Rugs, lamps and armchairs", "Mattresses", "en")
    assert found == ("sofas", "mattresses", "rugs", "lighting", "armchairs")


def test_a_category_of_several_things_only_moves_what_is_sold() -> None:  # 4
    assert topics_of("Rosie", "Mugs and flowers", "Gifts & Flowers", "en") == ("flowers", "mugs")
    assert topics_of("Rosie", None, "Gifts & Flowers", "en") is None
    assert topics_of("Rosie", None, "Clothing/Apparel", "en") == ("clothing",)


def test_the_longer_phrase_counts() -> None:  # 5
    assert topics_of("Shop", "Dog food", None, "en") == ("dog-food",)
    assert topics_of("Shop", "Handschuhe", None, "de") == ("gloves",)
    assert topics_of("Shop", "running, shoes", None, "en") == ("running", "shoes")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("We accept coupon sites and email lists, no trademark bidding; you will also find us on social media", "en"),
        ("Auch auf dem Smartphone klappt alles, Vergleichsseiten willkommen", "de"),
        ("Les sites de bons plans et comparateurs sont bienvenus, pour tous les budgets", "fr"),
        ("El pago es sencillo y seguro, también en el móvil; la cesta media ronda los 40", "es"),
    ],
)
def test_what_affiliates_are_told(text: str, language: str) -> None:  # 5
    assert topics_of("Shop", text, None, language) is None


def test_at_most_eight() -> None:  # 6
    many = "sofas, rugs, lamps, vases, candles, towels, mirrors, mattresses, pillows, curtains"
    assert len(topics_of("Shop", many, None, "en") or ()) == MOST == 8
    assert topics_of("Shop", "Nothing to see", None, "en") is None


@pytest.mark.parametrize("piece", ["running ", "schuhe", "a-", "e'", "chaussures de ", "ä̈", "，", ".,"])
@pytest.mark.parametrize("language", ["de", "fr", None])
def test_linear(piece: str, language: str | None) -> None:  # 6
    topics_of("Shop", "warm", None, language)
    began = time.process_time()
    topics_of(piece * 100, piece * 50_000, None, language)
    assert time.process_time() - began < 2
