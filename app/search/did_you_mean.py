"""What is to be said of words that no program has: that none has them, and what may have been meant.

Three sources: near words of the catalogue, farther off than a search corrects; near names and phrases among the
suggestions, for words torn apart or run together; and the same words without those that nothing has. Each candidate is
tried, and only one that finds something is offered.
"""

from __future__ import annotations

from contextlib import suppress

import msgspec

from app.search.analysing import analyse
from app.search.engine import EngineAway, SearchEngine
from app.search.page import Notice
from app.search.query_analysis import QueryAnalysis, Term, Wording
from app.search.suggest import body, look_up, resembling
from app.search.trials import finds_something, trial
from app.search.typed import typed
from app.search.typo_rules import distance, nearest
from mappings.intents import fillers
from mappings.suggestions import Kind
from mappings.tokens import tokens

_NEAR_TEXTS = 10
_MOST_FARTHER = 3
# Texts that share less than this of their letters are different things.
_MOST_DIFFERENT = 0.4
_MOST_CANDIDATES = 8
_SHORTEST = 3  # letters of a word that says something


async def words_in_doubt(engine: SearchEngine, analysis: QueryAnalysis, found: int) -> list[Notice]:
    """Notices about words that no program has; where nothing was found, with words that find something.

    None where the words find something after all and only filters leave nothing. Raises EngineAway, also where a trial
    fails.
    """
    networks = [each for each in analysis.facts if each.parameter == "network"]
    if networks and not found and not analysis.terms:
        return [Notice(parameter="q", value=each.text, message=f"no program here is {each.label}") for each in networks]
    doubtful = not found or any(term.absent and not term.real for term in (*analysis.terms, *analysis.left_out))
    if doubtful and (meant := await _meant(engine, analysis)):
        said = analysis.q
        message = f"nothing has '{said}'; did you mean '{meant}'?"
        return [Notice(parameter="q", value=said, did_you_mean=meant, message=message)]
    return [
        Notice(parameter="q", value=term.text, message=f"no program here has '{term.text}'")
        for term in (*analysis.terms, *analysis.left_out)
        if term.real and (term.absent or (not found and len(analysis.terms) == 1))
    ]


async def _meant(engine: SearchEngine, analysis: QueryAnalysis) -> str | None:
    """Words that find something, for words that without filters find nothing."""
    if await finds_something(engine, _whole(analysis)):
        return None
    typed_words = frozenset(tokens(analysis.q))
    read = {each: analyse(Wording(each), engine.lexicon) for each in await _candidates(engine, analysis)}
    candidates = {each: known for each, known in read.items() if _says_something(known, typed_words)}
    tried = await engine.search_many([trial(known) for known in candidates.values()])
    return next((each for each, found in zip(candidates, tried, strict=True) if found.hits.total.value), None)


def _says_something(candidate: QueryAnalysis, typed_words: frozenset[str]) -> bool:
    """Whether a query is worth proposing: no function word or letter, and of what was typed no part but goods."""
    words = tokens(candidate.q)
    if all(len(word) < _SHORTEST or word in fillers() for word in words):
        return False
    return not typed_words.issuperset(words) or len(words) == len(typed_words) or any(map(_is_goods, candidate.terms))


def _is_goods(term: Term) -> bool:
    return bool(term.topics or term.leaning or term.facts)


async def _candidates(engine: SearchEngine, analysis: QueryAnalysis) -> list[str]:
    """Queries that may have been meant, the likeliest first."""
    words = tokens(analysis.q)
    if not words or any(term.real for term in analysis.terms):  # a word that is right is no typing error
        return []
    languages = [language for language, _ in analysis.languages]
    unknown = [word for word in words if word not in engine.lexicon]
    near: dict[str, str | None] = {}
    if len(unknown) <= _MOST_FARTHER:  # more strange words than that are no slip of the hand
        near = {word: nearest(word, engine.lexicon, languages) for word in unknown}
    corrected = [near.get(word, None if word in unknown else word) for word in words]
    kept = [word for word in corrected if word is not None]
    candidates = [" ".join(kept)] if kept and len(kept) == len(words) else []
    candidates += await _near_texts(engine, analysis.q)
    candidates += [" ".join(kept)] if kept else []
    candidates += [_said(term) for term in sorted(analysis.terms, key=lambda term: term.programs) if not term.absent]
    asked = typed(analysis.q).joined
    distinct = dict.fromkeys(each for each in candidates if each and (typed(each).joined != asked or " " in each))
    return [each for each in distinct if each != analysis.q][:_MOST_CANDIDATES]


def _whole(analysis: QueryAnalysis) -> QueryAnalysis:
    """The query with the words that were left out."""
    if not analysis.left_out:
        return analysis
    return msgspec.structs.replace(analysis, terms=(*analysis.terms, *analysis.left_out), left_out=())


def _said(term: Term) -> str:
    return term.corrected or term.text


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
        return [hit.label for kind in kinds for hit in found.hits[kind]]
    return []
