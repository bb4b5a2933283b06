"""Facts and wishes that the words of a query name, by a small grammar: `facts.toml`, `intents.toml`, names of places.

They lift programs and hide none; the filter of each is text that the API itself takes.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from importlib.resources import files
from itertools import chain
from typing import Literal, NamedTuple

import msgspec

from mappings import codes
from mappings.english import singular
from mappings.folding import folded
from mappings.intents import Wish, everyday_words, intents
from mappings.networks import BY_SLUG, DIRECT

MOST_WORDS = 256
"""Words that are read; 512 bytes hold no more."""

_LONGEST_WORD = 40  # characters; what is longer names nothing
_TOKEN = re.compile(r"[0-9]+(?:[.,][0-9]+)*|[^\W\d_]+|[%$+]")
_NUMBERS = {"one": 1.0, "two": 2.0, "three": 3.0, "six": 6.0, "ten": 10.0, "twelve": 12.0, "fifteen": 15.0}
_NUMBERS |= {"twenty": 20.0, "thirty": 30.0, "forty": 40.0, "fifty": 50.0, "sixty": 60.0, "ninety": 90.0}


class NamedFact(msgspec.Struct, frozen=True):
    """What the words from `start` to before `end` name: a value of a filter (a fact) or a degree (a wish).

    `filter` is text of the API's grammar for `parameter`, `label` says it in English. `wish` has the steps of what is
    in `intents.toml`. With `also_words` the words mean themselves as often: a program that holds them is as good.
    """

    start: int
    end: int
    kind: Literal["fact", "wish"]
    parameter: str
    filter: str
    label: str
    wish: Wish | None = None
    also_words: bool = False


def facts_in(words: Sequence[str]) -> list[NamedFact]:
    """All facts and wishes in the folded words of a query, from the left, the longest phrase first.

    Words may still have marks around or in them ("30-day", "$50"). One phrase may name several facts ("german": a
    language and a country), which then stand at the same place.
    """
    tokens = _tokens(words)
    found: list[NamedFact] = []
    position = 0
    while position < len(tokens):
        if position and tokens[position - 1].word == tokens[position].word:
            position += 1  # no phrase begins inside a word
            continue
        end, meanings = _longest(tokens, position)
        start, after = tokens[position].word, tokens[end - 1].word + 1
        found += [_at(each, start, after) for each in meanings]
        position = end
    return found


def _at(named: NamedFact, start: int, end: int) -> NamedFact:
    """What is named, at its place and in its time."""
    filter = named.filter.replace("{last year}", str(datetime.now(UTC).year - 1))
    return msgspec.structs.replace(named, start=start, end=end, filter=filter)


class _Token(NamedTuple):
    text: str  # in the singular
    number: float | None
    word: int  # the place of the word it is of


_END = _Token("", None, -1)


def _tokens(words: Sequence[str]) -> list[_Token]:
    tokens: list[_Token] = []
    for place, word in enumerate(words[:MOST_WORDS]):
        if len(word) > _LONGEST_WORD:
            tokens.append(_Token("", None, place))  # stands between, and names nothing
            continue
        tokens += [_Token(singular(text), _number(text), place) for text in _TOKEN.findall(word)]
    return tokens


def _number(text: str) -> float | None:
    if not text[0].isdecimal():
        return _NUMBERS.get(text)
    if len(text) > 9:
        return None
    whole, *rest = re.split("[.,]", text)
    if all(len(part) == 3 for part in rest):
        return float(whole + "".join(rest))  # 1,000
    return float(f"{whole}.{rest[0]}") if len(rest) == 1 else None


def _longest(tokens: list[_Token], position: int) -> tuple[int, tuple[NamedFact, ...]]:
    """Where the longest phrase from here ends, and what it names; the next token and nothing if there is none."""
    best = position + 1
    meanings: tuple[NamedFact, ...] = ()
    ends: list[tuple[int, tuple[NamedFact, ...]]] = []
    text = tokens[position].text
    names = _names()
    for length in range(1, min(_longest_name(), len(tokens) - position) + 1):
        key = tuple(token.text for token in tokens[position : position + length])
        if (named := names.get(key)) is not None:
            ends.append((position + length, named))
    first = _patterns()
    after = tokens[position + 1] if position + 1 < len(tokens) else _END
    for pattern, seconds in (*first.get(text, ()), *(first["#"] if tokens[position].number is not None else ())):
        if not ("" in seconds or after.text in seconds or (after.number is not None and "#" in seconds)):
            continue
        for end, number in pattern.ends(tokens, position):
            if (named := pattern.named(number)) is not None:
                ends.append((end, named))
    for end, named in ends:
        whole = end == len(tokens) or tokens[end].word != tokens[end - 1].word
        if whole and (end > best or (end == best and not meanings)):
            best, meanings = end, named
    return best, meanings


# -- phrases with numbers and alternatives ----------------------------------------------------------------------------


class _Also(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    parameter: str
    filter: str
    label: str


class _Fact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    parameter: str
    filter: str
    label: str
    phrases: list[str]
    times: float = 1
    low: float = 0
    high: float = 0
    also: _Also | None = None  # what the phrase says besides


class _Plain(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    phrases: list[str]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sets: dict[str, str]
    facts: list[_Fact]
    plain: _Plain


_Words = tuple[str, ...]


class _Part(NamedTuple):
    """One place of a phrase: a number, or one of several words or short phrases."""

    optional: bool
    number: bool
    choices: Mapping[str, tuple[_Words, ...]]  # by their first words


class _Pattern(NamedTuple):
    parts: tuple[_Part, ...]
    fact: _Fact | None

    def ends(self, tokens: list[_Token], position: int, part: int = 0) -> Iterator[tuple[int, float | None]]:
        """Where the phrase may end if it begins here, and its number."""
        if part == len(self.parts):
            yield position, None
            return
        here = self.parts[part]
        if here.optional:
            yield from self.ends(tokens, position, part + 1)
        if position == len(tokens):
            return
        token = tokens[position]
        if here.number:
            if token.number is not None:
                yield from ((end, token.number) for end, _ in self.ends(tokens, position + 1, part + 1))
            return
        for choice in here.choices.get(token.text, ()):
            end = position + len(choice)
            if end <= len(tokens) and all(tokens[position + i].text == word for i, word in enumerate(choice) if i):
                yield from self.ends(tokens, end, part + 1)

    def named(self, number: float | None) -> tuple[NamedFact, ...] | None:
        """What the phrase names with this number; None if that is out of bounds."""
        fact = self.fact
        if fact is None:
            return ()
        n = ""
        if "{n}" in fact.filter:
            if number is None or not fact.low <= number <= fact.high:
                return None
            n = f"{round(number * fact.times, 4):g}"
        return tuple(
            NamedFact(0, 0, "fact", each.parameter, each.filter.replace("{n}", n), each.label.replace("{n}", n))
            for each in (fact, fact.also)
            if each
        )

    def begins(self, part: int = 0) -> set[str]:
        """The words that may come at a part; # for a number, nothing ("") for the end."""
        begins: set[str] = set()
        for each in self.parts[part:]:
            begins |= {"#"} if each.number else set(each.choices)
            if not each.optional:
                return begins
        return begins | {""}

    def seconds(self) -> set[str]:
        """The words that may come second, in the same way."""
        seconds: set[str] = set()
        for place, each in enumerate(self.parts):
            if each.number:
                seconds |= self.begins(place + 1)
            for choice in chain.from_iterable(each.choices.values()):
                seconds |= {choice[1]} if len(choice) > 1 else self.begins(place + 1)
            if not each.optional:
                break
        return seconds


