"""Are Postgres and an index in step? Counts and checksums over 1,024 buckets, then ids of the buckets that differ.

The order matters. First a Postgres snapshot with the ids that are known to be under way, then a refresh, then the
index, both without those ids: refreshing first takes live changes for differences. What the index then holds beyond the
snapshot is looked up in Postgres once more, afterwards: a change that was committed in between is no difference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
from opensearchpy import OpenSearch, TransportError
from opensearchpy.exceptions import ConnectionError as SearchConnectionError

from mappings.document import BUCKETS, bucket_sql, check_sql

# More changes under way than this cannot be left out of one query; the answer is then "not in step yet".
MOST_PENDING = 50_000
_PAGE = 10_000
_LOOKS = 2  # a difference is looked at twice
_DOCUMENTS_A_DRILL = 20_000  # buckets are looked into together up to about this many documents

_ROWS = f"""
    select {bucket_sql("id")} as bucket, id, version from (
        select id, version from programs
        union all
        select id, version from deleted_programs d where not exists (select from programs p where p.id = d.id)
    ) as all_programs
"""
_SUMS = f"""
    select bucket, count(*), sum({check_sql("id", "version")})::bigint
    from ({_ROWS}) as rows
    where not exists (select from changed_programs c where c.program_id = rows.id)
    group by bucket
"""
_VERSIONS_OF = f"""
    select id, version, {check_sql("id", "version")} from ({_ROWS}) as rows where bucket = any(%s)
"""
_VERSIONS_NOW = f"select id, version from ({_ROWS}) as rows where id = any(%s)"

# Partial answers of a cluster that is missing a shard would look like differences.
WHOLE = {"allow_partial_search_results": "false", "request_cache": "false"}

IN_A_BUCKET: dict[str, Any] = {"range": {"sync.bucket": {"gte": 0, "lt": BUCKETS}}}


@dataclass(slots=True)
class Difference:
    """Ids that the two sides hold differently, and what was compared."""

    rows: int = 0  # in Postgres, deleted ones included, pending ones not
    pending: int = 0
    missing: set[int] = field(default_factory=set)  # in Postgres only
    stale: set[int] = field(default_factory=set)  # the index holds another version, or another document
    extra: set[int] = field(default_factory=set)  # in the index only
    # Documents whose id or place is nobody's: (id, routing).
    strangers: set[tuple[str, str | None]] = field(default_factory=set)
    highest: int = 0  # the highest version the index has of those
    undecided: str | None = None

    @property
    def in_step(self) -> bool:
        """Whether both sides are in step: nothing differs. False also where that could not be decided."""
        return self.undecided is None and not self.differing and not self.strangers

    @property
    def differing(self) -> set[int]:
        """All ids that differ."""
        return self.missing | self.stale | self.extra


@dataclass(frozen=True, slots=True)
class Held:
    """What an index holds of one program: the engine's own version, and what the document says."""

    version: int
    said: int | None
    check: int | None

    @property
    def genuine(self) -> bool:
        """Whether follow or a backfill wrote the document; any other write moves the engine's version away."""
        return self.version == self.said


def compare(connection: psycopg.Connection, client: OpenSearch, index: str) -> Difference:
    """Compare an index with Postgres. The connection must be idle; it is left so."""
    return twice(lambda: _look(connection, client, index))


def twice(look: Callable[[], Difference]) -> Difference:
    """The difference that two looks agree on."""
    difference = look()
    for _ in range(_LOOKS - 1):
        if difference.in_step or difference.undecided:
            return difference
        again = look()
        again.missing &= difference.missing
        again.stale &= difference.stale
        again.extra &= difference.extra
        again.strangers &= difference.strangers
        difference = again
    return difference


def pending_ids(connection: psycopg.Connection, difference: Difference) -> list[int]:
    """The ids of changes under way; `difference` says so if they are too many."""
    pending = [id for (id,) in connection.execute(f"select program_id from changed_programs limit {MOST_PENDING + 1}")]
    difference.pending = len(pending)
    if len(pending) > MOST_PENDING:
        difference.undecided = f"more than {MOST_PENDING:,} changes are under way; not in step yet"
    return pending


def _look(connection: psycopg.Connection, client: OpenSearch, index: str) -> Difference:
    difference = Difference()
    connection.rollback()
    beyond: dict[int, int] = {}  # id -> version in the index, above the snapshot's
    try:
        with connection.transaction():
            connection.execute("set transaction isolation level repeatable read, read only")
            pending = pending_ids(connection, difference)
            if difference.undecided:
                return difference
            ours = {bucket: (count, total) for bucket, count, total in connection.execute(_SUMS)}
            difference.rows = sum(count for count, _ in ours.values())
            client.indices.refresh(index=index)
            theirs, strangers = _index_sums(client, index, pending)
            unequal = [bucket for bucket in range(BUCKETS) if ours.get(bucket) != theirs.get(bucket)]
            known = set(pending)
            for buckets in _grouped(unequal, ours, theirs):
                rows = {
                    id: (version, check)
                    for id, version, check in connection.execute(_VERSIONS_OF, (buckets,))
                    if id not in known
                }
                _drill(rows, _held(client, index, buckets, known, difference), difference, beyond)
            if strangers:
                _outside_buckets(client, index, known, difference)
        _look_up(connection, beyond, difference)
    except (SearchConnectionError, TransportError) as error:
        difference.undecided = f"the index did not answer: {error}"
    return difference


