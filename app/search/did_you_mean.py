"""What may have been meant by words that find nothing, even with typing errors forgiven.

Three sources: near words that the catalogue holds, farther off than a search forgives; near names and phrases among the
suggestions, for words torn apart or run together; and the same words without the one that spoils it. Each candidate
is tried, and only one that finds something is offered.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from itertools import combinations
from typing import Any

import msgspec

from app.search.body import query
from app.search.engine import EngineAway, SearchEngine
from app.search.filters import clause, effective
from app.search.page import Notice
from app.search.reading import Reading, count_body
from app.search.suggest import body, look_up, resembling
from app.search.typed import distance, pieces, typed
from mappings.folding import folded
from mappings.suggestions import Kind

Clause = dict[str, Any]

_FIELDS = ("name", "description", "category.words", "merchantDomain.words")
_SHORTEST_WORD = 3
_NEAR_WORDS = 5
_NEAR_TEXTS = 10
_MOST_FARTHER = 3
# Texts that share less than this of their letters are different things.
_MOST_DIFFERENT = 0.4
_MOST_CANDIDATES = 16
# With more words than this, leaving out one after the other would try too much.
_MOST_WORDS = 6


async def did_you_mean(engine: SearchEngine, q: str, reading: Reading) -> Notice | None:
    """A notice with words that find something, for words that, read so and without filters, find nothing.

    None if they find something after all, or if nothing near them does. Raises EngineAway, also where a trial fails.
    """
    words = [folded(word) for word in pieces(q)]
    if not words:
        return None
    near = await _near_words(engine, q)
    texts = await _near_texts(engine, q)
    candidates = _candidates(q, words, near, texts)
    trials = [_trial(q, reading), *(_trial(each, Reading()) for each in candidates)]
    itself, *tried = await engine.search_many(trials)
    if itself.partial or itself.hits.total.value:  # what may be in the part that did not answer is not said to be none
        return None
    meant = next((each for each, found in zip(candidates, tried, strict=True) if found.hits.total.value), None)
    if meant is None:
        return None
    return Notice(parameter="q", value=q, did_you_mean=meant, message=f"nothing has '{q}'; did you mean '{meant}'?")


def _candidates(q: str, words: list[str], near: Mapping[str, str | None], texts: list[str]) -> list[str]:
    """Queries that may have been meant, the likeliest first. `near`: what else a word may be; None if nothing."""
    corrected = [near.get(word, word) for word in words]
    kept = [word for word in corrected if word is not None]
    candidates = []
    if len(kept) == len(words):
        candidates.append(" ".join(kept))
    candidates += texts
    candidates.append(" ".join(kept))
    if len(kept) <= _MOST_WORDS:
        for size in range(len(kept) - 1, 0, -1):
            # The longer a word, the more it says.
            fewer = sorted(combinations(kept, size), key=lambda each: -sum(map(len, each)))
            candidates += [" ".join(each) for each in fewer]
    asked = typed(q).joined
    distinct = dict.fromkeys(each for each in candidates if each and (typed(each).joined != asked or each in texts))
    return list(distinct)[:_MOST_CANDIDATES]


class _Option(msgspec.Struct):
    text: str
    score: float
    freq: int


class _Entry(msgspec.Struct):
    text: str
    options: list[_Option]


class _Held(msgspec.Struct):
    doc_count: int


class _Near(msgspec.Struct):
    suggest: dict[str, list[_Entry]]
    aggregations: dict[str, _Held]


_decode_near = msgspec.json.Decoder(_Near).decode


async def _near_words(engine: SearchEngine, q: str) -> dict[str, str | None]:
    """For each word that the catalogue does not hold, the nearest that it does; None if there is none."""
    suggest: dict[str, Any] = {"text": q}
    for field in _FIELDS:
        suggest[field] = {
            "term": {
                "field": field,
                "suggest_mode": "missing",
                "max_edits": 2,
                "prefix_length": 0,
                "min_word_length": _SHORTEST_WORD,
                "string_distance": "damerau_levenshtein",
                "size": _NEAR_WORDS,
            }
        }
    words = list(dict.fromkeys(folded(word) for word in pieces(q)))
    held = {
        str(place): {"filter": {"multi_match": {"query": word, "fields": list(_FIELDS)}}}
        for place, word in enumerate(words)
    }
    request = {"size": 0, "timeout": "500ms", "query": {"match_all": {}}, "aggs": held, "suggest": suggest}
    answer = engine.read(await engine.request("POST", f"/{engine.alias}/_search", request), _decode_near)
    options: dict[str, list[_Option]] = {}
    for entries in answer.suggest.values():
        for entry in entries:
            options.setdefault(folded(entry.text), []).extend(entry.options)
    near: dict[str, str | None] = {}
    for place, word in enumerate(words):
        if answer.aggregations[str(place)].doc_count:
            continue
        found = [each for each in options.get(word, ()) if _plausible(word, each.text)]
        best = min(found, key=lambda each: (distance(word, each.text), -each.freq, each.text), default=None)
        near[word] = best.text if best else None
    farther = [word for word, meant in near.items() if meant is None]
    if len(farther) <= _MOST_FARTHER:  # more strange words than that are no slip of the hand
        for word in farther:
            near[word] = await _nearest_word(engine, word)
    return near


def _plausible(word: str, meant: str) -> bool:
    """A number means itself, and two errors in three letters leave nothing of a word."""
    if any(character.isdigit() for character in word + meant):
        return False
    return distance(word, meant) <= (1 if len(word) == _SHORTEST_WORD else 2)


async def _nearest_word(engine: SearchEngine, word: str) -> str | None:
    """A word of the suggestions that shares most of its letters; None if there is none."""
    if any(character.isdigit() for character in word):
        return None
    near = {each for text in await _resembling(engine, word) for each in typed(text).words}
    measured = [(distance(word, each), each) for each in near if len(each) >= _SHORTEST_WORD]
    best = min(measured, default=None)
    return best[1] if best and best[0] <= _MOST_DIFFERENT * max(len(word), len(best[1])) else None


async def _near_texts(engine: SearchEngine, q: str) -> list[str]:
    """Names and phrases that share most of their letters with all that was typed, the nearest first."""
    asked = typed(q).joined
    measured: list[tuple[int, str]] = []
    for text in await _resembling(engine, q):
        joined = typed(text).joined
        apart = distance(asked, joined)
        same_numbers = _digits(joined) == _digits(asked)
        if same_numbers and apart <= _MOST_DIFFERENT * max(len(asked), len(joined)) / 2:
            measured.append((apart, text))
    return [text for _, text in sorted(measured)][:3]


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


async def _resembling(engine: SearchEngine, text: str) -> list[str]:
    kinds = (Kind.PROGRAM, Kind.CATEGORY, Kind.QUERY)
    with suppress(EngineAway):  # without suggestions the other two sources remain
        found = await look_up(engine, body(resembling(text), kinds, _NEAR_TEXTS))
        return [hit.text for kind in kinds for hit in found.hits[kind]]
    return []


def _trial(q: str, reading: Reading) -> dict[str, Any]:
    """The request that tells whether words find anything."""
    shown = [clause(each) for each in effective({}).values()]
    return count_body(query(q, shown, reading))
