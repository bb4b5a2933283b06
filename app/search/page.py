"""OpenSearch's answer as the page that goes out.

A program travels as the bytes Postgres made of it: its machinery is cut off, its `lastSyncedAt` filled in, nothing
is decoded that need not be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from app.search import facets as facetting
from app.search.filters import effective
from app.search.highlighting import Highlighter, best_part, highlighter, marked
from app.search.query_analysis import NOTHING_ASKED, Lift, QueryAnalysis
from app.search.request import MERCHANT, MERCHANTS, SearchRequest

Offers = Mapping[str, list[msgspec.Raw]]
"""The offers of each merchant, by the key of its group."""

Dressed = Callable[[int, msgspec.Raw], msgspec.Raw]
"""A program as the holder of a key is told it, by its id and as everybody is."""


class Hit(msgspec.Struct):
    """One hit, its source still raw."""

    id: str = msgspec.field(name="_id")
    source: msgspec.Raw = msgspec.field(name="_source", default=msgspec.Raw(b"{}"))
    score: float | None = msgspec.field(name="_score", default=None)
    sort: list[Any] | None = None
    fields: dict[str, list[Any]] = msgspec.field(default_factory=dict)
    matched_queries: dict[str, float] | list[str] | None = None


class _Total(msgspec.Struct):
    value: int
    relation: str = "eq"


class _Hits(msgspec.Struct):
    hits: list[Hit]
    total: _Total = msgspec.field(default_factory=lambda: _Total(0))


class _Shards(msgspec.Struct):
    total: int
    successful: int  # a shard that is nowhere counts as neither successful nor failed


class Found(msgspec.Struct):
    """The parts of a search answer that we use."""

    hits: _Hits
    shards: _Shards = msgspec.field(name="_shards")
    took: int = 0
    timed_out: bool = False
    aggregations: dict[str, Any] = msgspec.field(default_factory=dict)

    @property
    def groups(self) -> int:
        """How many merchants a collapsed search found, all pages together."""
        return int(self.aggregations[MERCHANTS]["count"]["value"])

    @property
    def partial(self) -> bool:
        """Whether some of the index did not answer, or not in time."""
        return self.timed_out or self.shards.successful < self.shards.total


class Notice(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Something the caller may not have meant, though the request is valid."""

    parameter: str
    message: str
    value: str | None = None
    did_you_mean: str | None = None