def _index_sums(client: OpenSearch, index: str, pending: list[int]) -> tuple[dict[int, tuple[int, int]], int]:
    """Count and sum per bucket, and the number of documents outside every bucket."""
    query: dict[str, Any] = {"match_all": {}}
    if pending:
        query = {"bool": {"must_not": {"ids": {"values": [str(id) for id in pending]}}}}
    answer = client.search(
        index=index,
        body={
            "size": 0,
            "track_total_hits": False,
            "query": query,
            "aggs": {
                "within": {
                    "filter": IN_A_BUCKET,
                    "aggs": {
                        "buckets": {
                            # strictly more than there are values: at equality the error bound is not zero
                            "terms": {"field": "sync.bucket", "size": BUCKETS + 1, "shard_size": 2 * BUCKETS},
                            "aggs": {"check": {"sum": {"field": "sync.check"}}},
                        }
                    },
                },
                # documents written behind our back carry no bucket at all, or an impossible one
                "strangers": {"filter": {"bool": {"must_not": IN_A_BUCKET}}},
            },
        },
        params=WHOLE,
    )
    sums = {
        bucket["key"]: (bucket["doc_count"], int(bucket["check"]["value"]))
        for bucket in answer["aggregations"]["within"]["buckets"]["buckets"]
    }
    return sums, answer["aggregations"]["strangers"]["doc_count"]


def _grouped(
    unequal: list[int], ours: dict[int, tuple[int, int]], theirs: dict[int, tuple[int, int]]
) -> Iterator[list[int]]:
    """Buckets to look into together."""
    group: list[int] = []
    size = 0
    for bucket in unequal:
        documents = max(ours.get(bucket, (0, 0))[0], theirs.get(bucket, (0, 0))[0])
        if group and size + documents > _DOCUMENTS_A_DRILL:
            yield group
            group, size = [], 0
        group.append(bucket)
        size += documents
    if group:
        yield group


def _drill(
    rows: dict[int, tuple[int, int]], held: dict[int, Held], difference: Difference, beyond: dict[int, int]
) -> None:
    difference.missing |= rows.keys() - held.keys()
    for id, document in held.items():
        version, check = rows.get(id, (0, None))
        if document.genuine and document.version > version:
            beyond[id] = document.version
        elif version == 0:
            difference.extra.add(id)
        elif not document.genuine or document.version < version or document.check != check:
            difference.stale.add(id)
        else:
            continue
        difference.highest = max(difference.highest, document.version)


def _look_up(connection: psycopg.Connection, beyond: dict[int, int], difference: Difference) -> None:
    """What the index has beyond the snapshot was committed since, if Postgres knows it now."""
    if not beyond:
        return
    now: dict[int, int] = dict(connection.execute(_VERSIONS_NOW, (list(beyond),)).fetchall())
    connection.rollback()
    for id, version in beyond.items():
        if id not in now:
            difference.extra.add(id)
        elif now[id] < version:
            difference.stale.add(id)


def _held(
    client: OpenSearch, index: str, buckets: list[int], pending: set[int], difference: Difference
) -> dict[int, Held]:
    """What the index holds of some buckets, by id, without the pending ones."""
    held: dict[int, Held] = {}
    wanted = set(buckets)
    for hit in hits(client, index, {"terms": {"sync.bucket": buckets}}, source=["sync.version", "sync.check"]):
        id = number(hit["_id"])
        if id is None or "_routing" in hit or (id & (BUCKETS - 1)) not in wanted:
            difference.strangers.add((hit["_id"], hit.get("_routing")))
        elif id not in pending:
            said = (hit.get("_source") or {}).get("sync") or {}
            held[id] = Held(hit["_version"], said.get("version"), said.get("check"))
    return held


def _outside_buckets(client: OpenSearch, index: str, pending: set[int], difference: Difference) -> None:
    """Documents without a bucket: somebody else's, or one of ours that somebody else wrote over."""
    for hit in hits(client, index, {"bool": {"must_not": IN_A_BUCKET}}, source=False):
        id = number(hit["_id"])
        if id is None or "_routing" in hit:
            difference.strangers.add((hit["_id"], hit.get("_routing")))
        elif id not in pending:
            (difference.stale if id in difference.missing else difference.extra).add(id)
            difference.missing.discard(id)
            difference.highest = max(difference.highest, hit["_version"])


def number(id: str) -> int | None:
    """A document's id as a program's; None for an id that no program has."""
    return int(id) if id.isascii() and id.isdecimal() and str(int(id)) == id and int(id) < 2**63 else None


def hits(
    client: OpenSearch, index: str, query: dict[str, Any], *, source: Any, page: int = _PAGE
) -> Iterator[dict[str, Any]]:
    """Every hit of a query with its engine version, from one point in time of the index."""
    opened = client.transport.perform_request(
        "POST", f"/{index}/_search/point_in_time", params={"keep_alive": "2m", "allow_partial_pit_creation": "false"}
    )
    pit = opened["pit_id"]
    try:
        body: dict[str, Any] = {
            "size": page,
            "track_total_hits": False,
            "query": query,
            "version": True,
            "_source": source,
            "pit": {"id": pit, "keep_alive": "2m"},
            "sort": [{"_shard_doc": "asc"}],
        }
        while True:
            found = client.search(body=body, params={"allow_partial_search_results": "false"})["hits"]["hits"]
            yield from found
            if len(found) < page:
                return
            body["search_after"] = found[-1]["sort"]
    finally:
        client.transport.perform_request("DELETE", "/_search/point_in_time", body={"pit_id": [pit]})
