"""What words of the trade ask for, from `intents.toml`: wishes, countries and languages, networks, optional words."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

import msgspec

from mappings import codes
from mappings.folding import folded, key
from mappings.networks import NETWORKS
from mappings.synonyms import Fact, fact

# Names of countries that are everyday words, or names of people and goods, and would more often mean those.
_NOT_A_COUNTRY_HERE = {"turkey", "jordan", "chad", "georgia", "jersey", "china", "guinea", "cuba", "mali", "oman"}


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A preference that some phrases express: a field at or above `steps`, at or `below` steps, no older than
    `newest` days, or of one `value`. Further steps count more.
    """

    phrases: tuple[str, ...]
    field: str
    steps: tuple[float, ...] = ()
    below: tuple[float, ...] = ()
    newest: tuple[int, ...] = ()
    value: str | None = None


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    optional: str
    wishes: list[Wish]
    adjectives: dict[str, list[str]]


@cache
def _file() -> _File:
    return msgspec.convert(tomllib.loads(files("mappings").joinpath("intents.toml").read_text("utf-8")), _File)


@cache
def optional_words() -> frozenset[str]:
    """Folded words that need not be found if there are others."""
    return frozenset(folded(word) for word in _file().optional.split())


@cache
def wishes() -> dict[tuple[str, ...], Wish]:
    """By the key of each phrase."""
    return {key(phrase): wish for wish in _file().wishes for phrase in wish.phrases}


@cache
def places() -> dict[tuple[str, ...], tuple[Fact, ...]]:
    """Facts that the name of a country, language or network stands for, by its key."""
    found: dict[tuple[str, ...], tuple[Fact, ...]] = {}
    for code, name in codes.countries().items():
        if name.lower() not in _NOT_A_COUNTRY_HERE:
            found[key(name)] = (Fact("geoTargeting", code),)
    for adjective, facts in _file().adjectives.items():
        found[key(adjective)] = tuple(fact(each) for each in facts)
    for network in NETWORKS:
        for name in (network.slug, network.name):
            found[key(name)] = (Fact("network", network.slug),)
    return found
