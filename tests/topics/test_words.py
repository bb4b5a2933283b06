"""The file of topics, and what a phrase asks for.

1. There are at least 600 topics; each has a vertical and words in nine languages, and no slug is there twice. A phrase
   names one, but for two.
2. A phrase in any of the languages, in any of its forms, asks for the topics that are called so.
3. A word of several languages is read in the one that is given.
4. A filter's value is a slug, or a word that names one topic.
"""

from __future__ import annotations

import re

import pytest

from mappings.taxonomy import VERTICALS
from mappings.topics import (
    ASKED_FOR,
    LANGUAGES,
    TOPICS,
    asked,
    asked_by_language,
    longest_asked,
    slugs_of,
    topics_named,
    words_of,
)


def test_whole() -> None:  # 1
    assert len(TOPICS) >= 600
    verticals = {vertical.slug for vertical in VERTICALS}
    for slug, topic in TOPICS.items():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)
        assert len(slug) <= 40
        assert topic.slug == slug
        assert topic.vertical in verticals
        assert set(topic.labels) == set(topic.phrases) == set(LANGUAGES)
        assert all(phrases and all(each.text for each in phrases) for phrases in topic.phrases.values())


def test_no_phrase_twice() -> None:  # 1
    """Each phrase of a language as it is written names one topic; these few name two on purpose."""
    twice = set()
    for language in LANGUAGES:
        seen: dict[str, str] = {}
        for topic in TOPICS.values():
            for phrase in topic.phrases[language]:
                if seen.setdefault(phrase.text.lower(), topic.slug) != topic.slug:
                    twice.add(phrase.text)
    assert twice == {"stop smoking hypnosis", "Rauchstopp-Hypnose"}


@pytest.mark.parametrize(
    ("phrase", "slug"),
    [
        ("Hundefutter", "dog-food"),
        ("dog food", "dog-food"),
        ("croquettes pour chien", "dog-food"),
        ("karma dla psa", "dog-food"),
        ("running shoe", "running-shoes"),
        ("Laufschuhen", "running-shoes"),
        ("zapatilla de correr", "running-shoes"),
        ("löparskor", "running-shoes"),
        ("Reiseversicherung", "travel-insurance"),
        ("assurance voyage", "travel-insurance"),
        ("reisverzekering", "travel-insurance"),
        ("perfumy", "perfume"),
        ("Parfüm", "perfume"),
        ("webhosting", "web-hosting"),
        ("hébergement web", "web-hosting"),
        ("VPN", "vpn"),
    ],
)
def test_asked(phrase: str, slug: str) -> None:  # 2
    assert asked(words_of(phrase)) == (slug,)


def test_every_phrase_that_asks_is_answered() -> None:  # 2
    for topic in TOPICS.values():
        for language in LANGUAGES:
            for phrase in topic.phrases[language][:ASKED_FOR]:
                words = words_of(phrase.text)
                assert topic.slug in asked(words, language)
                assert topic.slug in topics_named()[words]
                assert len(words) <= longest_asked()


def test_what_nobody_sells_asks_for_nothing() -> None:  # 2
    assert asked(("the",)) == ()
    assert asked(()) == ()


def test_a_word_of_two_languages() -> None:  # 3
    assert asked(("ringen",), "nl") == ("rings",)
    assert asked(("ringen",), "de") == ("wrestling",)
    assert set(asked(("ringen",))) == {"rings", "wrestling"}
    assert asked_by_language(("ringen",)) == {"de": ("wrestling",), "nl": ("rings",)}
    assert asked_by_language(("nonsense",)) == {}


def test_values() -> None:  # 4
    assert slugs_of("Perfume") == ("perfume",)
    assert slugs_of(" running-shoes ") == ("running-shoes",)
    assert slugs_of("Laufschuhe") == ("running-shoes",)
    assert set(slugs_of("ringen")) == {"rings", "wrestling"}
    assert slugs_of("nonsense") == ()