@cache
def _patterns() -> Mapping[str, tuple[tuple[_Pattern, frozenset[str]], ...]]:
    """By what they may begin with, and with what may come second."""
    read = msgspec.convert(tomllib.loads(files("mappings").joinpath("facts.toml").read_text("utf-8")), _File)
    sets = {name: tuple(_written(choice) for choice in text.split(",")) for name, text in read.sets.items()}
    found: dict[str, list[tuple[_Pattern, frozenset[str]]]] = {"#": []}
    # Plain phrases come first: they win over facts as long as they are.
    for phrase in read.plain.phrases:
        _add(found, _Pattern(_parts(phrase, sets), None))
    for fact in read.facts:
        for phrase in fact.phrases:
            _add(found, _Pattern(_parts(phrase, sets), fact))
    return {begin: tuple(patterns) for begin, patterns in found.items()}


def _add(found: dict[str, list[tuple[_Pattern, frozenset[str]]]], pattern: _Pattern) -> None:
    seconds = frozenset(pattern.seconds())
    for begin in pattern.begins():
        found.setdefault(begin, []).append((pattern, seconds))


def _parts(phrase: str, sets: Mapping[str, tuple[_Words, ...]]) -> tuple[_Part, ...]:
    parts: list[_Part] = []
    for text in re.findall(r"\([^)]*\)|\S+", phrase):
        optional = text.startswith("(")
        inner = text.strip("()")
        if inner == "#":
            parts.append(_Part(optional, True, {}))
            continue
        choices: dict[str, list[_Words]] = {}
        for choice in inner.split("|"):
            named = sets[choice[1:-1]] if choice.startswith("<") else (_written(choice),)
            for words in named:
                choices.setdefault(words[0], []).append(words)
        parts.append(_Part(optional, False, {first: tuple(words) for first, words in choices.items()}))
    return tuple(parts)


