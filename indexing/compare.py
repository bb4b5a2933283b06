"""Are Postgres and an index in step? Counts and checksums over 1,024 buckets, then ids of the buckets that differ.

The order matters. First a Postgres snapshot with the ids that are known to be under way, then a refresh, then the
index, both without those ids: refreshing first takes live changes for drift.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import psycopg
from opensearchpy import OpenSearch

from mappings.document import BUCKETS, bucket_sql, check_sql

# More changes under way than this cannot be left out of one query; the answer is then "not in step yet".
MOST_PENDING = 50_000
_PAGE = 10_000
_LOOKS = 2  # a difference is looked at twice: a document may have been between the two sides

_ROWS = f"""
    select {bucket_sql("id")} as bucket, id, version from (
        select id, version from programs union all select id, version from deleted_programs
    ) as all_programs
"""
_SUMS = f"""
    select bucket, count(*), sum({check_sql("id", "version")})::bigint
    from ({_ROWS}) as rows
    where not exists (select from changed_programs c where c.program_id = rows.id)
    group by bucket
"""


@dataclass(slots=True)
class Drift:
    """Ids that the two sides hold differently, and what was compared."""

    rows: int = 0  # in Postgres, deleted ones included, pending ones not
    pending: int = 0
    missing: set[int] = field(default_factory=set)  # in Postgres only
    stale: set[int] = field(default_factory=set)  # the index holds an older version
    extra: set[int] = field(default_factory=set)  # in the index only
    undecided: str | None = None

    @property
    def in_step(self) -> bool:
        """Whether nothing differs; False also where that could not be decided."""
        return self.undecided is None and not (self.missing or self.stale or self.extra)

    @property
    def differing(self) -> set[int]:
        """All ids that differ."""
        return self.missing | self.stale | self.extra


def compare(connection: psycopg.Connection, client: OpenSearch, index: str) -> Drift:
    """Compare an index with Postgres. The connection must be idle; it is left so."""
    drift = _look(connection, client, index)
    for _ in range(_LOOKS - 1):
        if drift.in_step or drift.undecided:
            return drift
        again = _look(connection, client, index)
        again.missing &= drift.missing
        again.stale &= drift.stale
        again.extra &= drift.extra
        drift = again
    return drift


def _look(connection: psycopg.Connection, client: OpenSearch, index: str) -> Drift:
    drift = Drift()
    connection.rollback()
    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read, read only")
        pending = [id for (id,) in connection.execute("select program_id from changed_programs limit 50001")]
        drift.pending = len(pending)
        if len(pending) > MOST_PENDING:
            drift.undecided = f"more than {MOST_PENDING:,} changes are under way; not in step yet"
            return drift
        (newest,) = connection.execute("select last_value from program_version").fetchone() or (0,)
        ours = {bucket: (count, total) for bucket, count, total in connection.execute(_SUMS)}
        drift.rows = sum(count for count, _ in ours.values())
        client.indices.refresh(index=index)
        theirs = _index_sums(client, index, pending)
        for bucket in range(BUCKETS):
            if ours.get(bucket, (0, 0)) != theirs.get(bucket, (0, 0)):
                _drill(connection, client, index, bucket, set(pending), newest, drift)
    return drift


def _index_sums(client: OpenSearch, index: str, pending: list[int]) -> dict[int, tuple[int, int]]:
    query: dict[str, Any] = {"match_all": {}}
    if pending:
        query = {"bool": {"must_not": {"ids": {"values": [str(id) for id in pending]}}}}
    answer = client.search(
        index=index,
        body={
            "size": 0,
            "track_total_hits": True,
            "query": query,
            "aggs": {
                "buckets": {
                    # strictly more than there are values: at equality the error bound is not zero
                    "terms": {"field": "sync.bucket", "size": BUCKETS + 1, "shard_size": 2 * BUCKETS},
                    "aggs": {"check": {"sum": {"field": "sync.check"}}},
                },
                # documents written behind our back carry no bucket at all
                "strangers": {"missing": {"field": "sync.bucket"}},
            },
        },
        params={"request_cache": "false"},
    )
    sums = {
        bucket["key"]: (bucket["doc_count"], int(bucket["check"]["value"]))
        for bucket in answer["aggregations"]["buckets"]["buckets"]
    }
    if answer["aggregations"]["strangers"]["doc_count"]:
        # They belong to no bucket, so every bucket's drill must look for them: force one by an impossible sum.
        sums[0] = (-1, -1)
    return sums


def _drill(
    connection: psycopg.Connection,
    client: OpenSearch,
    index: str,
    bucket: int,
    pending: set[int],
    newest: int,
    drift: Drift,
) -> None:
    rows = connection.execute(f"select id, version from ({_ROWS}) as rows where bucket = %s", (bucket,)).fetchall()
    ours = {id: version for id, version in rows if id not in pending}
    theirs = {id: version for id, version in _index_versions(client, index, bucket).items() if id not in pending}
    drift.missing |= ours.keys() - theirs.keys()
    for id in ours.keys() & theirs.keys():
        if theirs[id] < ours[id]:
            drift.stale.add(id)
        elif ours[id] < theirs[id] and theirs[id] > newest:
            continue  # written after the snapshot: not drift
        elif ours[id] < theirs[id]:
            drift.stale.add(id)
    drift.extra |= {id for id in theirs.keys() - ours.keys() if theirs[id] <= newest}


def _index_versions(client: OpenSearch, index: str, bucket: int) -> dict[int, int]:
    """Id and version of a bucket's documents; the engine's own version, which any write behind our back moves."""
    within: dict[str, Any] = {"term": {"sync.bucket": bucket}}
    if bucket == 0:
        within = {"bool": {"should": [within, {"bool": {"must_not": {"exists": {"field": "sync.bucket"}}}}]}}
    versions: dict[int, int] = {}
    after: list[Any] | None = None
    while True:
        body: dict[str, Any] = {
            "size": _PAGE,
            "query": within,
            "version": True,
            "_source": False,
            "sort": ["_id"],
        }
        if after:
            body["search_after"] = after
        hits = client.search(index=index, body=body)["hits"]["hits"]
        for hit in hits:
            # an id that is no number is nobody's program; a negative one stands for it until it is deleted
            versions[int(hit["_id"]) if hit["_id"].isdecimal() else -1] = hit["_version"]
        if len(hits) < _PAGE:
            return versions
        after = hits[-1]["sort"]
