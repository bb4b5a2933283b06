"""Suggestions while somebody types: programs, merchants, categories, queries and networks that begin as typed.

One request to the suggestions index, and a second one that forgives typing errors where the first finds too little;
which of the two answers depends on what was typed alone, so that all groups are of one kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from app.search.bad_request import BadRequest, meaning
from app.search.engine import EngineAway, SearchEngine
from app.search.filters import Clause
from app.search.grammar import escape
from app.search.parameters import Reader
from app.search.typed import Typed, checked, marked, match, pieces, typed, typos_allowed
from indexing.index_names import made_at, suggestions_of
from mappings.folding import folded
from mappings.suggestions import MOST_OF_A_KIND, Kind

GROUPS: dict[str, Kind] = {
    "programs": Kind.PROGRAM,
    "merchants": Kind.MERCHANT,
    "categories": Kind.CATEGORY,
    "queries": Kind.QUERY,
    "networks": Kind.NETWORK,
}
_ONCE_BY_VALUE = ("merchantDomain", "network")  # fields whose values are different ones however alike their texts are
DEFAULT_LIMIT = 5
MOST_SUGGESTIONS = 20
# With fewer than this, what was typed is likelier a typing error than something rare.
FEW = 3
TIMEOUT = "500ms"

# Constants, so that a nearer beginning always outranks a farther one, and popularity only orders equals.
_WHOLE, _BEGINS, _WORDS, _BEGINNINGS = 800.0, 400.0, 200.0, 100.0
# Beside these a word that was typed without error counts more than one with errors.
_WORD, _WORD_START, _ONE_TYPO, _TWO_TYPOS = 4.0, 3.0, 2.0, 1.0
_AT_THE_BEGINNING, _ALL_OF_IT = 0.5, 0.25
_SHARED_PIECES = "35%"
_LONGEST_RESEMBLED = 60  # characters: each is a piece to look up


class SuggestionsMissing(EngineAway):
    """No suggestions have been built yet."""

    retry_after = 10


class Suggestion(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One suggestion. `parameter=filter` is what to search with; `highlighted` is HTML, the typed part in <mark>.

    `count` is the number of programs behind it when the suggestions were built; null for a query.
    `id` and `network` are of the most popular program of that name; null for everything but programs.
    """

    value: str
    label: str
    highlighted: str
    parameter: str
    filter: str
    count: int | None
    id: int | None
    network: str | None


