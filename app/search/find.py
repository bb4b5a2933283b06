"""Ask the engine for what an analysed query means, and leave words out where no program has them all.

How words are read depends on the words, never on filters: a filtered search that finds enough shows that the words
alone do; where it does not, the words are counted without any filter, and what that says is kept for this state of the
index.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from app.search.analysing import analyse, mended
from app.search.body import count_body, query
from app.search.engine import PARTS, EngineAway, SearchEngine
from app.search.page import Found
from app.search.query_analysis import NOTHING_ASKED, QueryAnalysis, Relaxing, Term, Wording
from app.search.text_query import named_so
from app.search.trials import finds_something
from indexing.tracing import span
from mappings.topics import verticals_of

BodyOf = Callable[[QueryAnalysis], dict[str, Any]]
"""The request for an analysed query."""

# Several words that nothing has together are asked for in part. One thing that is called by several words is, too,
# where fewer than this are it, unless a name has them all. Of the ways to leave words out one that finds as many is
# taken first.
ENOUGH = 3
_ENOUGH_OF_MANY = 10
# So many terms are tried without one of them each; beyond that the least telling go first.
_MOST_TRIED = 8
_HEAD_FIRST = ("es", "fr", "it", "pt")  # languages in which what describes a thing follows it
_FEW, _FEW_OF_A_NAME = 3, 20  # terms; programs
_MANY = 5  # terms: among so many a code is one detail of several


async def find(
    engine: SearchEngine, wording: Wording, body_of: BodyOf, **parameters: str
) -> tuple[Found, QueryAnalysis]:
    """What is found, and how the words were read. What is found may be partial. Raises EngineAway."""
    parameters |= PARTS
    analysis = known_analysis(engine, wording)
    if analysis is None:
        first = first_analysis(engine, wording)
        found = await engine.search(body_of(first), **parameters)
        if found.partial or not in_doubt(first, found.hits.total.value):
            return found, first
        analysis = await decided(engine, wording, first)
        if analysis == first:
            return found, first
    return await engine.search(body_of(analysis), **parameters), analysis


def known_analysis(engine: SearchEngine, wording: Wording) -> QueryAnalysis | None:
    """How words are read, if that is known without asking."""
    return engine.analyses.known((wording, engine.state)) if wording.q else NOTHING_ASKED


def first_analysis(engine: SearchEngine, wording: Wording) -> QueryAnalysis:
    """How words are read before anything is counted."""
    with span("analysis"):
        return _with_pins(engine, analyse(wording, engine.lexicon))


def _with_pins(engine: SearchEngine, analysis: QueryAnalysis) -> QueryAnalysis:
    """The query with the programs that are pinned to it, as it was typed or as it was read."""
    spellings = () if analysis.excluded else (analysis.name, analysis.spelled)
    pinned = engine.lexicon.edits.pinned(*spellings)
    return analysis if pinned == analysis.pinned else msgspec.structs.replace(analysis, pinned=pinned)


def in_doubt(analysis: QueryAnalysis, found: int) -> bool:
    """Whether so few programs found mean that no program may have all of the words."""
    if analysis.any_term or len(_apart(analysis).terms) < 2:
        return False
    # How many of those that are pinned match the filters is not known; the words alone find the rest at least.
    found -= len(analysis.pinned)
    return found < (1 if len(analysis.terms) > 1 else ENOUGH)


def _apart(analysis: QueryAnalysis) -> QueryAnalysis:
    """A query that is one compound or topic, as its parts."""
    (*others,) = analysis.terms
    if len(others) == 1 and len(others[0].parts) > 1:
        return msgspec.structs.replace(analysis, terms=others[0].parts)
    return analysis


async def decided(engine: SearchEngine, wording: Wording, first: QueryAnalysis | None = None) -> QueryAnalysis:
    """How words are read, counted without filters where they may never meet. Raises EngineAway.

    `first` is how they are read before anything is counted, for who knows it already.
    """
    if not wording.q:
        return NOTHING_ASKED
    # Before the index has been looked at, nothing can be remembered for what it holds.
    key = (wording, engine.state)
    return await engine.analyses.get(key, lambda: _decide(engine, wording, first), lambda _: engine.state != "")


async def _decide(engine: SearchEngine, wording: Wording, first: QueryAnalysis | None) -> QueryAnalysis:
    # What is pinned says nothing of what the words find.
    first = msgspec.structs.replace(first or first_analysis(engine, wording), pinned=())
    return _with_pins(engine, await _decide_words(engine, wording, first))


async def _decide_words(engine: SearchEngine, wording: Wording, first: QueryAnalysis) -> QueryAnalysis:
    apart = _apart(first)
    if len(apart.terms) < 2 or first.any_term or wording.relaxing is Relaxing.NONE:
        return first
    if wording.relaxing is not Relaxing.LEAST_TELLING:
        return await _relaxed_as_asked(engine, first, apart, wording.relaxing)
    absent = tuple(term for term in apart.terms if term.absent)
    codes = [term for term in absent if not term.text.isalpha()]
    if len(absent) == len(apart.terms) or (codes and len(apart.terms) < _MANY and not _tells_what(apart)):
        return first  # a number or a code means itself: without it another thing would be found
    one_thing = apart is not first
    if not one_thing and await finds_something(engine, first):
        return first
    if one_thing or not absent:
        asked = [query(first, (), scored=False), *([named_so(first)] if one_thing else [])]
        together, *named = await _counts(engine, asked)
        if together >= (ENOUGH if one_thing else 1) or (any(named) and "name" in (first.sought_in or ("name",))):
            return first
    else:
        together = 0
    if not together and wording.corrected and (otherwise := mended(first, engine.lexicon)):
        counts = await _counts(engine, [query(each, (), scored=False) for each in otherwise], 1)
        if better := next((each for each, count in zip(otherwise, counts, strict=True) if count), None):
            return better
    relaxed = await _relaxed(engine, apart, absent, first.terms[0].topics if one_thing else ())
    if not one_thing:
        return relaxed
    if not relaxed.left_out:
        return first
    # One thing that is called by several words is found by what it is, too, whatever of its words is left out.
    whole = msgspec.structs.replace(first.terms[0], parts=relaxed.terms)
    return msgspec.structs.replace(relaxed, terms=(whole,))


def _tells_what(analysis: QueryAnalysis) -> bool:
    """Whether some words say what is sold, as several words do that name one topic."""
    return any(term.topics and " " in term.text for term in analysis.terms)


async def _relaxed(
    engine: SearchEngine, asked: QueryAnalysis, absent: tuple[Term, ...], topics: tuple[str, ...] = ()
) -> QueryAnalysis:
    """The most of the words that some programs have together, the least telling left out first.

    What is left out still lifts, so programs that have more of the words come first however many are left out. Where
    the words together name `topics`, what is left must be found where those are sold: of hair extensions hair.
    """
    terms = tuple(term for term in asked.terms if term not in absent)
    head = _head(terms, asked.language)
    few, many = len(terms) <= _FEW, len(terms) >= _MANY
    # A title says first what is sold, and then what it is good for.
    title = len(asked.terms) >= _MANY
    named_first = next((term for term in asked.terms if term.topics), None) if title else None

    def tells(term: Term) -> int:
        """How well a term says what is sold, or who sells it; in a long text names are those of makers."""
        if term.topics:
            # What several words of a text say is what it is about, and in a long one a phrase is no passing remark.
            as_others = sum(bool(set(term.topics) & set(other.topics)) for other in terms if other is not term)
            first = 3 * (term is named_first)
            # Several words that are one thing are meant, whatever it is called: "home security", of diy.
            return (
                (2 if term.sold_there and " " not in term.text else 3)
                + 2 * (many and " " in term.text)
                + 4 * as_others
                + first
            )
        if term.leaning:
            return 1
        return int(few and term.named and not term.corrected and term.programs <= _FEW_OF_A_NAME)

    least_telling = sorted(
        terms, key=lambda term: (tells(term), tells(term) > 0 and term is head and not many, -term.programs)
    )
    ways: list[tuple[Term, ...]] = [()] if absent else []
    if len(terms) <= _MOST_TRIED:
        ways += [(term,) for term in least_telling]
    ways += [tuple(least_telling[:left]) for left in range(1, len(terms))]
    relaxed = [asked.without((*absent, *left)) for left in dict.fromkeys(ways) if len(left) < len(terms)]
    # Of a pasted title no program has much: what a page of programs has tells more than what three have.
    steps = (_ENOUGH_OF_MANY, ENOUGH, 1) if many else (ENOUGH, 1)
    verticals = sorted(verticals_of(topics))
    for among in ([{"terms": {"vertical": verticals}}], []) if verticals else ([],):
        counts = await _counts(engine, [query(each, among, scored=False) for each in relaxed], steps[0])
        for enough in steps:
            for each, count in zip(relaxed, counts, strict=True):
                if count >= enough:
                    return each
    return asked


def _head(terms: tuple[Term, ...], language: str | None) -> Term | None:
    """Of several things the one that the others only describe: hosting in "wordpress hosting"."""
    if not terms:
        return None
    return terms[0] if language in _HEAD_FIRST else terms[-1]


async def _relaxed_as_asked(
    engine: SearchEngine, first: QueryAnalysis, apart: QueryAnalysis, relaxing: Relaxing
) -> QueryAnalysis:
    """The words, without as few from one end as lets something be found; or with any one of them being enough."""
    terms = apart.terms
    match relaxing:
        case Relaxing.ALL_OPTIONAL:
            relaxed = [msgspec.structs.replace(apart, any_term=True)]
        case Relaxing.LAST:
            relaxed = [apart.without(terms[-left:]) for left in range(1, len(terms))]
        case _:
            relaxed = [apart.without(terms[:left]) for left in range(1, len(terms))]
    ways = [first, *relaxed]
    counts = await _counts(engine, [query(each, (), scored=False) for each in ways])
    return next((each for each, count in zip(ways, counts, strict=True) if count), first)


async def _counts(engine: SearchEngine, queries: Sequence[dict[str, Any]], most: int = ENOUGH) -> list[int]:
    """How many programs each query finds, none more than `most`. Raises EngineAway."""
    found = await engine.search_many([count_body(each, most) for each in queries])
    if any(each.partial for each in found):  # what is missing may have them all
        raise EngineAway("not all of the index answered; try again")
    return [each.hits.total.value for each in found]
