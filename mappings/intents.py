"""What words of the trade ask for, from `intents.toml`: wishes, places, networks, and words that only fill."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

import msgspec

from mappings import codes
from mappings.folding import folded, key
from mappings.networks import BY_SLUG, DIRECT
from mappings.synonyms import Fact, fact

# Groups of words that tell the language of a query, wherever they stand.
_TELLING = ("function", "question", "trade", "audience", "buying", "generic")
SOFTWARE_VERTICALS = frozenset({"software", "web", "business", "telecom"})
"""Where software and services of the web are sold."""
# "Direct deposit" and "direct sales" are no wish for the network of that name.
_NOT_A_NETWORK_HERE = {DIRECT}


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A preference that some phrases express: a field at or above `steps`, at or `below` steps, no older than
    `newest` days, or of one `value`. Further steps count more. `parameter` and `filter` are what the API takes for the
    same, `label` says it in English.
    """

    phrases: tuple[str, ...]
    parameter: str
    filter: str
    label: str
    field: str
    steps: tuple[float, ...] = ()
    below: tuple[float, ...] = ()
    newest: tuple[int, ...] = ()
    value: str | None = None


class Intents(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the file holds."""

    everyday: str
    fillers: dict[str, dict[str, str]]  # group -> language -> words
    filler_phrases: dict[str, str]  # language -> phrases
    wishes: list[Wish]
    adjectives: dict[str, list[str]]


@cache
def intents() -> Intents:
    """The file."""
    return msgspec.convert(tomllib.loads(files("mappings").joinpath("intents.toml").read_text("utf-8")), Intents)


@cache
def everyday_words() -> frozenset[str]:
    """Folded names of countries that are everyday words or names of people, and more often mean those."""
    return frozenset(folded(word.strip()) for word in intents().everyday.split(";"))


@cache
def fillers() -> frozenset[str]:
    """Folded words that nobody means to be found: function words, words of questions, words of the trade."""
    return frozenset().union(*(_languages_of(group) for group in ("function", "question", "trade")))


def optional_words() -> frozenset[str]:
    """Folded words that need not be found if there are others."""
    return fillers()


@cache
def purpose_words() -> Mapping[str, frozenset[str]]:
    """Folded words between goods and what they are for, each with the languages it is of."""
    return _languages_of("purpose")


@cache
def audience_words() -> Mapping[str, frozenset[str]]:
    """Folded words that say whom goods are for (women, Damen, enfants), each with the languages it is of."""
    return _languages_of("audience")


@cache
def buying_words() -> Mapping[str, frozenset[str]]:
    """Folded words of buyers (buy, cheap, kaufen, pas cher), each with the languages it is of."""
    return _languages_of("buying")


@cache
def generic_words() -> Mapping[str, frozenset[str]]:
    """Folded words that say of goods no more than that they are some (gear, products), each with its languages."""
    return _languages_of("generic")


@cache
def words_beside(what: Literal["place", "fact", "software"]) -> Mapping[str, frozenset[str]]:
    """Folded words that only fill beside a country or language ("that accept Canada"), beside a fact or wish ("deep
    linking allowed"), or after software ("VPN provider"), each with the languages it is of."""
    return _languages_of(f"beside_{what}")


@cache
def filler_languages() -> Mapping[str, frozenset[str]]:
    """Every filler, audience and buying word with the languages it is of: what such a word tells of a query."""
    languages: dict[str, frozenset[str]] = {}
    for group in _TELLING:
        for word, known in _languages_of(group).items():
            languages[word] = languages.get(word, frozenset()) | known
    return languages


@cache
def filler_phrases() -> Mapping[tuple[str, ...], frozenset[str]]:
    """Phrases of folded words that fill only together ("show me", "pas cher"), each with the languages it is of."""
    found: dict[tuple[str, ...], frozenset[str]] = {}
    for language, text in intents().filler_phrases.items():
        for phrase in text.split(";"):
            words = tuple(folded(phrase).split())
            found[words] = found.get(words, frozenset()) | {language}
    return found


def filler_at(words: Sequence[str], start: int) -> int:
    """How many of the folded words from `start` on fill, the longest phrase first; 0 if that one is meant."""
    for length in range(min(_longest_filler(), len(words) - start), 1, -1):
        if tuple(words[start : start + length]) in filler_phrases():
            return length
    return int(words[start] in fillers())


@cache
def _longest_filler() -> int:
    return max(map(len, filler_phrases()))


def _languages_of(group: str) -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for language, words in intents().fillers[group].items():
        for word in words.split():
            found[folded(word)] = found.get(folded(word), frozenset()) | {language}
    return found


@cache
def wishes() -> dict[tuple[str, ...], Wish]:
    """By the key of each phrase."""
    return {key(phrase): wish for wish in intents().wishes for phrase in wish.phrases}


def places() -> dict[tuple[str, ...], tuple[Fact, ...]]:
    """Facts that the name of a country, language or network stands for, by its key."""
    return _places(BY_SLUG.edition)


@lru_cache(maxsize=1)
def _places(edition: int) -> dict[tuple[str, ...], tuple[Fact, ...]]:
    found: dict[tuple[str, ...], tuple[Fact, ...]] = {}
    for code, name in codes.countries().items():
        if folded(name) not in everyday_words():
            found[key(name)] = (Fact("geoTargeting", code),)
    for adjective, facts in intents().adjectives.items():
        found[key(adjective)] = tuple(fact(each) for each in facts)
    for network in BY_SLUG.values():
        for name in (network.slug, network.name, *network.other_names):
            if network.slug not in _NOT_A_NETWORK_HERE:
                found[key(name)] = (Fact("network", network.slug),)
    return found
