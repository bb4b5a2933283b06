"""Each network's health as figures: the same judgement that the command and the API show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from prometheus_client.core import Metric

from app.api.gauges import labelled
from app.networks.health import STATES, Health

_RECORDS = "records"  # of `Health.drift`; everything else in it is a field


def network_metrics(networks: Iterable[Health]) -> list[Metric]:
    """The figures of all networks; one that a network does not have (it was never synced) is left out."""
    all_of_them = tuple(networks)

    def each(name: str, about: str, figure: Callable[[Health], float | None]) -> Metric:
        found = ((health.network, figure(health)) for health in all_of_them)
        return labelled(name, about, ["network"], [([slug], value) for slug, value in found if value is not None])

    return [
        labelled(
            "network_state",
            "1 for the state a network is in.",
            ["network", "state"],
            [([each.network, state], each.state == state) for each in all_of_them for state in STATES],
        ),
        each(
            "network_last_success_timestamp_seconds",
            "End of the last sync that succeeded.",
            lambda health: health.last_success_at.timestamp() if health.last_success_at else None,
        ),
        each("network_stale_seconds", "Time since then.", lambda health: health.stale_seconds),
        each("network_failures_in_a_row", "Syncs that failed since then.", lambda health: health.failures),
        each("network_error_ratio", "Share of the last syncs' calls that failed.", lambda health: health.error_rate),
        each(
            "network_budget_left",
            "Calls that the network's limit allows at once.",
            lambda health: health.budget.left if health.budget else None,
        ),
        each(
            "network_budget_blocked",
            "1 while the network itself asks for silence.",
            lambda health: health.budget.blocked_until is not None if health.budget else None,
        ),
        each(
            "network_records_drift_ratio",
            "Change in the number of records against the sync before, as a share.",
            lambda health: (health.drift or {}).get(_RECORDS),
        ),
        labelled(
            "network_fill_rate_drift",
            "Change in the share of records that have a field, against the sync before; fields that moved.",
            ["network", "field"],
            [
                ([health.network, field], moved)
                for health in all_of_them
                for field, moved in _fields(health.drift or {})
            ],
        ),
    ]


def _fields(drift: Mapping[str, float]) -> list[tuple[str, float]]:
    return [(field, moved) for field, moved in drift.items() if field != _RECORDS]
