"""British and American spellings find the same.

1. A word of a text is found in either spelling.
2. So is what a topic sells or is called by.
3. A proposal that no text holds changes nothing; words that are spelled alike have no other spelling.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.spelling import american, spelled_otherwise
from tests.words import Catalogue, program

EN: dict[str, Any] = {"text_language": "en"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("moisturiser", "moisturizer"),
        ("organisers", "organizers"),
        ("colouring", "coloring"),
        ("jewellery", "jewelry"),
        ("tyres", "tires"),
        ("theatre", "theater"),
        ("doughnuts", "donuts"),
    ],
)
def test_either_spelling(catalogue: Catalogue, one: str, other: str) -> None:  # 1
    catalogue.store(program("British", description=one, **EN), program("American", description=other, **EN))
    assert set(catalogue.found(one)) == set(catalogue.found(other)) == {"British", "American"}


@pytest.mark.parametrize("q", ["fertilizer", "fertiliser", "fertilizers"])
def test_what_a_topic_sells(catalogue: Catalogue, q: str) -> None:  # 2
    catalogue.store(program("Lawns", topics=("lawn-seed",), **EN), program("Children", topics=("fertility",), **EN))
    assert catalogue.found(q) == ["Lawns"]


@pytest.mark.parametrize("word", ["tea", "four", "tour", "flour", "hour", "colorado"[:4], "motor", "wise"])
def test_spelled_alike(word: str) -> None:  # 3
    assert (american(word), spelled_otherwise(word)) == (word, None)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", max_size=20))
def test_there_and_back(word: str) -> None:  # 3
    assert american(american(word)) == american(word)
    other = spelled_otherwise(word)
    assert other is None or other != word
