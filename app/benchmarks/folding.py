"""The queries of one InstantSearch page folded into one search, beside the same queries as one `_msearch`.

A page with two refined lists: the one that wants hits and all counts, and for each refined list its counts without its
own refinement. Both are sent to the engine as the API would send them (`docs/adr/0110`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

import msgspec

from app.benchmarks.search import Query as Words
from app.search.algolia.fold import fold
from app.search.algolia.query import INDEX, Query, read_query
from app.search.analysing import analyse
from app.search.lexicon import NO_LEXICON
from app.search.query_analysis import QueryAnalysis, Wording

SECONDS = 1.5
MOST_A_SECOND = 1_500  # pages; more than these engines give on any machine this is for
_REFINED = {
    "network": ["network:clickbank", "network:shareasale"],
    "primaryRegion": ["primaryRegion:US", "primaryRegion:GB"],
}
_FACETS = ["network", "vertical", "commissionType", "primaryRegion", "epc"]


def _analysed(asked: Query) -> dict[Wording, QueryAnalysis]:
    return {asked.wording: analyse(asked.wording, NO_LEXICON)}


def folded(url: str, index: str, asked: Iterable[Words]) -> Iterator[bytes]:
    """Requests of one search each."""
    for words in asked:
        (only,) = fold(page := _page(words), _analysed(page[0]), {})
        yield _request(url, f"/{index}/_search", msgspec.json.encode(only.body))


def apart(url: str, index: str, asked: Iterable[Words]) -> Iterator[bytes]:
    """Requests of one `_msearch` each, a search for each query."""
    for words in asked:
        bodies = [fold([query], _analysed(query), {})[0].body for query in _page(words)]
        yield _request(
            url, f"/{index}/_msearch", b"".join(b"{}\n" + msgspec.json.encode(body) + b"\n" for body in bodies)
        )


def _page(words: Words) -> list[Query]:
    """What InstantSearch asks for a page of one of these words, in the range."""
    always = {
        "query": words["q"].split()[0],
        "numericFilters": [f"commissionMax>={words['commission'].removesuffix('..')}"],
    }
    shown: dict[str, Any] = {**always, "facetFilters": list(_REFINED.values()), "facets": _FACETS}
    rest = [
        {
            **always,
            "hitsPerPage": 0,
            "facets": [facet],
            "facetFilters": [chosen for other, chosen in _REFINED.items() if other != facet],
        }
        for facet in _REFINED
    ]
    queries = [read_query(given, INDEX)[0] for given in (shown, *rest)]
    return [query for query in queries if query is not None]


def _request(url: str, path: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
