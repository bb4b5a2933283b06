"""What a process counts of its own work, for Prometheus, and what the indexer counts.

Every instrument is made once, when its module is loaded. With PROMETHEUS_MULTIPROC_DIR in the environment by then, the
processes that share that folder add up, and whichever is asked answers for all
(`app.observability.instruments.exposition`).
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Histogram, disable_created_metrics

disable_created_metrics()  # type: ignore[no-untyped-call]

REGISTRY = CollectorRegistry()
"""All instruments of this process."""

FOLLOW_LAG = Histogram(
    "affindex_follow_lag_seconds",
    "From the change of a program in Postgres until every live generation has it.",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800),
    registry=REGISTRY,
)