class IndexState(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What the probe last saw: which generation serves, and how far it is behind Postgres."""

    generation: str | None
    pending_changes: int | None
    oldest_pending_seconds: float | None


class UnderstoodWord(msgspec.Struct, frozen=True, kw_only=True):
    """A word or phrase of the query that is looked for, and what else finds it."""

    text: str
    corrected: str | None
    forms: list[str]
    synonyms: list[str]
    topics: list[str]


class UnderstoodLift(msgspec.Struct, frozen=True, kw_only=True):
    """Words of the query that are read as a fact or a wish. `parameter=filter` would filter by it."""

    text: str
    parameter: str
    filter: str
    label: str


class Understood(msgspec.Struct, frozen=True, kw_only=True):
    """How the words of a query were read. Facts and wishes lift programs and hide none."""

    language: str | None
    words: list[UnderstoodWord]
    facts: list[UnderstoodLift]
    wishes: list[UnderstoodLift]


class Page(msgspec.Struct, kw_only=True, rename="camel"):
    """The answer to a search."""

    total: int
    groups: int | UnsetType = UNSET  # merchants, of a collapsed search
    matched: str
    left_out: list[str] | UnsetType = UNSET  # words that no program has beside the others, where `matched` is some
    understood: Understood | UnsetType = UNSET  # of a search with words
    took_ms: int
    warnings: list[Notice]
    programs: list[msgspec.Raw]
    facets: dict[str, dict[str, Any]]
    page: int | None
    per_page: int
    next_cursor: str | None
    partial: bool = False  # not all of the index answered, or not in time
    # Last, and added when the page goes out: it changes while the rest of an answer may be remembered.
    index: IndexState | UnsetType = UNSET


_decode = msgspec.json.Decoder(Found).decode
_SYNC = b',"sync":{'
_UNSYNCED = b'"lastSyncedAt":null'
_NETWORK = b'"network":"'


def decode(answer: bytes) -> Found:
    """The engine's answer, typed."""
    return _decode(answer)


def program(source: msgspec.Raw, synced: Mapping[str, str]) -> bytes:
    """A stored document as it is answered.

    `synced` has each network's last complete import, RFC 3339. The cut is exact: inside a JSON string the quotes of
    the marks searched for would be escaped, and the program's own network comes before anything that is nested in it.
    """
    document = bytes(source)
    cut = document.rfind(_SYNC)
    if cut < 0:
        cut = len(document) - 1
    if synced and (unsynced := document.find(_UNSYNCED, 0, cut)) >= 0:
        start = document.find(_NETWORK) + len(_NETWORK)
        if when := synced.get(document[start : document.find(b'"', start)].decode()):
            rest = document[unsynced + len(_UNSYNCED) : cut]
            return b'%b"lastSyncedAt":"%b"%b}' % (document[:unsynced], when.encode(), rest)
    return document[:cut] + b"}"


def chosen(document: bytes, fields: tuple[str, ...]) -> bytes:
    """A program with these members only, in this order; all for none."""
    if not fields:
        return document
    whole = msgspec.json.decode(document)
    return msgspec.json.encode({key: whole[key] for key in fields if key in whole})


def _programs(
    hits: Sequence[Hit],
    request: SearchRequest,
    analysis: QueryAnalysis,
    synced: Mapping[str, str],
    offers: Offers | None,
) -> list[msgspec.Raw]:
    if request.fields or request.highlight or request.explain or analysis.pinned or offers is not None:
        marking = highlighter(analysis) if request.highlight else None
        return [_dressed(hit, request, marking, synced, offers, int(hit.id) in analysis.pinned) for hit in hits]
    return [msgspec.Raw(program(hit.source, synced)) for hit in hits]


class _Texts(msgspec.Struct):
    name: str = ""
    description: str | None = None


def _dressed(
    hit: Hit,
    request: SearchRequest,
    marking: Highlighter | None,
    synced: Mapping[str, str],
    offers: Offers | None,
    pinned: bool,
) -> msgspec.Raw:
    document = chosen(program(hit.source, synced), request.fields)
    more: dict[str, Any] = {}
    if offers is not None:
        more["offers"] = offers.get(hit.fields[MERCHANT][0], [])
    if pinned:
        more["pinned"] = True
    if marking is not None:
        more["highlights"] = _highlights(msgspec.json.decode(hit.source, type=_Texts), marking)
    if request.explain:
        more["explain"] = {"score": hit.score, "matched": hit.matched_queries or {}}
    if more:
        separator = b"," if len(document) > 2 else b""
        document = document[:-1] + separator + msgspec.json.encode(more)[1:]
    return msgspec.Raw(document)


def _highlights(texts: _Texts, marking: Highlighter) -> dict[str, str]:
    """Name and description with what matched in <mark>; without those that have nothing."""
    found: dict[str, str] = {}
    if spans := marking.spans(texts.name):
        found["name"] = marked(texts.name, spans)
    if texts.description and (spans := marking.spans(texts.description)):
        found["description"] = best_part(texts.description, spans)
    return found


def understood(analysis: QueryAnalysis) -> Understood:
    """How a query was read, as it is answered."""
    terms = [*analysis.terms, *analysis.left_out]
    return Understood(
        language=analysis.language,
        words=[
            UnderstoodWord(
                text=term.text,
                corrected=next((each.corrected for each in term.found_by if each.corrected), None),
                forms=list(
                    dict.fromkeys(word for each in term.found_by for word in each.words[1:] if not each.corrected)
                ),
                synonyms=list(dict.fromkeys(word for each in term.found_by for word in each.synonyms)),
                topics=list(dict.fromkeys(topic for each in term.found_by for topic in each.topics)),
            )
            for term in terms
        ],
        facts=[_lift(each) for each in analysis.facts],
        wishes=[_lift(each) for each in analysis.wishes],
    )


def _lift(lift: Lift) -> UnderstoodLift:
    return UnderstoodLift(text=lift.text, parameter=lift.parameter, filter=lift.filter, label=lift.label)


def page(
    found: Found,
    request: SearchRequest,
    *,
    synced: Mapping[str, str],
    next_cursor: str | None,
    warnings: list[Notice],
    analysis: QueryAnalysis = NOTHING_ASKED,
    offers: Offers | None = None,
    dressed: Dressed | None = None,
) -> Page:
    """The page of a search from what was found."""
    if found.partial:
        warnings = [*warnings, Notice(parameter="", message="the answer is partial: not all of the index answered")]
    facets = facetting.answers(request, effective(request.filters), found.aggregations) if request.facets else {}
    if found.partial:
        for facet in facets.values():
            if "exhaustive" in facet:
                facet["exhaustive"] = False
    programs = _programs(found.hits.hits, request, analysis, synced, offers)
    if dressed:
        programs = [dressed(int(hit.id), each) for hit, each in zip(found.hits.hits, programs, strict=True)]
    return Page(
        total=found.hits.total.value,
        groups=found.groups if request.collapse else UNSET,
        matched=analysis.matched,
        left_out=[term.text for term in analysis.left_out] if analysis.left_out else UNSET,
        understood=understood(analysis) if analysis.q else UNSET,
        took_ms=found.took,
        warnings=warnings,
        programs=programs,
        facets=facets,
        page=None if request.cursor else request.page,
        per_page=request.per_page,
        next_cursor=next_cursor,
        partial=found.partial,
    )
