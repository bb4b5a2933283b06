"""tantivy in this process, by its own Python package: texts with positions, fast fields for filters and facets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

from app.benchmarks.peers.rows import EPC_EDGES, FACETS, HITS, NUMBERS, TEXTS, Question

_WEIGHTS = {"name": 6.0, "category": 2.0, "merchant_domain": 4.0, "description": 1.0}
_RANGES = [
    *({"from": low, "to": high} for low, high in pairwise(EPC_EDGES)),
    {"from": EPC_EDGES[-1]},
]
_AGGREGATIONS: dict[str, Any] = {
    **{facet: {"terms": {"field": facet, "size": 20}} for facet in FACETS},
    "epc": {"range": {"field": "epc", "ranges": _RANGES}},
    "epc bounds": {"stats": {"field": "epc"}},
    "epc percentiles": {"percentiles": {"field": "epc", "percents": [5, 25, 50, 75, 95]}},
}


class Tantivy:
    """An index in memory."""

    name = "tantivy"
    threads = 2

    def __init__(self, index: Any, query: Any) -> None:
        self._index = index
        self._query = query
        self._searcher = index.searcher()

    def ask(self, asked: Question) -> int:
        """Hits with their documents, and the facets of the same query."""
        query = self._query(asked)
        found = self._searcher.search(query, HITS)
        for _, address in found.hits:
            self._searcher.doc(address).to_dict()
        self._searcher.aggregate(query, _AGGREGATIONS)
        return int(found.count)


@contextmanager
def tantivy(rows: list[dict[str, Any]]) -> Iterator[Tantivy]:
    """tantivy with these programs. Raises ImportError without its package, which is a development dependency."""
    import tantivy as engine

    builder = engine.SchemaBuilder()
    builder.add_integer_field("id", stored=True, fast=True)
    for each in TEXTS:
        builder.add_text_field(each, stored=True)
    for each in (*FACETS, "status"):
        builder.add_text_field(each, stored=True, tokenizer_name="raw", index_option="basic", fast=True)
    for each in NUMBERS:
        builder.add_float_field(each, stored=True, indexed=True, fast=True)
    schema = builder.build()
    index = engine.Index(schema)
    writer = index.writer(128_000_000, 1)
    for row in rows:
        writer.add_document(engine.Document(**{key: value for key, value in row.items() if value is not None}))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    must, may = engine.Occur.Must, engine.Occur.Should
    opened = engine.Query.term_set_query(schema, "status", ["active", "paused"])

    def query(asked: Question) -> Any:
        # Its parser takes signs alone for a query that only leaves out; they find nothing.
        asked_for = [word.replace('"', "") for word in asked.q.split() if any(map(str.isalnum, word))]
        if not asked_for:
            return engine.Query.empty_query()
        words = index.parse_query(
            " ".join(f'"{word}"' for word in asked_for),
            list(TEXTS),
            field_boosts=_WEIGHTS,
            conjunction_by_default=True,
        )
        above = engine.Query.range_query(schema, "commission_max", engine.FieldType.Float, asked.low, 1e12)
        open_above = engine.Query.boolean_query(
            [
                (must, engine.Query.exists_query("commission_min")),
                (engine.Occur.MustNot, engine.Query.exists_query("commission_max")),
            ]
        )
        paying = engine.Query.boolean_query([(may, above), (may, open_above)])
        filters = [(must, engine.Query.const_score_query(each, 0.0)) for each in (opened, paying)]
        return engine.Query.boolean_query([(must, words), *filters])

    yield Tantivy(index, query)
