"""Answers to agents are bounded: what reads them has little room, and pays for each word."""

from __future__ import annotations

from typing import Any

import msgspec

MOST_BYTES = 60_000  # of an answer as JSON, some 15,000 tokens; usual clients cut at 25,000
LONGEST_TEXT = 300  # characters of a text among several programs
LONGEST_LIST = 20  # members of a list within a program


class TooLarge(Exception):
    """An answer with more bytes than an agent is given; the message says what to ask instead."""


def brief(program: dict[str, Any]) -> dict[str, Any]:
    """A program whose long texts and lists are cut; `shortened` names them."""
    cut: dict[str, Any] = {}
    shortened: list[str] = []
    for key, value in program.items():
        if isinstance(value, str) and len(value) > LONGEST_TEXT:
            cut[key] = value[: LONGEST_TEXT - 1] + "…"
            shortened.append(key)
        elif isinstance(value, list):
            some = value[:LONGEST_LIST]
            cut[key] = [brief(each) if isinstance(each, dict) else each for each in some]
            if len(some) < len(value):
                shortened.append(key)
        elif isinstance(value, dict):
            cut[key] = brief(value)
        else:
            cut[key] = value
    return {**cut, "shortened": shortened} if shortened else cut


def bounded(answer: dict[str, Any], instead: str) -> bytes:
    """An answer as JSON. Raises TooLarge, which says what to ask instead."""
    encoded = msgspec.json.encode(answer)
    if len(encoded) > MOST_BYTES:
        raise TooLarge(f"the answer has {len(encoded):,} bytes, and at most {MOST_BYTES:,} are given; {instead}")
    return encoded
