"""Full-text queries. Tiers: the exact name, the name as a phrase, all words, and all words but for typing errors.

`docs/relevancy.md` gives every weight and its reason.
"""

from __future__ import annotations

from typing import Any

from mappings.languages import STEMMERS

Clause = dict[str, Any]

# BM25 over these fields stays below 200, so a higher tier always outranks a lower one, and scores keep the
# precision of a 32-bit float.
EXACT_NAME = 4000.0
NAME_PHRASE = 2000.0
# Popularity only orders what matches equally well: its whole range is worth less than one rare word.
POPULARITY = 1.0

FOLDED_FIELDS = ("name^6", "category.words^2", "sync.vertical^2", "merchantDomain.words^4", "description")
_STEMMED_PARTS = ("name^6", "labels^2", "description")


def all_words(q: str) -> Clause:
    """All words, in any of the fields together: as they are, or by their stems in each language."""
    return {
        "dis_max": {
            "queries": [
                {
                    "combined_fields": {
                        "query": q,
                        "fields": list(FOLDED_FIELDS),
                        "operator": "and",
                        "_name": "words",
                    }
                },
                *(_stemmed(q, language) for language in STEMMERS),
            ]
        }
    }


def _stemmed(q: str, language: str) -> Clause:
    return {
        "multi_match": {
            "query": q,
            "type": "cross_fields",
            "operator": "and",
            "fields": [f"sync.stem.{language}.{part}" for part in _STEMMED_PARTS],
            "_name": f"stems.{language}",
        }
    }


def matching(q: str) -> Clause:
    """The documents that hold all words, scored by tier."""
    return {
        "bool": {
            "must": [all_words(q)],
            "should": [
                {
                    "constant_score": {
                        "filter": {"term": {"name.exact": {"value": q, "case_insensitive": False}}},
                        "boost": EXACT_NAME,
                        "_name": "exactName",
                    }
                },
                {
                    "constant_score": {
                        "filter": {"match_phrase": {"name": {"query": q}}},
                        "boost": NAME_PHRASE,
                        "_name": "namePhrase",
                    }
                },
                {"rank_feature": {"field": "sync.popularity", "boost": POPULARITY, "_name": "popularity"}},
            ],
        }
    }
