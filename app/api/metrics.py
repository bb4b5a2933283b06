"""What Prometheus scrapes: every process of a server answers the same.

What processes count is added up over those that share a folder (`app.observability.figures`); the rest is read from
both engines at the scrape.
"""

from __future__ import annotations

import asyncio
import platform
from collections.abc import Iterable
from contextlib import suppress
from importlib.metadata import version
from typing import Any

import psycopg
from litestar import Response, Router, get
from litestar.di import NamedDependency
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from psycopg_pool import PoolTimeout

from app.api.application_state import ApplicationState
from app.api.engine_metrics import OF_DATABASE, database_metrics, engine_metrics
from app.api.gauges import gauge, labelled
from app.api.keys import needs_where_closed
from app.api.known_parameters import known_only
from app.api.network_metrics import network_metrics
from app.jobs import WAITING
from app.networks.health import FACTS, health_by_network
from app.observability.instruments import exposition
from app.processes.heartbeat import Workers
from mappings.index import fingerprint

_DEAD = "select generation, count(*)::int as letters from dead_letters group by generation"
_GENERATIONS = "select name, state, (paused_since is not null)::int as paused from index_generations"
_VERIFIED = """
    select extract(epoch from finished_at)::float8 as at, (result::jsonb->>'inStep')::boolean::int as in_step,
        (result::jsonb->>'missing')::int as missing, (result::jsonb->>'stale')::int as stale,
        (result::jsonb->>'extra')::int as extra, (result::jsonb->>'repaired')::int as repaired,
        (result::jsonb->>'seconds')::float8 as seconds
    from index_operations where kind = 'verify' and state = 'done' order by id desc limit 1
"""
_OPERATIONS = """
    select kind, state, count(*)::int as count from index_operations group by kind, state
"""
_RUNS = "select state, count(*)::int as count from import_runs group by state"
_NETWORKS = """
    select slug, extract(epoch from last_complete_at)::float8 as at from networks where last_complete_at is not null
"""


class _Scrape:
    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self._metrics


# Litestar says the character set of every text.
_MEDIA_TYPE = CONTENT_TYPE_LATEST.removesuffix("; charset=utf-8")


@get("/metrics", **needs_where_closed("read"), summary="For Prometheus", tags=["health"], media_type="text/plain")
async def metrics(app_state: NamedDependency[ApplicationState]) -> Response[bytes]:
    """Requests, calls and engines, how far the index is behind, workers, jobs, imports, networks.

    `docs/monitoring.md` lists them all.
    """
    probe = app_state.probe
    found: list[Metric] = [
        gauge("search_ready", "1 if searches can be answered.", probe.search_ready),
        gauge("database_ready", "1 if Postgres answers.", probe.database_ready),
        labelled("build_info", "What runs, as labels; always 1.", ["version", "python", "mapping"], [(_build(), 1)]),
    ]
    if probe.index.pending_changes is not None:
        found.append(gauge("index_pending_changes", "Changes not indexed yet.", probe.index.pending_changes))
        found.append(
            gauge("index_oldest_pending_seconds", "Age of the oldest.", probe.index.oldest_pending_seconds or 0.0)
        )
    found += await engine_metrics(app_state.engine)
    with suppress(psycopg.Error, PoolTimeout):
        found += await _from_database(app_state)
    registry = CollectorRegistry()
    registry.register(_Scrape(found))
    counted = await asyncio.to_thread(exposition)
    return Response(counted + generate_latest(registry), media_type=_MEDIA_TYPE)


def _build() -> list[str]:
    return [version("affindex"), platform.python_version(), fingerprint()]


async def _from_database(app_state: ApplicationState) -> list[Metric]:
    async with app_state.database() as database:

        async def rows(query: Any) -> list[dict[str, Any]]:
            return await (await database.execute(query)).fetchall()

        generations, dead = await rows(_GENERATIONS), await rows(_DEAD)
        verified, operations = await rows(_VERIFIED), await rows(_OPERATIONS)
        runs, networks = await rows(_RUNS), await rows(_NETWORKS)
        waiting, (of_database,) = await rows(WAITING), await rows(OF_DATABASE)
        health = health_by_network(await rows(FACTS), app_state.accounts)
    found = [
        labelled(
            "index_generation_paused",
            "1 if a generation takes no changes.",
            ["generation", "state"],
            [([each["name"], each["state"]], each["paused"]) for each in generations],
        ),
        labelled(
            "index_dead_letters",
            "Documents a generation refuses.",
            ["generation"],
            [([each["generation"]], each["letters"]) for each in dead],
        ),
        labelled(
            "index_operations",
            "Operations on the index.",
            ["kind", "state"],
            [([each["kind"], each["state"]], each["count"]) for each in operations],
        ),
        labelled("import_runs", "Import runs.", ["state"], [([each["state"]], each["count"]) for each in runs]),
        labelled(
            "network_last_complete_timestamp_seconds",
            "End of a network's last complete import.",
            ["network"],
            [([each["slug"]], each["at"]) for each in networks],
        ),
        labelled(
            "jobs",
            "Jobs that wait (`todo`) or are carried out (`doing`).",
            ["queue", "state"],
            [([each["queue"], each["state"]], each["count"]) for each in waiting],
        ),
        labelled(
            "jobs_oldest_seconds",
            "How long the oldest of them has been due, or carried out.",
            ["queue", "state"],
            [([each["queue"], each["state"]], each["seconds"]) for each in waiting],
        ),
        *_of_workers(app_state.probe.workers),
        *database_metrics(of_database),
        *network_metrics(health.values()),
    ]
    for last in verified:
        found += [
            gauge("verify_in_step", "1 if the last comparison found no difference.", last["in_step"]),
            gauge("verify_timestamp_seconds", "When it ended.", last["at"]),
            gauge("verify_seconds", "How long it took.", last["seconds"]),
            labelled(
                "verify_programs",
                "Programs that differed, or were mended.",
                ["how"],
                [([how], last[how]) for how in ("missing", "stale", "extra", "repaired")],
            ),
        ]
    return found


def _of_workers(workers: Workers) -> list[Metric]:
    states = [(["alive"], workers.alive), (["frozen"], workers.frozen)]
    found = [labelled("workers", "Workers that beat, by whether a part of them hangs.", ["state"], states)]
    if workers.at is not None:
        found.append(gauge("worker_heartbeat_timestamp_seconds", "The last beat of any worker.", workers.at))
    return found


ROUTES = Router(path="/", route_handlers=[metrics], before_request=known_only)
