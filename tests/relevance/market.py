"""A whole catalogue, ready to be asked the judged queries."""

from __future__ import annotations

import asyncio
from datetime import date

import psycopg
from opensearchpy import OpenSearch

from app.engines import open_search_async
from app.search.engine import SearchEngine
from app.search.filters import ALIVE
from app.search.find import decided
from app.search.lexicon import HeldLexicon
from app.search.query_analysis import QueryAnalysis, Wording
from app.search.text_query import matching
from app.settings import Settings
from indexing import lexicon
from tests.relevance import judgements
from tests.relevance.judgements import Query
from tests.relevance.measure import Ask, Body, ndcg, read_ideals, read_rows, reciprocal_ranks

_TODAY = date(2026, 11, 1)  # freshness is measured from a fixed day: the same catalogue, the same scores


class Market:
    """The programs of a catalogue and the concrete index that holds them. `url` is that of its OpenSearch."""

    def __init__(
        self, connection: psycopg.Connection, client: OpenSearch, index: str, alias: str, url: str, settings: Settings
    ) -> None:
        self.client, self.index = client, index
        self.rows = read_rows(connection)
        self.ideals = read_ideals(judgements.read(), self.rows)
        held = lexicon.current(client, alias)
        assert held, "the catalogue has no lexicon"
        self.lexicon = HeldLexicon(lexicon.read(client, alias, held), held.version)
        self._url, self._settings = url, settings
        self._analyses: dict[str, QueryAnalysis] = {}

    def analysis(self, q: str) -> QueryAnalysis:
        """How search reads the words."""
        if q not in self._analyses:
            self._analyses[q] = asyncio.run(self._decided(q))
        return self._analyses[q]

    async def _decided(self, q: str) -> QueryAnalysis:
        client = open_search_async(self._url, self._settings)
        try:
            engine = SearchEngine(client, self.index)
            engine.lexicon = self.lexicon
            return await decided(engine, Wording(q))
        finally:
            await client.close()

    def ask(self, q: str) -> Body:
        """What search asks the engine."""
        return self.asked(self.analysis(q))

    def asked(self, analysis: QueryAnalysis) -> Body:
        """The same for a given analysis."""
        asked = matching(analysis, today=_TODAY, named=True)
        wanted = {"bool": {**asked, "filter": [ALIVE, *asked.get("filter", [])]}}
        return {"query": wanted, "sort": [{"_score": "desc"}, {"id": "asc"}]}

    def scores(self, queries: list[Query], ask: Ask) -> dict[str, float]:
        """nDCG@10 of each query."""
        return ndcg(self.client, self.index, queries, self.rows, self.ideals, ask)

    def ranks(self, queries: list[Query], ask: Ask) -> dict[str, float]:
        """Reciprocal rank of each query's first best answer."""
        return reciprocal_ranks(self.client, self.index, queries, self.rows, self.ideals, ask)
