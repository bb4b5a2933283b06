"""Figures in the shape that Prometheus takes, all under one prefix."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client.core import GaugeMetricFamily, Metric


def gauge(name: str, about: str, value: float) -> Metric:
    """One figure."""
    return GaugeMetricFamily(f"affindex_{name}", about, value=value)


def labelled(name: str, about: str, labels: list[str], values: Iterable[tuple[list[str], float]]) -> Metric:
    """A figure for each of several things, told apart by labels."""
    family = GaugeMetricFamily(f"affindex_{name}", about, labels=labels)
    for given, value in values:
        family.add_metric(given, value)
    return family
