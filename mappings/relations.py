"""How an account stands to a program: the account's, never the program's status. Null is unknown, and has no row."""

from __future__ import annotations

import re

RELATIONS = ("joined", "pending", "declined", "removed", "notJoined")
"""From the nearest on: of several accounts the nearest one is a program's relation."""

_WORDS = {
    "joined": "joined active approved accepted extended yes member",
    "pending": "pending applied pendingapproval inreview waiting",
    "declined": "declined rejected denied permanentdecline tempdecline",
    "removed": "removed suspended expired terminated left selfremoved permanentremove tempremove",
    "notJoined": "notjoined no none notapplied",
}
_MEANT = {word: relation for relation, words in _WORDS.items() for word in words.split()}
_LETTERS = re.compile("[^a-z]+")
_LONGEST = 40  # characters; the networks' words are short


def relation(written: str | None) -> str | None:
    """The relation that a network's word stands for; None for one that is not known, or too long for a word."""
    if written is None or len(written) > _LONGEST:
        return None
    return _MEANT.get(_LETTERS.sub("", written.lower()))
