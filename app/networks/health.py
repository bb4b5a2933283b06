"""How each network is: whether it can be synced, how the last syncs went, what is left of its budget, what drifted.

`FACTS` is asked of Postgres, `health_of` judges a row of it; the command, the API and the metrics show the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import psycopg
from psycopg.rows import dict_row

from app.networks.accounts import Account, account_of
from app.networks.budget import Bucket
from app.networks.connectors import CONNECTORS
from app.networks.data_quality import Measured, drift
from app.networks.schedule import following, interval

STATES = ("ok", "degraded", "failing", "paused", "unconfigured")

_FAILING_AFTER = 3  # failures in a row
_STALE_INTERVALS = 2.0  # without a success for so many intervals of the schedule
_HOPELESS_INTERVALS = 4.0
_MOST_FAILED_CALLS = 0.10  # of the last syncs' calls
_SYNCS_LOOKED_AT = 10


class BudgetLeft(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What the network allows, and what may be asked at this moment."""

    calls: int
    seconds: float
    left: float
    blocked_until: datetime | None


class LastSync(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A sync run: what the import run says, and what was asked of the network."""

    run: int
    state: str
    created_at: datetime
    finished_at: datetime | None
    by: str | None
    complete: bool
    resumed: bool
    refused: bool
    calls: int
    failed_calls: int
    limited_calls: int
    waited_seconds: float
    details: int
    records: int | None
    notes: list[str] | None
    error: str | None


class Health(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The health of a network.

    `drift` compares the last two complete syncs: the number of records, and fill-rates that moved, as shares.
    """

    network: str
    state: str
    reason: str | None
    running: int | None  # the run that holds the network now, whatever it imports
    last_success_at: datetime | None
    stale_seconds: float | None
    next_sync_at: datetime | None
    schedule: str | None
    failures: int  # in a row
    error_rate: float | None  # failed calls of the last syncs
    budget: BudgetLeft | None
    details_kept: int
    drift: Mapping[str, float] | None
    last_sync: LastSync | None


_SYNC = """
    select r.id as run, r.state, r.created_at, r.finished_at, r.parameters ->> 'by' as by,
        coalesce(s.complete, false) as complete, coalesce(s.resumed, false) as resumed,
        coalesce(s.refused, false) as refused, coalesce(s.calls, 0) as calls,
        coalesce(s.failed_calls, 0) as failed_calls, coalesce(s.limited_calls, 0) as limited_calls,
        coalesce(s.waited_seconds, 0) as waited_seconds, coalesce(s.details, 0) as details, s.records, s.notes, r.error
    from import_runs r
    join import_run_networks c on c.run_id = r.id
    join networks n on n.id = c.network_id
    left join network_syncs s on s.run_id = r.id
"""
SYNCS = f"""{_SYNC}
    where r.source = 'api' and n.slug = %(network)s
    order by r.id desc limit %(limit)s
"""

FACTS = f"""
    with syncs as (
        select c.network_id, r.id, r.state, r.finished_at, r.created_at, r.error, r.parameters ->> 'by' as by,
            s.complete, s.resumed, s.refused, s.calls, s.failed_calls, s.limited_calls, s.waited_seconds, s.details,
            s.records, s.fill_rates, s.notes,
            row_number() over (partition by c.network_id order by r.id desc) as age
        from import_runs r
        join import_run_networks c on c.run_id = r.id
        left join network_syncs s on s.run_id = r.id
        where r.source = 'api'
    ),
    ended as (select * from syncs where state in ('done', 'failed')),
    measured as (
        select network_id, records, fill_rates, row_number() over (partition by network_id order by id desc) as age
        from syncs where state = 'done' and complete and records is not null
    )
    select n.slug as network,
        (select c.run_id from import_run_networks c where c.network_id = n.id and c.active) as running,
        (select max(finished_at) from syncs s where s.network_id = n.id and s.state = 'done') as last_success_at,
        (select count(*)::int from ended s where s.network_id = n.id and s.state = 'failed' and s.id > coalesce(
            (select max(id) from ended d where d.network_id = n.id and d.state = 'done'), 0)) as failures,
        (select sum(failed_calls + limited_calls)::float8 / nullif(sum(calls), 0) from syncs s
            where s.network_id = n.id and s.age <= {_SYNCS_LOOKED_AT}) as error_rate,
        (select count(*)::int from network_details d where d.network_id = n.id and d.body is not null) as details_kept,
        b.tokens, extract(epoch from b.at)::float8 as at, extract(epoch from b.blocked_until)::float8 as blocked_until,
        (select to_jsonb(m) from measured m where m.network_id = n.id and m.age = 1) as measured,
        (select to_jsonb(m) from measured m where m.network_id = n.id and m.age = 2) as measured_before,
        (select to_jsonb(l) from (
            select s.id as run, s.state, s.created_at, s.finished_at, s.by, coalesce(s.complete, false) as complete,
                coalesce(s.resumed, false) as resumed, coalesce(s.refused, false) as refused,
                coalesce(s.calls, 0) as calls, coalesce(s.failed_calls, 0) as failed_calls,
                coalesce(s.limited_calls, 0) as limited_calls, coalesce(s.waited_seconds, 0) as waited_seconds,
                coalesce(s.details, 0) as details, s.records, s.notes, s.error
            from ended s where s.network_id = n.id order by s.id desc limit 1) as l) as last_sync
    from networks n
    left join network_budgets b on b.network_id = n.id
    order by n.id
"""


def health(connection: psycopg.Connection, accounts: Mapping[str, Account]) -> dict[str, Health]:
    """Every network's health."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(FACTS).fetchall()
    connection.rollback()
    return health_by_network(rows, accounts)


def health_by_network(rows: Iterable[Mapping[str, Any]], accounts: Mapping[str, Account]) -> dict[str, Health]:
    """The rows of FACTS, judged."""
    now = datetime.now(UTC)
    return {row["network"]: health_of(row, account_of(accounts, row["network"]), now) for row in rows}


def syncs(connection: psycopg.Connection, network: str, limit: int = 20) -> list[LastSync]:
    """The last syncs of a network, newest first."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(SYNCS, {"network": network, "limit": limit}).fetchall()
    return [as_sync(row) for row in rows]


def sync_of(connection: psycopg.Connection, run: int) -> LastSync:
    """The sync of a run, whichever account's it was."""
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(f"{_SYNC} where r.id = %(run)s", {"run": run}).fetchone()
    assert row is not None
    return as_sync(row)


def as_sync(row: Mapping[str, Any]) -> LastSync:
    """A row of SYNCS."""
    times = {name: _utc(row[name]) for name in ("created_at", "finished_at")}
    return LastSync(**{**row, **times})


def _utc(value: datetime | str | None) -> datetime | None:
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value.astimezone(UTC) if value else None


def health_of(row: Mapping[str, Any], account: Account, now: datetime) -> Health:
    """Judge a row of FACTS."""
    last = as_sync(row["last_sync"]) if row["last_sync"] else None
    success = _utc(row["last_success_at"])
    scheduled = account.obstacle is None and bool(account.schedule)
    every = interval(account.schedule, now) if scheduled else None
    stale = (now - success).total_seconds() if success else None
    state, reason = account.obstacle or _judged(last, success, every, row, now)
    return Health(
        network=account.network,
        state=state,
        reason=reason,
        running=row["running"],
        last_success_at=success,
        stale_seconds=round(stale, 1) if stale is not None else None,
        next_sync_at=following(account.schedule, now) if scheduled else None,
        schedule=account.schedule or None,
        failures=row["failures"],
        error_rate=round(row["error_rate"], 4) if row["error_rate"] is not None else None,
        budget=_budget(row, account, now),
        details_kept=row["details_kept"],
        drift=_drift(row),
        last_sync=last,
    )


def _judged(
    last: LastSync | None, success: datetime | None, every: timedelta | None, row: Mapping[str, Any], now: datetime
) -> tuple[str, str | None]:
    """A state and why; the worst that is true."""
    age = now - success if success else None
    if last is None:
        return "degraded", "it has not been synced yet"
    if last.refused:
        return "failing", last.error
    if row["failures"] >= _FAILING_AFTER:
        return "failing", f"{row['failures']} syncs failed in a row; the last: {last.error}"
    if every and age and age > every * _HOPELESS_INTERVALS:
        return "failing", f"no sync has succeeded since {success:%Y-%m-%d %H:%M} UTC"
    if last.state == "failed":
        return ("degraded" if success else "failing"), last.error
    if every and age and age > every * _STALE_INTERVALS:
        return "degraded", f"no sync has succeeded since {success:%Y-%m-%d %H:%M} UTC"
    if not last.complete:
        return "degraded", "; ".join(last.notes or ["its last list was not complete"])
    if last.notes:
        return "degraded", last.notes[0]
    if row["error_rate"] is not None and row["error_rate"] > _MOST_FAILED_CALLS:
        return "degraded", f"{row['error_rate']:.0%} of the last calls failed"
    return "ok", None


def _budget(row: Mapping[str, Any], account: Account, now: datetime) -> BudgetLeft | None:
    connector = CONNECTORS.get(account.network)
    if connector is None:
        return None
    limit, moment = connector.api.limit, now.timestamp()
    tokens = float(limit.burst)
    if row["tokens"] is not None:
        tokens = Bucket(row["tokens"], row["at"]).filled(limit, moment).tokens
    blocked = row["blocked_until"]
    waiting = blocked is not None and blocked > moment
    return BudgetLeft(
        calls=limit.calls,
        seconds=limit.seconds,
        left=0.0 if waiting else round(tokens, 2),
        blocked_until=datetime.fromtimestamp(blocked, UTC) if waiting else None,
    )


def _drift(row: Mapping[str, Any]) -> Mapping[str, float] | None:
    now, before = row["measured"], row["measured_before"]
    if not now or not before:
        return None
    return drift(msgspec.convert(now, Measured), msgspec.convert(before, Measured))
