"""The suggestions index: a small document for everything that may be suggested, made for beginnings of words.

Autocompletion on every program would halve the speed of indexing; here each name, merchant and category stands once,
however many programs share it.
"""

from __future__ import annotations

import hashlib
from enum import Enum
from typing import Any

import msgspec

from mappings.document import vertical_label_sql
from mappings.networks import BY_SLUG, Network
from mappings.topics import DIGEST

# The most suggestions of a kind that one request may ask for.
MOST_OF_A_KIND = 500

# Longer beginnings than these are found by their first characters.
LONGEST_WORD_START = 20
LONGEST_START = 40

_PLAIN = ["lowercase", "asciifolding"]
_CHARACTERS: dict[str, Any] = {
    # What is typed and what is stored meet whatever stands between their letters: "e-commerce", "Smith & Sons".
    "joining": {"type": "pattern_replace", "pattern": r"[^\p{L}\p{M}\p{N}]+", "replacement": ""},
}


class Kind(Enum):
    """What a suggestion suggests; the value is the `kind` of its document."""

    PROGRAM = "program"
    MERCHANT = "merchant"
    CLOSED_MERCHANT = "closedMerchant"  # with closed programs only: never suggested, but a value to filter by
    CATEGORY = "category"
    QUERY = "query"
    NETWORK = "network"


