"""The search index's settings and mapping, derived from the record."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from mappings.catalogue import FIELDS, Entry, Kind
from mappings.document import TIMES, documents_sql, tombstones_sql
from mappings.languages import STEMMERS
from mappings.taxonomy import vertical_of

KEYS: tuple[str, ...] = tuple(entry.key for entry in FIELDS)

_TYPES: dict[Kind, dict[str, Any]] = {
    Kind.STRING: {"type": "keyword"},
    Kind.INTEGER: {"type": "integer"},
    Kind.NUMBER: {"type": "double"},
    Kind.FLAG: {"type": "boolean"},
    Kind.DATE: {"type": "date", "format": "strict_date"},
    Kind.TIME: {"type": "date", "format": "strict_date_time"},
}

# Words of the same text must meet however they are written: accents and case are folded.
_FOLDING = ["lowercase", "asciifolding"]


def _analysis() -> dict[str, Any]:
    filters: dict[str, Any] = {
        # Not the graph filter: an index keeps no graphs, and flattening one costs some 6 % of all indexing (ADR 0101).
        "parts": {
            "type": "word_delimiter",
            "catenate_words": True,
            "catenate_numbers": False,
            "split_on_case_change": False,
            "split_on_numerics": False,
            "stem_english_possessive": True,
        },
        "query_parts": {
            "type": "word_delimiter_graph",
            "split_on_case_change": False,
            "split_on_numerics": False,
            "stem_english_possessive": True,
        },
    }
    analyzers: dict[str, Any] = {
        # For names and labels, which are short: "e-commerce" is found as its parts and as one word.
        "folded": {"tokenizer": "whitespace", "filter": ["parts", *_FOLDING]},
        # For descriptions, where that would cost a third of all indexing: the parts alone. The query builder tries
        # other spellings.
        "split": {"tokenizer": "between_marks", "filter": _FOLDING},
        "folded_query": {"tokenizer": "whitespace", "filter": ["query_parts", *_FOLDING]},
    }
    for language, stemmer in STEMMERS.items():
        filters[f"stem_{language}"] = {"type": "stemmer", "language": stemmer.name}
        # The little words of a language have no other forms to be found by, and are a third of its texts.
        filters[f"stop_{language}"] = {"type": "stop", "stopwords": f"_{stemmer.stopwords}_"}
        # Folded before it is stemmed: a query typed without accents must reach the same stem.
        steps = ["lowercase", f"stop_{language}", "asciifolding", f"stem_{language}"]
        analyzers[f"stem_{language}"] = {"tokenizer": "between_marks", "filter": steps}
    return {
        "tokenizer": {
            "between_marks": {"type": "char_group", "tokenize_on_chars": ["whitespace", "punctuation", "symbol"]}
        },
        "filter": filters,
        "analyzer": analyzers,
        "normalizer": {"folded": {"type": "custom", "filter": _FOLDING}},
    }


def _text(**more: Any) -> dict[str, Any]:
    return {"type": "text", "analyzer": "folded", "search_analyzer": "folded_query"} | more


def _property(entry: Entry) -> dict[str, Any]:
    if entry.name == "id":
        return {"type": "long"}
    if entry.kind is Kind.RULES or not entry.field.indexed:
        return {"type": "object", "enabled": False} if entry.kind is Kind.RULES else _unsearched(entry)
    if entry.name == "name":
        return _text(fields={"exact": {"type": "keyword", "normalizer": "folded"}})
    if entry.field.text and not entry.field.filter:
        return _text(analyzer="split")
    searched = dict(_TYPES[entry.kind])
    if entry.field.text:
        searched["fields"] = {"words": _text()}
    return searched


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
            "vertical": _text(),
            "popularity": {"type": "rank_feature"},
            **{key: {"type": "date", "format": "strict_date_time"} for key in TIMES},
            "stem": {
                "properties": {
                    language: {
                        "properties": {
                            part: {"type": "text", "analyzer": f"stem_{language}"}
                            for part in ("name", "description", "labels")
                        }
                    }
                    for language in STEMMERS
                }
            },
        }
    }


def mapping() -> dict[str, Any]:
    """The index mapping. `dynamic: false`: a member it does not know is kept in the source and not searched."""
    return {
        "dynamic": False,
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
