"""The words that rules on traffic are said with, of all languages together, from a file of them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import NamedTuple

_ROLES = ("forbids", "forbidden", "allows", "allowed", "conditions", "negations", "and", "before", "after")


class BadTrafficWords(ValueError):
    """A file of words that is not in its notation; the message says where."""


class TrafficWords(NamedTuple):
    """What stands before and behind what is forbidden and allowed, the longest first; patterns for conditions,
    negations and what stands between kinds; and what may stand around a name."""

    forbids: tuple[str, ...]
    forbidden: tuple[str, ...]
    allows: tuple[str, ...]
    allowed: tuple[str, ...]
    condition: re.Pattern[str]
    negation: re.Pattern[str]
    between: re.Pattern[str]
    before: tuple[str, ...]
    after: tuple[str, ...]


@cache
def traffic_words() -> TrafficWords:
    """The words of all languages: rules are in any of them, and a list of them names none."""
    text = files("app.normalising").joinpath("traffic_words.toml").read_text("utf-8")
    said: dict[str, list[str]] = {role: [] for role in _ROLES}
    for language, roles in tomllib.loads(text).items():
        if strange := roles.keys() ^ set(_ROLES):
            raise BadTrafficWords(f"[{language}]: '{min(strange)}' is missing, or no role")
        for role, entries in roles.items():
            if odd := [each for each in entries if each != each.lower().strip() or not each]:
                raise BadTrafficWords(f"[{language}] {role}: '{odd[0]}' is not in lower case, or has blanks around it")
            said[role] += entries
    return TrafficWords(
        _longest_first(_in_front(each) for each in said["forbids"]),
        _longest_first(f" {each}" for each in said["forbidden"]),
        _longest_first(_in_front(each) for each in said["allows"]),
        _longest_first(f" {each}" for each in said["allowed"]),
        _any_of(said["conditions"]),
        _any_of(said["negations"]),
        re.compile(rf"[/&+]|(?<=\s)(?:{_alternatives(said['and'])})(?=\s)"),
        _longest_first(_in_front(each) for each in said["before"]),
        _longest_first(f" {each}" for each in said["after"]),
    )


def _in_front(entry: str) -> str:
    return entry if entry.endswith("'") else f"{entry} "


def _longest_first(entries: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(entries), key=lambda each: (-len(each), each)))


def _alternatives(entries: list[str]) -> str:
    return "|".join(re.escape(each).replace(r"\*", r"\w*") for each in _longest_first(entries))


def _any_of(entries: list[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{_alternatives(entries)})(?!\w)")
