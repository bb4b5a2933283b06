"""Which syncs to go on with: those that a crash, a stop or a passing trouble of the network left unfinished."""

from __future__ import annotations

from collections.abc import Mapping

import psycopg

from app.importing.runs import DIED, bury_dead_runs
from app.networks.accounts import Account
from app.networks.failures import OverBudget, Stopped, Unavailable

# A network in trouble is left in peace for a while, and after so many failures until its schedule comes round.
_PEACE_MINUTES = 20
_MOST_FAILURES = 3

_UNFINISHED = """
    select n.slug, r.error, r.finished_at < now() - make_interval(mins => %(peace)s) as rested,
        (select count(*) from network_syncs s where s.pull_id = p.id) as attempts
    from network_pulls p
    join networks n on n.id = p.network_id
    join lateral (
        select r.* from network_syncs s join import_runs r on r.id = s.run_id
        where s.network_id = p.network_id order by r.id desc limit 1
    ) as r on r.state = 'failed'
    where p.state = 'pulling'
        and not exists (select from import_run_networks c where c.network_id = p.network_id and c.active)
"""


def to_resume(connection: psycopg.Connection, accounts: Mapping[str, Account]) -> list[str]:
    """Networks whose pull should go on now, the most important first; dead runs are buried before. Commits."""
    bury_dead_runs(connection)
    rows = connection.execute(_UNFINISHED, {"peace": _PEACE_MINUTES}).fetchall()
    connection.commit()
    found = [
        slug
        for slug, error, rested, attempts in rows
        if slug in accounts
        and accounts[slug].obstacle is None
        and (_interrupted(error) or (_passing(error) and rested and attempts <= _MOST_FAILURES))
    ]
    return sorted(found, key=lambda slug: -accounts[slug].priority)


def _interrupted(error: str) -> bool:
    """Ended by us, or by a crash: nothing speaks against going on at once."""
    return error == DIED or error.startswith(f"{Stopped.__name__}:")


def _passing(error: str) -> bool:
    return error.startswith((f"{Unavailable.__name__}:", f"{OverBudget.__name__}:"))
