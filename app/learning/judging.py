"""How good searches are by a list of judgements: queries, each with the programs that should come first.

The measure is nDCG@10: 1 where the first places are all taken by what was judged relevant, 0 where none is. The list is
TOML: tables `judgements` of a `query` and what is `relevant`, ids or names. A name counts once, by the first program
that has it, however many networks list it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import log2

import msgspec

from app.failures import Misuse
from app.learning.toml_files import NotToml, tables_of
from app.search.answer import answer
from app.search.engine import SearchEngine
from app.search.request_parser import read_request
from mappings.folding import folded

PLACES = 10
MOST_JUDGEMENTS = 2_000
MOST_RELEVANT = 100
_LONGEST_NAME = 1_000  # characters of a name; more tell none apart


class BadJudgements(Misuse):
    """What is wrong with a file of judgements."""


class Judgement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A query, and the ids or names that it should find first."""

    query: str
    relevant: list[int | str]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    judgements: list[Judgement]


class JudgedQuery(msgspec.Struct, frozen=True):
    """What a query is worth before and after."""

    query: str
    before: float
    after: float


class JudgedEdits(msgspec.Struct, frozen=True):
    """The mean of all judged queries before and after a change of the edits, and the queries."""

    before: float
    after: float
    queries: list[JudgedQuery]


def read_judgements(body: bytes) -> list[Judgement]:
    """The judgements of a file. Raises BadJudgements."""
    try:
        judgements = msgspec.convert(tables_of(body), _File).judgements
    except (NotToml, msgspec.ValidationError) as error:
        raise BadJudgements(f"the judgements cannot be read: {error}") from None
    if not 0 < len(judgements) <= MOST_JUDGEMENTS:
        raise BadJudgements(f"there are {len(judgements):,} judgements; expected 1 to {MOST_JUDGEMENTS:,}")
    for place, each in enumerate(judgements, start=1):
        if not each.query.strip() or not 0 < len(each.relevant) <= MOST_RELEVANT:
            raise BadJudgements(
                f"judgement {place}: expected a 'query', and 1 to {MOST_RELEVANT} ids or names 'relevant'"
            )
    return judgements


async def measure(engine: SearchEngine, judgements: Iterable[Judgement]) -> list[float]:
    """What each query is worth, as the engine's lexicon has words read. Raises BadRequest, EngineAway."""
    return [gain(each.relevant, await _found(engine, each.query)) for each in judgements]


class JudgedHit(msgspec.Struct):
    """What of a hit is judged."""

    id: int
    name: str


async def _found(engine: SearchEngine, q: str) -> list[JudgedHit]:
    request = read_request({"q": [q], "perPage": [str(PLACES)], "fields": ["id,name"]})
    page = (await answer(engine, request, secret=b"", synced={})).page
    return [msgspec.json.decode(each, type=JudgedHit) for each in page.programs]


def gain(relevant: Sequence[int | str], found: Sequence[JudgedHit]) -> float:
    """The nDCG of the first places."""
    wanted = {_by(each) for each in relevant}
    most = sum(1 / log2(place + 2) for place in range(min(len(wanted), PLACES)))
    reached = 0.0
    for place, each in enumerate(found[:PLACES]):
        if met := wanted.intersection((each.id, _by(each.name))):
            wanted -= met
            reached += 1 / log2(place + 2)
    return round(reached / most, 4)


def _by(relevant: int | str) -> int | str:
    return " ".join(folded(relevant[:_LONGEST_NAME]).split()) if isinstance(relevant, str) else relevant


def judged(judgements: Sequence[Judgement], before: Sequence[float], after: Sequence[float]) -> JudgedEdits:
    """Two measurements of the same judgements side by side."""
    return JudgedEdits(
        before=round(sum(before) / len(before), 4),
        after=round(sum(after) / len(after), 4),
        queries=[JudgedQuery(each.query, *worth) for each, *worth in zip(judgements, before, after, strict=True)],
    )
