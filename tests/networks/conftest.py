"""Networks on local ports, a clock that can be turned, and accounts that know both."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
import stamina

from app.networks.accounts import Account, accounts
from app.networks.details import ask_details
from app.networks.sync import Wiring, open_sync, sync
from app.settings import read_settings
from tests.networks.simulator import SECRETS, SimulatedNetwork
from tests.words import Catalogue

Network = Callable[..., SimulatedNetwork]
_EPOCH = 1_790_000_000.0  # a day in September 2026
_TIMEOUT_SECONDS = 0.4


class TurnedClock:
    """Time that passes only by being waited for: fifteen hours at twenty calls a minute take a second."""

    def __init__(self) -> None:
        self._now = _EPOCH
        self._lock = threading.Lock()

    def now(self) -> float:
        with self._lock:
            return self._now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self._now += seconds


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture(autouse=True)
def _no_backoff() -> Iterator[None]:
    """Attempts follow each other at once; how many there are stays as it is."""
    with stamina.set_testing(True, attempts=6, cap=True):
        yield


@pytest.fixture
def network(clock: TurnedClock) -> Iterator[Network]:
    """Start a network; whatever rule of its was broken fails the test."""
    started: list[SimulatedNetwork] = []

    def start(slug: str, size: int = 0, **options: Any) -> SimulatedNetwork:
        made = SimulatedNetwork(slug, size, clock.now, **options)
        started.append(made)
        return made

    yield start
    for made in started:
        made.close()
    assert [each for made in started for each in made.violations] == []


def environment(simulated: SimulatedNetwork, **more: str) -> dict[str, str]:
    """The variables that let us sync a simulated network."""
    prefix = f"AFFINDEX_NETWORKS_{simulated.slug}_".upper()
    values = {**SECRETS[simulated.slug], "base_url": simulated.url, **more}
    return {
        "AFFINDEX_ALLOW_PRIVATE_ADDRESSES": "true",
        **{f"{prefix}{name}".upper(): value for name, value in values.items()},
    }


def account(simulated: SimulatedNetwork, **more: str) -> Account:
    return accounts(read_settings(environment(simulated, **more)))[simulated.slug]


def wiring(clock: TurnedClock, largest_answer: int | None = None) -> Wiring:
    return Wiring(clock, timeout=_TIMEOUT_SECONDS, largest_answer=largest_answer)


class Syncing:
    """A catalogue and networks that are synced into it."""

    def __init__(self, catalogue: Catalogue, clock: TurnedClock) -> None:
        self.catalogue = catalogue
        self.clock = clock

    def sync(
        self,
        simulated: SimulatedNetwork,
        *,
        accept_drift: bool = False,
        largest_answer: int | None = None,
        **more: str,
    ) -> int:
        """Sync once, as the command does; the run's id."""
        with self.catalogue.connect() as connection:
            run = open_sync(connection, simulated.slug, accept_drift=accept_drift, by="test")
        given, reached = account(simulated, **more), wiring(self.clock, largest_answer)
        sync(self.catalogue.connect, given, run, accept_drift=accept_drift, wiring=reached)
        ask_details(self.catalogue.connect, given, run, wiring=reached)
        return run

    def programs(self, network: str) -> dict[str, dict[str, Any]]:
        """The rows of a network by external id."""
        rows = self.catalogue.rows(
            "select row_to_json(p)::text from programs p join networks n on n.id = p.network_id where n.slug = %s",
            network,
        )
        decoded = [json.loads(row) for (row,) in rows]
        return {row["external_id"]: row for row in decoded}

    def outcome(self, run: int) -> dict[str, Any]:
        """What is recorded of a run, and of its sync."""
        ((row,),) = self.catalogue.rows(
            "select (to_jsonb(s) || jsonb_build_object('state', r.state, 'partial', r.partial, 'error', r.error, "
            "'created', n.created, 'updated', n.updated, 'unchanged', n.unchanged, 'closed', n.closed, "
            "'missing', n.missing, 'rejected', n.rejected, 'read', n.read)) "
            "from network_syncs s join import_runs r on r.id = s.run_id "
            "join import_run_networks n on n.run_id = r.id where r.id = %s",
            run,
        )
        found: dict[str, Any] = row
        return found


@pytest.fixture
def syncing(catalogue: Catalogue, clock: TurnedClock) -> Syncing:
    return Syncing(catalogue, clock)


def transport() -> httpx2.BaseTransport:
    return httpx2.HTTPTransport(trust_env=False)
