"""What processes of ours count, for Prometheus; what is read from the engines at a scrape stands in `app.api.metrics`.

Labels have few values, whatever is sent to us: a route is its template, a method or a call one of those listed here.
"""

from __future__ import annotations

import os
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from app.observability.figures import VARIABLE, lives
from indexing.instruments import REGISTRY

_FAST = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)  # seconds
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# What is asked of OpenSearch; the first that stands in an address says which. All else is "other".
_CALLS = ("_search", "_msearch", "_doc", "_mget", "_stats", "_refresh", "_mapping", "_nodes")
NO_ROUTE = "none"

REQUESTS = Counter(
    "affindex_http_requests",
    "Answers of the API.",
    ["method", "route", "status"],
    registry=REGISTRY,
)
LATENCY = Histogram(
    "affindex_http_request_seconds",
    "From a request until its answer began.",
    ["route"],
    buckets=_FAST,
    registry=REGISTRY,
)
ENGINE_CALLS = Histogram(
    "affindex_engine_call_seconds",
    "Calls of the API to OpenSearch; `result` is the class of its status, or `none` without an answer.",
    ["call", "result"],
    buckets=_FAST,
    registry=REGISTRY,
)
REFUSED = Counter(
    "affindex_engine_refusals",
    "Answers 503 because OpenSearch was away, slow or too old.",
    ["reason"],
    registry=REGISTRY,
)
CIRCUIT = Gauge(
    "affindex_engine_circuit_open",
    "Processes of the API that send nothing to OpenSearch for now, since it did not answer.",
    multiprocess_mode="livesum",
    registry=REGISTRY,
)
UNDER_WAY = Gauge(
    "affindex_engine_requests_under_way",
    "Requests to OpenSearch that wait for an answer, or for their turn.",
    multiprocess_mode="livesum",
    registry=REGISTRY,
)
CACHE = Counter(
    "affindex_response_cache",
    "Answers of the response cache: `hit`, `miss`, or `not-modified` (304).",
    ["result"],
    registry=REGISTRY,
)
POOL = Gauge(
    "affindex_database_pool",
    "Connections of the API's pool: `open`, `free`, and requests `waiting` for one.",
    ["state"],
    multiprocess_mode="livesum",
    registry=REGISTRY,
)
IMPORTED = Counter(
    "affindex_import_records",
    "Records of imports that were `staged` or `rejected`.",
    ["network", "result"],
    registry=REGISTRY,
)
MEMORY = Gauge(
    "affindex_process_resident_bytes",
    "Resident memory of a process.",
    ["process"],
    multiprocess_mode="liveall",
    registry=REGISTRY,
)
LOOP_LAG = Histogram(
    "affindex_event_loop_lag_seconds",
    "How much later than asked for an event loop woke up, looked at every second.",
    ["process"],
    buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 15),
    registry=REGISTRY,
)

# Looking a label up costs more than counting; there are as many of these as routes, methods and statuses.
_answers: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
_calls: dict[tuple[str, str], Histogram] = {}


def count_answer(method: str, route: str, status: int, seconds: float) -> None:
    """Count an answer that begins now. `route` is the template of its path, empty where there is no route."""
    key = method, route, status
    found = _answers.get(key)
    if found is None:
        route = route or NO_ROUTE
        named = REQUESTS.labels(method if method in _METHODS else "other", route, status)
        found = _answers[key] = named, LATENCY.labels(route)
        if method not in _METHODS:  # whoever makes methods up fills no memory
            del _answers[key]
    found[0].inc()
    found[1].observe(seconds)


def count_call(address: str, status: int | None, seconds: float) -> None:
    """Count a call to OpenSearch; `status` is None where no answer came."""
    key = call_of(address), f"{status // 100}xx" if status else "none"
    found = _calls.get(key)
    if found is None:
        found = _calls[key] = ENGINE_CALLS.labels(*key)
    found.observe(seconds)


def call_of(address: str) -> str:
    """What is asked of OpenSearch at a path."""
    for call in _CALLS:
        if f"/{call}" in address:
            return call
    return "other"


def exposition() -> bytes:
    """All instruments as Prometheus reads them: of this process, or of all that share its folder."""
    folder = os.environ.get(VARIABLE)
    if not folder:
        return generate_latest(REGISTRY)
    _forget_the_dead(Path(folder))
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=folder)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def _forget_the_dead(folder: Path) -> None:
    """Delete the states of processes that have ended. What they counted stays: a sum never falls."""
    for path in folder.glob("gauge_live*.db"):
        pid = path.stem.rpartition("_")[2]
        if pid.isdigit() and not lives(int(pid)):
            path.unlink(missing_ok=True)
