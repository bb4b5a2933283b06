"""Full-text queries. Tiers: the exact name, the name as a phrase, all words, and all words but for typing errors.

User text reaches only match, multi_match, combined_fields, term and range clauses. `docs/relevancy.md` gives every
weight and its reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any

import msgspec

from app.search.reading import AS_IT_STANDS, Reading, Tier
from app.search.template import Template
from app.search.understanding import Group, Understood, bare, understand
from mappings.catalogue import SEARCHABLE, Kind
from mappings.folding import folded
from mappings.intents import Wish
from mappings.languages import STEMMERS
from mappings.synonyms import Fact

Clause = dict[str, Any] | msgspec.Raw


# BM25 over these fields stays below 200, so a higher tier always outranks a lower one, and scores keep the
# precision of a 32-bit float.
EXACT_NAME = 4000.0
NAME_PHRASE = 2000.0
# What a wish ("high paying") adds for each step that a program reaches: more than words can differ by.
WISH_STEP = 40.0
# The words side by side in a text mean more than the same words apart in it, and more than any fact.
PHRASE = 60.0
# A fact that was asked for by name is worth a well-matching word: "awin hotels" means the network before texts that
# mention it. One that only follows from a word ("car" is of the vertical automotive) is worth a badly matching one.
NAMED_FACT = 25.0
IMPLIED_FACT = 4.0
_NAMED = ("network", "geoTargeting", "textLanguage")
# Popularity and freshness only order what matches equally well: each is worth less than one rare word.
POPULARITY = 1.0
FRESHNESS = 0.5
_FRESH_FOR = "365d"  # after as long again, half of it is left

STEMS = 0.9  # a word as it was typed beats another form of it
SYNONYMS = 0.6  # and both beat another word
APART = 0.1  # the words of a known phrase, somewhere in the text
CORRECTED = 0.8  # the word that was meant
MISTYPED = 0.3  # any word that it may have been
OPTIONAL = 0.1

FOLDED_FIELDS = ("name^6", "category.words^2", "sync.vertical^2", "merchantDomain.words^4", "description")
_STEMMED_PARTS = ("name^6", "labels^2", "description")
_ALL_STEMS = [f"sync.stem.{language}.{part}" for language in STEMMERS for part in _STEMMED_PARTS]
_PHRASE_FIELDS = ["name", "description", *(f"sync.stem.{language}.description" for language in STEMMERS)]
# The file of synonyms is written in English.
_ENGLISH_STEMS = [f"sync.stem.en.{part}" for part in _STEMMED_PARTS]
# One error from 4 letters, two from 8. The engine counts a transposition as one.
_FUZZINESS = "AUTO:4,8"
_MOST_EXPANSIONS = 30
_SHORTEST_START, _SHORTEST_END = 1, 3  # of a word that may be two, as "tshirts" may be "t shirts"
_MOST_JOINED = 3  # in longer queries the joined spellings cost more than they find


def matching(q: str, reading: Reading = AS_IT_STANDS, today: date | None = None) -> Clause:
    """The documents that hold all words, read like this, scored by tier; what is new is so on `today` (UTC)."""
    today = today or datetime.now(UTC).date()
    if reading.tier is Tier.BEGUN:
        return _begun(q, today)
    understood = understand(q)
    return {
        "bool": {
            **_required(q, understood, reading, today),
            "should": [
                _exact_name(q),
                _name_phrase(q),
                *([_phrase_anywhere(understood, reading)] if _several_words(understood.groups) else []),
                *([_optional(understood)] if understood.optional else []),
                *(step for wish in understood.wishes for step in _steps(wish, today)),
                _POPULARITY,
                _freshness(today),
            ],
        }
    }


def as_written(q: str) -> Clause:
    """Documents that hold all words as they are written, found cheaply: some of those that `matching` finds."""
    return _all_folded(" ".join(group.text for group in understand(q).groups) or q)


def holds_as_written(q: str, matched: Iterable[str]) -> bool:
    """Whether a document is known to be one of these, by the names of the clauses of `matching` that it satisfies."""
    groups = understand(q).groups
    # Several words under one name may have been found by their stems.
    return (
        bool(groups)
        and all(len(group.words) == 1 for group in groups)
        and {f"word:{group.text}" for group in groups} <= set(matched)
    )


def _begun(q: str, today: date) -> Clause:
    """The words but the last as they stand, and the beginning of a word."""
    *words, last = q.split()
    beginning = {"multi_match": {"query": last, "type": "bool_prefix", "fields": FOLDED_FIELDS, "operator": "and"}}
    before = [matching(" ".join(words), today=today)] if words else [_any_program(today)]
    return {"bool": {"must": [*before, beginning]}}


def _any_program(today: date) -> Clause:
    return {"bool": {"must": [{"match_all": {"boost": 0}}], "should": [_POPULARITY, _freshness(today)]}}


def _required(q: str, understood: Understood, reading: Reading, today: date) -> dict[str, Any]:
    if understood.groups:
        return {"must": [_all(understood.groups, reading)]}
    if understood.wishes:  # nothing but wishes: one of them must come true
        steps = [step for wish in understood.wishes for step in _steps(wish, today)]
        return {"filter": [{"bool": {"should": steps, "minimum_should_match": 1}}]}
    return {"filter": [_exact_name(q)]}


def _scored(filter: Clause, boost: float, name: str) -> Clause:
    return {"constant_score": {"filter": filter, "boost": boost, "_name": name}}


def _several_words(groups: tuple[Group, ...]) -> bool:
    return len(groups) > 1 or any(" " in group.text for group in groups)


def _phrase_anywhere(understood: Understood, reading: Reading) -> Clause:
    text = " ".join(_corrected(word, reading) for group in understood.groups for word in group.words)
    return _some_phrase(text)


_POPULARITY: Clause = {"rank_feature": {"field": "sync.popularity", "boost": POPULARITY, "_name": "popularity"}}


@lru_cache(maxsize=2)
def _freshness(today: date) -> Clause:
    feature = {"field": "launchedAt", "origin": today.isoformat(), "pivot": _FRESH_FOR, "boost": FRESHNESS}
    return {"distance_feature": {**feature, "_name": "freshness"}}


def _optional(understood: Understood) -> Clause:
    return _any_optional(" ".join(understood.optional))


def _all(groups: tuple[Group, ...], reading: Reading) -> Clause:
    """All groups; or all but two neighbours that are found written as one word."""
    clauses = [_any_way(group, reading) for group in groups]
    ways = [_each(clauses)]
    if len(groups) <= _MOST_JOINED:
        for place, (first, second) in enumerate(pairwise(groups)):
            if len(first.words) == len(second.words) == 1:
                one_word = _word(bare(first.text) + bare(second.text), reading)
                ways.append(_each([*clauses[:place], one_word, *clauses[place + 2 :]]))
    return ways[0] if len(ways) == 1 else {"dis_max": {"queries": ways}}


def _each(clauses: list[Clause]) -> Clause:
    return clauses[0] if len(clauses) == 1 else {"bool": {"must": clauses}}


def _any_way(group: Group, reading: Reading) -> Clause:
    """A group by its words, other forms of them, their synonyms, or the facts they stand for."""
    if len(group.words) > 1:
        ways = [_phrase(group.text, f"word:{group.text}", 1.0), _word(group.text, reading, boost=APART)]
    else:
        ways = [_word(group.text, reading)]
    ways += [_word(spelled, reading) for spelled in group.joined]
    single = [synonym for synonym in group.synonyms if " " not in synonym]
    if single:
        words = " ".join(single)
        ways += [
            _folded(words, "or", boost=SYNONYMS, _name=f"synonyms:{group.text}"),
            _stems(words, _ENGLISH_STEMS, "or", boost=SYNONYMS * STEMS, _name=f"synonyms:{group.text}"),
        ]
    ways += [_phrase(synonym, f"synonyms:{group.text}") for synonym in group.synonyms if " " in synonym]
    if reading.tier is Tier.TYPO:
        ways += [_phrase(split, f"split:{group.text}") for split in _splits(group.text)]
    any_of_these = ways[0] if len(ways) == 1 else {"dis_max": {"queries": ways}}
    if not group.facts:
        return any_of_these
    facts = [_scored_fact(fact) for fact in group.facts]
    return {"bool": {"should": [any_of_these, *facts], "minimum_should_match": 1}}


def _word(text: str, reading: Reading, boost: float = 1.0) -> Clause:
    if reading is AS_IT_STANDS and boost == 1.0:
        return _as_it_stands(text)
    ways = _folded_or_stem(text)
    if reading.tier is Tier.TYPO and not any(character.isdigit() for character in text):
        corrected = " ".join(_corrected(word, reading) for word in text.split())
        if corrected != text:
            ways += [
                _folded(corrected, "and", boost=CORRECTED, _name=f"corrected:{corrected}"),
                _stems(corrected, _ALL_STEMS, "and", boost=CORRECTED * STEMS, _name=f"corrected:{corrected}"),
            ]
        ways.append(_mistyped(text))
    return {"dis_max": {"queries": ways, "boost": boost}}


def _folded_or_stem(text: str) -> list[Clause]:
    return [
        _folded(text, "and", _name=f"word:{text}"),
        _stems(text, _ALL_STEMS, "and", boost=STEMS, _name=f"stem:{text}"),
    ]


def _mistyped(text: str) -> Clause:
    fuzzy = {"query": text, "fields": FOLDED_FIELDS, "operator": "and", "fuzziness": _FUZZINESS}
    return {"multi_match": {**fuzzy, "max_expansions": _MOST_EXPANSIONS, "boost": MISTYPED, "_name": f"typo:{text}"}}


def _corrected(word: str, reading: Reading) -> str:
    return reading.corrections.get(folded(word), word)


def _folded(text: str, operator: str, **more: Any) -> Clause:
    return {"combined_fields": {"query": text, "fields": FOLDED_FIELDS, "operator": operator, **more}}


def _stems(text: str, fields: list[str], operator: str, **more: Any) -> Clause:
    # cross_fields joins the fields of one analyzer, that is of one language, and takes the best language.
    return {"multi_match": {"query": text, "type": "cross_fields", "operator": operator, "fields": fields, **more}}


def _phrase(text: str, name: str, boost: float = SYNONYMS) -> Clause:
    fields = ["name^6", "category.words^2", "description", *_ENGLISH_STEMS]
    return {"multi_match": {"query": text, "type": "phrase", "fields": fields, "boost": boost, "_name": name}}


def _splits(text: str) -> list[str]:
    """A word as every two words it may be; none for what is short, long, or no single word."""
    word = folded(text)
    if not word.isalpha() or not _SHORTEST_START + _SHORTEST_END <= len(word) <= 20:
        return []
    places = range(_SHORTEST_START, len(word) - _SHORTEST_END + 1)
    return [f"{word[:place]} {word[place:]}" for place in places]


def _scored_fact(fact: Fact) -> Clause:
    worth = NAMED_FACT if fact.field in _NAMED else IMPLIED_FACT
    return _scored(_fact(fact), worth, f"fact:{fact.field}")


def _fact(fact: Fact) -> Clause:
    searched = SEARCHABLE[fact.field]
    return {"term": {searched.path: fact.value == "true" if searched.kind is Kind.FLAG else fact.value}}


def _steps(wish: Wish, today: date) -> list[Clause]:
    """A clause for each step; a program that reaches more of them comes further up."""
    path = SEARCHABLE[wish.field].path if wish.field in SEARCHABLE else wish.field
    filters: list[Clause]
    if wish.value is not None:
        filters = [_fact(Fact(wish.field, wish.value))]
    elif wish.newest:
        filters = [{"range": {path: {"gte": (today - timedelta(days)).isoformat()}}} for days in wish.newest]
    elif wish.below:
        filters = [{"range": {path: {"lte": step}}} for step in wish.below]
    else:
        filters = [{"range": {path: {"gte": step}}} for step in wish.steps]
    return [_scored(each, WISH_STEP, f"wish:{wish.field}") for each in filters]


_exact_name = Template(lambda q: _scored({"term": {"name.exact": {"value": q}}}, EXACT_NAME, "exactName"))
_name_phrase = Template(lambda q: _scored({"match_phrase": {"name": {"query": q}}}, NAME_PHRASE, "namePhrase"))
_some_phrase = Template(
    lambda text: _scored({"multi_match": {"query": text, "type": "phrase", "fields": _PHRASE_FIELDS}}, PHRASE, "phrase")
)
_all_folded = Template(lambda text: _folded(text, "and"))
_any_optional = Template(lambda text: _folded(text, "or", boost=OPTIONAL, _name="optional"))
_as_it_stands = Template(lambda text: {"dis_max": {"queries": _folded_or_stem(text)}})
