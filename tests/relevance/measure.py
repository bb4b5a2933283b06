"""How well search answers the judgement list: nDCG@10 and MRR, by the engine's own `_rank_eval`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from statistics import mean
from typing import Any

import psycopg
from opensearchpy import OpenSearch
from psycopg.rows import dict_row

from mappings.index import WORDS
from tests.relevance.judgements import BEST, Query, Row, folded

DEPTH = 10
Body = dict[str, Any]
Ask = Callable[[str], Body]
"""From the words of a query to a search body with `query` and `sort`."""

_ROWS = """
    select p.id, n.slug as network, p.name, p.description, p.text_language as "textLanguage", p.category,
        coalesce(p.vertical_override, p.vertical) as vertical, p.recurring, p.commission_max as "commissionMax",
        p.cookie_days as "cookieDays", p.epc, p.conversion_rate as "conversionRate", p.popularity,
        p.launched_at as "launchedAt", p.geo_targeting as "geoTargeting", p.approval_mode as "approvalMode",
        p.has_product_feed as "hasProductFeed"
    from programs p join networks n on n.id = p.network_id order by p.id
"""


def read_rows(connection: psycopg.Connection) -> dict[int, Row]:
    """The programs as the rules want them, by id."""
    with connection.cursor(row_factory=dict_row) as cursor:
        listed = cursor.execute(_ROWS).fetchall()
    for row in listed:
        row["text"] = folded(row["name"]) + folded(row["description"] or "")
        row["geoTargeting"] = row["geoTargeting"] or []
    return {row["id"]: row for row in listed}


Ideals = dict[str, dict[int, int]]
"""Per query the ids and grades of the best answers there are."""


def read_ideals(queries: list[Query], rows: dict[int, Row]) -> Ideals:
    """What each query could be answered with at best."""
    return {query.q: query.ideal(rows.values()) for query in queries}


def ndcg(
    client: OpenSearch, index: str, queries: list[Query], rows: dict[int, Row], ideals: Ideals, ask: Ask
) -> dict[str, float]:
    """nDCG@10 per query. `index` must be a concrete index."""
    return _rank_eval(client, index, queries, rows, ideals, ask, {"dcg": {"k": DEPTH, "normalize": True}})


def reciprocal_ranks(
    client: OpenSearch, index: str, queries: list[Query], rows: dict[int, Row], ideals: Ideals, ask: Ask
) -> dict[str, float]:
    """1 / rank of the first best answer among ten per query; 0 if there is none."""
    metric = {"mean_reciprocal_rank": {"k": DEPTH, "relevant_rating_threshold": BEST}}
    return _rank_eval(client, index, queries, rows, ideals, ask, metric)


def _rank_eval(
    client: OpenSearch,
    index: str,
    queries: list[Query],
    rows: dict[int, Row],
    ideals: Ideals,
    ask: Ask,
    metric: Body,
) -> dict[str, float]:
    requests = []
    for query in queries:
        body = ask(query.q)
        hits = client.search(index=index, body={**body, "size": DEPTH, "_source": False})["hits"]["hits"]
        rated = ideals[query.q] | {int(hit["_id"]): query.grade(rows[int(hit["_id"])]) for hit in hits}
        ratings = [{"_index": index, "_id": str(id), "rating": grade} for id, grade in rated.items()]
        requests.append({"id": query.q, "request": body, "ratings": ratings})
    answer = client.rank_eval(index=index, body={"requests": requests, "metric": metric})
    assert not answer["failures"], answer["failures"]
    return {q: detail["metric_score"] for q, detail in answer["details"].items()}


def by_kind(queries: list[Query], scores: dict[str, float]) -> dict[str, float]:
    """The mean of each kind, and of all."""
    kinds: dict[str, list[float]] = defaultdict(list)
    for query in queries:
        kinds[query.kind].append(scores[query.q])
        kinds["all"].append(scores[query.q])
    return {kind: mean(values) for kind, values in kinds.items()}


def plain(q: str) -> Body:
    """What a catalogue gets without thinking about it: one `multi_match` over everything with words in it."""
    fields = ["name", WORDS]
    return {"query": {"multi_match": {"query": q, "fields": fields}}, "sort": [{"_score": "desc"}, {"id": "asc"}]}