class Suggestions(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The answer. Every group asked for is there, empty if it has nothing. `builtAt`: how old the suggestions are.

    `matched` is `exact`, or `typo` where typing errors had to be forgiven; `partial`: not all was looked through.
    """

    q: str
    matched: str
    partial: bool
    took_ms: int
    built_at: str | None
    groups: dict[str, list[Suggestion]]


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A checked request."""

    q: str
    limit: int = DEFAULT_LIMIT
    groups: tuple[str, ...] = tuple(GROUPS)


def read_wanted(parameters: Mapping[str, list[str]]) -> Wanted:
    """Check and read the parameters of a request for suggestions. Raises BadRequest."""
    reader = Reader(parameters)
    reader.refuse_unknown(("q", "limit", "groups"))
    limit = reader.whole("limit", DEFAULT_LIMIT, 1, MOST_SUGGESTIONS)
    groups: list[str] = []
    for name in (each.strip() for each in reader.joined("groups").split(",")):
        if name in GROUPS:
            groups.append(name)
        elif name:
            end, choice = meaning(name, GROUPS)
            reader.wrong("groups", f"'{name[:80]}' is not a group of suggestions{end}", choice)
    q = ""
    try:
        q = checked("q", reader.single("q"))
    except BadRequest as bad:
        reader.errors += bad.errors
    reader.done()
    return Wanted(q=q, limit=limit, groups=tuple(dict.fromkeys(groups)) or tuple(GROUPS))


async def suggest(engine: SearchEngine, wanted: Wanted) -> Suggestions:
    """What goes on from what was typed. Raises SuggestionsMissing, EngineAway."""
    kinds = [GROUPS[name] for name in wanted.groups]
    found = await look_up(engine, body(beginning(wanted.q), kinds, wanted.limit))
    took, matched = found.took, "exact"
    words = typed(wanted.q)
    if found.held < FEW and (forgiving := forgiven(wanted.q)):
        more = await look_up(engine, body(forgiving, kinds, wanted.limit))
        took += more.took
        if more.held > found.held:
            found, matched = more, "typo"
    groups = {name: _suggestions(found.hits[GROUPS[name]], words, wanted.limit) for name in wanted.groups}
    return Suggestions(
        q=wanted.q, matched=matched, partial=found.partial, took_ms=took, built_at=found.built_at, groups=groups
    )


# -- what is asked of the engine -------------------------------------------------------------------------------------


def body(query: Clause, kinds: Iterable[Kind], limit: int) -> dict[str, Any]:
    """One request for the best of every kind. Of categories more: a vertical and a category may share their label."""
    listed = list(kinds)
    return {
        "size": 0,
        "track_total_hits": False,
        "timeout": TIMEOUT,
        "query": {"bool": {"must": [query], "filter": [{"terms": {"kind": [kind.value for kind in listed]}}]}},
        "aggs": {
            "kinds": {
                "terms": {"field": "kind", "size": len(Kind)},
                "aggs": {
                    "best": {
                        "top_hits": {
                            "size": min(limit * (2 if Kind.CATEGORY in listed else 1), MOST_OF_A_KIND),
                            "sort": [{"_score": "desc"}, {"weight": "desc"}],
                            "_source": True,
                        }
                    }
                },
            }
        },
    }


def beginning(q: str) -> Clause:
    """What begins as typed, without errors: the whole text, or words of it in any order."""
    words = pieces(q)
    if not words:
        # Nothing typed yet: the most popular. Only signs: nothing begins with them.
        return {"match_none": {}} if q else {"match_all": {}}
    finished = [_match("text", word) for word in words[:-1]]
    return {
        "dis_max": {
            "queries": [
                _worth(_WHOLE, _match("text.joined", q)),
                _worth(_BEGINS, _match("text.starts", q)),
                _worth(_WORDS, _all([*finished, _match("text.wordStarts", words[-1])])),
                _worth(_BEGINNINGS, _all([_match("text.wordStarts", word) for word in words])),
            ]
        }
    }


def forgiven(q: str) -> Clause | None:
    """The same with typing errors; None if nothing typed may have any."""
    words = pieces(q)
    allowed = [typos_allowed(folded(word)) for word in words]
    if not any(allowed):
        return None
    queries = [
        beginning(q),
        {"bool": {"must": [_begun(word, most) for word, most in zip(words, allowed, strict=True)]}},
    ]
    forgiving: dict[str, Any] = {"must": [{"dis_max": {"queries": queries}}]}
    if most := typos_allowed(typed(q).joined):
        whole = _match("text.starts", q, fuzziness=most)
        # Of equal errors those at the beginning of the text are nearer than those further in.
        forgiving["should"] = [
            _worth(_AT_THE_BEGINNING, whole),
            _worth(_ALL_OF_IT, _match("text.joined", q, fuzziness=most)),
        ]
        # Words run together. Shorter ones would meet words torn apart: "helth" and "felt hats".
        if most > 1:
            queries.append(_worth(_TWO_TYPOS, whole))
    return {"bool": forgiving}


def resembling(q: str) -> Clause:
    """Texts that share pieces of three letters with what was typed, the more the better, wherever they stand."""
    return {"match": {"text.pieces": {"query": q[:_LONGEST_RESEMBLED], "minimum_should_match": _SHARED_PIECES}}}


def _begun(word: str, most: int) -> Clause:
    choices = [
        _worth(_WORD, _match("text", word)),
        _worth(_WORD_START, _match("text.wordStarts", word)),
    ]
    # A word of eight letters may have one error too, and is then the better one.
    for errors, worth in ((1, _ONE_TYPO), (2, _TWO_TYPOS)):
        if errors <= most:
            choices.append(_worth(worth, _match("text.wordStarts", word, fuzziness=errors)))
    return {"dis_max": {"queries": choices}}


def _match(field: str, text: str, *, fuzziness: int = 0) -> Clause:
    clause: dict[str, Any] = {"query": text, "operator": "and"}
    if fuzziness:
        # All expansions, not the first fifty: a rare word must not be lost among near ones.
        clause |= {"fuzziness": fuzziness, "fuzzy_rewrite": "constant_score"}
    return {"match": {field: clause}}


def _worth(boost: float, clause: Clause) -> Clause:
    return {"constant_score": {"filter": clause, "boost": boost}}


def _all(clauses: list[Clause]) -> Clause:
    return {"bool": {"filter": clauses}}


# -- what it answers -------------------------------------------------------------------------------------------------


class Suggested(msgspec.Struct):
    """A document of the suggestions index. `text` is what is matched; of a network its names, the usual one first."""

    text: str | list[str]
    value: str
    field: str | None = None
    count: int | None = None
    id: int | None = None
    network: str | None = None

    @property
    def label(self) -> str:
        """What is shown."""
        return self.text if isinstance(self.text, str) else self.text[0]


class _Hit(msgspec.Struct):
    index: str = msgspec.field(name="_index")
    source: Suggested = msgspec.field(name="_source")


class _Hits(msgspec.Struct):
    hits: list[_Hit]


class _Best(msgspec.Struct):
    hits: _Hits


class _Bucket(msgspec.Struct):
    key: str
    best: _Best


class _Buckets(msgspec.Struct):
    buckets: list[_Bucket] = []


class _Aggregations(msgspec.Struct):
    kinds: _Buckets


class _Shards(msgspec.Struct):
    total: int = 0
    successful: int = 0


class _Answer(msgspec.Struct):
    took: int = 0
    status: int = 200
    timed_out: bool = False
    shards: _Shards = msgspec.field(name="_shards", default_factory=_Shards)
    aggregations: _Aggregations | None = None

    def __post_init__(self) -> None:
        if self.status == 200 and self.aggregations is None:
            raise ValueError("no answer to a search")


_decode = msgspec.json.Decoder(_Answer).decode


class LookedUp(msgspec.Struct):
    """What the suggestions index holds for a query, by kind, best first."""

    took: int
    partial: bool
    built_at: str | None
    hits: dict[Kind, list[Suggested]]

    @property
    def held(self) -> int:
        """How many it are in all."""
        return sum(map(len, self.hits.values()))


async def look_up(engine: SearchEngine, request: Mapping[str, Any]) -> LookedUp:
    """Ask the suggestions index. Raises SuggestionsMissing, EngineAway."""
    index = suggestions_of(engine.alias)
    answer = engine.read(await engine.request("POST", f"/{index}/_search", request, ignore="404"), _decode)
    if answer.status == 404:
        raise SuggestionsMissing("the suggestions are not built yet; the worker builds them, try again in a while")
    hits: dict[Kind, list[Suggested]] = {kind: [] for kind in Kind}
    built_at = None
    for bucket in answer.aggregations.kinds.buckets if answer.aggregations else []:
        hits[Kind(bucket.key)] = [hit.source for hit in bucket.best.hits.hits]
        built_at = built_at or made_at(bucket.best.hits.hits[0].index)
    return LookedUp(answer.took, answer.timed_out or answer.shards.successful < answer.shards.total, built_at, hits)


def _suggestions(hits: list[Suggested], wanted: Typed, limit: int) -> list[Suggestion]:
    shown: dict[str, Suggestion] = {}
    for hit in hits:
        label = hit.label
        found = match(wanted, label)
        # Merchants that differ in a hyphen are different ones; a vertical and a category of one label are not, and
        # of the two the one with more programs is the more useful.
        once = hit.value if hit.field in _ONCE_BY_VALUE else typed(label).joined
        if once in shown and (shown[once].count or 0) >= (hit.count or 0):
            continue
        shown[once] = Suggestion(
            value=hit.value,
            label=label,
            highlighted=marked(label, found.spans if found else ()),
            parameter=hit.field or "q",
            filter=escape(hit.value) if hit.field else hit.value,
            count=hit.count,
            id=hit.id,
            network=hit.network,
        )
    return list(shown.values())[:limit]