def _written(text: str) -> _Words:
    return tuple(token.text for token in _tokens(folded(text).split()))


# -- names ------------------------------------------------------------------------------------------------------------


def _names() -> Mapping[_Words, tuple[NamedFact, ...]]:
    """Wishes, countries, languages and networks, by the words that name them."""
    return _names_while(BY_SLUG.edition)


@lru_cache(maxsize=1)
def _names_while(edition: int) -> Mapping[_Words, tuple[NamedFact, ...]]:
    found: dict[_Words, tuple[NamedFact, ...]] = {}
    unclear = codes.ambiguous("country")
    everyday = {_written(word) for word in everyday_words()}
    for code, names in codes.names_of("country").items():
        for name in names:
            if len(name) > 3 and (words := _written(name)) not in everyday and codes.spelling(name) not in unclear:
                found[words] = (_country(code),)
    for adjective, facts in intents().adjectives.items():
        found[_written(adjective)] = tuple(_place(*fact.split(":")) for fact in facts)
    for network in BY_SLUG.values():
        if network.slug == DIRECT:
            continue  # "direct deposit" and "direct sales" are no wish for the network of that name
        fact = NamedFact(0, 0, "fact", "network", network.slug, f"on {network.name}", also_words=True)
        for name in (network.slug, network.name, *network.other_names):
            found[_written(name)] = (fact,)
    for wish in intents().wishes:
        kind: Literal["fact", "wish"] = "fact" if wish.value else "wish"
        for phrase in wish.phrases:
            found[_written(phrase)] = (NamedFact(0, 0, kind, wish.parameter, wish.filter, wish.label, wish),)
    return found


def _longest_name() -> int:
    return _longest_while(BY_SLUG.edition)


@lru_cache(maxsize=1)
def _longest_while(edition: int) -> int:
    return min(max(map(len, _names())), 6)


def _place(parameter: str, code: str) -> NamedFact:
    if parameter == "geoTargeting":
        return _country(code)
    return NamedFact(0, 0, "fact", parameter, code, f"texts in {codes.languages()[code]}", also_words=True)


def _country(code: str) -> NamedFact:
    return NamedFact(0, 0, "fact", "geoTargeting", code, f"for {codes.countries()[code]}", also_words=True)
