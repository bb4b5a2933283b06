"""A whole catalogue, ready to be asked the judged queries."""

from __future__ import annotations

from datetime import date

import msgspec
import psycopg
from opensearchpy import OpenSearch

from app.search.body import query
from app.search.filters import ALIVE
from app.search.find import written
from app.search.reading import AS_IT_STANDS, ENOUGH, Reading, count_body, meant_body, mistyped
from app.search.words import matching
from tests.relevance import judgements
from tests.relevance.judgements import Query
from tests.relevance.measure import Ask, Body, ndcg, read_ideals, read_rows, reciprocal_ranks

_TODAY = date(2026, 11, 1)  # freshness is measured from a fixed day: the same catalogue, the same scores


class Market:
    """The programs of a catalogue and the concrete index that holds them."""

    def __init__(self, connection: psycopg.Connection, client: OpenSearch, index: str) -> None:
        self.client, self.index = client, index
        self.rows = read_rows(connection)
        self.ideals = read_ideals(judgements.read(), self.rows)
        self._readings: dict[str, Reading] = {}

    def reading(self, q: str) -> Reading:
        """How search reads the words."""
        if q not in self._readings:
            if self._finds(written(q), 1) or self._finds(query(q, ()), ENOUGH):
                self._readings[q] = AS_IT_STANDS
            else:
                meant = self.client.search(index=self.index, body=meant_body(q))
                self._readings[q] = mistyped(meant["suggest"])
        return self._readings[q]

    def _finds(self, asked: Body, enough: int) -> bool:
        counted = self.client.search(index=self.index, body=count_body(asked, enough))
        return bool(counted["hits"]["total"]["value"] >= enough)

    def ask(self, q: str) -> Body:
        """What search asks the engine."""
        return self.asked(q, self.reading(q))

    def asked(self, q: str, reading: Reading) -> Body:
        """The same for a given reading."""
        wanted = {"bool": {"filter": [ALIVE], "must": [matching(q, reading, today=_TODAY)]}}
        body = {"query": wanted, "sort": [{"_score": "desc"}, {"id": "asc"}]}
        return msgspec.json.decode(
            msgspec.json.encode(body), type=dict
        )  # clauses come ready-made; tests take them apart

    def scores(self, queries: list[Query], ask: Ask) -> dict[str, float]:
        """nDCG@10 of each query."""
        return ndcg(self.client, self.index, queries, self.rows, self.ideals, ask)

    def ranks(self, queries: list[Query], ask: Ask) -> dict[str, float]:
        """Reciprocal rank of each query's first best answer."""
        return reciprocal_ranks(self.client, self.index, queries, self.rows, self.ideals, ask)
