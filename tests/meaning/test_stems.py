"""Words of other languages than English find their other forms by stems.

The pairs of `stems.toml` were written before a stemmer was tried, the later ones after the rules were: of those not all
are right, and what holds is held.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from mappings.folding import folded
from mappings.forms import STEMMED, alike, stem

_PAIRS: dict[str, dict[str, str]] = tomllib.loads(Path(__file__).with_name("stems.toml").read_text("utf-8"))


def _pairs(language: str, kind: str) -> list[tuple[str, str]]:
    pairs = [pair.split() for pair in _PAIRS[language][kind].split(",")]
    return [(folded(one), folded(other)) for one, other in pairs]


@pytest.mark.parametrize("language", STEMMED)
def test_forms_of_one_word_have_one_stem(language: str) -> None:
    pairs = _pairs(language, "joined")
    assert len(pairs) == 30
    assert [pair for pair in pairs if not alike(*pair, language)] == []


@pytest.mark.parametrize("language", STEMMED)
def test_words_that_only_look_alike(language: str) -> None:
    assert [pair for pair in _pairs(language, "apart") if alike(*pair, language)] == []


@pytest.mark.parametrize("language", STEMMED)
def test_pairs_that_the_rules_were_not_written_for(language: str) -> None:
    joined, apart = _pairs(language, "later_joined"), _pairs(language, "later_apart")
    assert (len(joined), len(apart)) == (25, 10)
    assert sum(alike(*pair, language) for pair in joined) >= 24
    assert sum(alike(*pair, language) for pair in apart) <= 4


def test_a_stem_is_folded() -> None:
    assert stem("Schühe", "de") == stem("schuhe", "de") == folded(stem("schuhe", "de"))


@pytest.mark.parametrize("word", ["katoj", "b2b", "カメラ", "", "x" * 300])
def test_what_no_rule_is_for_stays_as_it_is(word: str) -> None:
    assert stem(word, "eo") == word
    if not word.isascii() or not word.isalpha() or len(word) > 40:
        assert stem(word, "de") == word
