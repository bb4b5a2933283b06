"""OpenSearch's answer as the page that goes out.

A program travels as the bytes Postgres made of it: its machinery is cut off, its `lastSyncedAt` filled in, nothing
is decoded that need not be.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from app.search import facets as facetting
from app.search.filters import effective
from app.search.highlight import MARK, UNMARK
from app.search.request import MERCHANT, MERCHANTS, SearchRequest

Offers = Mapping[str, list[msgspec.Raw]]
"""The offers of each merchant, by the key of its group."""


class Hit(msgspec.Struct):
    """One hit, its source still raw."""

    id: str = msgspec.field(name="_id")
    source: msgspec.Raw = msgspec.field(name="_source", default=msgspec.Raw(b"{}"))
    score: float | None = msgspec.field(name="_score", default=None)
    sort: list[Any] | None = None
    highlight: dict[str, list[str]] | None = None
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
    suggest: dict[str, list[dict[str, Any]]] = msgspec.field(default_factory=dict)

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


class Page(msgspec.Struct, kw_only=True, rename="camel"):
    """The answer to a search."""

    total: int
    groups: int | UnsetType = UNSET  # merchants, of a collapsed search
    matched: str
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
    hits: Sequence[Hit], request: SearchRequest, synced: Mapping[str, str], offers: Offers | None
) -> list[msgspec.Raw]:
    if request.fields or request.highlight or request.explain or offers is not None:
        return [_dressed(hit, request, synced, offers) for hit in hits]
    return [msgspec.Raw(program(hit.source, synced)) for hit in hits]


def _dressed(hit: Hit, request: SearchRequest, synced: Mapping[str, str], offers: Offers | None) -> msgspec.Raw:
    document = chosen(program(hit.source, synced), request.fields)
    more: dict[str, Any] = {}
    if offers is not None:
        more["offers"] = offers.get(hit.fields[MERCHANT][0], [])
    if request.highlight:
        more["highlights"] = {field: _marked(parts[0]) for field, parts in (hit.highlight or {}).items()}
    if request.explain:
        more["explain"] = {"score": hit.score, "matched": hit.matched_queries or {}}
    if more:
        separator = b"," if len(document) > 2 else b""
        document = document[:-1] + separator + msgspec.json.encode(more)[1:]
    return msgspec.Raw(document)


def _marked(text: str) -> str:
    """Text with what matched in <mark>, everything else escaped: safe to put into a page as it is."""
    return html.escape(text).replace(MARK, "<mark>").replace(UNMARK, "</mark>")


def page(
    found: Found,
    request: SearchRequest,
    *,
    synced: Mapping[str, str],
    next_cursor: str | None,
    warnings: list[Notice],
    matched: str = "exact",
    offers: Offers | None = None,
) -> Page:
    """The page of a search from what was found."""
    if found.partial:
        warnings = [*warnings, Notice(parameter="", message="the answer is partial: not all of the index answered")]
    facets = facetting.answers(request, effective(request.filters), found.aggregations) if request.facets else {}
    if found.partial:
        for facet in facets.values():
            if "exhaustive" in facet:
                facet["exhaustive"] = False
    return Page(
        total=found.hits.total.value,
        groups=found.groups if request.collapse else UNSET,
        matched=matched,
        took_ms=found.took,
        warnings=warnings,
        programs=_programs(found.hits.hits, request, synced, offers),
        facets=facets,
        page=None if request.cursor else request.page,
        per_page=request.per_page,
        next_cursor=next_cursor,
        partial=found.partial,
    )
