"""The search index's settings and mapping, derived from the record."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from mappings.catalogue import FIELDS, Entry, Kind
from mappings.document import TIMES, documents_sql, tombstones_sql
from mappings.taxonomy import vertical_of
from mappings.tokens import ENGINE_PATTERN

KEYS: tuple[str, ...] = tuple(entry.key for entry in FIELDS)

_TYPES: dict[Kind, dict[str, Any]] = {
    Kind.STRING: {"type": "keyword"},
    Kind.INTEGER: {"type": "integer"},
    Kind.NUMBER: {"type": "double"},
    Kind.FLAG: {"type": "boolean"},
    Kind.DATE: {"type": "date", "format": "strict_date"},
    Kind.TIME: {"type": "date", "format": "strict_date_time"},
}

# Accents and case are folded; forms, synonyms and compounds are expanded in the query, from the lexicon.
_FOLDING = ["lowercase", "asciifolding"]
# Name, category, merchant and description in one: the words of a query may be spread over them.
WORDS = "sync.words"
# What is searched with which weight: a word in the name counts this much more.
WORD_FIELDS = ("name", "category", "merchant_domain", "description")

# The number of the query design that a generation was built for: code asks only generations of its own design.
DESIGN = 2


def _analysis() -> dict[str, Any]:
    return {
        "tokenizer": {"words": {"type": "simple_pattern", "pattern": ENGINE_PATTERN}},
        "analyzer": {"words": {"tokenizer": "words", "filter": _FOLDING}},
        "normalizer": {"folded": {"type": "custom", "filter": _FOLDING}},
    }


def _text(**more: Any) -> dict[str, Any]:
    return {"type": "text", "analyzer": "words"} | more


def _property(entry: Entry) -> dict[str, Any]:
    if entry.name == "id":
        return {"type": "long"}
    if entry.kind is Kind.RULES or not entry.field.indexed:
        return {"type": "object", "enabled": False} if entry.kind is Kind.RULES else _unsearched(entry)
    if entry.name == "name":
        return _text(copy_to=WORDS, fields={"exact": {"type": "keyword", "normalizer": "folded"}})
    if entry.name in WORD_FIELDS:
        own = dict(_TYPES[entry.kind]) if entry.field.filter else {"type": "text", "index": False, "norms": False}
        # Words are also sought in one of them alone; in descriptions nobody does.
        alone = {"fields": {"words": _text(norms=False)}} if entry.field.filter else {}
        return own | {"copy_to": WORDS} | alone
    return dict(_TYPES[entry.kind])


def _unsearched(entry: Entry) -> dict[str, Any]:
    """Kept in the source only; still typed, so that the mapping says what the field is."""
    return {**_TYPES[entry.kind], "index": False, "doc_values": False}


def _sync() -> dict[str, Any]:
    plain = {"index": False}
    return {
        "properties": {
            "version": {"type": "long", **plain},
            "bucket": {"type": "short", **plain},
            "check": {"type": "long", **plain},
            "deleted": {"type": "boolean"},
            "categoryPath": {"type": "keyword"},
            # Nearly every program has another: looked up by domain (`app.search.merchants`), an index of its own would
            # be large for nothing.
            "merchant": {"type": "keyword", **plain},
            "popularity": {"type": "rank_feature"},
            **{key: {"type": "date", "format": "strict_date_time"} for key in TIMES},
            "words": _text(),
        }
    }


def mapping() -> dict[str, Any]:
    """The index mapping. `dynamic: false`: a member it does not know is kept in the source and not searched."""
    return {
        "dynamic": False,
        "_meta": {"design": DESIGN},
        "properties": {**{entry.key: _property(entry) for entry in FIELDS}, "sync": _sync()},
    }


def settings(shards: int = 1, replicas: int = 0) -> dict[str, Any]:
    """The index settings while it is served. A million programs are about 2 GB: one shard carries them well."""
    return {
        "index": {
            "number_of_shards": shards,
            "number_of_replicas": replicas,
            "refresh_interval": "1s",
            "max_result_window": 10_000,
            # The time a deleted document's version is remembered; tombstone documents outlast it, this spares work.
            "gc_deletes": "1h",
        },
        "analysis": _analysis(),
    }


def fingerprint() -> str:
    """What a generation was built with: another mapping, analysis, document or taxonomy gives another string."""
    parts = (
        mapping(),
        settings(),
        documents_sql(KEYS, "true"),
        tombstones_sql("true"),
        sorted(("/".join(key), slug) for key, slug in vertical_of().items()),
    )
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:16]
