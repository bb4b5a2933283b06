"""How the engines themselves are, as figures: OpenSearch's heap and disk, Postgres' size and connections, by node."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import msgspec
from opensearchpy.exceptions import TransportError
from prometheus_client.core import Metric

from app.api.gauges import gauge, labelled
from app.search.engine import EngineAway, SearchEngine

_PATH = (
    "/_nodes/stats/jvm,fs?filter_path=nodes.*.name,nodes.*.jvm.mem.heap_used_in_bytes,"
    "nodes.*.jvm.mem.heap_max_in_bytes,nodes.*.fs.total.total_in_bytes,nodes.*.fs.total.available_in_bytes"
)
_PATIENCE_SECONDS = 1.0

OF_DATABASE = """
    select pg_database_size(current_database()) as bytes,
        (select count(*)::int from pg_stat_activity where datname = current_database()) as connections,
        current_setting('max_connections')::int as most
"""


class _Heap(msgspec.Struct):
    heap_used_in_bytes: int
    heap_max_in_bytes: int


class _Jvm(msgspec.Struct):
    mem: _Heap


class _Total(msgspec.Struct):
    total_in_bytes: int
    available_in_bytes: int


class _Disk(msgspec.Struct):
    total: _Total


class _Node(msgspec.Struct):
    name: str
    jvm: _Jvm
    fs: _Disk


class _Nodes(msgspec.Struct):
    nodes: dict[str, _Node] = {}


async def engine_metrics(engine: SearchEngine) -> list[Metric]:
    """OpenSearch's heap and disk; nothing while it is away or says something else."""
    with suppress(EngineAway, TransportError, msgspec.DecodeError):
        answer = await engine.request("GET", _PATH, None, _PATIENCE_SECONDS)
        nodes = msgspec.json.decode(answer, type=_Nodes).nodes.values()

        def each(name: str, about: str, figures: list[int]) -> Metric:
            return labelled(name, about, ["node"], [([node.name], it) for node, it in zip(nodes, figures, strict=True)])

        return [
            each("opensearch_heap_used_bytes", "Heap in use.", [node.jvm.mem.heap_used_in_bytes for node in nodes]),
            each("opensearch_heap_max_bytes", "Heap there is.", [node.jvm.mem.heap_max_in_bytes for node in nodes]),
            each("opensearch_disk_free_bytes", "Free disk.", [node.fs.total.available_in_bytes for node in nodes]),
            each("opensearch_disk_bytes", "Disk there is.", [node.fs.total.total_in_bytes for node in nodes]),
        ]
    return []


def database_metrics(row: dict[str, Any]) -> list[Metric]:
    """Postgres' figures from a row of OF_DATABASE."""
    return [
        gauge("database_bytes", "Size of the database.", row["bytes"]),
        gauge("database_connections", "Connections to the database, ours and others'.", row["connections"]),
        gauge("database_connections_max", "Connections that Postgres allows.", row["most"]),
    ]
