"""Which programs a watch matches: its query as the engine takes it, its words as they were read at its creation."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import msgspec
import psycopg
from opensearchpy import OpenSearch

from app.alerts.wanted import request_of
from app.search.body import query
from app.search.filters import clause, effective
from app.search.query_analysis import QueryAnalysis
from app.search.request import SearchRequest
from mappings.relations import RELATIONS

MOST_MATCHES = 10_000
"""Programs that a watch matches at most, unless the caller says otherwise."""

_TOGETHER = 25  # queries in a request
_ANSWERED = "responses.error,responses.timed_out,responses._shards.failed,responses.hits.total,responses.hits.hits.sort"
# Of several accounts the nearest is a program's relation.
_RELATED = """
    select program_id from program_relations group by program_id
    having min(array_position(%s::text[], relation)) = any(%s::int[]) limit %s
"""
Body = dict[str, Any]


class NotWhole(Exception):
    """Not all of the index answered; what it says is no ground to tell anything."""


class TooManyMatches(Exception):
    """A watch matches more programs than are kept."""


def read_analysis(stored: str) -> QueryAnalysis:
    """How a watch's words were read. Raises msgspec.DecodeError for what another version of ours wrote."""
    return msgspec.json.decode(stored, type=QueryAnalysis)


def related(connection: psycopg.Connection, relations: Collection[str], most: int = MOST_MATCHES) -> frozenset[int]:
    """The programs to which accounts of ours stand so. Raises TooManyMatches for more than `most`."""
    places = [RELATIONS.index(each) + 1 for each in relations]
    found = frozenset(id for (id,) in connection.execute(_RELATED, (list(RELATIONS), places, most + 1)).fetchall())
    if len(found) > most:
        raise TooManyMatches(f"accounts stand so to more than {most:,} programs, and no more are watched")
    return found


def body_of(
    request: SearchRequest,
    analysis: QueryAnalysis,
    among: Collection[int] | None = None,
    related_to: frozenset[int] | None = None,
    most: int = MOST_MATCHES,
) -> Body:
    """The request for the ids of all programs that match, or of those `among` some; without anything else of them.
    `most` ids are asked for, and it is counted whether there are more.

    Who watches programs that they are `related_to` wants to know of those that close: then every status matches.
    """
    filters = request.filters if related_to is not None else effective(request.filters)
    clauses = [clause(wanted) for wanted in filters.values()]
    if related_to is not None:
        among = related_to if among is None else related_to.intersection(among)
    if among is not None:
        clauses.append({"terms": {"id": sorted(among)}})
    return {
        "size": most if among is None else min(len(among), most),
        "track_total_hits": most + 1,
        "_source": False,
        "stored_fields": "_none_",
        "query": query(analysis, clauses, scored=False),
        "sort": [{"id": "asc"}],
    }


def stored_body(
    stored_query: str,
    analysis: str,
    among: Collection[int] | None = None,
    related_to: frozenset[int] | None = None,
    most: int = MOST_MATCHES,
) -> Body:
    """The same of a stored watch. Raises BadRequest or msgspec.DecodeError where this version reads it no more."""
    return body_of(request_of(stored_query), read_analysis(analysis), among, related_to, most)


def matched(client: OpenSearch, alias: str, bodies: Iterable[Body], most: int = MOST_MATCHES) -> list[set[int] | None]:
    """The ids that each of the requests finds; None for more than `most`. Raises NotWhole, and as the client does."""
    listed = list(bodies)
    found: list[set[int] | None] = []
    for first in range(0, len(listed), _TOGETHER):
        lines: list[Body] = []
        for body in listed[first : first + _TOGETHER]:
            lines += ({}, body)
        answer = client.msearch(body=lines, index=alias, params={"filter_path": _ANSWERED})
        responses = answer.get("responses", [])
        if len(responses) != len(lines) // 2:
            raise NotWhole
        found += [_ids(response, most) for response in responses]
    return found


def _ids(response: dict[str, Any], most: int) -> set[int] | None:
    if "hits" not in response or response["timed_out"] or response["_shards"]["failed"]:
        raise NotWhole(str(response.get("error", {}).get("type", "")))
    hits = response["hits"]
    if hits["total"]["value"] > most:
        return None
    return {int(hit["sort"][0]) for hit in hits.get("hits", ())}
