"""Ask a network for details after its lists were merged. It may take hours: the pass is a run of its own."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

import psycopg
import structlog

from app.failures import ending_of
from app.importing.run_import import carry_out
from app.importing.runs import NetworkBusy, claim_networks, end_run, open_run, start_run
from app.importing.sources import Source
from app.networks import pulls
from app.networks.accounts import Account
from app.networks.api import Detail
from app.networks.budget import Budget
from app.networks.client import Client
from app.networks.clock import WallClock
from app.networks.connectors import CONNECTORS
from app.networks.pulling import Progress, PullOutcome, StoredPull, pull_details, wanted_details
from app.networks.sync import MOST_NOTES, Wiring
from indexing.connect import Connect
from indexing.locks import Lock, alone
from mappings.networks import BY_SLUG

_log = structlog.get_logger()

KIND = "details"
# Advisory locks are pairs of 32-bit numbers; this first half says "details of a network", the second is its id.


def ask_details(
    connect: Connect,
    account: Account,
    sync: int,
    *,
    again: bool = False,
    wiring: Wiring | None = None,
    progress: Progress = lambda step, done, of: None,
) -> None:
    """Ask for as many details as the budget of a sync allows, and merge them; `sync` is the run they are counted with.

    The pass is an import run from its first call on, so that a killed one is found dead and gone on with; its network
    stays free until the merge. Nothing is recorded if no detail is due, unless a pass that was cut short goes on
    (`again`): what that one kept is still to be merged. A second pass of a network leaves it to the first.
    """
    account.must_work()
    with connect() as locking, alone(locking, Lock.DETAILS, BY_SLUG[account.network].id) as free:
        if not free:
            _count(connect, sync, notes=["details are being asked for by an earlier sync"])
            return
        with connect() as connection:
            pull = pulls.newest_merged(connection, account.network)
        if pull is None:
            return
        wanted = wanted_details(connect, CONNECTORS[account.network], account, pull)
        if wanted or again:
            with connect() as holding:
                _pass(connect, holding, account, sync, again, wanted, wiring or Wiring(WallClock()), progress)


def _pass(
    connect: Connect,
    holding: psycopg.Connection,
    account: Account,
    sync: int,
    again: bool,
    wanted: list[tuple[Detail, list[str]]],
    wiring: Wiring,
    progress: Progress,
) -> None:
    network = account.network
    run = open_run(
        holding,
        source=KIND,
        networks=(network,),
        partial=True,  # no list of its own: it closes nothing
        expected={},
        parameters={"network": network, "sync": sync},
        claiming=False,
    )
    start_run(holding, run)
    outcome = PullOutcome()
    try:
        client, budget = wiring.client(connect, account, background=True)  # a list is never kept waiting
        try:
            for detail, keys in wanted:
                pull_details(connect, client, network, detail, keys, outcome, progress)
        finally:
            client.close()
            _count(connect, sync, notes=outcome.notes, details=outcome.details, client=client, budget=budget)
    except BaseException as error:
        with suppress(psycopg.Error):  # the database is away: the run will be found dead
            end_run(holding, run, f"{type(error).__name__}: {error}", ending_of(error))
        raise
    if outcome.details or again:
        _merge(connect, holding, account, run)
    else:
        end_run(holding, run)


def _merge(connect: Connect, holding: psycopg.Connection, account: Account, run: int) -> None:
    """Merge what was kept, under the newest list: that of a sync in between, where there was one."""
    network = account.network
    try:
        claim_networks(holding, run, (network,))
    except NetworkBusy as busy:  # it goes on, to merge, when the network is free
        _log.info("details are merged later", network=network, reason=str(busy))
        end_run(holding, run, f"{NetworkBusy.__name__}: {busy}", busy.ending)
        return
    pull = pulls.newest_merged(holding, network)
    holding.commit()
    assert pull is not None
    records = partial(CONNECTORS[network].records, StoredPull(connect, pull), account.credentials)
    carry_out(connect, run, Source(KIND, (network,), records, True), holding=holding)


def _count(
    connect: Connect,
    sync: int,
    *,
    notes: list[str],
    details: int = 0,
    client: Client | None = None,
    budget: Budget | None = None,
) -> None:
    """Add to what is recorded of the sync."""
    with connect() as connection:
        connection.execute(
            "update network_syncs set details = details + %(details)s, calls = calls + %(calls)s, "
            "failed_calls = failed_calls + %(failed)s, limited_calls = limited_calls + %(limited)s, "
            "waited_seconds = waited_seconds + %(waited)s, "
            "notes = nullif((coalesce(notes, '{}') || %(notes)s::text[])[:%(most)s], '{}') where run_id = %(sync)s",
            {
                "sync": sync,
                "details": details,
                "calls": client.counts.calls if client else 0,
                "failed": client.counts.failed if client else 0,
                "limited": client.counts.limited if client else 0,
                "waited": budget.waited if budget else 0.0,
                "notes": notes,
                "most": MOST_NOTES,
            },
        )
        connection.commit()
