"""Sync a network: a pull, carried out as an import run. The run is what is watched, claimed and recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import httpx2
import psycopg
from psycopg.types.json import Jsonb

from app.importing.run_import import carry_out
from app.importing.runs import open_run
from app.importing.sources import Record, Source
from app.networks import pulls
from app.networks.accounts import Account
from app.networks.addresses import transport
from app.networks.aliases import link_taken_over
from app.networks.api import Api
from app.networks.budget import Budget
from app.networks.client import Client
from app.networks.clock import Clock, WallClock
from app.networks.connectors import CONNECTORS
from app.networks.data_quality import alarms, last_merged, measure
from app.networks.failures import Drifted
from app.networks.pulling import Progress, PullOutcome, StoredPull, pull_lists
from app.networks.pulls import Pull
from app.networks.withheld import withholding
from indexing.connect import Connect
from mappings.networks import BY_SLUG

KIND = "api"
FURTHER = "account"  # a sync of a further account: it says nothing of the network's health
MOST_NOTES = 20


@dataclass(frozen=True, slots=True)
class Wiring:
    """What a sync reaches the network through; tests give a clock of their own."""

    clock: Clock
    transport: Callable[[Account], httpx2.BaseTransport] = lambda account: transport(
        allow_private=account.allow_private
    )
    timeout: float | None = None  # seconds without a byte; the network's own otherwise
    largest_answer: int | None = None  # bytes; the network's own otherwise

    def adjusted(self, api: Api) -> Api:
        """An API with these bounds instead of its own."""
        return replace(
            api,
            timeout=api.timeout if self.timeout is None else self.timeout,
            largest_answer=self.largest_answer or api.largest_answer,
        )

    def client(self, connect: Connect, account: Account, *, background: bool = False) -> tuple[Client, Budget]:
        """A client of a network, to be closed, and the budget it keeps to; in the `background`, others go first."""
        connector = CONNECTORS[account.network]
        budget = Budget(connect, account.network, connector.api.limit, self.clock, background=background)
        client = Client(
            self.adjusted(connector.api),
            connector.auth(account.credentials, self.clock),
            budget,
            self.clock,
            self.transport(account),
            secrets=account.credentials.values(),
            base_url=account.base_url,
        )
        return client, budget


def open_sync(connection: psycopg.Connection, account: str, *, accept_drift: bool = False, by: str) -> int:
    """Record a sync of an account as queued, and claim its network; commits. Raises NetworkBusy."""
    network, _, further = account.partition(".")
    return open_run(
        connection,
        source=FURTHER if further else KIND,
        networks=(network,),
        partial=True,  # until its lists were read whole
        expected={},
        parameters={
            "network": network,
            "acceptDrift": accept_drift,
            "by": by,
            **({"account": account} if further else {}),
        },
    )


def sync(
    connect: Connect,
    account: Account,
    run: int,
    *,
    accept_drift: bool = False,
    wiring: Wiring | None = None,
    progress: Progress = lambda step, done, of: None,
) -> None:
    """Carry out a sync that was opened. The run ends done, or failed with its reason recorded and the error raised.

    It is over, and its network free, when the lists are merged. Details are asked for after that (`details`): they
    may take hours, and nobody waits for them.
    """
    working = _Sync(connect, account, run, accept_drift, wiring or Wiring(WallClock()), progress)
    try:
        carry_out(connect, run, working.source())
    finally:
        working.close()
    with connect() as connection:
        if BY_SLUG[account.network].took_over is not None:
            link_taken_over(connection, account.network)


class _Sync:
    def __init__(
        self, connect: Connect, account: Account, run: int, accept_drift: bool, wiring: Wiring, progress: Progress
    ) -> None:
        self._connect = connect
        self._account = account
        self._run = run
        self._accept_drift = accept_drift
        self._wiring = wiring
        self._progress = progress
        self._client: Client | None = None
        self._budget: Budget | None = None
        self._pull: Pull | None = None
        self._outcome = PullOutcome(complete=False)
        self._refused = False

    def source(self) -> Source:
        """The pull as a source of records: asked for them, it first reads the network."""
        return Source(
            KIND,
            (self._account.network,),
            self._records,
            True,
            admit=self._admit_further if self._account.further else self._admit,
            account=self._account.name,
            whole=lambda: self._outcome.complete,
            known=self._known if self._account.further else None,
        )

    def _known(self) -> frozenset[str]:
        """The programs that another account lists, which a further one is not asked about."""
        with self._connect() as connection:
            rows = connection.execute(
                "select p.external_id from program_relations r join programs p on p.id = r.program_id "
                "where p.network_id = %s and r.account <> %s",
                (BY_SLUG[self._account.network].id, self._account.name),
            ).fetchall()
        return frozenset(external_id for (external_id,) in rows)

    def _records(self) -> Iterator[Record]:
        account = self._account
        with self._connect() as connection:
            connection.execute(
                "insert into network_syncs (run_id, network_id) values (%s, %s) on conflict do nothing",
                (self._run, BY_SLUG[account.network].id),
            )
            connection.commit()
        account.must_work()
        connector = CONNECTORS[account.network]
        with self._connect() as connection:
            self._pull = pulls.begin(
                connection, account.network, refused_too=self._accept_drift, account=account.further
            )
            self._record(connection)
        self._client, self._budget = self._wiring.client(self._connect, account)
        self._outcome = pull_lists(self._connect, self._client, connector, account, self._pull, self._progress)
        records = connector.records(StoredPull(self._connect, self._pull), account.credentials)
        yield from withholding(records, connector.api, account.credentials)

    def _admit(self, connection: psycopg.Connection, staging: str) -> bool:
        """Measure what was staged; refuse it if it has lost too much. Whether the run is partial."""
        assert self._pull is not None
        now = measure(connection, staging)
        connection.execute(
            "update network_syncs set records = %s, fill_rates = %s where run_id = %s",
            (now.records, Jsonb(now.fill_rates), self._run),
        )
        lost = alarms(now, last_merged(connection, self._account.network), complete=self._outcome.complete)
        if lost and not self._accept_drift:
            self._refused = True
            raise Drifted(
                f"{self._account.network} is not imported, it lost too much against the last sync: {'; '.join(lost)}. "
                "If that is right, sync with --accept-drift (acceptDrift in the API)"
            )
        if not now.records:  # a list that is empty may be a list that was lost: it closes nothing
            self._outcome.complete = False
            self._outcome.notes.append("it lists no program; nothing is taken for closed")
        pulls.close(connection, self._pull, "merged", complete=self._outcome.complete)
        connection.execute(
            "update network_syncs set complete = %s where run_id = %s", (self._outcome.complete, self._run)
        )
        return not self._outcome.complete

    def _admit_further(self, connection: psycopg.Connection, staging: str) -> bool:
        """A further account brings what it alone lists: that is never all of the network, and has any size."""
        assert self._pull is not None
        pulls.close(connection, self._pull, "merged", complete=self._outcome.complete)
        connection.execute(
            "update network_syncs set complete = %s where run_id = %s", (self._outcome.complete, self._run)
        )
        return True

    def close(self) -> None:
        """Let go of the network, and record what was asked of it, however the sync ended."""
        with self._connect() as connection:
            if self._refused and self._pull is not None:
                pulls.close(connection, self._pull, "refused", complete=self._outcome.complete)
            self._record(connection)
        if self._client is not None:
            self._client.close()

    def _record(self, connection: psycopg.Connection) -> None:
        counts = self._client.counts if self._client else None
        values: dict[str, Any] = {
            "run": self._run,
            "pull": self._pull.id if self._pull else None,
            "resumed": bool(self._pull and self._pull.resumed),
            "calls": counts.calls if counts else 0,
            "failed": counts.failed if counts else 0,
            "limited": counts.limited if counts else 0,
            "waited": self._budget.waited if self._budget else 0.0,
            "notes": self._outcome.notes[:MOST_NOTES] or None,
            "refused": self._refused,
        }
        connection.execute(
            "update network_syncs set pull_id = %(pull)s, resumed = %(resumed)s, calls = %(calls)s, "
            "failed_calls = %(failed)s, limited_calls = %(limited)s, "
            "waited_seconds = %(waited)s, notes = %(notes)s, refused = %(refused)s where run_id = %(run)s",
            values,
        )
        connection.commit()
