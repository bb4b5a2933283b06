"""Postgres and an index compared whole, document by document, streamed in slices of ids."""

from __future__ import annotations

from typing import Any

import msgspec
import psycopg
from opensearchpy import OpenSearch, TransportError
from opensearchpy.exceptions import ConnectionError as SearchConnectionError

from indexing import generations
from indexing.compare import Difference, compare, pending_ids
from indexing.documents import all_documents, slices
from mappings.index import fingerprint

# Compared at once, so what memory holds: about 3 MB a side.
_DOCUMENTS_A_SLICE = 1_000


class _Action(msgspec.Struct):
    index: dict[str, Any]


_action = msgspec.json.Decoder(_Action).decode


def compare_documents(connection: psycopg.Connection, client: OpenSearch, index: str) -> Difference:
    """Compare counts and versions, then every document whole. The connection must be idle; it is left so."""
    difference = compare(connection, client, index)
    if difference.undecided:
        return difference
    generation = next((each for each in generations.live(connection) if each.name == index), None)
    connection.rollback()
    if generation is None or generation.fingerprint != fingerprint():
        difference.undecided = "the generation was built by another mapping: its documents differ; rebuild first"
        return difference
    altered = _altered(connection, client, index, generation.fields, difference)
    if altered and not difference.undecided:  # a difference is looked at twice
        altered = {
            id: version
            for id, version in _altered(connection, client, index, generation.fields, difference).items()
            if id in altered
        }
    difference.stale |= altered.keys() - difference.missing - difference.extra
    difference.highest = max(difference.highest, *altered.values(), 0)
    return difference


def _altered(
    connection: psycopg.Connection, client: OpenSearch, index: str, fields: tuple[str, ...], difference: Difference
) -> dict[int, int]:
    """Programs whose document is not what Postgres makes of their row though its version fits, with its version."""
    altered: dict[int, int] = {}
    try:
        with connection.transaction():
            connection.execute("set transaction isolation level repeatable read, read only")
            pending = set(pending_ids(connection, difference))
            if difference.undecided:
                return altered
            for low, high in slices(connection, _DOCUMENTS_A_SLICE)[0]:
                rows: dict[str, tuple[int, Any]] = {}
                for action, document in connection.execute(
                    f"select action, document::text from ({all_documents(fields, low, high)}) as documents"
                ):
                    given = _action(action).index
                    if int(given["_id"]) not in pending:
                        rows[str(given["_id"])] = (given["version"], msgspec.json.decode(document))
                if rows:
                    _compare_slice(client, index, rows, altered)
    except (SearchConnectionError, TransportError) as error:
        difference.undecided = f"the index did not answer: {error}"
    return altered


def _compare_slice(client: OpenSearch, index: str, rows: dict[str, tuple[int, Any]], altered: dict[int, int]) -> None:
    found = client.transport.perform_request("POST", f"/{index}/_mget", body={"ids": list(rows)})
    for held in found["docs"]:
        if not held.get("found"):
            continue  # the comparison of counts has it
        version, document = rows[held["_id"]]
        said = (held["_source"].get("sync") or {}).get("version")
        if held["_version"] > version and said == held["_version"]:
            continue  # written after the snapshot
        if held["_version"] != version or held["_source"] != document:
            altered[int(held["_id"])] = held["_version"]