def _analysis() -> dict[str, Any]:
    return {
        "char_filter": _CHARACTERS,
        "filter": {
            "parts": {
                "type": "word_delimiter_graph",
                "catenate_words": True,
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
            "word_starts": {"type": "edge_ngram", "min_gram": 1, "max_gram": LONGEST_WORD_START},
            "starts": {"type": "edge_ngram", "min_gram": 1, "max_gram": LONGEST_START},
            "cut_word": {"type": "truncate", "length": LONGEST_WORD_START},
            "cut": {"type": "truncate", "length": LONGEST_START},
            "pieces": {"type": "ngram", "min_gram": 3, "max_gram": 3},
        },
        "analyzer": {
            "words": {"tokenizer": "whitespace", "filter": ["parts", "flatten_graph", *_PLAIN]},
            "words_query": {"tokenizer": "whitespace", "filter": ["query_parts", *_PLAIN]},
            "word_starts": {"tokenizer": "whitespace", "filter": ["parts", "flatten_graph", *_PLAIN, "word_starts"]},
            "word_starts_query": {"tokenizer": "whitespace", "filter": ["query_parts", *_PLAIN, "cut_word"]},
            "joined": {"tokenizer": "keyword", "char_filter": ["joining"], "filter": [*_PLAIN]},
            "starts": {"tokenizer": "keyword", "char_filter": ["joining"], "filter": [*_PLAIN, "starts"]},
            "starts_query": {"tokenizer": "keyword", "char_filter": ["joining"], "filter": [*_PLAIN, "cut"]},
            "pieces": {"tokenizer": "keyword", "char_filter": ["joining"], "filter": [*_PLAIN, "pieces"]},
        },
    }


def _matched(analyzer: str, query: str | None = None) -> dict[str, Any]:
    """A field that is matched or not: no positions, no lengths, no scores of its own."""
    return {
        "type": "text",
        "analyzer": analyzer,
        "search_analyzer": query or analyzer,
        "index_options": "docs",
        "norms": False,
    }


def mapping(meta: dict[str, Any]) -> dict[str, Any]:
    """The index mapping; `meta` says what the index was built from.

    `text` is what is matched, of a network all of its names, the usual one first; its subfields hold whole words,
    beginnings of words, the text without what stands between its letters, beginnings of that, and its pieces of three
    letters.
    """
    stored = {"type": "keyword", "index": False, "doc_values": False}
    return {
        "dynamic": False,
        "_meta": meta,
        "properties": {
            "kind": {"type": "keyword"},
            "text": {
                **_matched("words", "words_query"),
                "fields": {
                    "wordStarts": _matched("word_starts", "word_starts_query"),
                    "joined": _matched("joined"),
                    "starts": _matched("starts", "starts_query"),
                    "pieces": _matched("pieces"),
                },
            },
            "weight": {"type": "float"},
            "field": stored,
            "value": stored,
            "count": {"type": "integer", "index": False, "doc_values": False},
            "id": {"type": "long", "index": False, "doc_values": False},
            "network": stored,
        },
    }


def settings(replicas: int) -> dict[str, Any]:
    """The index settings. It is written once and never changed, so it never refreshes by itself."""
    return {
        "index": {
            "number_of_shards": 1,
            "number_of_replicas": replicas,
            "refresh_interval": "-1",
            # The heaviest first, so that a group of equals is ordered by reading its beginning.
            "sort.field": "weight",
            "sort.order": "desc",
            "max_inner_result_window": MOST_OF_A_KIND,
        },
        "analysis": _analysis(),
    }


# A search leaves closed programs out unless it names them, so nothing is suggested that only they have.
_OPEN = "p.status <> 'closed'"
_VERTICAL = "coalesce(p.vertical_override, p.vertical)"

_PROGRAMS = f"""
    select 'program' as kind, null as field, first.name as text, first.name as value, first.id, n.slug as network,
        named.count, coalesce(named.popularity, 0) + ln(named.count) as weight
    from (
        select (array_agg(p.id order by p.popularity desc nulls last, p.id))[1] as id, count(*)::int as count,
            max(p.popularity) as popularity
        from programs p where {_OPEN} group by lower(p.name)
    ) named
    join programs first on first.id = named.id
    join networks n on n.id = first.network_id
"""
_MERCHANTS = f"""
    select case when count(*) filter (where {_OPEN}) > 0 then 'merchant' else 'closedMerchant' end,
        'merchantDomain', p.merchant_domain, p.merchant_domain, null, null,
        (count(*) filter (where {_OPEN}))::int, coalesce(max(p.popularity) filter (where {_OPEN}), 0) + ln(count(*))
    from programs p where p.merchant_domain is not null group by p.merchant_domain
"""
_CATEGORIES = f"""
    select 'category', 'category', p.category, p.category, null, null, count(*)::int, count(*)
    from programs p where {_OPEN} and p.category is not null group by p.category
"""
_VERTICALS = f"""
    select 'category', 'vertical', {vertical_label_sql(_VERTICAL)}, {_VERTICAL}, null, null, count(*)::int, count(*)
    from programs p where {_OPEN} and {_VERTICAL} is not null group by {_VERTICAL}
"""


def documents_sql() -> str:
    """SELECT of (action, document) for every suggestion that is a value of the catalogue."""
    return (
        f"""select '{{"index":{{"_id":"' || row_number() over () || '"}}}}' as action, row_to_json(s) as document """
        f"from ({_PROGRAMS} union all {_MERCHANTS} union all {_CATEGORIES} union all {_VERTICALS}) s"
    )


NETWORKS_SQL = (
    f"select n.slug, count(*)::int from programs p join networks n on n.id = p.network_id where {_OPEN} group by n.slug"
)


def network_document(network: Network, programs: int) -> dict[str, Any]:
    """The suggestion of a network that has so many programs, by any of its names."""
    return {
        "kind": Kind.NETWORK.value,
        "field": "network",
        "text": [network.name, network.slug, *network.other_names],
        "value": network.slug,
        "count": programs,
        "weight": programs,
    }


# Completions are drawn from descriptions; a sample spread evenly by a hash is enough to know a trade's phrases, and
# bounds the cost for a catalogue of millions.
DESCRIPTIONS = 20_000

DESCRIPTIONS_SQL = f"""
    select coalesce(p.text_language, ''), {_VERTICAL}, p.name, p.description
    from programs p where {_OPEN} and p.description is not null and {_VERTICAL} is not null
    order by hashint8(p.id), p.id limit {DESCRIPTIONS}
"""


# A topic is found in any language, and called so by who writes it.
TOPICS_SQL = f"""
    select topic, coalesce(p.text_language, ''), count(*)::int from programs p, unnest(p.topics) topic
    where {_OPEN} group by 1, 2
"""


def fingerprint() -> str:
    """What an index was built with: another mapping, other statements, networks or topics give another string."""
    named = [network_document(each, 0) for each in BY_SLUG.values()]
    parts = (mapping({}), settings(0), documents_sql(), DESCRIPTIONS_SQL, NETWORKS_SQL, TOPICS_SQL, DIGEST, named)
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:16]
