"""The words of offers are data: a file per language, each entry with what it says.

1. Every file is in the notation, and names only roles that are known; every role has words, and is asked for.
2. Every word of an event is understood as that event, every word of a discount keeps a rate from being a commission.
3. No word stands for two events, or for an event and a discount.
4. Of the entries that begin at a word the one of most words counts.
"""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files

import pytest

from app.normalising.commission_text import understand
from app.normalising.commission_text.lexicon import BadWords, read, spellings, words
from app.normalising.commission_text.roles import ROLES
from app.normalising.commission_text.tokens import tokens

HOME = files("app.normalising.commission_text")
FILES = sorted(HOME.joinpath("words").iterdir(), key=lambda file: file.name)
EVENTS = ("lead", "install", "click", "sale")


def shortest(entry: str) -> str:
    """An entry of the files as it may stand in a text."""
    return spellings(entry)[-1].replace("*", "")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_file_is_in_the_notation(file: object) -> None:  # 1
    said = read("a file", tomllib.loads(file.read_text("utf-8")))  # type: ignore[attr-defined]
    for entries in said.values():
        assert len(entries) == len(set(entries))


@pytest.mark.parametrize("entry", ["", "*", "Lead", "a*b", " lead", "lead ", "sign  up", "lead(s"])
def test_what_is_no_entry_is_refused(entry: str) -> None:  # 1
    with pytest.raises(BadWords):
        read("a file", {"lead": [entry]})


def test_what_is_no_role_is_refused() -> None:  # 1
    with pytest.raises(BadWords, match="'leed' is no role"):
        read("a file", {"leed": ["lead"]})


def test_every_role_has_words_and_is_asked_for() -> None:  # 1
    asked = {
        role
        for file in HOME.iterdir()
        if file.name.endswith(".py") and file.name != "roles.py"
        for role in re.findall(r'"([a-z_]+)"', file.read_text("utf-8"))
    }
    counts = {role for role in ROLES if re.fullmatch(r"n\d+", role)}
    assert [role for role in ROLES if not words(role)] == []
    assert ROLES.keys() - counts - asked == set()


@pytest.mark.parametrize(("event", "entry"), [(event, entry) for event in EVENTS for entry in words(event)])
def test_an_event_is_what_is_paid_for(event: str, entry: str) -> None:  # 2
    (rule,) = understand(f"$5 per {shortest(entry)}").rules
    assert rule.event == event


@pytest.mark.parametrize("entry", words("discount"))
def test_a_discount_is_no_commission(entry: str) -> None:  # 2
    assert understand(f"10% {shortest(entry)}").rules == ()


def test_no_word_stands_for_two_events() -> None:  # 3
    listed = [entry for role in (*EVENTS, "discount") for entry in words(role)]
    assert sorted({entry for entry in listed if listed.count(entry) > 1}) == []


def test_the_entry_of_most_words_counts() -> None:  # 4
    (card,) = tokens("credit card", [])
    assert "credit" not in card.roles
    (credit, note) = tokens("credit note", [])
    assert "credit" in credit.roles
    assert not note.roles
